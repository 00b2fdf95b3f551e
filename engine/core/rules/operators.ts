/**
 * The operators of conditions: json-rules-engine's ten, and those that policies need besides.
 *
 * On typed, present values the ten decide as json-rules-engine does. A present null is below, above and among nothing; it equals null.
 * What is missing or of the wrong type is unknown, never a match.
 */
import { equals, order } from "../feel/compare.ts";
import { type FeelValue, isContext, isList, Unknown, WRONG_TYPE } from "../feel/values.ts";

/** What a value is to an operator. "any": a derived value, whose type only its evaluation tells. */
export type Family = "number" | "string" | "boolean" | "date" | "datetime" | "duration" | "list" | "record" | "any";
/** What stands on the right: a value of the same family, a list of them, a pair [low, high], an element of the list, text, or true/false (false inverts). */
export type Expects = "same" | "list" | "pair" | "element" | "text" | "flag";
export type Answer = boolean | Unknown;

export interface Operator {
  readonly name: string;
  readonly takes: readonly Family[];
  readonly expects: Expects;
  /** What it says, in explanations: "<fact> <words> <value>". */
  readonly words: string;
  readonly test: (actual: FeelValue, expected: FeelValue) => Answer;
}

const SCALARS: readonly Family[] = ["number", "string", "boolean", "date", "datetime", "duration"];
const ORDERED: readonly Family[] = ["number", "date", "datetime", "duration"];
const ANYTHING: readonly Family[] = [...SCALARS, "list", "record"];

const not =
  (test: (actual: FeelValue, expected: FeelValue) => Answer) =>
  (actual: FeelValue, expected: FeelValue): Answer => {
    const answer = test(actual, expected);
    return answer instanceof Unknown ? answer : !answer;
  };
const compare =
  (accept: (order: number) => boolean) =>
  (actual: FeelValue, expected: FeelValue): Answer => {
    const compared = order(actual, expected);
    // Text has no order here: "9" and "100" are not amounts.
    if (typeof actual === "string" && typeof expected === "string") return WRONG_TYPE;
    return compared instanceof Unknown ? compared : compared !== null && accept(compared);
  };
function isIn(actual: FeelValue, expected: FeelValue): Answer {
  if (actual instanceof Unknown) return actual;
  if (expected instanceof Unknown) return expected;
  if (!isList(expected)) return WRONG_TYPE;
  let found: Answer = false;
  for (const entry of expected) {
    const same: Answer = equals(actual, entry);
    if (same === true) return true;
    if (same instanceof Unknown && same !== WRONG_TYPE) found = same;
    else if (entry instanceof Unknown) found = entry;
  }
  return found;
}
function contains(actual: FeelValue, expected: FeelValue): Answer {
  if (actual instanceof Unknown || actual === null) return actual ?? false;
  return isList(actual) ? isIn(expected, actual) : WRONG_TYPE;
}
function lacks(actual: FeelValue, expected: FeelValue): Answer {
  return actual === null ? false : not(contains)(actual, expected);
}
function between(actual: FeelValue, expected: FeelValue): Answer {
  if (actual instanceof Unknown) return actual;
  if (!isList(expected) || expected.length !== 2) return expected instanceof Unknown ? expected : WRONG_TYPE;
  const low = atLeast(actual, expected[0]!);
  const high = atMost(actual, expected[1]!);
  return low === false || high === false ? false : low === true ? high : low;
}
function isNull(actual: FeelValue, expected: FeelValue): Answer {
  return flag(actual, expected, actual === null);
}
function isEmpty(actual: FeelValue, expected: FeelValue): Answer {
  const known = actual === null || typeof actual === "string" || isList(actual) || isContext(actual);
  if (!known) return actual instanceof Unknown ? actual : WRONG_TYPE;
  const empty = actual === null || actual === "" || (isList(actual) ? actual.length === 0 : isContext(actual) && Object.keys(actual).length === 0);
  return flag(actual, expected, empty);
}
function flag(actual: FeelValue, expected: FeelValue, holds: boolean): Answer {
  if (actual instanceof Unknown) return actual;
  return typeof expected === "boolean" ? holds === expected : expected instanceof Unknown ? expected : WRONG_TYPE;
}
const text =
  (test: (actual: string, expected: string) => boolean) =>
  (actual: FeelValue, expected: FeelValue): Answer => {
    if (actual instanceof Unknown) return actual;
    if (expected instanceof Unknown) return expected;
    if (actual === null || expected === null) return false;
    return typeof actual === "string" && typeof expected === "string" ? test(actual, expected) : WRONG_TYPE;
  };
const less = compare((o) => o < 0);
const atMost = compare((o) => o <= 0);
const greater = compare((o) => o > 0);
const atLeast = compare((o) => o >= 0);

const TABLE: readonly Operator[] = [
  { name: "equal", takes: SCALARS, expects: "same", words: "is", test: equals },
  { name: "notEqual", takes: SCALARS, expects: "same", words: "is not", test: not(equals) },
  { name: "in", takes: SCALARS, expects: "list", words: "is one of", test: isIn },
  { name: "notIn", takes: SCALARS, expects: "list", words: "is none of", test: not(isIn) },
  { name: "contains", takes: ["list"], expects: "element", words: "has", test: contains },
  { name: "doesNotContain", takes: ["list"], expects: "element", words: "does not have", test: lacks },
  { name: "lessThan", takes: ORDERED, expects: "same", words: "is less than", test: less },
  { name: "lessThanInclusive", takes: ORDERED, expects: "same", words: "is at most", test: atMost },
  { name: "greaterThan", takes: ORDERED, expects: "same", words: "is greater than", test: greater },
  { name: "greaterThanInclusive", takes: ORDERED, expects: "same", words: "is at least", test: atLeast },
  { name: "lt", takes: ORDERED, expects: "same", words: "is less than", test: less },
  { name: "lte", takes: ORDERED, expects: "same", words: "is at most", test: atMost },
  { name: "gt", takes: ORDERED, expects: "same", words: "is greater than", test: greater },
  { name: "gte", takes: ORDERED, expects: "same", words: "is at least", test: atLeast },
  { name: "between", takes: ORDERED, expects: "pair", words: "is between", test: between },
  { name: "notBetween", takes: ORDERED, expects: "pair", words: "is not between", test: (a, e) => (a === null ? false : not(between)(a, e)) },
  { name: "startsWith", takes: ["string"], expects: "text", words: "starts with", test: text((a, e) => a.startsWith(e)) },
  { name: "endsWith", takes: ["string"], expects: "text", words: "ends with", test: text((a, e) => a.endsWith(e)) },
  { name: "isNull", takes: ANYTHING, expects: "flag", words: "is not given", test: isNull },
  { name: "notNull", takes: ANYTHING, expects: "flag", words: "is given", test: (a, e) => flag(a, e, a !== null) },
  { name: "empty", takes: ["string", "list", "record"], expects: "flag", words: "is empty", test: isEmpty },
  {
    name: "nonEmpty",
    takes: ["string", "list", "record"],
    expects: "flag",
    words: "is not empty",
    test: (a, e) => (typeof e === "boolean" ? isEmpty(a, !e) : isEmpty(a, e)),
  },
];
export const operators: ReadonlyMap<string, Operator> = new Map(TABLE.map((operator) => [operator.name, operator]));

/** The family of a declared type. */
export function familyOf(type: string | undefined): Family {
  if (type === undefined) return "any";
  return type === "decimal" || type === "integer" ? "number" : (type as Family);
}
