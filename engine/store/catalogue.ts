/**
 * What the store must know of the definitions in force. The service makes one from the program of the org's release.
 */
import type { AccessDefinition } from "../schema/access.ts";
import type { FactDefinition } from "../schema/fact.ts";
import type { SettingsDefinition } from "../schema/settings.ts";
import type { TypeDefinition } from "../schema/type.ts";

export interface Catalogue {
  /** By id or key; null when the release has none. */
  type(ref: string): TypeDefinition | null;
  types(): readonly TypeDefinition[];
  fact(ref: string): FactDefinition | null;
  settings(ref: string): SettingsDefinition | null;
  access(): AccessDefinition | null;
}

/** The id part of `<pack>.<id>`; records and instances are stored under a type's id. */
export function typeId(type: TypeDefinition): string {
  return type.key.slice(type.key.indexOf(".") + 1);
}
