/** What FEEL lacks and records need: allocation first in, first out, and grouping. */
import { equals } from "../compare.ts";
import { compareNumeric, isNumeric, type Numeric, subtract } from "../decimals.ts";
import { FeelFunction, type FeelList, type FeelValue, newContext, Unknown, WRONG_TYPE } from "../values.ts";
import { property } from "./contexts.ts";
import { type Builtin, type Charge, define, firstUnknown } from "./define.ts";

/**
 * What remains of each amount after `total` has been allotted to them in order: `allocate([100, 50], 120)` is `[0, 30]`.
 * A total of zero or less allots nothing.
 */
function allocate(amounts: FeelList, total: Numeric): FeelValue {
  const unknown = firstUnknown(amounts);
  if (unknown !== undefined) return unknown;
  if (amounts.includes(null)) return null;
  let left: Numeric = total;
  const remainders: FeelValue[] = [];
  for (const amount of amounts) {
    if (!isNumeric(amount)) return WRONG_TYPE;
    const used: Numeric = compareNumeric(left, 0) <= 0 ? 0 : compareNumeric(left, amount as Numeric) < 0 ? left : (amount as Numeric);
    remainders.push(subtract(amount as Numeric, used));
    left = subtract(left, used) ?? 0;
  }
  return remainders;
}
/** Groups in order of first appearance: a list of {key, items}. `key` is a field's name or a function of the item. */
function groupBy(list: FeelList, key: FeelValue, charge: Charge): FeelValue {
  const groups: { key: FeelValue; items: FeelValue[] }[] = [];
  const quick = new Map<FeelValue, { key: FeelValue; items: FeelValue[] }>();
  for (const item of list) {
    charge(1);
    const value = key instanceof FeelFunction ? key.invoke([item]) : typeof key === "string" ? property(item, key) : WRONG_TYPE;
    if (value instanceof Unknown) return value;
    const primitive = value === null || typeof value !== "object";
    let group = primitive ? quick.get(value) : undefined;
    if (!primitive) {
      charge(groups.length);
      group = groups.find((candidate) => equals(candidate.key, value) === true);
    }
    if (group === undefined) {
      group = { key: value, items: [] };
      groups.push(group);
      if (primitive) quick.set(value, group);
    }
    group.items.push(item);
  }
  return groups.map((group) => Object.assign(newContext(), group));
}

export const groupBuiltins: readonly Builtin[] = [
  define("allocate(amounts: l, total: n)", ([amounts, total], charge) => {
    charge(amounts.length);
    return allocate(amounts, total);
  }),
  define("group by(list: l, key: a)", ([list, key], charge) => groupBy(list, key, charge)),
];
