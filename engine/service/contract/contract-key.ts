/**
 * The idempotency keys of contract events: five segments `source:entity:id:action:version`, one key per change for ever.
 * Pure; used by receive-contract-event before anything is read from the database.
 */
import { RE2JS } from "re2js";
import type { ContractDefinition, ContractEvent } from "../../schema/contract.ts";
import type { Json, JsonObject } from "../../schema/json.ts";

export interface KeyParts {
  readonly source: string;
  readonly entity: string;
  readonly id: string;
  readonly action: string;
  readonly version: string;
}

/** Longest key that is looked at: 3 + 40 + 80 + 40 + 4 characters and the colons. */
const MAX_KEY_LENGTH = 200;

const PATTERNS = new Map<string, RE2JS>();

/**
 * Takes a key apart, or answers null where it does not follow the contract's grammar.
 *
 * The pattern is the contract's own (RE2, so that no pattern can hang the engine); a key of other than five segments is malformed whatever the pattern says.
 */
export function parseKey(contract: ContractDefinition, key: unknown): KeyParts | null {
  if (typeof key !== "string" || key.length > MAX_KEY_LENGTH) return null;
  let pattern = PATTERNS.get(contract.keyPattern);
  if (pattern === undefined) {
    pattern = RE2JS.compile(contract.keyPattern);
    PATTERNS.set(contract.keyPattern, pattern);
  }
  if (!pattern.matches(key)) return null;
  const [source, entity, id, action, version, ...rest] = key.split(":");
  if (source === undefined || entity === undefined || id === undefined || action === undefined || version === undefined || rest.length > 0) return null;
  return { source, entity, id, action, version };
}

/** Tells whether segments 1, 2, 4 and 5 name the sender, the two parts of the event and its schema version. */
export function isKeyOfEvent(contract: ContractDefinition, name: string, event: ContractEvent, key: KeyParts, schemaVersion: unknown): boolean {
  const { entity, action } = eventSegments(name);
  const versionAgrees = schemaVersion === undefined || schemaVersion === key.version;
  return key.source === contract.inboundSource && key.entity === entity && key.action === action && key.version === event.version && versionAgrees;
}

/** `central_stock.completed` -> entity `central_stock`, action `completed`; dots inside the action become `_`. */
export function eventSegments(name: string): { readonly entity: string; readonly action: string } {
  const dot = name.indexOf(".");
  if (dot < 0) return { entity: name, action: "" };
  return { entity: name.slice(0, dot), action: name.slice(dot + 1).replaceAll(".", "_") };
}

/**
 * Fills a template such as `{org}:{item.owner}:{data.code}` with the envelope's values.
 *
 * A name that has no value gives null: a scope that cannot be named orders nothing.
 */
export function fillTemplate(template: string, values: JsonObject): string | null {
  let missing = false;
  const filled = template.replace(/\{([^{}]+)\}/g, (_, path: string) => {
    const value = readPath(values, path);
    if (value === undefined || value === null || typeof value === "object") {
      missing = true;
      return "";
    }
    return String(value);
  });
  return missing ? null : filled;
}

/** Own properties only, along a dotted path. */
export function readPath(value: Json | undefined, path: string): Json | undefined {
  let current: Json | undefined = value;
  for (const name of path.split(".")) {
    if (current === null || typeof current !== "object" || Array.isArray(current) || !Object.hasOwn(current, name)) return undefined;
    current = (current as JsonObject)[name];
  }
  return current;
}
