import { describe, expect, it } from "vitest";
import { compileUnaryTests } from "#engine/core/feel/compile.ts";
import { converter } from "#engine/core/feel/convert.ts";
import { scopeOf } from "#engine/core/feel/scope.ts";
import { compileTable } from "#engine/core/tables/compile-table.ts";
import type { Json } from "#engine/schema/json.ts";
import type { HitPolicy, TableDefinition } from "#engine/schema/table.ts";
import type { InputSpec } from "#engine/schema/values.ts";
import { randomOf } from "../bench/rules-cases.ts";

/** The index against the plain reading of a table: every cell of every row asked on its own. */
const CONTEXT = { now: "2026-02-02T06:00:00.000Z", today: "2026-02-02" };
const INPUTS: Readonly<Record<string, InputSpec>> = {
  word: { type: "string", nullable: true },
  amount: { type: "decimal", nullable: true },
  day: { type: "date" },
  flag: { type: "boolean" },
  list: { type: "list", of: { type: "string" } },
};
const CELLS: Readonly<Record<string, readonly string[]>> = {
  word: ['"a"', '"a", "b"', 'not("a")', "null", "not(null)", 'starts with(?, "a")', 'not("a", null)', "-"],
  amount: [
    "< 5",
    "[1..5]",
    "(5..9.5)",
    ">= 5, null",
    "not([2..3])",
    "> limit",
    "5",
    "!= 5",
    "? * 2 > 9",
    "123456789012345678.5",
    "> 123456789012345678",
    "-",
    "null",
  ],
  day: ['< @"2026-02-01"', '["2026-01-10".."2026-02-10"]', 'date("2026-02-02")', "< today", "-", "not(today)"],
  flag: ["true", "false", "not(true)", "-"],
  list: ["empty(?)", "not(empty(?))", 'list contains(?, "a")', "-", "not(null)"],
};
const VALUES: Readonly<Record<string, readonly (Json | undefined)[]>> = {
  word: ["a", "b", "ab", "", null, undefined, 5],
  amount: [0, 1, 2.5, "5", 5, 9.5, 9.4, 100, null, undefined, "x", "123456789012345678.5", "123456789012345678"],
  day: ["2026-01-10", "2026-01-31", "2026-02-01", "2026-02-02", "2026-02-11", undefined, "2026-13-01"],
  flag: [true, false, undefined],
  list: [[], ["a"], ["b", "a"], undefined],
};

describe("decision tables", () => {
  it("match the rows that their cells match, one by one", () => {
    const draw = randomOf(77);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(draw() * list.length)]!;
    const names = Object.keys(INPUTS);
    const tests = new Map(
      Object.values(CELLS)
        .flat()
        .map((text) => [text, compileUnaryTests(text)]),
    );
    const outcomes = new Set<string>();
    for (let t = 0; t < 150; t++) {
      const hitPolicy = pick<HitPolicy>(["FIRST", "COLLECT", "UNIQUE", "RULE ORDER"]);
      const rows = Array.from({ length: 1 + Math.floor(draw() * 70) }, (_, i) => {
        const when = Object.fromEntries(names.filter(() => draw() < 0.6).map((name) => [name, pick(CELLS[name]!)]));
        return { id: `r${i}`, when, then: { out: String(i) } };
      });
      const definition: TableDefinition = {
        kind: "table",
        key: "test.table",
        title: "T",
        hitPolicy,
        inputs: INPUTS,
        params: { limit: { type: "decimal", default: 4 } },
        columns: names.map((name) => ({ name })),
        outputs: [{ name: "out", type: "integer" }],
        rows,
      };
      const compiled = compileTable(definition, "v");
      for (let c = 0; c < 60; c++) {
        const given = Object.fromEntries(
          names.map((name) => [name, draw() < 0.8 ? VALUES[name]![Math.floor(draw() * 3)] : pick(VALUES[name]!)]).filter(([, value]) => value !== undefined),
        ) as Record<string, Json>;
        const today = converter({ type: "date" })(CONTEXT.today);
        const truths = rows.map((row) => {
          const cells = Object.entries(row.when).map(([name, text]) =>
            tests.get(text)!.test(converter(INPUTS[name]!)(given[name]), scopeOf({ limit: 4, today })),
          );
          return cells.includes(false) ? false : cells.includes("unknown") ? "unknown" : true;
        });
        const answer = compiled.evaluate(given, {}, CONTEXT);
        const relevant = hitPolicy === "FIRST" ? truths.slice(0, truths.findIndex((truth) => truth !== false) + 1 || truths.length) : truths;
        const matched = rows.filter((_, i) => relevant[i] === true).map((row) => row.id);
        const label = JSON.stringify({ rows, given, hitPolicy });
        outcomes.add(answer.outcome);
        if (relevant.includes("unknown") || (hitPolicy === "UNIQUE" && matched.length > 1)) expect(answer.outcome, label).toBe("unknown");
        else expect({ outcome: answer.outcome, fired: answer.fired }, label).toEqual({ outcome: matched.length === 0 ? "none" : "matched", fired: matched });
        if (c === 0)
          expect(
            compiled.expand(answer).rules.map((rule) => rule.conditions.result),
            label,
          ).toEqual(truths);
      }
    }
    expect([...outcomes].sort()).toEqual(["matched", "none", "unknown"]);
  });
});
