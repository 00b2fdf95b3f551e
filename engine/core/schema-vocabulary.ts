/**
 * Which JSON Schemas an admin may write: a small vocabulary, bounded in depth and size, so that no payload schema can hang or
 * exhaust the process (reliability 4, ajv). Pure; the validator itself is validate.ts.
 */
import { KINDS } from "../schema/definition-base.ts";
import { isJsonObject, type Json, type JsonSchema } from "../schema/json.ts";
import { pointer } from "./problem.ts";

export const MAX_SCHEMA_DEPTH = 16;
export const MAX_SCHEMA_NODES = 2_000;
/** Bound put on every list that names none: ajv compares `uniqueItems` pairwise. */
export const DEFAULT_MAX_ITEMS = 1_000;

/** Digits of a decimal: what an amount has more of was mistyped. Before the point as many as those after it leave, and never fewer than six. */
const DECIMAL_DIGITS = 18;
export const wholeDigits = (scale: number): number => Math.max(DECIMAL_DIGITS - scale, 6);

const SCHEMA_MAPS = new Set(["properties", "$defs", "dependentSchemas"]);
const SCHEMA_LISTS = new Set(["allOf", "anyOf", "oneOf", "prefixItems"]);
const SUB_SCHEMAS = new Set(["items", "additionalProperties", "propertyNames", "not", "if", "then", "else", "contains"]);
const PLAIN = new Set([
  ...["type", "enum", "const", "required", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "pattern", "format", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "dependentRequired"],
  ...["title", "description", "default", "examples", "deprecated", "readOnly", "$ref", "$schema", "$id", "$comment"],
]);
export const FORMATS = new Set(["date", "date-time", "time", "duration", "email", "uuid", "uri"]);
export const EXTENSIONS = [
  "x-ref",
  "x-decimal",
  "x-title",
  "x-unit",
  "x-members",
  "x-template",
  "x-where",
  "x-enum-titles",
  "x-lines",
  "x-order",
  "x-hidden",
] as const;

export interface SchemaFault {
  /** JSON pointer into the schema. */
  readonly path: string;
  readonly message: string;
}

/** Lists what keeps a schema from being used as a payload, record or settings schema; empty when it may be. */
export function checkSchemaVocabulary(schema: JsonSchema): SchemaFault[] {
  const faults: SchemaFault[] = [];
  let nodes = 0;
  const visit = (node: Json | undefined, path: readonly (string | number)[], depth: number): void => {
    if (typeof node === "boolean" || faults.length >= 50) return;
    const fail = (message: string, ...more: (string | number)[]) => faults.push({ path: pointer(...path, ...more), message });
    if (!isJsonObject(node)) return void fail("A schema is an object or a boolean");
    if (depth > MAX_SCHEMA_DEPTH) return void fail(`Schemas nest at most ${MAX_SCHEMA_DEPTH} levels deep`);
    if (++nodes > MAX_SCHEMA_NODES) return void fail(`A schema has at most ${MAX_SCHEMA_NODES} sub-schemas`);
    for (const [keyword, value] of Object.entries(node)) {
      if (SCHEMA_MAPS.has(keyword)) {
        if (!isJsonObject(value)) fail("must be an object of schemas", keyword);
        else {
          for (const [name, child] of Object.entries(value)) {
            if (name === "__proto__") fail("This name cannot be used", keyword, name);
            visit(child, [...path, keyword, name], depth + 1);
          }
        }
      } else if (SCHEMA_LISTS.has(keyword)) {
        if (!Array.isArray(value)) fail("must be a list of schemas", keyword);
        else value.forEach((child, index) => void visit(child, [...path, keyword, index], depth + 1));
      } else if (SUB_SCHEMAS.has(keyword)) visit(value, [...path, keyword], depth + 1);
      else if (keyword === "$ref") {
        if (typeof value !== "string" || !/^#\/\$defs\/[^/]+$/.test(value)) fail('Only "#/$defs/<name>" can be referred to', keyword);
      } else if (keyword === "format") {
        if (typeof value !== "string" || !FORMATS.has(value)) fail(`Formats are ${[...FORMATS].join(", ")}`, keyword);
      } else if (keyword === "x-decimal") {
        if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > 18) fail("x-decimal is the number of digits after the point, 0 to 18", keyword);
      } else if (keyword === "x-members") {
        if (path.length > 0 || (!isJsonObject(node["additionalProperties"]) && node["additionalProperties"] !== false))
          fail("x-members stands at the root, beside additionalProperties with the schema of a member", keyword);
        else if (!(KINDS as readonly Json[]).includes(value)) fail(`Members are definitions: ${KINDS.join(", ")}`, keyword);
      } else if (keyword === "x-order") {
        const names = Array.isArray(value) ? (value as readonly Json[]) : [];
        if (names.length === 0 || names.some((name) => typeof name !== "string") || new Set(names).size < names.length)
          fail("x-order lists names of properties, each once", keyword);
        const properties = isJsonObject(node["properties"]) ? node["properties"] : {};
        names.forEach((name, at) => {
          if (typeof name === "string" && !Object.hasOwn(properties, name)) fail(`There is no property "${name}" to put in order`, keyword, at);
        });
      } else if (keyword === "x-enum-titles") {
        if (!isJsonObject(value) || Object.values(value).some((label) => typeof label !== "string")) fail("x-enum-titles has a label for each value", keyword);
      } else if (keyword === "x-where") {
        if (typeof node["x-ref"] !== "string" || !isJsonObject(value) || Object.values(value).some((text) => typeof text !== "string"))
          fail("x-where stands beside x-ref: a FEEL text for each field that a record offered must have", keyword);
      } else if (keyword === "x-template") {
        if (value !== "subject" && value !== "html" && value !== "text") fail("x-template is subject, html or text", keyword);
      } else if (!PLAIN.has(keyword) && !(EXTENSIONS as readonly string[]).includes(keyword)) fail(`The keyword "${keyword}" is not supported`, keyword);
    }
  };
  visit(schema, [], 1);
  return faults;
}

/** The same schema with decimals open to strings and numbers, and every list bounded. Does not change its argument. */
export function prepareSchema(schema: JsonSchema): JsonSchema {
  return prepare(schema) as JsonSchema;
}

function prepare(node: Json): Json {
  if (!isJsonObject(node)) return node;
  const out: Record<string, Json> = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (SCHEMA_MAPS.has(keyword) && isJsonObject(value))
      out[keyword] = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, prepare(child)]));
    else if (SCHEMA_LISTS.has(keyword) && Array.isArray(value)) out[keyword] = value.map(prepare);
    else if (SUB_SCHEMAS.has(keyword)) out[keyword] = prepare(value);
    else if (keyword !== "$schema" && keyword !== "$id") out[keyword] = value;
  }
  if (typeof out["x-decimal"] === "number") {
    const nullable = Array.isArray(out["type"]) && out["type"].includes("null");
    out["type"] = nullable ? ["string", "number", "null"] : ["string", "number"];
    // Bounds of a decimal are checked on its exact value, not on the JSON number.
    for (const bound of ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] as const) {
      if (out[bound] === undefined) continue;
      out[`x-decimal-${bound}`] = out[bound];
      delete out[bound];
    }
    delete out["format"];
    delete out["pattern"];
  } else if ((out["type"] === "array" || out["items"] !== undefined) && out["maxItems"] === undefined) {
    out["maxItems"] = DEFAULT_MAX_ITEMS;
  }
  return out;
}
