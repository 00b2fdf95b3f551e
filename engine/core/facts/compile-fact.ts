/** Compiles a catalogue fact: its expressions, and how its rows and its value are read. */
import type { FactDefinition } from "../../schema/fact.ts";
import type { JsonObject, JsonSchema } from "../../schema/json.ts";
import type { Query } from "../../schema/query.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { ValueSpec } from "../../schema/values.ts";
import type { Expression } from "../feel/compile.ts";
import { converter } from "../feel/convert.ts";
import { type FeelValue, isList, newContext } from "../feel/values.ts";
import type { ExpressionMap } from "../machine/code.ts";
import { compileAt, compileMap } from "../machine/compile-code.ts";
import { pointer } from "../problem.ts";
import { type Reader, readerOf } from "./schema-values.ts";

export interface CompiledFact {
  readonly key: string;
  readonly version: string;
  readonly definition: FactDefinition;
  readonly args: ReadonlyMap<string, ValueSpec>;
  /** Record type, or "*", -> arguments. */
  readonly subjects: ReadonlyMap<string, ExpressionMap>;
  readonly expr: Expression | null;
  readonly lock: Expression | null;
}

export function compileFact(definition: FactDefinition, version: string): CompiledFact {
  return {
    ...{ key: definition.key, version, definition },
    args: new Map(Object.entries(definition.args ?? {})),
    subjects: new Map(Object.entries(definition.subjects ?? {}).map(([type, map]) => [type, compileMap(map, `/subjects${pointer(type)}`)])),
    expr: definition.expr === undefined ? null : compileAt(definition.expr, "/expr"),
    lock: definition.lock === undefined ? null : compileAt(definition.lock, "/lock"),
  };
}

/** System members of every record that `get`, `find` and whole-record queries give. */
const SYSTEM: JsonSchema = {
  type: "object",
  properties: { created_at: { type: "string", format: "date-time" }, updated_at: { type: "string", format: "date-time" } },
};

const WHOLE = new WeakMap<TypeDefinition, Reader>();

/** Reads a whole record as get and find give it: its fields by their schema, and id, code, type, org, created_at, updated_at, state, states. */
export function recordReader(type: TypeDefinition | null): Reader {
  if (type === null) return (json) => (json === undefined ? null : json);
  let reader = WHOLE.get(type);
  if (reader === undefined) {
    const data = readerOf(type.schema);
    const system = readerOf(SYSTEM);
    reader = (json) => {
      if (json === undefined || json === null) return null;
      const fields = data(json);
      if (typeof fields !== "object" || fields === null || isList(fields)) return fields;
      const out = fields as Record<string, FeelValue>;
      const own = system(json) as Record<string, FeelValue>;
      for (const name of ["created_at", "updated_at"]) if (own[name] !== null) out[name] = own[name]!;
      return out;
    };
    WHOLE.set(type, reader);
  }
  return reader;
}

/** Reads one row of a query: selected paths keep the type of their field, aggregates that of what they aggregate. */
export function rowReader(query: Query, typeOf: (ref: string) => TypeDefinition | null): Reader {
  if (query.select === undefined) return recordReader(typeOf(query.from));
  const readers = Object.entries(query.select).map(([name, selected]) => {
    const path =
      typeof selected === "string"
        ? selected
        : "sum" in selected
          ? selected.sum
          : "min" in selected
            ? selected.min
            : "max" in selected
              ? selected.max
              : "list" in selected
                ? selected.list
                : null;
    const read = path === null ? plain : readerOf(schemaAt(query, path, typeOf));
    const many = typeof selected === "object" && "list" in selected;
    return [name, many ? (json: JsonObject[string] | undefined) => (Array.isArray(json) ? json.map(read) : read(json)) : read] as const;
  });
  return (json) => {
    if (typeof json !== "object" || json === null || Array.isArray(json)) return json === undefined ? null : json;
    const row = json as JsonObject;
    const out = newContext();
    for (const name of Object.keys(row)) out[name] = row[name]!;
    for (const [name, read] of readers) out[name] = read(Object.hasOwn(row, name) ? row[name] : undefined);
    return out;
  };
}
const plain: Reader = (json) => (json === undefined ? null : json);
const ANY: JsonSchema = {};
const INSTANT: JsonSchema = { type: "string", format: "date-time" };

function schemaAt(query: Query, path: string, typeOf: (ref: string) => TypeDefinition | null): JsonSchema {
  // Alternatives are of one kind.
  const parts = (path.split("??", 1)[0] ?? path).trim().split(".");
  let type = typeOf(query.from);
  if (parts.length > 1 && Object.hasOwn(query.join ?? {}, parts[0]!)) {
    type = typeOf(query.join![parts[0]!]!.type);
    parts.shift();
  }
  if (parts[0] === "@createdAt" || parts[0] === "@updatedAt") return INSTANT;
  let schema: JsonSchema | undefined = type?.schema;
  for (const part of parts) {
    const properties = schema?.["properties"];
    const next =
      typeof properties === "object" && properties !== null && !Array.isArray(properties) && Object.hasOwn(properties, part)
        ? (properties as JsonSchema)[part]
        : undefined;
    if (typeof next !== "object" || next === null || Array.isArray(next)) return ANY;
    schema = next as JsonSchema;
  }
  return schema ?? ANY;
}

/** Converts what a fact gives by its declared value, where that says more than "list" or "record". */
export function valueReader(spec: ValueSpec): Reader | null {
  if (spec.type === "list" && spec.of === undefined) return null;
  if (spec.type === "record" && spec.fields === undefined) return null;
  return converter({ ...spec, nullable: true });
}
