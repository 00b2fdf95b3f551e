/**
 * Between JSON data and FEEL values by JSON Schema: what a record, a payload and settings are to expressions.
 *
 * `x-decimal` is a number, `format` date, date-time, time and duration are FEEL's own values; a declared field that is absent is null.
 */
import type { Json, JsonObject, JsonSchema } from "../../schema/json.ts";
import type { ValueSpec } from "../../schema/values.ts";
import { fromFeel } from "../feel/convert.ts";
import { parseNumeric } from "../feel/decimals.ts";
import { parseDate, parseDateTime, parseDuration, parseTime } from "../feel/temporal.ts";
import { type FeelValue, newContext, UNKNOWN, WRONG_TYPE } from "../feel/values.ts";

export type Reader = (json: Json | undefined) => FeelValue;

const READERS = new WeakMap<JsonSchema, Reader>();
/** Takes JSON as it is. */
export const PLAIN: Reader = (json) => (json === undefined ? null : json);
const TEXT_FORMATS: Readonly<Record<string, (text: string) => FeelValue | null>> = {
  date: parseDate,
  "date-time": parseDateTime,
  time: parseTime,
  duration: parseDuration,
};

/** The reader of a schema, built once for each schema object. Absent values read as null; values of another type as unknown. */
export function readerOf(schema: JsonSchema | undefined): Reader {
  if (schema === undefined) return (json) => (json === undefined ? UNKNOWN : json);
  let reader = READERS.get(schema);
  if (reader === undefined) {
    // Entered before it is built, so that a schema may refer to itself.
    READERS.set(schema, (json) => reader!(json));
    reader = build(schema, schema);
    READERS.set(schema, reader);
  }
  return reader;
}

function build(schema: JsonSchema, root: JsonSchema): Reader {
  const target = typeof schema["$ref"] === "string" ? definitionOf(schema["$ref"], root) : undefined;
  if (target !== undefined) return readerOf(target);
  if (schema["x-decimal"] !== undefined)
    return nullable((json) => (typeof json === "number" ? json : typeof json === "string" ? (parseNumeric(json) ?? WRONG_TYPE) : WRONG_TYPE));
  const parse = typeof schema["format"] === "string" && Object.hasOwn(TEXT_FORMATS, schema["format"]) ? TEXT_FORMATS[schema["format"]] : undefined;
  if (parse !== undefined) return nullable((json) => (typeof json === "string" ? (parse(json) ?? WRONG_TYPE) : WRONG_TYPE));
  if (isSchema(schema["items"])) {
    const element = build(schema["items"], root);
    return nullable((json) => (Array.isArray(json) ? (json as readonly Json[]).map(element) : WRONG_TYPE));
  }
  if (isSchema(schema["properties"])) return objectReader(schema["properties"], root);
  return PLAIN;
}

const nullable =
  (read: (json: Json) => FeelValue): Reader =>
  (json) =>
    json === undefined || json === null ? null : read(json);

function objectReader(properties: JsonSchema, root: JsonSchema): Reader {
  const fields = Object.entries(properties).map(([name, field]) => [name, isSchema(field) ? build(field, root) : PLAIN] as const);
  return nullable((json) => {
    if (typeof json !== "object" || Array.isArray(json)) return WRONG_TYPE;
    const data = json as JsonObject;
    const out = newContext();
    for (const name of Object.keys(data)) out[name] = data[name]!;
    for (const [name, read] of fields) out[name] = read(Object.hasOwn(data, name) ? data[name] : undefined);
    return out;
  });
}

function definitionOf(ref: string, root: JsonSchema): JsonSchema | undefined {
  const match = /^#\/\$defs\/([^/]+)$/.exec(ref);
  const definitions = root["$defs"];
  if (match === null || !isSchema(definitions) || !Object.hasOwn(definitions, match[1]!)) return undefined;
  const found = definitions[match[1]!];
  return isSchema(found) ? found : undefined;
}

/** Readers of the fields of an object schema, for reading single fields. */
export function fieldReaders(schema: JsonSchema): ReadonlyMap<string, Reader> {
  let readers = FIELDS.get(schema);
  if (readers === undefined) {
    const properties = schema["properties"];
    readers = new Map(isSchema(properties) ? Object.entries(properties).map(([name, field]) => [name, isSchema(field) ? build(field, schema) : PLAIN]) : []);
    FIELDS.set(schema, readers);
  }
  return readers;
}
const FIELDS = new WeakMap<JsonSchema, ReadonlyMap<string, Reader>>();

/** JSON of a value that is written to a field of this schema: decimals as strings of their scale. undefined where it is unknown. */
export function writeField(schema: JsonSchema | undefined, field: string, value: FeelValue): Json | undefined {
  const properties = schema?.["properties"];
  const own = isSchema(properties) && Object.hasOwn(properties, field) ? properties[field] : undefined;
  return fromFeel(value, isSchema(own) ? specOf(own) : undefined);
}

const SPECS = new WeakMap<JsonSchema, ValueSpec>();

/** The part of a schema that decides how numbers are written. */
export function specOf(schema: JsonSchema): ValueSpec | undefined {
  if (typeof schema["x-decimal"] === "number") return { type: "decimal", scale: schema["x-decimal"] };
  const known = SPECS.get(schema);
  if (known !== undefined) return known;
  let spec: ValueSpec | undefined;
  if (isSchema(schema["items"])) {
    const of = specOf(schema["items"]);
    spec = { type: "list", ...(of === undefined ? {} : { of }) };
  } else if (isSchema(schema["properties"])) {
    const fields: Record<string, ValueSpec> = {};
    for (const [name, field] of Object.entries(schema["properties"])) {
      const inner = isSchema(field) ? specOf(field) : undefined;
      if (inner !== undefined) fields[name] = inner;
    }
    spec = { type: "record", fields };
  }
  if (spec !== undefined) SPECS.set(schema, spec);
  return spec;
}

/** Data with the schema's `default` of every absent top-level field. The argument is not changed. */
export function withDefaults(schema: JsonSchema, data: JsonObject): JsonObject {
  const properties = schema["properties"];
  if (!isSchema(properties)) return data;
  let out: Record<string, Json> | undefined;
  for (const [name, field] of Object.entries(properties)) {
    if (!isSchema(field) || field["default"] === undefined || Object.hasOwn(data, name)) continue;
    out ??= { ...data };
    out[name] = field["default"];
  }
  return out ?? data;
}

function isSchema(value: Json | undefined): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
