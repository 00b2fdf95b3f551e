/** JSON as a `jsonb` column gives it back: members by the length of their names in UTF-8, then by their bytes (PostgreSQL, "jsonb Input and Output"). */
import type { Json, JsonObject } from "../../schema/json.ts";

export function inStoredOrder(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each: Json) => inStoredOrder(each));
  return Object.fromEntries(
    Object.keys(value)
      .sort(byStored)
      .map((name) => [name, inStoredOrder((value as JsonObject)[name] as Json)]),
  );
}

const ASCII = /^[\x20-\x7e]*$/;

function byStored(a: string, b: string): number {
  if (ASCII.test(a) && ASCII.test(b)) return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length - right.length || Buffer.compare(left, right);
}
