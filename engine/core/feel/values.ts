/**
 * The values that FEEL expressions compute with. JSON values are FEEL values as they are; the classes here are what JSON lacks.
 *
 * A `number` stands for its shortest decimal form, so comparing two numbers is exact; anything of more than 15 significant
 * digits is a Decimal (decimals.ts). Contexts are read by own property only.
 */
import type { Decimal } from "decimal.js";

/** A value that is not there. Behaves as "unknown" in three-valued logic; `reason` says why. */
export class Unknown {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}
/** Rows of a fact that are more than it holds: what is to be done for each of them must not be passed over in silence. */
export class TooManyRows extends Unknown {
  readonly asked: string;
  readonly most: number;
  constructor(reason: string, asked: string, most: number) {
    super(reason);
    this.asked = asked;
    this.most = most;
  }
}
/** Not in the scope, or the property is absent. */
export const UNKNOWN = new Unknown("missing");
/** A fact that has been asked for and is not loaded yet; the result of the pass is thrown away. */
export const PENDING = new Unknown("pending");
/** Present, but of a type that the operation cannot take. */
export const WRONG_TYPE = new Unknown("wrong type");
/** The evaluation budget is spent. */
export const LIMIT = new Unknown("limit");

/** A calendar day: days since 1970-01-01, proleptic Gregorian, years 1 to 9999. */
export class FeelDate {
  readonly day: number;
  constructor(day: number) {
    this.day = day;
  }
}
/** Milliseconds since midnight, with an offset in minutes where one was given. */
export class FeelTime {
  readonly ms: number;
  readonly offset: number | null;
  constructor(ms: number, offset: number | null) {
    this.ms = ms;
    this.offset = offset;
  }
}
/** An instant: milliseconds since the epoch in UTC. `offset` only matters for printing and for hour, minute and second. */
export class FeelDateTime {
  readonly ms: number;
  readonly offset: number | null;
  constructor(ms: number, offset: number | null) {
    this.ms = ms;
    this.offset = offset;
  }
}
/** Either whole months or milliseconds, never both (DMN 1.3, 10.3.2.3). */
export class FeelDuration {
  readonly kind: "months" | "time";
  /** Months or milliseconds. */
  readonly amount: number;
  constructor(kind: "months" | "time", amount: number) {
    this.kind = kind;
    this.amount = amount;
  }
}
export class FeelRange {
  readonly low: FeelValue;
  readonly high: FeelValue;
  readonly lowIncluded: boolean;
  readonly highIncluded: boolean;
  constructor(low: FeelValue, high: FeelValue, lowIncluded: boolean, highIncluded: boolean) {
    this.low = low;
    this.high = high;
    this.lowIncluded = lowIncluded;
    this.highIncluded = highIncluded;
  }
}
/** A function literal, e.g. the second argument of `sort`. */
export class FeelFunction {
  readonly arity: number;
  readonly invoke: (args: readonly FeelValue[]) => FeelValue;
  constructor(arity: number, invoke: (args: readonly FeelValue[]) => FeelValue) {
    this.arity = arity;
    this.invoke = invoke;
  }
}
/** A context whose entries are looked up when they are read: `fact`, `settings`, `decision`. `undefined` means there is no such entry. */
export class LazyContext {
  readonly lookup: (name: string) => FeelValue | undefined;
  readonly names: () => readonly string[];
  constructor(lookup: (name: string) => FeelValue | undefined, names: () => readonly string[] = () => []) {
    this.lookup = lookup;
    this.names = names;
  }
}

export type FeelContext = { readonly [key: string]: FeelValue };
export type FeelList = readonly FeelValue[];
export type FeelValue =
  | null
  | boolean
  | number
  | string
  | Decimal
  | Unknown
  | FeelDate
  | FeelTime
  | FeelDateTime
  | FeelDuration
  | FeelRange
  | FeelFunction
  | LazyContext
  | FeelList
  | FeelContext;

/** true, false, or not to be known; only true opens a gate. */
export type Truth = boolean | "unknown";

export const isUnknown = (value: FeelValue | undefined): value is Unknown => value instanceof Unknown;
export const isList = (value: FeelValue): value is FeelList => Array.isArray(value);

/** A plain context: an object that is none of the classes above. */
export function isContext(value: FeelValue): value is FeelContext {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** A fresh context without prototype, so that no key (`__proto__`) has a meaning of its own. */
export const newContext = (): Record<string, FeelValue> => Object.create(null) as Record<string, FeelValue>;

/** Truth of a condition's value: null is not true, and neither is a value of another type. */
export function truthOf(value: FeelValue): Truth {
  if (value === true) return true;
  if (value === false || value === null) return false;
  return "unknown";
}
