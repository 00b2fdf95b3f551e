/** What a type's schema says about its fields: references, numbers, nesting. Read once per type object. */
import type { Json, JsonObject, JsonSchema } from "../schema/json.ts";
import type { TypeDefinition } from "../schema/type.ts";

export type FieldKind = "text" | "number" | "boolean" | "instant" | "list" | "object";

/** "*" stands for the elements of a list. */
export interface ReferenceField {
  readonly path: readonly string[];
  /** Record type referred to (id or key). */
  readonly type: string;
}

const references = new WeakMap<TypeDefinition, readonly ReferenceField[]>();

/** Every `x-ref` of the schema, nested ones included. */
export function referenceFields(type: TypeDefinition): readonly ReferenceField[] {
  const known = references.get(type);
  if (known !== undefined) return known;
  const found: ReferenceField[] = [];
  collect(type.schema, [], found);
  references.set(type, found);
  return found;
}

function collect(schema: JsonSchema, path: readonly string[], found: ReferenceField[]): void {
  if (typeof schema["x-ref"] === "string") found.push({ path, type: schema["x-ref"] });
  for (const [name, property] of Object.entries(asObject(schema["properties"]) ?? {})) collect(property as JsonSchema, [...path, name], found);
  const items = asObject(schema["items"]);
  if (items !== null) collect(items, [...path, "*"], found);
  for (const word of ["oneOf", "anyOf", "allOf"]) {
    const parts = schema[word];
    if (Array.isArray(parts)) for (const part of parts as readonly JsonSchema[]) collect(part, path, found);
  }
}

/** The schema at a path of property names, or null where the type has no such field. */
export function fieldSchema(type: TypeDefinition, path: readonly string[]): JsonSchema | null {
  let schema: JsonSchema | null = type.schema;
  for (const name of path) {
    const properties = asObject(schema["properties"]);
    if (properties === null || !Object.hasOwn(properties, name)) {
      // A schema that lists no properties says nothing about what is inside: free JSON.
      return properties === null && schema !== type.schema ? {} : null;
    }
    schema = asObject(properties[name] ?? null);
    if (schema === null) return {};
  }
  return schema;
}

export function fieldKind(schema: JsonSchema): FieldKind {
  if (schema["x-decimal"] !== undefined) return "number";
  const types = ([] as Json[]).concat(schema["type"] ?? []).filter((type) => type !== "null");
  if (types.length === 1) {
    if (types[0] === "number" || types[0] === "integer") return "number";
    if (types[0] === "boolean") return "boolean";
    if (types[0] === "array") return "list";
    if (types[0] === "object") return "object";
    if (types[0] === "string" && schema["format"] === "date-time") return "instant";
  }
  return "text";
}

/** Calls `visit` for every string at the path; its answer takes the place of the value. Makes a copy where something changes. */
export function mapPath(value: Json, path: readonly string[], visit: (value: string, at: string) => string, at = ""): Json {
  const [head, ...rest] = path;
  if (head === undefined) return typeof value === "string" ? visit(value, at) : value;
  if (head === "*") return Array.isArray(value) ? value.map((item: Json, index) => mapPath(item, rest, visit, `${at}/${index}`)) : value;
  const object = asObject(value);
  const inner = object?.[head];
  if (object === null || inner === undefined || inner === null) return value;
  return { ...object, [head]: mapPath(inner, rest, visit, `${at}/${head}`) };
}

export function asObject(value: Json | undefined): JsonObject | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}
