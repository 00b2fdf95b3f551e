import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EngineError } from "#engine/core/errors.ts";
import { toDecision } from "#engine/core/rules/decision.ts";
import { analyseTable } from "#engine/core/tables/analyse.ts";
import { compileTable } from "#engine/core/tables/compile-table.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { TableDefinition, TableOutput } from "#engine/schema/table.ts";

const CONTEXT = { now: "2026-02-02T06:00:00.000Z", today: "2026-02-02" };
const BASE = {
  kind: "table",
  key: "pack.table",
  title: "Table",
  inputs: { method: { type: "string", enum: ["cash", "credit"] }, amount: { type: "decimal", nullable: true }, count: { type: "integer" } },
  columns: [{ name: "method" }, { name: "amount" }, { name: "count" }],
} as const;
type Row = readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>?];
function table(hitPolicy: TableDefinition["hitPolicy"], rows: readonly Row[], more: Partial<TableDefinition> = {}): TableDefinition {
  const outputs: readonly TableOutput[] = [{ name: "out", type: "string" }];
  return {
    ...BASE,
    hitPolicy,
    outputs,
    rows: rows.map(([when, then], i) => ({ id: `r${i}`, when, then: then ?? { out: `"${i}"` } })),
    ...more,
  } as TableDefinition;
}
const decide = (definition: TableDefinition, facts: JsonObject) => compileTable(definition, "v").evaluate(facts, {}, CONTEXT);
const FACTS = { method: "cash", amount: "15", count: 3 };

describe("hit policies", () => {
  const overlapping: readonly Row[] = [
    [{ amount: "> 10" }, { out: '"a"' }],
    [{ amount: "> 5" }, { out: '"b"' }],
    [{ amount: "> 100" }, { out: '"c"' }],
  ];
  it("FIRST takes the first row, UNIQUE refuses two, ANY wants them equal", () => {
    expect(decide(table("FIRST", overlapping), FACTS)).toMatchObject({ outcome: "matched", output: { out: "a" }, fired: ["r0"] });
    expect(decide(table("UNIQUE", overlapping), FACTS)).toMatchObject({
      outcome: "unknown",
      output: {},
      reasons: [{ code: "HIT_POLICY", facts: { rows: ["r0", "r1"] } }],
    });
    expect(decide(table("ANY", overlapping), FACTS).outcome).toBe("unknown");
    expect(
      decide(
        table(
          "ANY",
          overlapping.map(([when]) => [when, { out: '"same"' }]),
        ),
        FACTS,
      ),
    ).toMatchObject({ outcome: "matched", output: { out: "same" } });
  });
  it("PRIORITY and OUTPUT ORDER go by the order of output values", () => {
    const outputs: readonly TableOutput[] = [{ name: "out", type: "string", values: ["b", "a", "c"] }];
    expect(decide(table("PRIORITY", overlapping, { outputs }), FACTS)).toMatchObject({ fired: ["r1"], output: { out: "b" } });
    expect(decide(table("OUTPUT ORDER", overlapping, { outputs }), FACTS)).toMatchObject({ fired: ["r1", "r0"], output: { out: ["b", "a"] } });
    expect(decide(table("RULE ORDER", overlapping), FACTS).output).toEqual({ out: ["a", "b"] });
  });
  it("COLLECT makes lists, or aggregates exactly", () => {
    const outputs: readonly TableOutput[] = [{ name: "out", type: "decimal", scale: 2 }];
    const numbers: readonly Row[] = [
      [{ amount: "> 10" }, { out: "0.1" }],
      [{ amount: "> 5" }, { out: "0.2" }],
    ];
    expect(decide(table("COLLECT", numbers, { outputs }), FACTS).output).toEqual({ out: ["0.10", "0.20"] });
    for (const [aggregate, expected] of [
      ["SUM", "0.30"],
      ["MIN", "0.10"],
      ["MAX", "0.20"],
      ["COUNT", 2],
    ] as const) {
      expect(decide(table("COLLECT", numbers, { outputs, aggregate }), FACTS).output).toEqual({ out: expected });
    }
    expect(decide(table("COLLECT", numbers, { outputs, aggregate: "SUM" }), { ...FACTS, amount: "1" })).toMatchObject({
      outcome: "none",
      output: { out: "0.00" },
    });
  });
  it("without a match the defaults apply", () => {
    const outputs: readonly TableOutput[] = [
      { name: "out", type: "string", default: "else" },
      { name: "n", type: "decimal" },
    ];
    expect(decide(table("FIRST", [[{ amount: "> 100" }, { out: '"a"' }]], { outputs }), FACTS)).toMatchObject({
      outcome: "none",
      output: { out: "else", n: null },
      fired: [],
    });
  });
});

describe("unknown cells", () => {
  const rows: readonly Row[] = [
    [{ method: '"cash"' }, { out: '"a"' }],
    [{ amount: "> 10" }, { out: '"b"' }],
    [{}, { out: '"c"' }],
  ];
  it("keep the outcome unknown where the row could have come first", () => {
    expect(decide(table("FIRST", rows), { amount: 15, count: 1 })).toMatchObject({
      outcome: "unknown",
      reasons: [{ code: "FACT_MISSING", facts: { method: "missing" } }],
    });
    expect(decide(table("FIRST", rows), { method: "cash" })).toMatchObject({ outcome: "matched", fired: ["r0"] });
    expect(decide(table("FIRST", rows), { method: "credit", amount: "x" })).toMatchObject({
      outcome: "unknown",
      reasons: [{ facts: { amount: "wrong type" } }],
    });
    expect(decide(table("FIRST", rows), { method: "credit", amount: null }).fired).toEqual(["r2"]);
  });
  it("matter for PRIORITY only where the row would count for more", () => {
    const outputs: readonly TableOutput[] = [{ name: "out", type: "string", values: ["a", "b", "c"] }];
    expect(decide(table("PRIORITY", rows, { outputs }), { method: "cash" }).fired).toEqual(["r0"]);
    expect(decide(table("PRIORITY", rows, { outputs }), { amount: 15 }).outcome).toBe("unknown");
  });
  it("and outputs that cannot be computed do the same", () => {
    expect(decide(table("FIRST", [[{}, { out: "string(amount + count)" }]]), { method: "cash", count: 2 })).toMatchObject({
      outcome: "unknown",
      reasons: [{ facts: { amount: "missing" } }],
    });
  });
});

describe("tables as gates", () => {
  const gate = table(
    "FIRST",
    [
      [{ amount: "> limit", count: "<= days" }, { out: '"TOO_MUCH"' }],
      [{}, { out: "null" }],
    ],
    {
      params: { limit: { type: "decimal", default: "10" } },
      derive: { days: 'days between(@"2026-01-30", today)' },
      compute: { twice: "amount * 2" },
      outcome: 'if out = null then "pass" else "block"',
      reasons: "[out]",
      messages: { TOO_MUCH: "{amount} is more than {limit}, twice that is {twice}" },
    },
  );
  it("name the reason with its values", () => {
    expect(decide(gate, FACTS)).toMatchObject({
      outcome: "block",
      output: { out: "TOO_MUCH", twice: 30 },
      inputs: { ...FACTS, today: "2026-02-02" },
      reasons: [{ code: "TOO_MUCH", message: "15 is more than 10, twice that is 30", facts: { amount: "15", count: 3, limit: "10" } }],
    });
    expect(decide(gate, { ...FACTS, amount: 5 })).toMatchObject({ outcome: "pass", reasons: [] });
    expect(decide(gate, { method: "cash", count: 3 }).outcome).toBe("unknown");
  });
  it("explain every row by its cells", () => {
    const compiled = compileTable(gate, "v");
    const decision = toDecision(compiled.evaluate(FACTS, {}, CONTEXT), compiled);
    expect(decision.events).toEqual([{ row: "r0", code: "r0", params: { out: "TOO_MUCH" } }]);
    expect(decision.explanation.rules[0]).toEqual({
      id: "r0",
      fired: true,
      conditions: {
        op: "all",
        result: true,
        children: [
          { op: "matches", result: true, fact: "amount", expected: "> limit", actual: "15" },
          { op: "matches", result: true, fact: "count", expected: "<= days", actual: 3 },
        ],
      },
    });
    expect(decision.explanation.rules[1]).toMatchObject({ fired: false, conditions: { result: true } });
  });
});

describe("refusals", () => {
  it.each([
    ["a column without input", table("FIRST", [], { columns: [{ name: "nope" }] }), "no input"],
    ["a cell of another type", table("FIRST", [[{ amount: '"abc"' }]]), "compares it with a string"],
    ["a word outside the enum", table("FIRST", [[{ method: '"wire"' }]]), "is none of"],
    ["a cell that does not parse", table("FIRST", [[{ amount: "> > 5" }]]), "A value is expected"],
    ["a cell for no column", table("FIRST", [[{ nope: "1" }]]), "no column"],
    ["an output that is not declared", table("FIRST", [[{}, { nope: "1" }]]), "no output"],
    ["an output of another type", table("FIRST", [[{}, { out: "5" }]]), "does not fit"],
    ["a name that is not known", table("FIRST", [[{}, { out: "foo" }]]), "not known here"],
    ["an aggregate without COLLECT", table("FIRST", [], { aggregate: "SUM" }), "Only COLLECT"],
    ["PRIORITY without an order", table("PRIORITY", []), "in order of priority"],
    [
      "two rows of one id",
      {
        ...table("FIRST", [[{}], [{}]]),
        rows: [
          { id: "a", when: {}, then: {} },
          { id: "a", when: {}, then: {} },
        ],
      } as TableDefinition,
      "Two rows",
    ],
  ])("%s", (_, definition, message) => {
    expect(() => compileTable(definition, "v")).toThrow(EngineError);
    try {
      compileTable(definition, "v");
    } catch (error) {
      expect(JSON.stringify((error as EngineError).data["errors"])).toContain(message);
    }
  });
});

describe("analysis", () => {
  const findings = (hitPolicy: TableDefinition["hitPolicy"], rows: readonly Row[], more: Partial<TableDefinition> = {}) =>
    analyseTable(compileTable(table(hitPolicy, rows, more), "v"));
  it("finds gaps with their exact ranges", () => {
    const gaps = findings("FIRST", [
      [{ method: '"cash"', count: "< 10" }],
      [{ method: '"cash"', count: ">= 12" }],
      [{ method: '"credit"', amount: "> 5" }],
    ]).filter((finding) => finding.code === "gap");
    expect(gaps.map((gap) => gap.ranges)).toEqual([
      { method: '"credit"', amount: "<= 5, null" },
      { method: '"cash"', count: "[10..12)" },
    ]);
    expect(gaps[0]).toMatchObject({ severity: "warning", path: "/rows" });
  });
  it("knows that between two whole numbers is nothing", () => {
    expect(findings("FIRST", [[{ count: "<= 10" }], [{ count: ">= 11" }]]).filter((finding) => finding.code === "gap")).toEqual([]);
  });
  it("finds rows never reached, rows that never match, and columns that tell nothing apart", () => {
    const found = findings("FIRST", [[{ count: "[1..10]" }], [{ count: "[2..5]", method: '"cash"' }], [{ amount: "[5..1]" }], [{}]]);
    expect(found.filter((finding) => finding.code === "row_unreachable").map((finding) => finding.rows)).toEqual([["r1", "r0"]]);
    expect(found.filter((finding) => finding.code === "row_never")).toMatchObject([{ severity: "error", rows: ["r2"] }]);
    expect(
      findings("FIRST", [[{ count: "1" }], [{}]])
        .filter((finding) => finding.code === "column_idle")
        .map((finding) => finding.path),
    ).toEqual(["/columns/0", "/columns/1"]);
  });
  it("finds overlaps, certain and possible", () => {
    expect(findings("UNIQUE", [[{ count: "[1..10]" }], [{ count: "[10..20]" }]]).filter((finding) => finding.code === "overlap")).toMatchObject([
      { severity: "error", rows: ["r0", "r1"] },
    ]);
    expect(findings("UNIQUE", [[{ count: "[1..10]" }], [{ count: "> ? - 1" }]]).filter((finding) => finding.code === "overlap")).toMatchObject([
      { severity: "warning" },
    ]);
    expect(
      findings("ANY", [
        [{}, { out: '"a"' }],
        [{}, { out: '"a"' }],
      ]).filter((finding) => finding.code === "overlap"),
    ).toEqual([]);
  });
  it("[P17] says of a table of thousands of rows what it does not know, instead of working on it for minutes", () => {
    const many = (cell: (i: number) => string, out: (i: number) => string = () => '"a"') =>
      Array.from({ length: 8000 }, (_, i): Row => [{ amount: cell(i) }, { out: out(i) }]);
    const codes = (found: ReturnType<typeof findings>) => [...new Set(found.map(({ code }) => code))].filter((code) => code !== "column_idle");
    const crowded = findings(
      "UNIQUE",
      many((i) => `[${i}..${i + 4000}]`),
    );
    expect(crowded.filter(({ code }) => code === "overlap").map(({ rows }) => rows[0])).toEqual(Array.from({ length: 20 }, () => "r0"));
    expect(
      codes(
        findings(
          "UNIQUE",
          many((i) => String(i)),
        ),
      ),
    ).toContain("overlaps_unknown");
    expect(
      codes(
        findings(
          "FIRST",
          many((i) => String(i)),
        ),
      ),
    ).toContain("unreachable_unknown");
    const [buried] = findings("FIRST", [...many((i) => String(i % 50)).slice(0, 50), [{ amount: "[0..49]" }], [{ amount: "7" }]]).filter(
      ({ code }) => code === "row_unreachable",
    );
    expect(buried).toMatchObject({ rows: ["r51", "r7", "r50"] });
  });
  it("[P17] finds overlaps exactly where two rows match one value", () => {
    const bound = fc.integer({ min: -3, max: 9 });
    const cell = fc.oneof(
      bound.map(String),
      fc.tuple(bound, bound).map(([low, high]) => `(${low}..${high}]`),
      bound.map((low) => `>= ${low}`),
      fc.tuple(bound, bound).map(([one, other]) => `not(${one}, ${other})`),
      fc.constantFrom("null", "-"),
    );
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 5 }), (cells) => {
        const rows = cells.map((amount): Row => [{ amount }]);
        const meets = [null, ...Array.from({ length: 33 }, (_, i) => String(i / 2 - 5))].some(
          (amount) => decide(table("UNIQUE", rows), { ...FACTS, amount }).reasons[0]?.code === "HIT_POLICY",
        );
        expect(findings("UNIQUE", rows).some(({ code }) => code === "overlap")).toBe(meets);
      }),
      { numRuns: 300 },
    );
  });
});
