/** Lists: DMN 1.3, 10.3.4.4. Positions count from 1, or from the end when negative. Lists are never changed in place. */
import { either, equals, order } from "../compare.ts";
import { type Numeric, toDecimal } from "../decimals.ts";
import { hasText } from "../list-index.ts";
import { type FeelFunction, type FeelList, type FeelValue, isList, Unknown, WRONG_TYPE } from "../values.ts";
import { type Builtin, type Charge, define, firstUnknown, spread } from "./define.ts";

/** Zero-based index of a FEEL position; -1 where it lies outside. */
function indexOf(position: Numeric, length: number): number {
  const value = toDecimal(position).toNumber();
  if (!Number.isInteger(value) || value === 0 || Math.abs(value) > length) return -1;
  return value > 0 ? value - 1 : length + value;
}
function contains(list: FeelList, element: FeelValue, charge: Charge): boolean | Unknown {
  const quick = typeof element === "string" ? hasText(list, element, charge) : null;
  if (quick !== null) return quick;
  charge(list.length);
  let found: boolean | Unknown = false;
  for (const entry of list) {
    const same: boolean | Unknown = equals(entry, element);
    // Entries of another type are not the element; only what is not known leaves the question open.
    found = either(found, same === WRONG_TYPE ? false : same);
    if (found === true) return true;
  }
  return found;
}
function distinct(lists: readonly FeelValue[], charge: Charge): FeelValue {
  const seen: FeelValue[] = [];
  const quick = new Set<FeelValue>();
  for (const entry of lists) {
    if (entry instanceof Unknown) return entry;
    if (entry === null || typeof entry !== "object") {
      if (quick.has(entry)) continue;
      quick.add(entry);
    } else if (contains(seen, entry, charge) === true) continue;
    seen.push(entry);
  }
  return seen;
}
function flatten(list: FeelList, charge: Charge): FeelValue[] {
  const flat: FeelValue[] = [];
  const visit = (entries: FeelList, depth: number): void => {
    charge(entries.length);
    for (const entry of entries) {
      if (isList(entry) && depth < 64) visit(entry, depth + 1);
      else flat.push(entry);
    }
  };
  visit(list, 0);
  return flat;
}
function extreme(args: readonly FeelValue[], sign: 1 | -1): FeelValue {
  const values = spread(args);
  const unknown = firstUnknown(values);
  if (unknown !== undefined) return unknown;
  if (values.length === 0 || values.includes(null)) return null;
  let best = values[0]!;
  for (let i = 1; i < values.length; i++) {
    const compared = order(values[i]!, best);
    if (compared instanceof Unknown) return compared;
    if ((compared ?? 0) * sign > 0) best = values[i]!;
  }
  return best;
}
function quantify(args: readonly FeelValue[], wanted: boolean): FeelValue {
  let result = !wanted as FeelValue;
  for (const value of spread(args)) {
    if (value === wanted) return wanted;
    if (value instanceof Unknown) result = value;
    else if (value === null) result = result instanceof Unknown ? result : null;
    else if (typeof value !== "boolean") result = WRONG_TYPE;
  }
  return result;
}
function sort(list: FeelList, precedes: FeelFunction | undefined, charge: Charge): FeelValue {
  const unknown = firstUnknown(list);
  if (unknown !== undefined) return unknown;
  const failures: Unknown[] = [];
  const before = (a: FeelValue, b: FeelValue): boolean => {
    charge(1);
    if (precedes === undefined) {
      const compared = order(a, b);
      if (compared instanceof Unknown) failures.push(compared);
      return typeof compared === "number" && compared < 0;
    }
    const answer = precedes.invoke([a, b]);
    if (answer instanceof Unknown) failures.push(answer);
    return answer === true;
  };
  const ordered = [...list].sort((a, b) => (before(a, b) ? -1 : before(b, a) ? 1 : 0));
  return failures[0] ?? ordered;
}

export const listBuiltins: readonly Builtin[] = [
  define("list contains(list: l, element: a)", ([list, element], charge) => contains(list, element, charge)),
  define("count(list: l)", ([list]) => list.length),
  define("min(...list: a)", (args) => extreme(args, -1), { total: true }),
  define("max(...list: a)", (args) => extreme(args, 1), { total: true }),
  define("all(...list: a)", (args) => quantify(args, false), { total: true }),
  define("any(...list: a)", (args) => quantify(args, true), { total: true }),
  define("sublist(list: l, start position: n, length?: n)", ([list, start, length]) => {
    const from = indexOf(start, list.length);
    if (from < 0) return null;
    return list.slice(from, length === undefined || length === null ? undefined : from + toDecimal(length).toNumber());
  }),
  define("append(list: l, ...items: a)", ([list, ...items], charge) => {
    charge(list.length);
    return [...list, ...items];
  }),
  define("concatenate(...lists: l)", (lists, charge) => {
    charge(lists.reduce((sum, list) => sum + list.length, 0));
    return lists.flat();
  }),
  define("union(...lists: l)", (lists, charge) => distinct(lists.flat(), charge)),
  define("distinct values(list: l)", ([list], charge) => distinct(list, charge)),
  define("flatten(list: l)", ([list], charge) => flatten(list, charge)),
  define("reverse(list: l)", ([list], charge) => {
    charge(list.length);
    return [...list].reverse();
  }),
  define("insert before(list: l, position: n, newItem: a)", ([list, position, item], charge) => {
    charge(list.length);
    const at = indexOf(position, list.length);
    return at < 0 ? null : [...list.slice(0, at), item, ...list.slice(at)];
  }),
  define("remove(list: l, position: n)", ([list, position], charge) => {
    charge(list.length);
    const at = indexOf(position, list.length);
    return at < 0 ? null : [...list.slice(0, at), ...list.slice(at + 1)];
  }),
  define("list replace(list: l, position: n, newItem: a)", ([list, position, item], charge) => {
    charge(list.length);
    const at = indexOf(position, list.length);
    return at < 0 ? null : list.with(at, item);
  }),
  define("index of(list: l, match: a)", ([list, match], charge) => {
    charge(list.length);
    const found: FeelValue[] = [];
    for (let i = 0; i < list.length; i++) {
      const same: boolean | Unknown = equals(list[i], match);
      if (same instanceof Unknown && same !== WRONG_TYPE) return same;
      if (same === true) found.push(i + 1);
    }
    return found;
  }),
  define("sort(list: l, precedes?: f)", ([list, precedes], charge) => sort(list, precedes ?? undefined, charge)),
];
