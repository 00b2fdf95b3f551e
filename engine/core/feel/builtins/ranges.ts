/** Relations of points and ranges: DMN 1.3, 10.3.4.9 (Allen's algebra). */
import { both, either, order, rangeIncludes } from "../compare.ts";
import { FeelRange, type FeelValue, Unknown, WRONG_TYPE } from "../values.ts";
import { type Builtin, define } from "./define.ts";

type Answer = boolean | Unknown;
/** Every point is the range [p..p]. */
const asRange = (value: FeelValue): FeelRange => (value instanceof FeelRange ? value : new FeelRange(value, value, true, true));
function compare(a: FeelValue, b: FeelValue, test: (order: number) => boolean): Answer {
  const result = order(a, b);
  return result instanceof Unknown ? result : result === null ? WRONG_TYPE : test(result);
}
const before = (a: FeelRange, b: FeelRange): Answer => compare(a.high, b.low, (o) => o < 0 || (o === 0 && !(a.highIncluded && b.lowIncluded)));
const meets = (a: FeelRange, b: FeelRange): Answer => (a.highIncluded && b.lowIncluded ? compare(a.high, b.low, (o) => o === 0) : false);
const startsLater = (a: FeelRange, b: FeelRange): Answer => compare(a.low, b.low, (o) => o > 0 || (o === 0 && (b.lowIncluded || !a.lowIncluded)));
const endsEarlier = (a: FeelRange, b: FeelRange): Answer => compare(a.high, b.high, (o) => o < 0 || (o === 0 && (b.highIncluded || !a.highIncluded)));
const sameStart = (a: FeelRange, b: FeelRange): Answer => (a.lowIncluded === b.lowIncluded ? compare(a.low, b.low, (o) => o === 0) : false);
const sameEnd = (a: FeelRange, b: FeelRange): Answer => (a.highIncluded === b.highIncluded ? compare(a.high, b.high, (o) => o === 0) : false);
const within = (inner: FeelRange, outer: FeelRange): Answer => both(startsLater(inner, outer), endsEarlier(inner, outer));
const negated = (answer: Answer): Answer => (answer instanceof Unknown ? answer : !answer);
const overlaps = (a: FeelRange, b: FeelRange): Answer => negated(either(before(a, b), before(b, a)));
const relation = (signature: string, test: (a: FeelRange, b: FeelRange) => Answer): Builtin =>
  define(signature, ([a, b]) => (a === null || b === null ? null : test(asRange(a), asRange(b))));

export const rangeBuiltins: readonly Builtin[] = [
  relation("before(a: a, b: a)", before),
  relation("after(a: a, b: a)", (a, b) => before(b, a)),
  relation("meets(a: a, b: a)", meets),
  relation("met by(a: a, b: a)", (a, b) => meets(b, a)),
  relation("overlaps(a: a, b: a)", overlaps),
  relation("overlaps before(a: a, b: a)", (a, b) => both(overlaps(a, b), both(negated(startsLater(a, b)), endsEarlier(a, b)))),
  relation("overlaps after(a: a, b: a)", (a, b) => both(overlaps(a, b), both(negated(startsLater(b, a)), endsEarlier(b, a)))),
  relation("finishes(a: a, b: a)", (a, b) => both(sameEnd(a, b), startsLater(a, b))),
  relation("finished by(a: a, b: a)", (a, b) => both(sameEnd(a, b), startsLater(b, a))),
  define("includes(range: r, value: a)", ([range, value]) => (value instanceof FeelRange ? within(value, range) : rangeIncludes(range, value))),
  relation("during(a: a, b: a)", (a, b) => within(a, b)),
  relation("starts(a: a, b: a)", (a, b) => both(sameStart(a, b), endsEarlier(a, b))),
  relation("started by(a: a, b: a)", (a, b) => both(sameStart(a, b), endsEarlier(b, a))),
  relation("coincides(a: a, b: a)", (a, b) => both(sameStart(a, b), sameEnd(a, b))),
];
