import { describe, expect, it } from "vitest";
import { compileRuleset } from "#engine/core/rules/compile-ruleset.ts";
import { type CompiledDecision, toDecision } from "#engine/core/rules/decision.ts";
import { unlock } from "#engine/core/rules/unlock.ts";
import { compileTable } from "#engine/core/tables/compile-table.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { RulesetDefinition } from "#engine/schema/ruleset.ts";
import type { TableDefinition } from "#engine/schema/table.ts";

const CONTEXT = { now: "2026-02-02T06:00:00.000Z", today: "2026-02-02" };
const GATE: RulesetDefinition = {
  kind: "ruleset",
  key: "pack.gate",
  title: "Gate",
  inputs: {
    amount: { type: "decimal", title: "Amount" },
    paid: { type: "boolean", changedBy: [{ event: "CONFIRM", machine: "payment", to: true, title: "Confirm the payment" }] },
    status: {
      type: "string",
      enum: ["open", "held", "clear"],
      changedBy: [
        { event: "RELEASE", to: "clear" },
        { event: "HOLD", to: "held" },
      ],
    },
    due: { type: "date", nullable: true },
  },
  derive: { late: "due < today" },
  rules: [
    {
      name: "unpaid",
      conditions: {
        all: [
          { fact: "paid", operator: "equal", value: false },
          { fact: "amount", operator: "greaterThan", value: 100 },
        ],
      },
      event: { type: "block", params: { code: "UNPAID" } },
    },
    {
      name: "held",
      conditions: {
        any: [
          { fact: "status", operator: "in", value: ["held"] },
          { fact: "late", operator: "equal", value: true },
        ],
      },
      event: { type: "block", params: { code: "HELD" } },
    },
  ],
  policy: { type: "gate" },
};
const options = (compiled: CompiledDecision, facts: JsonObject, expected?: JsonObject) =>
  unlock({ ...toDecision(compiled.evaluate(facts, {}, CONTEXT), compiled), ...(expected === undefined ? {} : { expect: expected }) }, compiled);

describe("unlock of rule sets", () => {
  const compiled = compileRuleset(GATE, "v");
  it("offers nothing for an open gate", () => {
    expect(options(compiled, { amount: 5, paid: false, status: "open", due: null })).toEqual([]);
  });
  it("names the act that changes an input, and what must become of one that no act changes", () => {
    expect(options(compiled, { amount: 500, paid: false, status: "open", due: null })).toEqual([
      { acts: [{ event: "CONFIRM", machine: "payment", fact: "paid", to: true, title: "Confirm the payment" }] },
      { acts: [{ fact: "amount", title: "Amount is at most 100" }] },
    ]);
  });
  it("joins what several rules need, and only offers values that work", () => {
    const offered = options(compiled, { amount: 500, paid: false, status: "held", due: null });
    expect(offered).toHaveLength(2);
    expect(offered[0]!.acts.map((act) => act.event)).toEqual(["CONFIRM", "RELEASE"]);
  });
  it("traces a derived value to its inputs, and tells unknown from wrong", () => {
    expect(options(compiled, { amount: 5, paid: true, status: "open" })).toEqual([{ acts: [{ fact: "due", title: "due is not known" }] }]);
    expect(options(compiled, { amount: 5, paid: true, status: "open", due: "2026-01-01" })).toEqual([
      { acts: [{ fact: "late", to: false, title: "late is not true" }] },
    ]);
  });
  it("is bounded", () => {
    const many: RulesetDefinition = {
      ...GATE,
      derive: {},
      inputs: Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, { type: "boolean" as const }])),
      rules: Array.from({ length: 10 }, (_, r) => ({
        name: `r${r}`,
        conditions: { all: [0, 1, 2].map((i) => ({ fact: `f${3 * r + i}`, operator: "equal", value: true })) },
        event: { type: "block" },
      })),
    };
    const facts = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, true]));
    const offered = options(compileRuleset(many, "v"), facts);
    expect(offered).toHaveLength(5);
    expect(offered.every((option) => option.acts.length === 10)).toBe(true);
  });
});

describe("unlock of tables", () => {
  const TABLE: TableDefinition = {
    kind: "table",
    key: "pack.table",
    title: "Table",
    hitPolicy: "FIRST",
    inputs: {
      method: { type: "string", enum: ["cash", "credit"] },
      signed: { type: "boolean", changedBy: [{ event: "SIGN", to: true }] },
      days: { type: "integer" },
    },
    columns: [{ name: "method" }, { name: "signed" }, { name: "days" }],
    outputs: [{ name: "verdict", type: "string" }],
    rows: [
      { id: "a", when: { method: '"cash"', signed: "false" }, then: { verdict: '"no"' } },
      { id: "b", when: { days: "> 30" }, then: { verdict: '"late"' } },
      { id: "c", when: {}, then: { verdict: '"yes"' } },
    ],
    outcome: 'if verdict = "yes" then "pass" else "block"',
  };
  const compiled = compileTable(TABLE, "v");
  it("tries changes and offers those that open it", () => {
    expect(options(compiled, { method: "cash", signed: false, days: 3 })).toEqual([
      { acts: [{ fact: "method", to: "credit", title: "method becomes credit" }] },
      { acts: [{ event: "SIGN", fact: "signed", to: true }] },
    ]);
    expect(options(compiled, { method: "cash", signed: false, days: 40 }).map((option) => option.acts.map((act) => act.fact))).toEqual([
      ["method", "days"],
      ["signed", "days"],
    ]);
  });
  it("looks for the outputs that a guard expects", () => {
    expect(options(compiled, { method: "credit", signed: true, days: 3 }, { verdict: "late" }).map((option) => option.acts)).toEqual([
      [{ fact: "days", to: 31, title: "days becomes 31" }],
    ]);
  });
});
