/**
 * Takes a payload or a record's fields in: checks them against their schema, brings decimals to their written form and
 * references (`x-ref`) from code to id. Everything that enters a step or a record goes through here.
 */
import { EngineError } from "../../core/errors.ts";
import { pointer } from "../../core/problem.ts";
import { compileSchema, type Validator } from "../../core/validate.ts";
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "../../schema/json.ts";

export interface PayloadError {
  /** JSON pointer into the payload. */
  readonly path: string;
  readonly message: string;
}

/** A place in a payload that names a record. */
export interface Reference {
  readonly path: string;
  readonly type: string;
  /** uuid or code. */
  readonly value: string;
}

/** Finds the ids of what a caller may see: one entry per (type, value) that exists; the others are missing. */
export type ReferenceLookup = (references: readonly Reference[]) => Promise<ReadonlyMap<string, string>>;

export const referenceKey = (type: string, value: string): string => `${type}:${value}`;

/**
 * Answers the checked payload: decimals normalised, references as ids. The argument is not changed.
 *
 * - `schema` undefined: the payload passes as it is, but must be an object
 * - throws EngineError `payload_invalid` with every path that is wrong; a reference that the caller may not see is told exactly
 *   as one that does not exist
 */
export async function acceptPayload(schema: JsonSchema | undefined, payload: unknown, lookup: ReferenceLookup): Promise<JsonObject> {
  const checked = checkPayload(schema, payload);
  return schema === undefined ? checked : await withReferences(schema, checked, lookup);
}

/** The checked value with its references as ids. Throws as `acceptPayload` does. */
export async function withReferences(schema: JsonSchema, checked: JsonObject, lookup: ReferenceLookup): Promise<JsonObject> {
  const references = findReferences(schema, checked);
  if (references.length === 0) return checked;
  const ids = await lookup(references);
  const errors: PayloadError[] = [];
  let result: Json = checked;
  for (const reference of references) {
    const id = ids.get(referenceKey(reference.type, reference.value));
    if (id === undefined) errors.push({ path: reference.path, message: `names no ${reference.type} that you can see` });
    else if (id !== reference.value) result = replaceAt(result, reference.path, id);
  }
  if (errors.length > 0) throw payloadInvalid(errors);
  return result as JsonObject;
}

/** The part of `acceptPayload` that needs no database. */
export function checkPayload(schema: JsonSchema | undefined, payload: unknown): JsonObject {
  const given = payload === undefined || payload === null ? {} : payload;
  if (typeof given !== "object" || Array.isArray(given)) throw payloadInvalid([{ path: "", message: "must be an object" }]);
  if (schema === undefined) return given as JsonObject;
  const copy = copyOf(given as JsonObject) as JsonObject;
  const errors = validatorOf(schema)(copy);
  if (errors.length > 0) throw payloadInvalid(errors);
  return copy;
}

/**
 * A value that the engine itself has put together, without the nulls that its schema has no place for: FEEL reads an absent
 * field as null, so what is copied from one machine to another may carry them.
 */
export function withoutForbiddenNulls<T extends Json>(schema: Json | undefined, value: T): T {
  return pruned(schema, value) as T;
}

function pruned(schema: Json | undefined, value: Json): Json {
  if (!isJsonObject(schema)) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((element) => pruned(schema["items"], element));
  const properties = schema["properties"];
  if (!isJsonObject(value) || !isJsonObject(properties)) return value;
  const kept: Record<string, Json> = {};
  for (const [name, member] of Object.entries(value)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (member !== null || acceptsNull(property)) kept[name] = pruned(property, member);
  }
  return kept;
}

function acceptsNull(schema: Json | undefined): boolean {
  if (!isJsonObject(schema)) return true;
  const { type, enum: values } = schema;
  if (Array.isArray(values) && !(values as readonly Json[]).includes(null)) return false;
  if (typeof type === "string") return type === "null";
  return !Array.isArray(type) || (type as readonly Json[]).includes("null");
}

/** The value with its instants (`format: date-time`) written in UTC: the same instant is the same text, and later ones sort later. */
export function withUtcInstants<T extends Json>(schema: Json | undefined, value: T): T {
  return inUtc(schema, value) as T;
}

function inUtc(schema: Json | undefined, value: Json): Json {
  if (!isJsonObject(schema) || value === null) return value;
  if (typeof value === "string") return schema["format"] === "date-time" ? new Date(value).toISOString() : value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((element) => inUtc(schema["items"], element));
  const properties = schema["properties"];
  if (!isJsonObject(value) || !isJsonObject(properties)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]): [string, Json] => [name, inUtc(properties[name], member)]));
}

/** The object with the schema's `default` for every own property that is absent; one level deep. */
export function withDefaults(schema: JsonSchema, value: JsonObject): JsonObject {
  const properties = schema["properties"];
  if (!isJsonObject(properties)) return value;
  const filled: Record<string, Json> = { ...value };
  for (const [name, property] of Object.entries(properties)) {
    if (isJsonObject(property) && property["default"] !== undefined && !Object.hasOwn(filled, name)) filled[name] = property["default"];
  }
  return filled;
}

/** A deep copy of JSON, many times quicker than `structuredClone`. Own members of every name stay own, so that the validator sees them. */
function copyOf(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(copyOf);
  const copy: Record<string, Json> = {};
  for (const [name, member] of Object.entries(value)) {
    if (name === "__proto__") Object.defineProperty(copy, name, { value: copyOf(member), enumerable: true, configurable: true, writable: true });
    else copy[name] = copyOf(member);
  }
  return copy;
}

/** The errors of a value against a schema, without throwing; the value is not changed. */
export function payloadErrors(schema: JsonSchema | undefined, value: Json): readonly PayloadError[] {
  return schema === undefined ? [] : validatorOf(schema)(copyOf(value));
}

const VALIDATORS = new WeakMap<JsonSchema, Validator>();

function validatorOf(schema: JsonSchema): Validator {
  let validator = VALIDATORS.get(schema);
  if (validator === undefined) {
    validator = compileSchema(schema);
    VALIDATORS.set(schema, validator);
  }
  return validator;
}

export function payloadInvalid(errors: readonly PayloadError[]): EngineError {
  const first = errors[0];
  return new EngineError("payload_invalid", `The payload does not fit its schema: ${first?.path === "" ? "it" : first?.path} ${first?.message}.`, { errors });
}

/** Every non-null string of the value that its schema marks with `x-ref`, in document order. */
export function findReferences(schema: JsonSchema, value: Json): Reference[] {
  const found: Reference[] = [];
  visit(schema, value, "", schema, found, 0);
  return found;
}

const MAX_DEPTH = 16;

function visit(schema: Json | undefined, value: Json | undefined, path: string, root: JsonSchema, found: Reference[], depth: number): void {
  if (!isJsonObject(schema) || value === undefined || value === null || depth > MAX_DEPTH) return;
  const target = schema["$ref"];
  if (typeof target === "string" && target.startsWith("#/$defs/")) {
    const defs = root["$defs"];
    if (isJsonObject(defs)) visit(defs[target.slice("#/$defs/".length)], value, path, root, found, depth + 1);
  }
  const type = schema["x-ref"];
  if (typeof type === "string" && typeof value === "string" && value !== "") {
    if (!found.some((reference) => reference.path === path)) found.push({ path, type, value });
  }
  for (const word of ["allOf", "anyOf", "oneOf"]) {
    const branches = schema[word];
    if (Array.isArray(branches)) for (const branch of branches) visit(branch, value, path, root, found, depth + 1);
  }
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) visit(schema["items"], element, path + pointer(index), root, found, depth + 1);
  } else if (isJsonObject(value)) {
    const properties = schema["properties"];
    for (const [name, member] of Object.entries(value)) {
      const own = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : schema["additionalProperties"];
      visit(own, member, path + pointer(name), root, found, depth + 1);
    }
  }
}

/** A copy of the value with the member at a JSON pointer replaced. */
function replaceAt(value: Json, path: string, replacement: Json): Json {
  if (path === "") return replacement;
  const [head = "", ...rest] = path.slice(1).split("/");
  const name = head.replaceAll("~1", "/").replaceAll("~0", "~");
  const below = rest.length === 0 ? "" : `/${rest.join("/")}`;
  if (Array.isArray(value)) return value.map((element: Json, index) => (String(index) === name ? replaceAt(element, below, replacement) : element));
  if (!isJsonObject(value)) return value;
  return { ...value, [name]: replaceAt(value[name] ?? null, below, replacement) };
}
