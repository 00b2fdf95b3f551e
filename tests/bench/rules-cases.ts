/** Definitions and facts of the rules benchmark: a gate, a large rule set and a table, with the same decisions for json-rules-engine. */
import type { JsonObject } from "../../engine/schema/json.ts";
import type { Condition, Rule, RulesetDefinition } from "../../engine/schema/ruleset.ts";
import type { TableDefinition } from "../../engine/schema/table.ts";

/** A small deterministic generator (mulberry32), so that every run measures the same. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
const pick = <T>(random: () => number, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

export const SAMPLES = 256;
const STATUSES = ["open", "held", "clear", "closed"] as const;

/** 3 rules, 12 conditions, all/any/not. */
export const gate: RulesetDefinition = {
  kind: "ruleset",
  key: "bench.gate",
  title: "Gate",
  inputs: {
    amount: { type: "decimal" },
    limit: { type: "decimal" },
    overdue: { type: "decimal" },
    status: { type: "string" },
    method: { type: "string" },
    confirmed: { type: "boolean" },
    signed: { type: "boolean" },
    lines: { type: "integer" },
    region: { type: "string" },
  },
  rules: [
    {
      name: "over",
      priority: 10,
      conditions: {
        all: [
          { fact: "method", operator: "equal", value: "credit" },
          {
            any: [
              { fact: "amount", operator: "greaterThan", value: { fact: "limit" } },
              { fact: "overdue", operator: "greaterThan", value: 0 },
            ],
          },
          { not: { fact: "status", operator: "equal", value: "clear" } },
        ],
      },
      event: { type: "block", params: { code: "OVER" } },
    },
    {
      name: "unpaid",
      priority: 5,
      conditions: {
        all: [
          { fact: "method", operator: "equal", value: "cash" },
          { fact: "confirmed", operator: "equal", value: false },
          { fact: "amount", operator: "greaterThanInclusive", value: 100 },
          { fact: "region", operator: "notIn", value: ["A", "B"] },
        ],
      },
      event: { type: "block", params: { code: "UNPAID" } },
    },
    {
      name: "unsigned",
      conditions: {
        any: [
          {
            all: [
              { fact: "signed", operator: "equal", value: false },
              { fact: "lines", operator: "greaterThan", value: 50 },
            ],
          },
          {
            all: [
              { fact: "status", operator: "in", value: ["held", "closed"] },
              { fact: "overdue", operator: "greaterThan", value: 900 },
            ],
          },
        ],
      },
      event: { type: "block", params: { code: "UNSIGNED" } },
    },
  ],
  policy: { type: "gate" },
};
export function gateFacts(seed: number): readonly JsonObject[] {
  const random = randomOf(seed);
  return Array.from({ length: SAMPLES }, () => ({
    amount: Math.floor(random() * 1000),
    limit: Math.floor(random() * 1000),
    overdue: random() < 0.5 ? 0 : Math.floor(random() * 1000),
    status: pick(random, STATUSES),
    method: pick(random, ["credit", "cash", "wire"]),
    confirmed: random() < 0.5,
    signed: random() < 0.7,
    lines: Math.floor(random() * 60),
    region: pick(random, ["A", "B", "C", "D"]),
  }));
}

/** 50 rules, 150 conditions over 20 facts. */
export const large: RulesetDefinition = (() => {
  const random = randomOf(7);
  const leaf = (): Condition => {
    const n = Math.floor(random() * 10);
    if (random() < 0.6)
      return {
        fact: `n${n}`,
        operator: pick(random, ["lessThan", "greaterThan", "lessThanInclusive", "greaterThanInclusive"]),
        value: Math.floor(random() * 100),
      };
    return random() < 0.5
      ? { fact: `s${n}`, operator: pick(random, ["equal", "notEqual"]), value: pick(random, STATUSES) }
      : { fact: `s${n}`, operator: "in", value: [pick(random, STATUSES), pick(random, STATUSES)] };
  };
  const rules: Rule[] = Array.from({ length: 50 }, (_, i) => ({
    name: `r${i}`,
    conditions: random() < 0.7 ? { all: [leaf(), leaf(), leaf()] } : { all: [leaf(), { any: [leaf(), leaf()] }] },
    event: { type: "score", params: { points: i } },
  }));
  const inputs = Object.fromEntries(
    [...Array(10).keys()].flatMap((i) => [
      [`n${i}`, { type: "decimal" as const }],
      [`s${i}`, { type: "string" as const }],
    ]),
  );
  return { kind: "ruleset", key: "bench.large", title: "Large", inputs, rules, policy: { type: "collect" } };
})();
export function largeFacts(seed: number): readonly JsonObject[] {
  const random = randomOf(seed);
  return Array.from({ length: SAMPLES }, () =>
    Object.fromEntries(
      [...Array(10).keys()].flatMap((i) => [
        [`n${i}`, Math.floor(random() * 100)],
        [`s${i}`, pick(random, STATUSES)],
      ]),
    ),
  );
}

/** Rows of 6 columns: sets, ranges, dashes; first hit. `width` grows with the rows, so that the hit stays as deep as the table is long. */
export function tableOf(rowCount: number): { readonly definition: TableDefinition; readonly rules: readonly Rule[] } {
  const random = randomOf(11);
  const rules: Rule[] = [];
  const rows = Array.from({ length: rowCount }, (_, i) => {
    const when: Record<string, string> = {};
    const all: Condition[] = [];
    for (const name of ["a", "b", "c"]) {
      if (random() < 0.2) continue;
      const words = [...new Set([pick(random, LETTERS), pick(random, LETTERS), pick(random, LETTERS)])];
      when[name] = words.map((word) => `"${word}"`).join(", ");
      all.push({ fact: name, operator: "in", value: words });
    }
    for (const name of ["x", "y", "z"]) {
      if (random() < 0.2) continue;
      const low = Math.floor(random() * 900);
      const high = low + 100 + Math.floor(random() * 300);
      when[name] = `[${low}..${high}]`;
      all.push({ fact: name, operator: "greaterThanInclusive", value: low }, { fact: name, operator: "lessThanInclusive", value: high });
    }
    if (all.length === 0) all.push({ fact: "x", operator: "greaterThanInclusive", value: 0 });
    rules.push({ name: `row${i}`, priority: rowCount - i, conditions: { all }, event: { type: "row", params: { code: `c${i}` } } });
    return { id: `row${i}`, when, then: { code: `"c${i}"` } };
  });
  const inputs = {
    a: { type: "string" },
    b: { type: "string" },
    c: { type: "string" },
    x: { type: "decimal" },
    y: { type: "decimal" },
    z: { type: "decimal" },
  } as const;
  const columns = ["a", "b", "c", "x", "y", "z"].map((name) => ({ name }));
  return {
    rules,
    definition: {
      kind: "table",
      key: `bench.table${rowCount}`,
      title: "Table",
      hitPolicy: "FIRST",
      inputs,
      columns,
      outputs: [{ name: "code", type: "string" }],
      rows,
    },
  };
}
const LETTERS = ["A", "B", "C", "D", "E", "F"];
export function tableFacts(seed: number): readonly JsonObject[] {
  const random = randomOf(seed);
  const number = (): number => Math.floor(random() * 1000);
  return Array.from({ length: SAMPLES }, () => ({
    a: pick(random, LETTERS),
    b: pick(random, LETTERS),
    c: pick(random, LETTERS),
    x: number(),
    y: number(),
    z: number(),
  }));
}
