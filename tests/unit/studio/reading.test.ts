/** What people read: sentences of rules, differences of texts and machines, cells, facts. */
import { describe, expect, it } from "vitest";
import { diffDefinition } from "#engine/core/diff/definition-diff.ts";
import { diffJson } from "#engine/core/diff/json-diff.ts";
import { sampleObject } from "#engine/core/sample-value.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { Rule, RulesetDefinition } from "#engine/schema/ruleset.ts";
import { outputDifferences } from "#studio/replay/side-by-side.tsx";
import { focusOnChanges, mergeMachines } from "#studio/review/merge-machines.ts";
import { diffLines } from "#studio/review/text-diff.ts";
import { readFact } from "#studio/rules/facts-form.tsx";
import { ruleSentence, toText } from "#studio/rules/sentence.ts";
import { cellParts } from "#studio/tables/cell-text.tsx";

const names: Pick<RulesetDefinition, "inputs" | "params" | "policy" | "messages"> = {
  inputs: {
    mode: { type: "string", title: "Mode of payment" },
    total: { type: "decimal", unit: "USD", title: "Total" },
    first: { type: "boolean", title: "First one" },
    signed: { type: "string", title: "Contract" },
  },
  policy: { type: "gate" },
};

describe("a replay side by side", () => {
  it("names what a decision answers otherwise though its outcome and its rule are the same", () => {
    const said = (output: JsonObject) => ({ outcome: "required", output, fired: ["1"], version: "v" });
    const of = { key: "pack.table", at: "0", conditions: [] } as const;
    const recorded = said({ required: true, why: "ALWAYS", days: 3 });
    const replayed = said({ required: true, why: "FIRST", note: "new" });
    expect(outputDifferences({ ...of, recorded, replayed } as never)).toEqual([
      { name: "why", was: "ALWAYS", now: "FIRST" },
      { name: "days", was: 3 },
      { name: "note", now: "new" },
    ]);
    expect(outputDifferences({ ...of, recorded, replayed: null } as never)).toEqual([]);
  });
});

describe("sentence", () => {
  it("says a rule in plain words, with its values marked", () => {
    const rule: Rule = {
      name: "contract",
      conditions: {
        all: [
          { fact: "mode", operator: "equal", value: "cash" },
          { not: { fact: "signed", operator: "in", value: ["signed", "waived"] } },
          {
            any: [
              { fact: "total", operator: "greaterThanInclusive", value: 1000 },
              { fact: "first", operator: "equal", value: true },
            ],
          },
        ],
      },
      event: { type: "block", params: { code: "NOT_SIGNED" } },
    };
    const pieces = ruleSentence(rule, names);
    expect(toText(pieces)).toBe(
      "Block with Not signed when mode of payment is cash, and not (contract is one of signed, waived), and (total is at least USD 1,000 or first one is true).",
    );
    expect(pieces.filter((piece) => piece.strong).map((piece) => piece.text)).toContain("cash");
  });
  it("says points and flags", () => {
    const rule: Rule = { name: "r", conditions: { all: [{ fact: "mode", operator: "isNull", value: true }] }, event: { type: "score", params: { points: 5 } } };
    expect(toText(ruleSentence(rule, { ...names, policy: { type: "sum" } }))).toBe("Add 5 points when mode of payment is not given.");
  });
});

describe("differences", () => {
  it("compare lists of named things by name", () => {
    expect(
      diffJson(
        {
          rows: [
            { id: "1", a: 1 },
            { id: "2", a: 1 },
          ],
        },
        {
          rows: [
            { id: "2", a: 2 },
            { id: "3", a: 1 },
          ],
        },
      ),
    ).toEqual([
      { path: "/rows/2/a", change: "changed", was: 1, now: 2 },
      { path: "/rows/3", change: "added", now: { id: "3", a: 1 } },
      { path: "/rows/1", change: "removed", was: { id: "1", a: 1 } },
    ]);
  });
  it("fold unchanged lines", () => {
    expect(diffLines("a\nb\nc\nd\ne\nf", "a\nb\nc\nd\nX\nf").map((line) => line.kind)).toEqual(["skipped", "same", "same", "removed", "added", "same"]);
    expect(diffLines("", "a")).toEqual([{ kind: "added", text: "a" }]);
  });
  it("put removed states and transitions back into the drawing, and cut it to what changed", () => {
    const was: JsonObject = { config: { id: "m", initial: "a", states: { a: { on: { go: "b", old: "c" } }, b: {}, c: {}, far: {} } } };
    const now: JsonObject = { config: { id: "m", initial: "a", states: { a: { on: { go: "b", hold: "h" } }, b: {}, h: {}, far: {} } } };
    const { parts } = diffDefinition("machine", "p.m", { version: "1", content: was }, { version: "2", content: now });
    const merged = mergeMachines(was, now, parts);
    expect(merged.marks).toEqual({ "state:h": "added", "state:c": "removed", "transition:a|event:hold|0": "added", "transition:a|event:old|0": "removed" });
    const states = (content: JsonObject) => Object.keys((content["config"] as { states: JsonObject }).states).sort();
    expect(states(merged.content)).toEqual(["a", "b", "c", "far", "h"]);
    const focused = focusOnChanges(merged);
    expect(states(focused.content)).toEqual(["a", "c", "h"]);
    expect(focused.folded).toBe(2);
  });
});

describe("cells and facts", () => {
  it("colours a cell without losing a character", () => {
    const text = '> discount_high, not("x", 2.5)';
    const parts = cellParts(text, { discount_high: { type: "decimal", default: 25 } });
    expect(parts.map((part) => part.text).join("")).toBe(text);
    expect(parts.filter((part) => part.kind === "param").map((part) => part.text)).toEqual(["discount_high"]);
  });
  it("reads typed text as facts", () => {
    expect(readFact({ type: "decimal" }, "")).toBeUndefined();
    expect(readFact({ type: "decimal" }, "12.50")).toBe("12.50");
    expect(readFact({ type: "list" }, "[1, 2]")).toEqual([1, 2]);
    expect(readFact({ type: "string" }, "null")).toBeNull();
  });
  it("samples every variable of a template", () => {
    expect(
      sampleObject({
        properties: {
          name: { type: "string" },
          lines: { type: "array", items: { type: "object", properties: { qty: { type: "integer" } } } },
          total: { "x-decimal": 2 },
        },
      }),
    ).toEqual({ name: "‹name›", lines: [{ qty: 3 }, { qty: 3 }], total: "1234.50" });
  });
});
