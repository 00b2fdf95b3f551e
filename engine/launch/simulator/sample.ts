/** A value that fits a schema, for events that nobody has filled in: the first choice, the least number, a short text. */
import type { Json, JsonObject, JsonSchema } from "../../schema/json.ts";

/** - `now`: for dates and instants */
export function sampleOf(schema: JsonSchema, now: string, name = "value"): Json {
  const {
    examples,
    enum: choices,
    const: constant,
  } = schema as { readonly examples?: readonly Json[]; readonly enum?: readonly Json[]; readonly const?: Json };
  if (constant !== undefined) return constant;
  if (examples?.[0] !== undefined) return examples[0];
  if (choices?.[0] !== undefined) return choices[0];
  const minimum = typeof schema["minimum"] === "number" ? schema["minimum"] : 1;
  switch (typeOf(schema)) {
    case "object":
      return sampleObject(schema, now);
    case "array":
      return Number(schema["minItems"] ?? 0) === 0 ? [] : [sampleOf((schema["items"] ?? {}) as JsonSchema, now, name)];
    case "integer":
    case "number":
      return Math.max(1, minimum);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return sampleText(schema, now, name);
  }
}

/** What an object must have; the rest is left out. */
function sampleObject(schema: JsonSchema, now: string): JsonObject {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const required = (schema["required"] ?? []) as readonly string[];
  return Object.fromEntries(required.map((field) => [field, sampleOf(properties[field] ?? {}, now, field)]));
}

function sampleText(schema: JsonSchema, now: string, name: string): string {
  if (schema["x-decimal"] !== undefined) return "1";
  if (schema["format"] === "date-time") return now;
  if (schema["format"] === "date") return now.slice(0, 10);
  if (schema["format"] === "email") return "somebody@example.org";
  return name.slice(0, typeof schema["maxLength"] === "number" ? schema["maxLength"] : 80);
}

function typeOf(schema: JsonSchema): string | undefined {
  const type = schema["type"];
  return Array.isArray(type) ? String(type.find((each) => each !== "null")) : typeof type === "string" ? type : undefined;
}

/**
 * The object with a value at a dotted path: `items.0.sequence`. Lists grow where they must.
 *
 * - `text`: JSON, or else text as it is
 */
export function withValue(target: Json, path: readonly string[], text: string): Json {
  const [first, ...rest] = path;
  if (first === undefined) return parseValue(text);
  if (/^\d{1,4}$/.test(first) && (Array.isArray(target) || target === undefined || target === null)) {
    const list = Array.isArray(target) ? [...(target as readonly Json[])] : [];
    const at = Math.min(Number(first), list.length);
    list[at] = withValue(list[at] ?? null, rest, text);
    return list;
  }
  const object = typeof target === "object" && target !== null && !Array.isArray(target) ? (target as JsonObject) : {};
  return { ...object, [first]: withValue(Object.hasOwn(object, first) ? (object[first] ?? null) : null, rest, text) };
}

function parseValue(text: string): Json {
  if (!/^(-?\d{1,15}|true|false|null|".*"|\[.*\]|\{.*\})$/s.test(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
