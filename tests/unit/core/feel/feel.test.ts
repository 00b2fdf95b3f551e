import { describe, expect, it } from "vitest";
import { compileFeel, compileUnaryTests, tryCompileFeel, tryCompileUnaryTests } from "#engine/core/feel/compile.ts";
import { converter, fromFeel, toFeel } from "#engine/core/feel/convert.ts";
import { type FeelScope, scopeOf } from "#engine/core/feel/scope.ts";
import { type FeelValue, LazyContext, PENDING, Unknown } from "#engine/core/feel/values.ts";

const VALUES = {
  amount: 5,
  nothing: null,
  record: {
    due: "2026-01-10",
    paid: null,
    lines: [
      { qty: 1, kind: "x" },
      { qty: 2, kind: "y" },
    ],
  },
  list: [3, 1, 2],
  today: toFeel("2026-02-02", { type: "date" }),
  now: toFeel("2026-02-02T06:00:00.000Z", { type: "datetime" }),
  pending: PENDING,
} as unknown as Record<string, FeelValue>;
const scope = scopeOf(VALUES);
function value(text: string, from: FeelScope = scope): unknown {
  const result = compileFeel(text).evaluate(from);
  return result instanceof Unknown ? `unknown: ${result.reason}` : fromFeel(result);
}

describe("decimals", () => {
  it.each([
    ["0.1 + 0.2", 0.3],
    ["0.1 + 0.2 = 0.3", true],
    ["1.1 * 3", 3.3],
    ["1 / 3", "0.3333333333333333333333333333333333"],
    ["12345678901234567890 + 1", "12345678901234567891"],
    ["999999999999999 + 1", "1000000000000000"],
    ["0.1 * 3 - 0.3", 0],
    ["1 / 0", null],
    ["decimal(2.5, 0)", 2],
    ["round half even(1.005, 2)", 1],
    ["round half up(1.005, 2)", 1.01],
    ["floor(-1.5)", -2],
    ["modulo(-12, 5)", 3],
    ["format decimal(1234.5, 2)", "1234.50"],
    ["format grouped(-1234567.5, 2)", "-1,234,567.50"],
    ["format grouped(999, 0)", "999"],
    ["2 ** 10", 1024],
    ["sum([0.1, 0.2, 0.3])", 0.6],
    ["sum([])", 0],
    ["allocate([100, 50, 10], 120)", [0, 30, 10]],
  ])("%s", (text, expected) => {
    expect(value(text)).toEqual(expected === 1 ? 1 : expected === "1000000000000000" ? 1000000000000000 : expected);
  });
});

describe("dates and durations", () => {
  it.each([
    ['date("2026-01-31") + duration("P1M")', "2026-02-28"],
    ['date("2024-02-29") - duration("P1Y")', "2023-02-28"],
    ['@"2026-03-01" - @"2026-02-01"', "P28D"],
    ["days between(record.due, today)", 23],
    ["record.due < today", true],
    ['now + duration("PT90M")', "2026-02-02T07:30:00.000Z"],
    ['date and time("2026-01-01T01:00:00+03:00")', "2025-12-31T22:00:00.000Z"],
    ['date and time("2026-01-01T01:00:00+03:00") = date and time("2025-12-31T22:00:00Z")', true],
    ['years and months duration(date("2020-01-31"), date("2021-03-05"))', "P1Y1M"],
    ["end of quarter(today)", "2026-03-31"],
    ["today.weekday", 1],
    ["day of week(today)", "Monday"],
    ['week of year(date("2027-01-01"))', 53],
    ['duration("P3DT5H").hours', 5],
    ['date("2026-02-30")', null],
    ['duration("P1Y") > duration("P1D")', "unknown: wrong type"],
    ['time("10:15:00") + duration("PT50M")', "11:05:00"],
  ])("%s", (text, expected) => expect(value(text)).toEqual(expected));
});

describe("three values", () => {
  it.each([
    ["missing", "unknown: missing"],
    ["record.missing = 1", "unknown: missing"],
    ["missing > 1 or true", true],
    ["missing > 1 and false", false],
    ["missing > 1 and true", "unknown: missing"],
    ["not(missing)", "unknown: missing"],
    ["if missing then 1 else 2", "unknown: missing"],
    ["nothing = null", true],
    ["nothing > 3", false],
    ["nothing < 3", false],
    ["nothing != 3", true],
    ["nothing + 1", null],
    ["nothing in [1..5]", false],
    ["coalesce(nothing, 4)", 4],
    ["coalesce(missing, 4)", "unknown: missing"],
    ['amount = "5"', "unknown: wrong type"],
    ["pending > 1 or amount = 5", true],
    ["pending > 1", "unknown: pending"],
    ["some x in [1, missing] satisfies x > 0", true],
    ["every x in [1, missing] satisfies x > 0", "unknown: missing"],
    ['count(record.lines[colour = "red"])', "unknown: missing"],
    ["list contains([1, missing], 2)", "unknown: missing"],
    ["is defined(record.missing)", false],
    ["empty(nothing)", true],
    ["nonempty([])", false],
  ])("%s", (text, expected) => expect(value(text)).toEqual(expected));
});

describe("structure", () => {
  it.each([
    ['record.lines[kind = "y"].qty', [2]],
    ["record.lines[item.qty > amount - 4]", [{ qty: 2, kind: "y" }]],
    ["record.lines[-1].kind", "y"],
    ["for x in list, y in 1..2 return x * y", [3, 6, 1, 2, 2, 4]],
    ["for i in 1..4 return if i < 3 then 1 else partial[-1] + partial[-2]", [1, 1, 2, 3]],
    ['{a: 1, b: a + 1, "c d": 3}', { a: 1, b: 2, "c d": 3 }],
    ['group by(record.lines, "kind")[key = "x"].items[1][1].qty', 1],
    ['substring(string: "foobar", start position: 4)', "bar"],
    ['string join(["a", null, "b"], ",")', "a,b"],
    ["sort(list, function(a, b) a > b)", [3, 2, 1]],
    ['get value({a: {b: 2}}, ["a", "b"])', 2],
    ["amount instance of number", true],
    ["3 in (1, > 2)", true],
    ["(1..5) = (1..5)", true],
    ['to json text({a: [1, "x"]})', '{"a":[1,"x"]}'],
    ['if amount between 1 and 9 and not(amount in (2, 3)) then "yes" else "no" // why', "yes"],
  ])("%s", (text, expected) => expect(value(text)).toEqual(expected));
  it("reads lazily and asks the scope for external functions", () => {
    const asked: string[] = [];
    const lazy: FeelScope = {
      get: (name) => (name === "fact" ? new LazyContext((id) => (id === "credit" ? 7 : undefined)) : undefined),
      call: (name, args) => {
        asked.push(`${name} ${JSON.stringify(args)}`);
        return { code: "X" };
      },
    };
    expect(value("fact.credit + 1", lazy)).toBe(8);
    expect(value("fact.none", lazy)).toBe("unknown: missing");
    expect(value('find all("line", {}).code', lazy)).toBe("X");
    expect(value('get("order", 5).code', lazy)).toBe("X");
    expect(asked).toEqual(['find all ["line",{}]', 'get ["order",5]']);
  });
  it("tells what is read and called", () => {
    const { reads, calls } = compileFeel(
      'fact.credit > settings.credit.limit and count(find("line", {a: record.id})[qty > 1]) > 0 and (some x in record.lines satisfies x.qty > 1)',
    );
    expect(reads).toEqual([
      ["fact", "credit"],
      ["settings", "credit", "limit"],
      ["record", "id"],
      ["record", "lines"],
    ]);
    expect(calls.map((call) => [call.name, call.literals[0]])).toContainEqual(["find", "line"]);
  });
});

describe("unary tests", () => {
  const cases: readonly [string, unknown, unknown][] = [
    ['"cash"', "cash", true],
    ['not("confirmed", "overridden")', "sent", true],
    ['not("confirmed", "overridden")', null, true],
    ["> amount", 6, true],
    ["<= amount", 6, false],
    ["null", null, true],
    ["not(null)", null, false],
    ["empty(?)", [], true],
    ["not(empty(?))", [1], true],
    ["count(?) = 0", [], true],
    ["-", undefined, true],
    ["3", undefined, "unknown"],
    ["[1..5)", 5, false],
    ["1, 2, [5..6]", 5.5, true],
    ["< 5", null, false],
    ["!= 5", null, true],
    ["not(1, > 3)", 2, true],
    ["-5", -5, true],
    ['< @"2026-03-01"', "2026-02-28", true],
  ];
  it.each(cases)("%s on %s", (text, given, expected) => expect(compileUnaryTests(text).test(toFeel(given as never), scope)).toBe(expected));
});

describe("hostile text", () => {
  it.each([`${"(".repeat(100)}1${")".repeat(100)}`, "[".repeat(3000), "1 in (".repeat(300), "x".repeat(4001), `${"-".repeat(200)}1`, "{a: ".repeat(200)])(
    "is refused with a place: %.20s",
    (text) => {
      const result = tryCompileFeel(text);
      expect(result.ok).toBe(false);
      if (!result.ok) expect(result.error.from).toBeLessThanOrEqual(text.length);
    },
  );
  it("is never found in a prototype", () => {
    for (const text of [
      "constructor",
      "record.constructor",
      "record.__proto__",
      "__proto__",
      "toString",
      "{a: 1}.hasOwnProperty",
      "record.lines[constructor = 1]",
    ]) {
      expect(value(text), text).toMatch(/^unknown/);
    }
    expect(value('{"__proto__": {"x": 1}}.x')).toBe("unknown: missing");
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
  it("stops at its budget", () => {
    expect(value("for a in 1..1000 return for b in 1..1000 return for c in 1..1000 return a")).toBe("unknown: limit");
    expect(value("count(for x in 1..1000000000 return x)")).toBe("unknown: limit");
    expect(value("(function(f) f(f))(function(f) f(f))")).toBe("unknown: limit");
    expect(value(`[1..3]${" + 1".repeat(900)}`)).toMatch(/^unknown/);
    const doubling = Array.from({ length: 60 }, (_, i) => `x${i}: ${i === 0 ? '"ab"' : `x${i - 1} + x${i - 1}`}`).join(", ");
    expect(value(`{${doubling}}.x59`)).toBe("unknown: limit");
    expect(value('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "^(a+)+$")')).toBe(false);
  });
  it("says where it is wrong", () => {
    expect(tryCompileFeel("1 + ")).toMatchObject({ ok: false, error: { from: 4 } });
    expect(tryCompileFeel("foo(1)")).toMatchObject({ ok: false, error: { message: 'There is no function "foo"', from: 0, to: 3 } });
    expect(tryCompileFeel("substring(1)")).toMatchObject({ ok: false });
    expect(tryCompileFeel("abc", { names: ["abd"] })).toMatchObject({ ok: false, error: { from: 0, to: 3 } });
    expect(tryCompileUnaryTests("> ")).toMatchObject({ ok: false });
  });
});

describe("typed values", () => {
  it("converts by the declared type, and calls what does not fit unknown", () => {
    expect(toFeel("200.00", { type: "decimal" })).toBe(200);
    expect(fromFeel(toFeel("12345678901234567.891", { type: "decimal" }))).toBe("12345678901234567.891");
    for (const [json, spec] of [
      ["abc", { type: "decimal" }],
      [1.5, { type: "integer" }],
      [null, { type: "string" }],
      ["c", { type: "string", enum: ["a"] }],
      ["2026-02-30", { type: "date" }],
      [{}, { type: "list" }],
      [" 1", { type: "decimal" }],
      ["0x10", { type: "decimal" }],
      ["Infinity", { type: "decimal" }],
    ] as const) {
      expect(toFeel(json as never, spec), JSON.stringify(json)).toBeInstanceOf(Unknown);
    }
    expect(fromFeel(2.5, { type: "decimal", scale: 2 })).toBe("2.50");
    const record = converter({ type: "record", fields: { a: { type: "date" }, b: { type: "string", nullable: true } } })({ a: "2026-01-01", c: 3 });
    expect(fromFeel(record)).toEqual({ a: "2026-01-01", b: null, c: 3 });
  });
});
