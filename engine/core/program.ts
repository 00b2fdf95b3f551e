/**
 * A release as something to run: definitions found by reference, compiled when first asked for, once per version.
 *
 * A reference is a key (`pack.id`) or the bare id while only one pack has it; FEEL writes `_` for `-`. Nothing here changes
 * after it is made, except that compiled forms are filled in.
 */
import type { AccessDefinition } from "../schema/access.ts";
import type { ContractDefinition } from "../schema/contract.ts";
import type { Definition, DefinitionOf } from "../schema/definition.ts";
import type { Kind } from "../schema/definition-base.ts";
import type { DocumentDefinition } from "../schema/document.ts";
import type { FactDefinition } from "../schema/fact.ts";
import type { MachineDefinition } from "../schema/machine.ts";
import type { MailDefinition } from "../schema/mail.ts";
import type { RulesetDefinition } from "../schema/ruleset.ts";
import type { SettingsDefinition } from "../schema/settings.ts";
import type { TableDefinition } from "../schema/table.ts";
import type { TypeDefinition } from "../schema/type.ts";
import type { ViewDefinition } from "../schema/view.ts";
import { type CompileCache, sharedCompileCache } from "./compile-cache.ts";
import { type CompiledFact, compileFact } from "./facts/compile-fact.ts";
import { type CompiledMachine, compileMachine } from "./machine/compile.ts";
import { compileRuleset } from "./rules/compile-ruleset.ts";
import type { CompiledDecision } from "./rules/decision.ts";
import { withMembers } from "./settings-members.ts";
import { compileTable } from "./tables/compile-table.ts";
import { type CompiledDocument, compileDocument } from "./templates/compile-document.ts";
import { type CompiledMail, compileMail } from "./templates/compile-mail.ts";

export interface StoredDefinition {
  readonly kind: Kind;
  readonly key: string;
  /** SHA-256 of the canonical JSON. */
  readonly hash: string;
  readonly content: Definition;
}

/** Every lookup answers null for what is not in the release; what is there but cannot be compiled throws EngineError `definition_invalid`. */
export interface Program {
  readonly definitions: readonly StoredDefinition[];
  resolve(kind: Kind, ref: string): string | null;
  stored(kind: Kind, ref: string): StoredDefinition | null;
  all<K extends Kind>(kind: K): readonly (StoredDefinition & { readonly content: DefinitionOf<K> })[];
  /** The release's version, or an older one by its hash where the program holds it. */
  machine(ref: string, version?: string): CompiledMachine | null;
  /** Rule set or table. */
  decision(ref: string): CompiledDecision | null;
  fact(ref: string): CompiledFact | null;
  mail(ref: string): CompiledMail | null;
  document(ref: string): CompiledDocument | null;
  type(ref: string): TypeDefinition | null;
  types(): readonly TypeDefinition[];
  /** With a member for each definition, where its schema asks for that. */
  settings(ref: string): SettingsDefinition | null;
  /** Without a reference: the only contract, null where there are several or none. */
  contract(ref?: string): ContractDefinition | null;
  /** By URL slug, key or id. */
  view(ref: string): ViewDefinition | null;
  readonly access: AccessDefinition | null;
}

export interface ProgramOptions {
  /** Versions that no reference goes to, only `machine(ref, version)`: instances are pinned to them. */
  readonly older?: readonly StoredDefinition[];
  readonly cache?: CompileCache;
}

/** The name that FEEL uses for an id. */
export const feelName = (id: string): string => id.replaceAll("-", "_");
export const idOf = (key: string): string => key.slice(key.indexOf(".") + 1);

/** Makes the program of a release. Cheap: nothing is compiled yet. A later definition of the same kind and key replaces an earlier one. */
export function createProgram(definitions: readonly StoredDefinition[], options: ProgramOptions = {}): Program {
  return new ReleaseProgram(definitions, options);
}

const AMBIGUOUS = Symbol("ambiguous");

class ReleaseProgram implements Program {
  readonly definitions: readonly StoredDefinition[];
  readonly access: AccessDefinition | null;
  private readonly byKind = new Map<Kind, StoredDefinition[]>();
  /** Kind -> key, id, or the id as expressions write it. */
  private readonly byName = new Map<string, Map<string, StoredDefinition | typeof AMBIGUOUS>>();
  private readonly older: ReadonlyMap<string, StoredDefinition>;
  private readonly cache: CompileCache;
  /** References that were asked for, so that the hot path does no more than one lookup. */
  private readonly compiled = new Map<string, Map<string, unknown>>();

  constructor(definitions: readonly StoredDefinition[], options: ProgramOptions) {
    const latest = new Map<string, StoredDefinition>();
    for (const each of definitions) latest.set(`${each.kind} ${each.key}`, each);
    this.definitions = [...latest.values()].sort((a, b) => (a.kind + a.key < b.kind + b.key ? -1 : 1));
    for (const each of this.definitions) {
      const list = this.byKind.get(each.kind) ?? [];
      list.push(each);
      this.byKind.set(each.kind, list);
    }
    for (const each of this.definitions) {
      const names = this.byName.get(each.kind) ?? new Map<string, StoredDefinition | typeof AMBIGUOUS>();
      this.byName.set(each.kind, names.set(each.key, each));
      const id = idOf(each.key);
      for (const name of new Set([id, feelName(id)])) {
        const known = names.get(name);
        names.set(name, known === undefined || known === each ? each : AMBIGUOUS);
      }
    }
    this.older = new Map((options.older ?? []).map((each) => [each.hash, each]));
    this.cache = options.cache ?? sharedCompileCache;
    this.access = (this.byKind.get("access")?.[0]?.content as AccessDefinition | undefined) ?? null;
  }

  stored(kind: Kind, ref: string): StoredDefinition | null {
    const found = this.byName.get(kind)?.get(ref);
    return found === undefined || found === AMBIGUOUS ? null : found;
  }
  resolve(kind: Kind, ref: string): string | null {
    return this.stored(kind, ref)?.key ?? null;
  }
  all<K extends Kind>(kind: K): readonly (StoredDefinition & { readonly content: DefinitionOf<K> })[] {
    return (this.byKind.get(kind) ?? []) as unknown as readonly (StoredDefinition & { readonly content: DefinitionOf<K> })[];
  }
  machine(ref: string, version?: string): CompiledMachine | null {
    const current = this.stored("machine", ref);
    if (version !== undefined && current?.hash !== version) {
      const old = this.older.get(version);
      return old === undefined || old.kind !== "machine"
        ? null
        : this.cache.get("machine", old.hash, () => compileMachine(old.content as MachineDefinition, old.hash));
    }
    return this.once("machine", ref, () =>
      current === null ? null : this.cache.get("machine", current.hash, () => compileMachine(current.content as MachineDefinition, current.hash)),
    );
  }
  decision(ref: string): CompiledDecision | null {
    return this.once("decision", ref, () => {
      const ruleset = this.stored("ruleset", ref);
      const table = this.stored("table", ref);
      if (ruleset !== null && table !== null && ruleset.key !== ref) return null;
      if (ruleset !== null) return this.cache.get("ruleset", ruleset.hash, () => compileRuleset(ruleset.content as RulesetDefinition, ruleset.hash));
      if (table !== null) return this.cache.get("table", table.hash, () => compileTable(table.content as TableDefinition, table.hash));
      return null;
    });
  }
  fact(ref: string): CompiledFact | null {
    return this.once("fact", ref, () => {
      const stored = this.stored("fact", ref);
      return stored === null ? null : this.cache.get("fact", stored.hash, () => compileFact(stored.content as FactDefinition, stored.hash));
    });
  }
  mail(ref: string): CompiledMail | null {
    return this.once("mail", ref, () => {
      const stored = this.stored("mail", ref);
      return stored === null ? null : this.cache.get("mail", stored.hash, () => compileMail(stored.content as MailDefinition, stored.hash));
    });
  }
  document(ref: string): CompiledDocument | null {
    return this.once("document", ref, () => {
      const stored = this.stored("document", ref);
      return stored === null ? null : this.cache.get("document", stored.hash, () => compileDocument(stored.content as DocumentDefinition, stored.hash));
    });
  }
  type(ref: string): TypeDefinition | null {
    return (this.stored("type", ref)?.content as TypeDefinition | undefined) ?? null;
  }
  types(): readonly TypeDefinition[] {
    return this.all("type").map((each) => each.content);
  }
  settings(ref: string): SettingsDefinition | null {
    return this.once("settings", ref, () => {
      const definition = this.stored("settings", ref)?.content as SettingsDefinition | undefined;
      return definition === undefined
        ? null
        : withMembers(definition, (kind) => this.all(kind).map(({ key, content }) => ({ name: feelName(idOf(key)), title: content.title })));
    });
  }
  contract(ref?: string): ContractDefinition | null {
    if (ref !== undefined) return (this.stored("contract", ref)?.content as ContractDefinition | undefined) ?? null;
    const all = this.all("contract");
    return all.length === 1 ? all[0]!.content : null;
  }
  view(ref: string): ViewDefinition | null {
    const bySlug = this.all("view").find((each) => each.content.slug === ref)?.content;
    return bySlug ?? (this.stored("view", ref)?.content as ViewDefinition | undefined) ?? null;
  }

  /** Remembers the answer for a reference; references come from definitions, so there are not many. */
  private once<T>(kind: string, ref: string, find: () => T): T {
    let known = this.compiled.get(kind);
    if (known === undefined) {
      known = new Map();
      this.compiled.set(kind, known);
    }
    const before = known.get(ref);
    if (before !== undefined) return before as T;
    const found = find();
    if (known.size < 10_000) known.set(ref, found);
    return found;
  }
}
