/** Every kind of definition. */
import type { AccessDefinition } from "./access.ts";
import type { ContractDefinition } from "./contract.ts";
import type { Kind } from "./definition-base.ts";
import type { DocumentDefinition } from "./document.ts";
import type { FactDefinition } from "./fact.ts";
import type { MachineDefinition } from "./machine.ts";
import type { MailDefinition } from "./mail.ts";
import type { RulesetDefinition } from "./ruleset.ts";
import type { SettingsDefinition } from "./settings.ts";
import type { TableDefinition } from "./table.ts";
import type { TypeDefinition } from "./type.ts";
import type { ViewDefinition } from "./view.ts";

export type Definition =
  | MachineDefinition
  | RulesetDefinition
  | TableDefinition
  | FactDefinition
  | SettingsDefinition
  | MailDefinition
  | DocumentDefinition
  | TypeDefinition
  | ViewDefinition
  | ContractDefinition
  | AccessDefinition;

export type DefinitionOf<K extends Kind> = Extract<Definition, { kind: K }>;
