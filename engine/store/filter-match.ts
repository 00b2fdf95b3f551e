/** The part of the filter language that one record's data answers alone: for the `where` of unique keys. */
import type { Json, JsonObject } from "../schema/json.ts";
import type { Filter } from "../schema/query.ts";
import { asObject } from "./record-fields.ts";

export function matchesFilter(filter: Filter, data: JsonObject): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    const value = field.split(".").reduce<Json>((at, name) => asObject(at)?.[name] ?? null, data);
    const operators = asObject(wanted);
    if (operators === null || !Object.keys(operators).some((name) => name.startsWith("$"))) return same(value, wanted);
    return Object.entries(operators).every(([operator, operand]) => holds(value, operator, operand));
  });
}

function holds(value: Json, operator: string, operand: Json): boolean {
  if (operator === "$eq") return same(value, operand);
  if (operator === "$ne") return !same(value, operand);
  if (operator === "$null") return (value === null) === operand;
  if (operator === "$in") return Array.isArray(operand) && operand.some((each: Json) => same(value, each));
  if (operator === "$nin") return Array.isArray(operand) && !operand.some((each: Json) => same(value, each));
  if (operator === "$has") return Array.isArray(value) && value.some((each: Json) => same(each, operand));
  return false;
}

function same(a: Json, b: Json): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
