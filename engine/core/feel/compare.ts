/**
 * Equality and order of FEEL values in three-valued logic.
 *
 * A present null is a value: equal to null, unequal to all else, below and above nothing (false, not unknown). A missing value or one of
 * another type is unknown. Text that is an ISO date, time or duration compares with such values, for JSON has no dates.
 */
import { compareNumeric, isNumeric, type Numeric } from "./decimals.ts";
import { parseTemporal } from "./temporal.ts";
import { FeelDate, FeelDateTime, FeelDuration, FeelRange, FeelTime, type FeelValue, isContext, isList, Unknown, WRONG_TYPE } from "./values.ts";

/** Why two values do not compare. */
type Incomparable = Unknown;

type Temporal = FeelDate | FeelDateTime | FeelTime | FeelDuration;
export const isTemporal = (value: FeelValue): value is Temporal =>
  value instanceof FeelDate || value instanceof FeelDateTime || value instanceof FeelDuration || value instanceof FeelTime;

/** The number that orders a temporal value among those of its kind. */
export function temporalOrder(value: Temporal): number {
  if (value instanceof FeelDate) return value.day;
  if (value instanceof FeelDateTime) return value.ms;
  if (value instanceof FeelTime) return value.ms - (value.offset ?? 0) * 60_000;
  return value.amount;
}
const sameKind = (a: Temporal, b: Temporal): boolean =>
  a.constructor === b.constructor &&
  (!(a instanceof FeelDuration) || a.kind === (b as FeelDuration).kind || a.amount === 0 || (b as FeelDuration).amount === 0);

/** Negative, 0, positive; null where one side is null; Unknown where they do not compare. Both sides known. */
export function order(a: FeelValue, b: FeelValue): number | null | Incomparable {
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Unknown) return a;
  if (b instanceof Unknown) return b;
  if (a === null || b === null) return null;
  if (isNumeric(a) && isNumeric(b)) return compareNumeric(a as Numeric, b as Numeric);
  if (typeof a === "string") {
    if (typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
    const parsed = isTemporal(b) ? parseTemporal(a) : null;
    return parsed === null ? WRONG_TYPE : order(parsed, b);
  }
  if (typeof b === "string") {
    const parsed = isTemporal(a) ? parseTemporal(b) : null;
    return parsed === null ? WRONG_TYPE : order(a, parsed);
  }
  if (isTemporal(a) && isTemporal(b) && sameKind(a, b)) return temporalOrder(a) - temporalOrder(b);
  return WRONG_TYPE;
}

/** true, false or Unknown. Lists and contexts compare by content, to a depth of 32. */
export function equals(a: FeelValue, b: FeelValue, depth = 0): boolean | Unknown {
  if (a instanceof Unknown) return a;
  if (b instanceof Unknown) return b;
  if (a === b) return true;
  if (a === null || b === null) return false;
  const type = typeof a;
  if (type === typeof b && type !== "object") return false;
  if (isList(a) || isList(b)) return isList(a) && isList(b) ? listEquals(a, b, depth) : WRONG_TYPE;
  if (isContext(a) || isContext(b)) return isContext(a) && isContext(b) ? contextEquals(a, b, depth) : WRONG_TYPE;
  if (a instanceof FeelRange) return b instanceof FeelRange ? rangeEquals(a, b, depth) : WRONG_TYPE;
  const compared = order(a, b);
  return compared instanceof Unknown ? compared : compared === 0;
}
function listEquals(a: readonly FeelValue[], b: readonly FeelValue[], depth: number): boolean | Unknown {
  if (a.length !== b.length) return false;
  if (depth > 32) return WRONG_TYPE;
  let result: boolean | Unknown = true;
  for (let i = 0; i < a.length; i++) {
    const same = equals(a[i]!, b[i]!, depth + 1);
    if (same === false) return false;
    if (same !== true) result = same;
  }
  return result;
}
function contextEquals(a: { readonly [key: string]: FeelValue }, b: { readonly [key: string]: FeelValue }, depth: number): boolean | Unknown {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  if (depth > 32) return WRONG_TYPE;
  let result: boolean | Unknown = true;
  for (const key of keys) {
    if (!Object.hasOwn(b, key)) return false;
    const same = equals(a[key]!, b[key]!, depth + 1);
    if (same === false) return false;
    if (same !== true) result = same;
  }
  return result;
}
function rangeEquals(a: FeelRange, b: FeelRange, depth: number): boolean | Unknown {
  if (a.lowIncluded !== b.lowIncluded || a.highIncluded !== b.highIncluded) return false;
  return listEquals([a.low, a.high], [b.low, b.high], depth + 1);
}

/** Whether a value lies in a range. An end that is null is open to that side. */
export function rangeIncludes(range: FeelRange, value: FeelValue): boolean | Unknown {
  if (value instanceof Unknown) return value;
  if (value === null) return false;
  const low = range.low === null ? 1 : order(value, range.low);
  const high = range.high === null ? -1 : order(value, range.high);
  const above = low instanceof Unknown ? low : low !== null && (low > 0 || (low === 0 && range.lowIncluded));
  const below = high instanceof Unknown ? high : high !== null && (high < 0 || (high === 0 && range.highIncluded));
  return both(above, below);
}

/** Kleene's and / or over results of tests. */
export function both(a: boolean | Unknown, b: boolean | Unknown): boolean | Unknown {
  if (a === false || b === false) return false;
  return a === true ? b : a;
}
export function either(a: boolean | Unknown, b: boolean | Unknown): boolean | Unknown {
  if (a === true || b === true) return true;
  return a === false ? b : a;
}

/** `value in test`, where the test is a range, a list (of values or ranges) or a value. */
export function matches(value: FeelValue, test: FeelValue): boolean | Unknown {
  if (test instanceof FeelRange) return rangeIncludes(test, value);
  if (!isList(test)) return equals(value, test);
  let result: boolean | Unknown = isList(value) ? equals(value, test) : false;
  for (const entry of test) {
    if (result === true) return true;
    result = either(result, entry instanceof FeelRange ? rangeIncludes(entry, value) : isList(entry) && !isList(value) ? false : equals(value, entry));
  }
  return result;
}
