/** A plausible value for a JSON Schema: what a template is shown with before anybody chooses a record. */
import { isJsonObject, type Json, type JsonObject } from "../schema/json.ts";

const NOW = "2026-02-02T06:00:00Z";

/** Follows defaults, examples and enums first; nesting deeper than 8 gives null. */
export function sampleValue(schema: Json | undefined, name = "", depth = 0): Json {
  if (!isJsonObject(schema) || depth > 8) return null;
  if (schema["default"] !== undefined) return schema["default"];
  const [example] = Array.isArray(schema["examples"]) ? schema["examples"] : [];
  if (example !== undefined) return example;
  const [first] = Array.isArray(schema["enum"]) ? schema["enum"] : [];
  if (first !== undefined) return first;
  if (typeof schema["x-decimal"] === "number") return (1234.5).toFixed(Math.min(schema["x-decimal"], 4));
  const types = Array.isArray(schema["type"]) ? schema["type"] : [schema["type"]];
  switch (types.find((type) => type !== "null")) {
    case "object":
      return sampleObject(schema, depth);
    case "array":
      return [sampleValue(schema["items"], name, depth + 1), sampleValue(schema["items"], name, depth + 1)];
    case "integer":
      return 3;
    case "number":
      return 12.5;
    case "boolean":
      return true;
    case "string":
      return schema["format"] === "date"
        ? NOW.slice(0, 10)
        : schema["format"] === "date-time"
          ? NOW
          : schema["format"] === "email"
            ? "name@example.com"
            : `‹${name.replaceAll("_", " ") || "text"}›`;
    default:
      return isJsonObject(schema["properties"]) ? sampleObject(schema, depth) : `‹${name.replaceAll("_", " ")}›`;
  }
}

export function sampleObject(schema: JsonObject, depth = 0): JsonObject {
  const properties = isJsonObject(schema["properties"]) ? schema["properties"] : {};
  return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, sampleValue(inner, name, depth + 1)]));
}
