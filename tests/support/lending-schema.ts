/** Short forms of the JSON Schemas of the lending pack. */
import type { JsonSchema } from "#engine/schema/json.ts";

export const text = (maxLength = 200): JsonSchema => ({ type: "string", maxLength });

export const object = (properties: JsonSchema, required: readonly string[] = []): JsonSchema => ({
  type: "object",
  additionalProperties: false,
  properties,
  required,
});
