/**
 * Exact decimal arithmetic: JS numbers while they are exact, decimal.js beyond, normalised back after every operation.
 *
 * 34 significant digits, rounding half even (IEEE 754 decimal128, DMN 1.3 10.3.2.1).
 */
import { Decimal as DecimalBase } from "decimal.js";

export const Decimal = DecimalBase.clone({ precision: 34, rounding: 6, toExpNeg: -40, toExpPos: 40, minE: -6000, maxE: 6000, defaults: true });
export type Decimal = DecimalBase;
export type Numeric = number | Decimal;

/** Integers below this have at most 15 digits, so that sums and differences of them are exact. */
const EXACT_INTEGER = 1e15;

export const isNumeric = (value: unknown): value is Numeric => typeof value === "number" || DecimalBase.isDecimal(value);
export const toDecimal = (value: Numeric): Decimal => (typeof value === "number" ? new Decimal(value) : value);

/** The number of a decimal of at most 15 significant digits, else the decimal; null where it is not finite. */
export function normalise(value: Decimal): Numeric | null {
  if (!value.isFinite()) return null;
  if (value.isZero()) return 0;
  if (value.precision() <= 15 && value.e > -290 && value.e < 290) return value.toNumber();
  return value;
}

export function add(a: Numeric, b: Numeric): Numeric | null {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isInteger(a) && Number.isInteger(b) && sum < EXACT_INTEGER && sum > -EXACT_INTEGER) return sum;
  }
  return normalise(toDecimal(a).plus(toDecimal(b)));
}
export function subtract(a: Numeric, b: Numeric): Numeric | null {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    if (Number.isInteger(a) && Number.isInteger(b) && difference < EXACT_INTEGER && difference > -EXACT_INTEGER) return difference;
  }
  return normalise(toDecimal(a).minus(toDecimal(b)));
}
export function multiply(a: Numeric, b: Numeric): Numeric | null {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    if (Number.isInteger(a) && Number.isInteger(b) && product < EXACT_INTEGER && product > -EXACT_INTEGER) return product === 0 ? 0 : product;
  }
  return normalise(toDecimal(a).times(toDecimal(b)));
}
/** null where the divisor is zero. */
export function divide(a: Numeric, b: Numeric): Numeric | null {
  const divisor = toDecimal(b);
  return divisor.isZero() ? null : normalise(toDecimal(a).div(divisor));
}
/** null where the result is not finite or not real. */
export function power(a: Numeric, b: Numeric): Numeric | null {
  const exponent = toDecimal(b);
  return exponent.abs().gt(10_000) ? null : normalise(toDecimal(a).pow(exponent));
}
export function negate(a: Numeric): Numeric {
  if (typeof a === "number") return a === 0 ? 0 : -a;
  return a.negated();
}
/** Negative, zero or positive, as `a` is below, equal to or above `b`. */
export function compareNumeric(a: Numeric, b: Numeric): number {
  if (typeof a === "number" && typeof b === "number") return a < b ? -1 : a > b ? 1 : 0;
  return toDecimal(a).comparedTo(toDecimal(b));
}

export type Rounding = "half even" | "half up" | "half down" | "up" | "down" | "floor" | "ceiling";
const MODES: Record<Rounding, DecimalBase.Rounding> = { up: 0, down: 1, ceiling: 2, floor: 3, "half up": 4, "half down": 5, "half even": 6 };
/** Rounds to `scale` digits after the point (negative: before it). */
export function round(value: Numeric, scale: number, mode: Rounding): Numeric | null {
  if (typeof value === "number" && Number.isInteger(value) && scale >= 0) return value;
  const factor = new Decimal(10).pow(scale);
  const wide = toDecimal(value);
  if (scale >= 0) return wide.decimalPlaces() <= scale ? value : normalise(wide.toDecimalPlaces(scale, MODES[mode]));
  return normalise(wide.times(factor).toDecimalPlaces(0, MODES[mode]).div(factor));
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/**
 * The value of decimal text such as "-12.50" or "1e3"; null for anything else.
 * No blanks, no leading "+", no "0x", no "Infinity"; at most 400 characters.
 */
export function parseNumeric(text: string): Numeric | null {
  const length = text.length;
  if (length === 0 || length > 400) return null;
  let at = text.charCodeAt(0) === 45 ? 1 : 0;
  let digits = 0;
  let significant = 0;
  let sawPoint = false;
  for (; at < length; at++) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      digits++;
      if (significant > 0 || code !== 48) significant++;
    } else if (code === 46 && !sawPoint && digits > 0 && at + 1 < length) sawPoint = true;
    else break;
  }
  if (digits === 0) return null;
  if (at < length) return parseExponent(text, at);
  if (significant <= 15) {
    const value = Number(text);
    return value === 0 ? 0 : value;
  }
  return normalise(new Decimal(text));
}
function parseExponent(text: string, from: number): Numeric | null {
  const letter = text.charCodeAt(from);
  if (letter !== 101 && letter !== 69) return null;
  let at = from + 1;
  const sign = text.charCodeAt(at);
  if (sign === 43 || sign === 45) at++;
  if (at >= text.length || text.length - at > 4) return null;
  for (let i = at; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return null;
  return normalise(new Decimal(text));
}

/** Decimal text without exponent, e.g. "-0.5"; with `scale` exactly that many digits, rounded half even. */
export function formatNumeric(value: Numeric, scale?: number): string {
  if (scale === undefined) {
    if (typeof value === "number" && Number.isInteger(value) && Math.abs(value) < EXACT_INTEGER) return String(value);
    return toDecimal(value).toFixed();
  }
  return toDecimal(value).toFixed(scale, 6);
}

/** Digits of a formatted number grouped by thousands: "1,234.50". */
export function groupDigits(fixed: string): string {
  const [whole = "", fraction] = fixed.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
