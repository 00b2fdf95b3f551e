/** Numbers: DMN 1.3, 10.3.4.5. Exact decimals throughout; what has no decimal answer (sqrt, log, exp, stddev) has 34 digits. */
import {
  add,
  compareNumeric,
  Decimal,
  divide,
  formatNumeric,
  groupDigits,
  isNumeric,
  multiply,
  type Numeric,
  negate,
  normalise,
  parseNumeric,
  power,
  type Rounding,
  round,
  subtract,
  toDecimal,
} from "../decimals.ts";
import { FeelDuration, type FeelValue, WRONG_TYPE } from "../values.ts";
import { type Builtin, define, firstUnknown, spread } from "./define.ts";

const scaleOf = (scale: Numeric | null | undefined): number | null => {
  if (scale === undefined || scale === null) return 0;
  const value = toDecimal(scale).toNumber();
  return Number.isInteger(value) && Math.abs(value) <= 6000 ? value : null;
};
function fixedOf(x: Numeric, scale: Numeric | null | undefined): string | null {
  const digits = scaleOf(scale);
  return digits === null || digits < 0 || digits > 34 ? null : formatNumeric(round(x, digits, "half even") ?? x, digits);
}
const rounding = (signature: string, mode: Rounding): Builtin =>
  define(signature, ([n, scale]) => {
    const digits = scaleOf(scale);
    return digits === null ? null : round(n, digits, mode);
  });

/** Runs over the numbers of an aggregate's arguments: null where one is null, Unknown where one is unknown or no number. */
function numbersOf(args: readonly FeelValue[]): readonly Numeric[] | FeelValue {
  const values = spread(args);
  const unknown = firstUnknown(values);
  if (unknown !== undefined) return unknown;
  if (values.includes(null)) return null;
  return values.every(isNumeric) ? (values as readonly Numeric[]) : WRONG_TYPE;
}
function aggregate(signature: string, fold: (numbers: readonly Numeric[]) => FeelValue): Builtin {
  return define(
    signature,
    (args: FeelValue[], charge) => {
      charge(spread(args).length);
      const numbers = numbersOf(args);
      return Array.isArray(numbers) ? fold(numbers as readonly Numeric[]) : (numbers as FeelValue);
    },
    { total: true },
  );
}
/** 0 for no numbers, where DMN says null: an empty list of amounts must not make a limit check pass by "null is below nothing". */
const sum = (numbers: readonly Numeric[]): Numeric | null => numbers.reduce<Numeric | null>((total, n) => (total === null ? null : add(total, n)), 0);
const mean = (numbers: readonly Numeric[]): Numeric | null => {
  const total = sum(numbers);
  return numbers.length === 0 || total === null ? null : divide(total, numbers.length);
};
const sorted = (numbers: readonly Numeric[]): Numeric[] => [...numbers].sort(compareNumeric);
function median(numbers: readonly Numeric[]): Numeric | null {
  if (numbers.length === 0) return null;
  const ordered = sorted(numbers);
  const middle = Math.floor(ordered.length / 2);
  return ordered.length % 2 === 1 ? ordered[middle]! : mean([ordered[middle - 1]!, ordered[middle]!]);
}
function deviation(numbers: readonly Numeric[]): Numeric | null {
  const average = mean(numbers);
  if (average === null || numbers.length < 2) return null;
  const squares = numbers.map((n) => toDecimal(n).minus(toDecimal(average)).pow(2));
  return normalise(
    squares
      .reduce((total, square) => total.plus(square), new Decimal(0))
      .div(numbers.length - 1)
      .sqrt(),
  );
}
function mode(numbers: readonly Numeric[]): FeelValue {
  const counts: { value: Numeric; count: number }[] = [];
  for (const value of sorted(numbers)) {
    const previous = counts.at(-1);
    if (previous !== undefined && compareNumeric(previous.value, value) === 0) previous.count++;
    else counts.push({ value, count: 1 });
  }
  const most = Math.max(0, ...counts.map((entry) => entry.count));
  return counts.filter((entry) => entry.count === most).map((entry) => entry.value);
}
function modulo(dividend: Numeric, divisor: Numeric): Numeric | null {
  const quotient = divide(dividend, divisor);
  const floor = quotient === null ? null : round(quotient, 0, "floor");
  const product = floor === null ? null : multiply(divisor, floor);
  return product === null ? null : subtract(dividend, product);
}
const parity = (n: Numeric, remainder: number): FeelValue => {
  const rest = modulo(n, 2);
  return rest !== null && compareNumeric(rest, remainder) === 0;
};
/** Text to number with separators (DMN `number`): grouping one of blank, comma, point; decimal one of point, comma. */
function toNumber(text: FeelValue, grouping: FeelValue, point: FeelValue): FeelValue {
  if (isNumeric(text)) return text as Numeric;
  if (text === null) return null;
  if (typeof text !== "string") return WRONG_TYPE;
  let plain = text;
  if (typeof grouping === "string" && grouping !== "") plain = plain.split(grouping).join("");
  if (typeof point === "string" && point !== "") plain = plain.split(point).join(".");
  return parseNumeric(plain);
}

export const numberBuiltins: readonly Builtin[] = [
  define("number(from: a, grouping separator?: a, decimal separator?: a)", ([from, grouping = null, point = null]) => toNumber(from, grouping, point)),
  rounding("decimal(n: n, scale: n)", "half even"),
  rounding("round half even(n: n, scale?: n)", "half even"),
  rounding("round half up(n: n, scale?: n)", "half up"),
  rounding("round half down(n: n, scale?: n)", "half down"),
  rounding("round up(n: n, scale?: n)", "up"),
  rounding("round down(n: n, scale?: n)", "down"),
  rounding("floor(n: n, scale?: n)", "floor"),
  rounding("ceiling(n: n, scale?: n)", "ceiling"),
  define("modulo(dividend: n, divisor: n)", ([dividend, divisor]) => modulo(dividend, divisor)),
  define("sqrt(number: n)", ([n]) => (compareNumeric(n, 0) < 0 ? null : normalise(toDecimal(n).sqrt()))),
  define("log(number: n)", ([n]) => (compareNumeric(n, 0) <= 0 ? null : normalise(toDecimal(n).ln()))),
  define("exp(number: n)", ([n]) => (compareNumeric(n, 1000) > 0 ? null : power(Decimal.exp(1), n))),
  define("odd(number: n)", ([n]) => parity(n, 1)),
  define("even(number: n)", ([n]) => parity(n, 0)),
  define("abs(n: a)", ([n]) => {
    if (n instanceof FeelDuration) return new FeelDuration(n.kind, Math.abs(n.amount));
    return n === null ? null : isNumeric(n) ? (compareNumeric(n as Numeric, 0) < 0 ? negate(n as Numeric) : n) : WRONG_TYPE;
  }),
  aggregate("sum(...list: a)", sum),
  aggregate("product(...list: a)", (numbers) => numbers.reduce<Numeric | null>((total, n) => (total === null ? null : multiply(total, n)), 1)),
  aggregate("mean(...list: a)", mean),
  aggregate("median(...list: a)", median),
  aggregate("stddev(...list: a)", deviation),
  aggregate("mode(...list: a)", mode),
  define("format decimal(x: n, scale: n)", ([x, scale]) => fixedOf(x, scale)),
  define("format grouped(x: n, scale: n)", ([x, scale]) => {
    const fixed = fixedOf(x, scale);
    return fixed === null ? null : groupDigits(fixed);
  }),
];
