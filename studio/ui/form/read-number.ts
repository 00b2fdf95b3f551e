import type { Json, JsonSchema } from "#engine/schema/json.ts";
import { typeOf } from "./schema-kind.ts";

/**
 * What was typed as a number. Figures stay text until they are numbers, so that a half-typed one is not lost; decimals are sent as text.
 * Commas are taken off only where they cannot be a decimal point: "1,200.50" and "1,200,000", but neither "12,50" nor "1,200".
 */
export function readNumber(schema: JsonSchema, typed: string): Json | undefined {
  const text = typed.trim();
  if (text === "") return undefined;
  const isGrouped = /^-?\d{1,3}(,\d{3})+\.\d+$/.test(text) || /^-?\d{1,3}(,\d{3}){2,}$/.test(text);
  const clean = isGrouped || (typeOf(schema) === "integer" && /^-?\d{1,3},\d{3}$/.test(text)) ? text.replaceAll(",", "") : text;
  const plain = typeOf(schema) !== "string" && Object.hasOwn(schema, "x-decimal") === false;
  return plain && /^-?\d{1,15}$/.test(clean) ? Number(clean) : plain && /^-?\d+\.\d*[1-9]$/.test(clean) && clean.length <= 15 ? Number(clean) : clean;
}
