import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "#engine/schema/json.ts";
import { words } from "../describe-value.ts";

/** Which control shows a schema. */
export type ControlKind =
  | "const"
  | "choice"
  | "choices"
  | "switch"
  | "reference"
  | "references"
  | "file"
  | "decimal"
  | "integer"
  | "date"
  | "moment"
  | "text"
  | "email"
  | "lines"
  | "tags"
  | "rows"
  | "group"
  | "json";

export interface Option {
  readonly value: string;
  readonly label: string;
}

const has = (schema: JsonSchema, key: string): boolean => Object.hasOwn(schema, key);

/** What the records that a reference offers have in common, as the engine answered it. */
export function filterOf(schema: JsonSchema): JsonObject | undefined {
  const filter = schema["x-filter"] ?? schemaAt(schema["items"])["x-filter"];
  return isJsonObject(filter) ? filter : undefined;
}

export const schemaAt = (value: Json | undefined): JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonSchema) : {};

/** The type without "null": `["string", "null"]` is an optional string. */
export function typeOf(schema: JsonSchema): string {
  const type = schema["type"];
  if (Array.isArray(type)) return String(type.find((name) => name !== "null") ?? "string");
  if (typeof type === "string") return type;
  return has(schema, "properties") ? "object" : has(schema, "items") ? "array" : "string";
}

export function kindOf(schema: JsonSchema): ControlKind {
  if (has(schema, "const")) return "const";
  const ref = schema["x-ref"];
  const type = typeOf(schema);
  if (ref === "files" || schema["format"] === "file") return "file";
  if (type === "array") {
    const items = schemaAt(schema["items"]);
    if (optionsOf(items).length > 0) return "choices";
    if (has(items, "x-ref")) return "references";
    return typeOf(items) === "object" || typeOf(items) === "array" ? "rows" : "tags";
  }
  if (typeof ref === "string") return "reference";
  if (optionsOf(schema).length > 0) return "choice";
  if (type === "boolean") return "switch";
  if (type === "object") return Object.keys(schemaAt(schema["properties"])).length > 0 ? "group" : "json";
  if (has(schema, "x-decimal") || type === "number") return "decimal";
  if (type === "integer") return "integer";
  switch (schema["format"]) {
    case "date":
      return "date";
    case "date-time":
      return "moment";
    case "email":
      return "email";
    default:
      return schema["x-lines"] === true ||
        schema["x-template"] === "html" ||
        schema["x-template"] === "text" ||
        (schema["x-template"] === undefined && Number(schema["maxLength"] ?? 0) > 200)
        ? "lines"
        : "text";
  }
}

/** Choices with titles, from `enum` (with `x-enum-titles`), or from `oneOf`/`anyOf` of constants. */
export function optionsOf(schema: JsonSchema): readonly Option[] {
  if (Array.isArray(schema["enum"])) {
    const titles = schemaAt(schema["x-enum-titles"]);
    return schema["enum"]
      .filter((value) => value !== null)
      .map((value) => ({
        value: String(value),
        label: typeof titles[String(value)] === "string" ? String(titles[String(value)]) : choiceWords(String(value)),
      }));
  }
  const branches = Array.isArray(schema["oneOf"]) ? schema["oneOf"] : Array.isArray(schema["anyOf"]) ? schema["anyOf"] : [];
  const constants = branches.map(schemaAt).filter((branch) => has(branch, "const") && branch["const"] !== null);
  return constants.map((branch) => ({ value: String(branch["const"]), label: titleOf(branch, String(branch["const"])) }));
}

/** Codes in capitals stay as they are when short ("USD"); others become words. */
const choiceWords = (value: string): string => (/^[A-Z0-9]{2,5}$/.test(value) ? value : words(value));

export function titleOf(schema: JsonSchema, name: string): string {
  const title = schema["x-title"] ?? schema["title"];
  return typeof title === "string" ? title : words(name.replace(/_(id|ids)$/, ""));
}

/** A decimal of cents or finer without a unit of its own: its unit is the currency beside it. */
export const isAmount = (schema: JsonSchema): boolean =>
  kindOf(schema) === "decimal" && schema["x-unit"] === undefined && Number(schema["x-decimal"] ?? 0) >= 2;

export const requiredOf = (schema: JsonSchema): readonly string[] => (Array.isArray(schema["required"]) ? schema["required"].map(String) : []);

const orderOf = (schema: JsonSchema): readonly string[] => (Array.isArray(schema["x-order"]) ? schema["x-order"].map(String) : []);

/**
 * The properties in the order of a form. A definition's keys carry no order (its hash sorts them), so: as `x-order` lists them; of the
 * others what is required first, as `required` lists it, then short fields, then lists, long texts last.
 */
export function propertiesOf(schema: JsonSchema): readonly (readonly [string, JsonSchema])[] {
  const order = orderOf(schema);
  const required = requiredOf(schema);
  const rank = (name: string, property: JsonSchema): number =>
    order.includes(name) ? order.indexOf(name) : required.includes(name) ? 1000 + required.indexOf(name) : 2000 + (LATER[kindOf(property)] ?? 0);
  return Object.entries(schemaAt(schema["properties"]))
    .map(([name, value]) => [name, schemaAt(value)] as const)
    .sort(([a, left], [b, right]) => rank(a, left) - rank(b, right));
}

const LATER: Readonly<Partial<Record<ControlKind, number>>> = { switch: 1, group: 2, rows: 3, tags: 4, file: 5, json: 6, lines: 7 };

/** What a form starts with: defaults and constants; everything else is absent. */
export function blankOf(schema: JsonSchema): JsonObject {
  const start: Record<string, Json> = {};
  for (const [name, property] of propertiesOf(schema)) {
    if (has(property, "const")) start[name] = property["const"] ?? null;
    else if (has(property, "default")) start[name] = property["default"] ?? null;
    else if (kindOf(property) === "group" && requiredOf(schema).includes(name)) start[name] = blankOf(property);
    else if (kindOf(property) === "rows" && Number(property["minItems"] ?? 0) > 0) start[name] = [blankOf(schemaAt(property["items"]))];
  }
  return start;
}

export const allowsNull = (schema: JsonSchema): boolean => Array.isArray(schema["type"]) && schema["type"].includes("null");

/**
 * The object with another value of one field. A field that had a value and is emptied is null where its schema takes that, so that
 * it is not taken for one that was left out; elsewhere it is absent, as one that was never filled in.
 */
export function withField(schema: JsonSchema, value: JsonObject, name: string, next: Json | undefined): JsonObject {
  const { [name]: before, ...rest } = value;
  if (next !== undefined) return { ...rest, [name]: next };
  const property = schemaAt(schemaAt(schema["properties"])[name]);
  const emptied = before !== undefined && allowsNull(property) && !requiredOf(schema).includes(name);
  const values = property["enum"];
  return emptied && (!Array.isArray(values) || values.includes(null)) ? { ...rest, [name]: null } : rest;
}
