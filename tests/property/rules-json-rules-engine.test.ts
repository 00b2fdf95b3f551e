import { Engine } from "json-rules-engine";
import { describe, expect, it } from "vitest";
import { compileRuleset } from "#engine/core/rules/compile-ruleset.ts";
import type { Json, JsonObject } from "#engine/schema/json.ts";
import type { Condition, RulesetDefinition } from "#engine/schema/ruleset.ts";
import type { InputSpec } from "#engine/schema/values.ts";
import { randomOf } from "../bench/rules-cases.ts";

/**
 * json-rules-engine is the authority for its format: on well-typed, present facts both fire the same events. One Engine a run, for a shared
 * one loses rules; our own path resolver, for jsonpath-plus runs code.
 */
const CASES = 20_000;
const SETS = 500;
const CONTEXT = { now: "2026-02-02T06:00:00.000Z", today: "2026-02-02" };
const WORDS = ["a", "b", "c", "9", "100", ""];
const NUMBERS = [-3, 0, 0.1, 0.3, 1, 2.5, 20, 100];

const INPUTS: Readonly<Record<string, InputSpec>> = {
  n1: { type: "decimal" },
  n2: { type: "integer" },
  n3: { type: "decimal", nullable: true },
  s1: { type: "string" },
  s2: { type: "string", nullable: true },
  b1: { type: "boolean" },
  l1: { type: "list", of: { type: "string" } },
  l2: { type: "list", of: { type: "decimal" } },
  r1: { type: "record", fields: { n: { type: "decimal" }, s: { type: "string" }, r: { type: "record", fields: { b: { type: "boolean" } } } } },
};
type Draw = () => number;
const pick = <T>(draw: Draw, list: readonly T[]): T => list[Math.floor(draw() * list.length)]!;
const some = <T>(draw: Draw, list: readonly T[]): T[] => Array.from({ length: 1 + Math.floor(draw() * 3) }, () => pick(draw, list));

function leaf(draw: Draw): Condition {
  const ordered = ["lessThan", "lessThanInclusive", "greaterThan", "greaterThanInclusive"];
  const number = (fact: string, path?: string): Condition => {
    const at = path === undefined ? { fact } : { fact, path };
    if (draw() < 0.2) return { ...at, operator: pick(draw, ["in", "notIn"]), value: some(draw, NUMBERS) };
    const value: Json = draw() < 0.2 ? { fact: "n1" } : draw() < 0.1 ? { fact: "r1", path: "$.n" } : pick(draw, NUMBERS);
    return { ...at, operator: pick(draw, ["equal", "notEqual", ...ordered]), value };
  };
  const string = (fact: string, path?: string): Condition => {
    const at = path === undefined ? { fact } : { fact, path };
    if (draw() < 0.4) return { ...at, operator: pick(draw, ["in", "notIn"]), value: some(draw, WORDS) };
    return { ...at, operator: pick(draw, ["equal", "notEqual"]), value: draw() < 0.2 ? { fact: "s1" } : pick(draw, WORDS) };
  };
  switch (Math.floor(draw() * 9)) {
    case 0:
    case 1:
      return number(pick(draw, ["n1", "n2"]));
    case 2:
      return { fact: "n3", operator: pick(draw, ["equal", "notEqual", ...ordered]), value: pick(draw, NUMBERS) };
    case 3:
      return string("s1");
    case 4:
      return { fact: "s2", operator: pick(draw, ["equal", "notEqual", "in", "notIn"].slice(0, 2)), value: pick<Json>(draw, [...WORDS, null]) };
    case 5:
      return { fact: "b1", operator: pick(draw, ["equal", "notEqual"]), value: draw() < 0.5 };
    case 6:
      return { fact: "l1", operator: pick(draw, ["contains", "doesNotContain"]), value: pick(draw, WORDS) };
    case 7:
      return { fact: "l2", operator: pick(draw, ["contains", "doesNotContain"]), value: pick(draw, NUMBERS) };
    default:
      return draw() < 0.4 ? number("r1", "$.n") : draw() < 0.6 ? string("r1", "$.s") : { fact: "r1", path: "$.r.b", operator: "equal", value: draw() < 0.5 };
  }
}
function condition(draw: Draw, depth: number): Condition {
  const kind = depth >= 3 ? 1 : draw();
  if (kind > 0.6) return leaf(draw);
  const children = (): Condition[] => Array.from({ length: 1 + Math.floor(draw() * 3) }, () => condition(draw, depth + 1));
  if (kind > 0.5) return { not: condition(draw, depth + 1) };
  if (kind > 0.45 && depth > 0) return { condition: "shared" };
  return kind > 0.22 ? { all: children() } : { any: children() };
}
function root(draw: Draw): Condition {
  const made = condition(draw, 0);
  return "all" in made || "any" in made || "not" in made ? made : { all: [made] };
}
function facts(draw: Draw): JsonObject {
  return {
    n1: pick(draw, NUMBERS),
    n2: Math.floor(draw() * 4),
    n3: draw() < 0.2 ? null : pick(draw, NUMBERS),
    s1: pick(draw, WORDS),
    s2: draw() < 0.2 ? null : pick(draw, WORDS),
    b1: draw() < 0.5,
    l1: draw() < 0.2 ? [] : some(draw, WORDS),
    l2: some(draw, NUMBERS),
    r1: { n: pick(draw, NUMBERS), s: pick(draw, WORDS), r: { b: draw() < 0.5 } },
  };
}
const pathResolver = (value: unknown, path: string): unknown =>
  path
    .split(".")
    .slice(1)
    .reduce<unknown>(
      (at, step) => (typeof at === "object" && at !== null && Object.hasOwn(at, step) ? (at as Record<string, unknown>)[step] : undefined),
      value,
    );

async function reference(definition: RulesetDefinition, given: JsonObject): Promise<string[]> {
  const engine = new Engine(structuredClone(definition.rules) as never[], { pathResolver } as never);
  for (const [name, shared] of Object.entries(definition.conditions ?? {})) engine.setCondition(name, structuredClone(shared) as never);
  return (await engine.run({ ...given })).results.map((result) => String(result.name)).sort();
}

describe("compiled rule sets and json-rules-engine", () => {
  it(`fire the same events in ${CASES.toLocaleString("en")} generated cases`, { timeout: 240_000 }, async () => {
    const draw = randomOf(20260202);
    let fired = 0;
    for (let s = 0; s < SETS; s++) {
      const definition: RulesetDefinition = {
        kind: "ruleset",
        key: "test.generated",
        title: "Generated",
        inputs: INPUTS,
        conditions: { shared: { any: [leaf(draw), leaf(draw)] } },
        rules: Array.from({ length: 1 + Math.floor(draw() * 4) }, (_, i) => ({
          name: `r${i}`,
          priority: 1 + Math.floor(draw() * 3),
          conditions: root(draw),
          event: { type: "note" },
        })),
        policy: { type: "collect" },
      };
      const compiled = compileRuleset(definition, "v");
      for (let c = 0; c < CASES / SETS; c++) {
        const given = facts(draw);
        const answer = compiled.evaluate(given, {}, CONTEXT);
        const expected = await reference(definition, given);
        if (answer.outcome !== "collected" || [...answer.fired].sort().join() !== expected.join()) {
          expect({ outcome: answer.outcome, fired: [...answer.fired].sort() }, JSON.stringify({ definition, given })).toEqual({
            outcome: "collected",
            fired: expected,
          });
        }
        fired += expected.length;
        // The stored bits tell the same as the decision.
        if (c % 10 === 0) {
          const explained = compiled.expand(answer).rules.filter((rule) => rule.fired === true);
          expect(explained.map((rule) => rule.id)).toEqual(answer.fired);
        }
      }
    }
    expect(fired).toBeGreaterThan(CASES / 4);
  });
});
