/** Hit policies: from the rows that match, and those that might, to the rows that count (DMN 1.3, 8.2.10). */
import type { Json } from "../../schema/json.ts";
import type { HitPolicy, TableOutput } from "../../schema/table.ts";
import { equals, order } from "../feel/compare.ts";
import { add, compareNumeric, isNumeric, type Numeric } from "../feel/decimals.ts";
import { type FeelValue, Unknown } from "../feel/values.ts";

export const isSingleHit = (policy: HitPolicy): boolean => policy === "UNIQUE" || policy === "FIRST" || policy === "PRIORITY" || policy === "ANY";

/** The place of a row by its outputs: smaller counts more. Outputs without `values` do not order. */
export function rank(outputs: readonly TableOutput[], values: readonly FeelValue[]): number {
  let place = 0;
  outputs.forEach((output, i) => {
    if (output.values === undefined) return;
    const at = output.values.findIndex((allowed) => equals(allowed as FeelValue, values[i]!) === true);
    place = place * (output.values.length + 1) + (at < 0 ? output.values.length : at);
  });
  return place;
}

/** What an aggregate makes of the values of one output; Unknown where one is unknown or does not fit. */
export function aggregate(kind: "SUM" | "MIN" | "MAX" | "COUNT", values: readonly FeelValue[], fallback: Json | undefined): FeelValue {
  if (kind === "COUNT") return values.length;
  if (values.length === 0) return (fallback as FeelValue | undefined) ?? (kind === "SUM" ? 0 : null);
  let result: FeelValue = values[0]!;
  if (kind === "SUM" && !isNumeric(result)) return new Unknown("wrong type");
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (kind === "SUM") {
      if (!isNumeric(value) || !isNumeric(result)) return new Unknown("wrong type");
      result = add(result as Numeric, value as Numeric);
    } else {
      const compared = isNumeric(value) && isNumeric(result) ? compareNumeric(value as Numeric, result as Numeric) : order(value, result);
      if (typeof compared !== "number") return new Unknown("wrong type");
      if (kind === "MIN" ? compared < 0 : compared > 0) result = value;
    }
  }
  return result;
}
