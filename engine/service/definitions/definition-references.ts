/** Which definitions a definition names: by the reference fields of its kind, and in its expressions. */
import type { Kind } from "../../schema/definition-base.ts";
import type { Json } from "../../schema/json.ts";

export interface Reference {
  readonly kind: Kind;
  readonly key: string;
  /** JSON pointer of the place that names it. */
  readonly path: string;
}

/** Finds a definition of one of the kinds by id or key; null where there is none. */
export type Resolve = (kinds: readonly Kind[], ref: string) => { readonly kind: Kind; readonly key: string } | null;

const FIELDS: Readonly<Record<string, readonly Kind[]>> = {
  ruleset: ["ruleset"],
  table: ["table"],
  record: ["type"],
  mail: ["mail"],
  document: ["document"],
  machine: ["machine"],
  contract: ["contract"],
  policyTable: ["table"],
  recipientsTable: ["table"],
  acceptance: ["table", "ruleset"],
  decision: ["table", "ruleset"],
  "x-ref": ["type"],
  from: ["type"],
  type: ["type"],
  fact: ["fact"],
};

const PATHS: Readonly<Record<string, readonly Kind[]>> = { decision: ["ruleset", "table"], fact: ["fact"], settings: ["settings"] };
const CALLS: Readonly<Record<string, readonly Kind[]>> = {
  get: ["type"],
  find: ["type"],
  "find all": ["type"],
  decide: ["ruleset", "table"],
  fact: ["fact"],
  "instance of record": ["machine"],
};
const PATH = /\b(decision|fact|settings)\.([a-z0-9_]+)/g;
const CALL = /\b(get|find all|find|decide|fact|instance of record)\s*\(\s*"([a-z0-9.-]+)"/g;

/** Every reference once, at the first place that makes it. Words that name nothing are no references. */
export function referencesOf(content: Json, resolve: Resolve): Reference[] {
  const found = new Map<string, Reference>();
  const note = (kinds: readonly Kind[], ref: string, path: string): void => {
    const target = resolve(kinds, ref);
    if (target === null) return;
    const id = `${target.kind}/${target.key}`;
    if (!found.has(id)) found.set(id, { ...target, path });
  };
  const visit = (value: Json, name: string, path: string): void => {
    if (typeof value === "string") {
      const kinds = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
      if (kinds !== undefined) note(kinds, value, path);
      if (name === "setting") note(["settings"], value.slice(0, Math.max(0, value.indexOf("/"))), path);
      for (const [, scope = "", id = ""] of value.matchAll(PATH)) note(PATHS[scope] ?? [], id.replaceAll("_", "-"), path);
      for (const [, call = "", id = ""] of value.matchAll(CALL)) note(CALLS[call] ?? [], id, path);
    } else if (Array.isArray(value)) {
      for (const [index, item] of (value as readonly Json[]).entries()) visit(item, "", `${path}/${index}`);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) visit(item, key, `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`);
    }
  };
  visit(content, "", "");
  return [...found.values()];
}
