/** Long lists are looked up, not gone through: with the same answer, whatever stands in them. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileFeel } from "#engine/core/feel/compile.ts";
import { Decimal } from "#engine/core/feel/decimals.ts";
import { scopeOf } from "#engine/core/feel/scope.ts";
import type { FeelValue } from "#engine/core/feel/values.ts";

/** Slow on purpose: a function's parameter hides the filter's shape, so every element is asked. */
const EXPRESSIONS: readonly (readonly [quick: string, slow: string])[] = [
  ["for k in keys return count(rows[a = k])", "for k in keys return count(rows[(function(x, y) x = y)(a, k)])"],
  ['for k in keys return rows[a = k and b = "x"]', 'for k in keys return rows[(function(x, y) x = y)(a, k) and (function(x, y) x = y)(b, "x")]'],
  ["for k in keys return rows[n > 2 and k = a]", "for k in keys return rows[n > 2 and (function(x, y) x = y)(a, k)]"],
  ["for o in others return rows[a = o.a and c]", "for o in others return rows[(function(x, y) x = y)(a, o.a) and c]"],
  ["for k in numbers return rows[n = k]", "for k in numbers return rows[(function(x, y) x = y)(n, k)]"],
  ["for k in numbers return mixed[n = k]", "for k in numbers return mixed[(function(x, y) x = y)(n, k)]"],
  ["for k in words return list contains(texts, k)", "for k in words return count(texts[(function(x, y) x = y)(item, k)]) > 0"],
];
const cell = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("x", "y", "z") },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom<FeelValue>(1, true) },
);
const flag = fc.constantFrom<FeelValue>(true, false, null);
const row = fc.oneof(
  { weight: 20, arbitrary: fc.record({ a: cell, b: cell, n: fc.integer({ min: 0, max: 5 }), c: flag }) },
  { weight: 1, arbitrary: fc.record({ a: cell, b: cell, n: fc.integer(), c: flag, k: cell, o: fc.record({ a: cell }) }) },
  { weight: 1, arbitrary: fc.record({ b: cell, n: fc.integer(), c: flag }) },
);
const tables = fc.record({
  rows: fc.oneof(
    fc.array(fc.record({ a: fc.constantFrom("x", "y", null), b: fc.constantFrom("x", "y"), n: fc.integer({ min: 0, max: 5 }), c: flag }), {
      minLength: 14,
      maxLength: 40,
    }),
    fc.array(row, { minLength: 14, maxLength: 40 }),
  ),
  mixed: fc.array(fc.record({ n: fc.constantFrom<FeelValue>(0, -0, 1, 2, null) }), { minLength: 14, maxLength: 40 }),
  numbers: fc.array(fc.constantFrom<FeelValue>(0, -0, 1, 2.5, new Decimal("1.0"), "1", null, true), { minLength: 2, maxLength: 6 }),
  keys: fc.array(cell, { minLength: 2, maxLength: 6 }),
  others: fc.array(fc.record({ a: cell }), { minLength: 2, maxLength: 6 }),
  texts: fc.array(fc.constantFrom("x", "y", "w"), { minLength: 14, maxLength: 40 }),
  words: fc.array(fc.constantFrom("x", "y", "q"), { minLength: 2, maxLength: 6 }),
});

describe("an index of a list", () => {
  for (const [quick, slow] of EXPRESSIONS) {
    it(`answers as going through it does: ${quick}`, () => {
      const [indexed, plain] = [compileFeel(quick), compileFeel(slow)];
      fc.assert(
        fc.property(tables, (values) => {
          const scope = scopeOf(values as never);
          expect(indexed.evaluate(scope)).toEqual(plain.evaluate(scope));
        }),
        { numRuns: 400, seed: 20261121 },
      );
    });
  }

  it("makes a thousand look-ups in a thousand rows cost no more than both lists", () => {
    const rows = Array.from({ length: 1_000 }, (_, n) => ({ order: `o${n}`, amount: n }));
    const scope = scopeOf({ rows, orders: rows } as never);
    expect(compileFeel("sum(for o in orders return sum(rows[order = o.order].amount))").evaluate(scope)).toBe(499_500);
    expect(compileFeel("sum(for o in orders return rows[amount = o.amount][1].amount)").evaluate(scope)).toBe(499_500);
    expect(compileFeel("{all: rows.order, missing: count(orders[not(list contains(all, order))])}.missing").evaluate(scope)).toBe(0);
  });
});
