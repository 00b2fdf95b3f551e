/** `+ - * / **` over numbers, text, dates and durations. Unknown gives Unknown, null gives null, other types give Unknown ("wrong type"). */
import { add, Decimal, divide, isNumeric, multiply, type Numeric, negate, power, round, subtract, toDecimal } from "./decimals.ts";
import { addToDate, addToDateTime, DAY_MS, parseDate, parseDateTime } from "./temporal.ts";
import { FeelDate, FeelDateTime, FeelDuration, FeelTime, type FeelValue, LIMIT, Unknown, WRONG_TYPE } from "./values.ts";

const MAX_STRING = 100_000;
type Op = "+" | "-" | "*" | "/" | "**";
const numeric: Record<Op, (a: Numeric, b: Numeric) => Numeric | null> = { "+": add, "-": subtract, "*": multiply, "/": divide, "**": power };

export function arithmetic(op: Op, a: FeelValue, b: FeelValue): FeelValue {
  if (a instanceof Unknown) return a;
  if (b instanceof Unknown) return b;
  if (a === null || b === null) return null;
  if (isNumeric(a) && isNumeric(b)) return numeric[op](a as Numeric, b as Numeric);
  if (op === "+") return plus(a, b);
  if (op === "-") return minus(a, b);
  if (op === "*" && a instanceof FeelDuration && isNumeric(b)) return scale(a, b as Numeric);
  if (op === "*" && b instanceof FeelDuration && isNumeric(a)) return scale(b, a as Numeric);
  if (op === "/" && a instanceof FeelDuration) {
    if (isNumeric(b)) return toDecimal(b as Numeric).isZero() ? null : scale(a, new Decimal(1).div(toDecimal(b as Numeric)));
    if (b instanceof FeelDuration && a.kind === b.kind) return divide(a.amount, b.amount);
  }
  return WRONG_TYPE;
}
function scale(duration: FeelDuration, factor: Numeric): FeelValue {
  const product = round(toDecimal(duration.amount).times(toDecimal(factor)), 0, "down");
  const amount = product === null ? Number.NaN : toDecimal(product).toNumber();
  return Number.isSafeInteger(amount) ? new FeelDuration(duration.kind, amount) : null;
}
/** Text that is a date or an instant, where the other side is temporal. */
function temporal(value: FeelValue): FeelValue {
  return typeof value === "string" ? (parseDate(value) ?? parseDateTime(value) ?? value) : value;
}
function shift(value: FeelValue, duration: FeelDuration, sign: 1 | -1): FeelValue {
  if (value instanceof FeelDate) return addToDate(value, duration, sign);
  if (value instanceof FeelDateTime) return addToDateTime(value, duration, sign);
  if (value instanceof FeelTime && duration.kind === "time")
    return new FeelTime((((value.ms + sign * duration.amount) % DAY_MS) + DAY_MS) % DAY_MS, value.offset);
  return WRONG_TYPE;
}
function plus(a: FeelValue, b: FeelValue): FeelValue {
  if (typeof a === "string" && typeof b === "string") return a.length + b.length > MAX_STRING ? LIMIT : a + b;
  if (a instanceof FeelDuration && b instanceof FeelDuration) return a.kind === b.kind ? new FeelDuration(a.kind, a.amount + b.amount) : WRONG_TYPE;
  if (b instanceof FeelDuration) return shift(temporal(a), b, 1);
  return a instanceof FeelDuration ? shift(temporal(b), a, 1) : WRONG_TYPE;
}
function minus(a: FeelValue, b: FeelValue): FeelValue {
  if (a instanceof FeelDuration && b instanceof FeelDuration) return a.kind === b.kind ? new FeelDuration(a.kind, a.amount - b.amount) : WRONG_TYPE;
  if (b instanceof FeelDuration) return shift(temporal(a), b, -1);
  const left = b instanceof FeelDate || b instanceof FeelDateTime ? temporal(a) : a;
  const right = left instanceof FeelDate || left instanceof FeelDateTime ? temporal(b) : b;
  if (left instanceof FeelDate && right instanceof FeelDate) return new FeelDuration("time", (left.day - right.day) * DAY_MS);
  const from = instantMs(left);
  const to = instantMs(right);
  if (from !== null && to !== null) return new FeelDuration("time", from - to);
  if (left instanceof FeelTime && right instanceof FeelTime) return new FeelDuration("time", left.ms - right.ms);
  return WRONG_TYPE;
}
const instantMs = (value: FeelValue): number | null => (value instanceof FeelDateTime ? value.ms : value instanceof FeelDate ? value.day * DAY_MS : null);

export function negation(value: FeelValue): FeelValue {
  if (value instanceof Unknown || value === null) return value;
  if (isNumeric(value)) return negate(value as Numeric);
  return value instanceof FeelDuration ? new FeelDuration(value.kind, value.amount === 0 ? 0 : -value.amount) : WRONG_TYPE;
}
