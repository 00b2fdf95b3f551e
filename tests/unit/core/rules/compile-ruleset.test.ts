import { describe, expect, it } from "vitest";
import { EngineError } from "#engine/core/errors.ts";
import { compileRuleset } from "#engine/core/rules/compile-ruleset.ts";
import { toDecision } from "#engine/core/rules/decision.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { Condition, Rule, RulesetDefinition } from "#engine/schema/ruleset.ts";

const CONTEXT = { now: "2026-02-02T06:00:00.000Z", today: "2026-02-02" };
const BASE: RulesetDefinition = {
  kind: "ruleset",
  key: "pack.gate",
  title: "Gate",
  inputs: {
    amount: { type: "decimal", title: "Amount" },
    status: { type: "string", enum: ["open", "held", "clear"] },
    due: { type: "date", nullable: true },
    tags: { type: "list", of: { type: "string" } },
    party: { type: "record", fields: { rank: { type: "integer" } } },
  },
  params: { limit: { type: "decimal", default: "100" } },
  derive: { late: "due < today" },
  rules: [
    {
      name: "over",
      conditions: {
        all: [
          { fact: "amount", operator: "greaterThan", value: { param: "limit" } },
          {
            any: [
              { fact: "status", operator: "equal", value: "open" },
              { fact: "late", operator: "equal", value: true },
            ],
          },
        ],
      },
      event: { type: "block", params: { code: "OVER" } },
    },
    { name: "ranked", conditions: { not: { fact: "party", path: "$.rank", operator: "in", value: [1, 2] } }, event: { type: "note" } },
  ],
  policy: { type: "gate" },
  messages: { OVER: "{amount} is over {limit}" },
};
const GIVEN = { amount: "150.50", status: "open", due: null, tags: ["a"], party: { rank: 1 } };
const decide = (definition: RulesetDefinition, facts: JsonObject, params: JsonObject = {}) => compileRuleset(definition, "v1").evaluate(facts, params, CONTEXT);
const withRules = (rules: readonly Rule[], policy: RulesetDefinition["policy"]["type"] = "collect"): RulesetDefinition => ({
  ...BASE,
  rules,
  policy: { type: policy },
});
const rule = (conditions: Condition, event: Rule["event"] = { type: "block" }, name = "r", priority = 1): Rule => ({ name, conditions, event, priority });
const leaf = (fact: string, operator: string, value: unknown, path?: string): Condition =>
  ({ fact, operator, value, ...(path === undefined ? {} : { path }) }) as Condition;
function errorsOf(definition: RulesetDefinition): string {
  try {
    compileRuleset(definition, "v");
    return "";
  } catch (error) {
    expect(error).toBeInstanceOf(EngineError);
    expect((error as EngineError).code).toBe("definition_invalid");
    return JSON.stringify((error as EngineError).data["errors"]);
  }
}

describe("gates", () => {
  it("block with the code, the sentence and the values", () => {
    expect(decide(BASE, GIVEN)).toMatchObject({
      outcome: "block",
      fired: ["over"],
      reasons: [{ code: "OVER", message: "150.50 is over 100", facts: { amount: "150.50", status: "open", late: false } }],
      params: { limit: "100" },
      inputs: { ...GIVEN, today: "2026-02-02" },
    });
  });
  it("keep what was given and no more", () => {
    const { inputs } = decide(BASE, { ...GIVEN, stranger: 5 } as JsonObject);
    expect(inputs).toEqual({ ...GIVEN, today: "2026-02-02" });
  });
  it("compare money as numbers, never as text", () => {
    expect(decide(BASE, { ...GIVEN, amount: "9" }).outcome).toBe("pass");
    expect(decide(BASE, { ...GIVEN, amount: "99999999999999999999.99" }).outcome).toBe("block");
    expect(decide(BASE, { ...GIVEN, amount: "100.000000000000000001" }).outcome).toBe("block");
  });
  it("use params given, and the defaults again afterwards", () => {
    const compiled = compileRuleset(BASE, "v");
    expect(compiled.evaluate(GIVEN, { limit: "200" }, CONTEXT)).toMatchObject({ outcome: "pass", params: { limit: "200" } });
    expect(compiled.evaluate(GIVEN, {}, CONTEXT)).toMatchObject({ outcome: "block", params: { limit: "100" } });
  });
  it("are unknown where a rule that blocks cannot be decided, and say which inputs", () => {
    expect(decide(BASE, { ...GIVEN, amount: "abc" })).toMatchObject({
      outcome: "unknown",
      reasons: [{ code: "FACT_MISSING", facts: { amount: "wrong type" } }],
    });
    const { due: _, ...undated } = GIVEN;
    expect(decide(BASE, { ...undated, status: "held" })).toMatchObject({ outcome: "unknown", reasons: [{ facts: { due: "missing" } }] });
    expect(decide(BASE, undated).outcome).toBe("block");
    expect(decide(BASE, { ...undated, amount: 5 }).outcome).toBe("pass");
    expect(decide(BASE, { ...GIVEN, status: "other", amount: 500 }).outcome).toBe("unknown");
  });
  it("do not mind a note that is unknown", () => {
    const { party: _, ...rest } = GIVEN;
    expect(decide(BASE, { ...rest, amount: 5 }).outcome).toBe("pass");
  });
  it("block for certain although another rule is unknown", () => {
    const both = withRules([rule(leaf("amount", "equal", 1)), rule(leaf("status", "equal", "open"), { type: "block" }, "sure")], "gate");
    expect(decide(both, { status: "open" })).toMatchObject({ outcome: "block", fired: ["sure"] });
  });
});

describe("explanations", () => {
  it("hold every condition with what was expected and what was there", () => {
    const compiled = compileRuleset(BASE, "v1");
    const decision = toDecision(compiled.evaluate(GIVEN, {}, CONTEXT), compiled);
    expect(decision.events).toEqual([{ rule: "over", code: "OVER", params: { code: "OVER" } }]);
    expect(decision.explanation.rules).toEqual([
      {
        id: "over",
        fired: true,
        conditions: {
          op: "all",
          result: true,
          children: [
            { op: "greaterThan", result: true, fact: "amount", expected: "100", actual: "150.5" },
            {
              op: "any",
              result: true,
              children: [
                { op: "equal", result: true, fact: "status", expected: "open", actual: "open" },
                { op: "equal", result: false, fact: "late", expected: true, actual: false },
              ],
            },
          ],
        },
      },
      {
        id: "ranked",
        fired: false,
        conditions: { op: "not", result: false, children: [{ op: "in", result: true, fact: "party.rank", expected: [1, 2], actual: 1 }] },
      },
    ]);
  });
  it("say why a condition is unknown", () => {
    const compiled = compileRuleset(BASE, "v1");
    const { rules } = compiled.expand(compiled.evaluate({ ...GIVEN, party: {} }, {}, CONTEXT));
    expect(rules[1]).toMatchObject({ fired: "unknown", conditions: { children: [{ result: "unknown", because: "missing" }] } });
  });
});

describe("policies and outputs", () => {
  const scored = [
    rule(leaf("amount", "greaterThan", 10), { type: "score", params: { points: "0.1" } }, "a"),
    rule(leaf("status", "equal", "open"), { type: "score", params: { points: 0.2 } }, "b", 5),
  ];
  it("sum exactly", () => {
    expect(decide(withRules(scored, "sum"), GIVEN)).toMatchObject({ outcome: "scored", output: { total: 0.3 } });
    expect(decide({ ...withRules(scored, "sum"), outputs: { grade: 'if total > 0.2 then "A" else "B"' } }, GIVEN).output).toEqual({ grade: "A" });
  });
  it("take the first by priority, and wait where a higher one is unknown", () => {
    const first = withRules(
      [rule(leaf("amount", "greaterThan", 10), { type: "low" }, "a"), rule(leaf("status", "equal", "open"), { type: "high" }, "b", 5)],
      "first",
    );
    expect(decide(first, GIVEN).outcome).toBe("high");
    expect(decide(first, { ...GIVEN, status: "held" }).outcome).toBe("low");
    expect(decide(first, { amount: 50 }).outcome).toBe("unknown");
    expect(decide(first, { amount: 5, status: "held" }).outcome).toBe("none");
  });
  it("collect with outputs, an outcome and reasons of their own", () => {
    const definition: RulesetDefinition = {
      ...withRules([rule(leaf("tags", "contains", "a"), { type: "missing", params: { code: "NO_A" } }, "a")]),
      outputs: { codes: "fired.params.code", count: "count(codes)" },
      outcome: 'if count = 0 then "pass" else "block"',
      reasons: "codes",
      messages: { NO_A: "{count} missing" },
    };
    expect(decide(definition, GIVEN)).toMatchObject({
      outcome: "block",
      output: { codes: ["NO_A"], count: 1 },
      reasons: [{ code: "NO_A", message: "1 missing", facts: { count: 1 } }],
    });
    expect(decide(definition, { ...GIVEN, tags: [] })).toMatchObject({ outcome: "pass", output: { codes: [], count: 0 }, reasons: [] });
    expect(decide(definition, {}).outcome).toBe("unknown");
  });
});

describe("operators", () => {
  const holds = (condition: Condition, facts: JsonObject = GIVEN): boolean | "unknown" => {
    const answer = decide(withRules([rule(condition)]), facts);
    return answer.outcome === "unknown" ? "unknown" : answer.fired.length === 1;
  };
  const cases: readonly [string, Condition, boolean | "unknown"][] = [
    ["between", leaf("amount", "between", [100, 200]), true],
    ["notBetween", leaf("amount", "notBetween", [100, 200]), false],
    ["startsWith", leaf("status", "startsWith", "op"), true],
    ["endsWith", leaf("status", "endsWith", "op"), false],
    ["isNull on a present null", leaf("due", "isNull", true), true],
    ["isNull false inverts", leaf("due", "isNull", false), false],
    ["notNull", leaf("amount", "notNull", true), true],
    ["empty list", leaf("tags", "empty", true), false],
    ["nonEmpty list", leaf("tags", "nonEmpty", true), true],
    ["null is below nothing", leaf("due", "lt", "2026-01-01"), false],
    ["null is above nothing", leaf("due", "gte", "2026-01-01"), false],
    ["null is not a date", leaf("due", "notEqual", "2026-01-01"), true],
    ["a list that has not", leaf("tags", "doesNotContain", "z"), true],
    ["a path past the end", leaf("party", "equal", 1, "$.rank.x"), "unknown"],
  ];
  it.each(cases)("%s", (_, condition, expected) => expect(holds(condition)).toBe(expected));
  it("order dates by day", () => {
    expect(holds(leaf("due", "lt", "2026-02-01"), { ...GIVEN, due: "2026-01-31" })).toBe(true);
    expect(holds(leaf("due", "greaterThanInclusive", { fact: "late" }), { ...GIVEN, due: "2026-01-31" })).toBe("unknown");
  });
  it("are unknown where the value is missing or of another type, whatever the operator", () => {
    for (const operator of ["equal", "notEqual", "greaterThan", "in", "notIn"]) {
      const condition = leaf("amount", operator, operator.endsWith("n") && operator !== "greaterThan" ? [1] : 1);
      expect(holds(condition, {}), operator).toBe("unknown");
      expect(holds(condition, { amount: true }), operator).toBe("unknown");
      expect(holds(condition, { amount: null }), operator).toBe("unknown");
    }
    for (const operator of ["doesNotContain", "contains", "nonEmpty", "empty"])
      expect(holds(leaf("tags", operator, operator.endsWith("mpty") ? true : "a"), { tags: "a" }), operator).toBe("unknown");
  });
  it("do not see prototypes", () => {
    const hostile = JSON.parse('{"__proto__": {"amount": 500, "status": "open"}}') as JsonObject;
    expect(decide(BASE, hostile).outcome).toBe("unknown");
    expect(holds(leaf("party", "isNull", false, "$.constructor"))).toBe("unknown");
  });
});

describe("refusals", () => {
  const refused: readonly [string, Condition, string][] = [
    ["an empty all", { all: [] }, "empty"],
    ["an empty any", { any: [] }, "empty"],
    ["an unknown operator", leaf("amount", "matches", 1), "no operator"],
    ["an operator by prototype", leaf("amount", "constructor", 1), "no operator"],
    ["an unknown fact", leaf("nope", "equal", 1), "no input"],
    ["an unknown fact on the right", leaf("amount", "equal", { fact: "nope" }), "no input"],
    ["an order of booleans", leaf("status", "greaterThan", 1), "takes number"],
    ["text for a number", leaf("amount", "equal", "abc"), "does not fit"],
    ["a value outside the enum", leaf("status", "equal", "gone"), "does not fit"],
    ["a single value for a list", leaf("status", "in", "open"), "does not fit"],
    ["a fact of another type", leaf("amount", "equal", { fact: "status" }), "needs a number"],
    ["a script as path", leaf("party", "equal", 1, "$..[?(@.constructor)]"), "is no path"],
    ["a path into a number", leaf("amount", "equal", 1, "$.x"), "nothing within"],
    ["a shared condition that is not there", { condition: "nope" }, "no shared condition"],
    ["an object of no meaning", leaf("amount", "equal", { script: "x" }), "literal"],
  ];
  it.each(refused)("%s", (_, condition, message) => expect(errorsOf(withRules([rule({ all: [condition] })]))).toContain(message));
  it("shared conditions in a circle, names that objects have, bad FEEL, defaults that do not fit", () => {
    expect(errorsOf({ ...withRules([rule({ condition: "a" })]), conditions: { a: { not: { condition: "b" } }, b: { all: [{ condition: "a" }] } } })).toContain(
      "contains itself",
    );
    expect(errorsOf({ ...BASE, inputs: { ...BASE.inputs, toString: { type: "string" as const } as never } })).toContain("cannot be a name");
    expect(errorsOf({ ...BASE, derive: { late: "due < tomorrow" } })).toContain("not known here");
    expect(errorsOf({ ...BASE, outputs: { x: "1 +" } })).toContain("A value is expected");
    expect(errorsOf({ ...BASE, params: { limit: { type: "decimal", default: "x" } } })).toContain("default");
  });
  it("depth and size", () => {
    let deep: Condition = leaf("amount", "equal", 1);
    for (let i = 0; i < 40; i++) deep = { not: deep };
    expect(errorsOf(withRules([rule(deep)]))).toContain("at most 32 deep");
    expect(errorsOf(withRules([rule({ all: Array.from({ length: 2500 }, () => leaf("amount", "equal", 1)) })]))).toContain("at most 2000");
  });
});
