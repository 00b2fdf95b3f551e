/**
 * Runs the tests that definitions carry. Pure, so the studio runs them while a person edits, and publishing runs the same ones.
 */
import type { DecisionTest } from "../schema/decision.ts";
import type { Json, JsonObject } from "../schema/json.ts";
import type { CannedDecision, MachineDefinition, MachineTest } from "../schema/machine.ts";
import { sameJson } from "./canonical.ts";
import type { CompiledMachine } from "./machine/compile.ts";
import type { Program } from "./program.ts";
import type { CompiledDecision, DecisionContext, Evaluated } from "./rules/decision.ts";
import { step } from "./step.ts";
import type { Actor, Effect, FactBag, FactRequest, OrgContext, RecordState, Snapshot, StepInput, StepResult } from "./step-types.ts";
import { type TimeLimit, tickOff } from "./time-limit.ts";

export interface TestResult {
  readonly name: string;
  readonly ok: boolean;
  /** What differs, one sentence each; empty when ok. */
  readonly differences: readonly string[];
  /** Of a decision's test: what it gave. */
  readonly decision?: Evaluated;
}

const say = (value: unknown): string => JSON.stringify(value) ?? "nothing";

/** Decimals go out as text: "25.00" is what a test means by 25. */
function sameValue(expected: Json | undefined, actual: Json | undefined): boolean {
  if (typeof expected === "number" && typeof actual === "string" && actual.trim() !== "") return Number(actual) === expected;
  if (typeof expected === "string" && typeof actual === "number" && expected.trim() !== "") return Number(expected) === actual;
  if (Array.isArray(expected) && Array.isArray(actual))
    return expected.length === actual.length && expected.every((item, index) => sameValue(item, actual[index] as Json));
  return sameJson(expected, actual);
}

/** Runs each test with the params' defaults unless it names others. */
export function runDecisionTests(decision: CompiledDecision, tests: readonly DecisionTest[], context: DecisionContext): TestResult[] {
  return tests.map((test) => {
    tickOff();
    const given = decision.evaluate(test.facts, test.params ?? {}, context);
    const { outcome, output, fired, reasons } = test.expect;
    const differences: string[] = [];
    if (outcome !== undefined && given.outcome !== outcome) differences.push(`outcome is ${given.outcome}, expected ${outcome}`);
    for (const [name, value] of Object.entries(output ?? {})) {
      if (!sameValue(value, given.output[name])) differences.push(`${name} is ${say(given.output[name])}, expected ${say(value)}`);
    }
    if (fired !== undefined && !sameJson(fired, given.fired)) differences.push(`fired ${say(given.fired)}, expected ${say(fired)}`);
    const codes = given.reasons.map((reason) => reason.code);
    if (reasons !== undefined && !sameJson(reasons, codes)) differences.push(`reasons are ${say(codes)}, expected ${say(reasons)}`);
    return { name: test.name, ok: differences.length === 0, differences, decision: given };
  });
}

const NOW = "2026-01-15T09:00:00.000Z";
const ROUNDS = 50;

const TEST_ORG: OrgContext = { id: "00000000-0000-7000-8000-000000000001", code: "ORG", name: "Test org", timeZone: "UTC", branding: {} };
const TEST_ACTOR: Actor = {
  id: "00000000-0000-7000-8000-000000000002",
  kind: "person",
  name: "Tester",
  permissions: [],
  roles: [],
  rank: 100,
  orgs: ["ORG"],
  traits: {},
};

/** Runs each machine test from a fresh instance, every step under a limit of its own: the first step's event starts it when the machine declares it as a start event. */
export function runMachineTests(program: Program, machine: CompiledMachine, definition: MachineDefinition, limit?: () => TimeLimit): TestResult[] {
  return (definition.tests ?? []).map((test) => {
    tickOff();
    const differences = runMachineTest(program, machine, definition, test, limit);
    return { name: test.name, ok: differences.length === 0, differences };
  });
}

interface Walk {
  readonly limit: (() => TimeLimit) | undefined;
  snapshot: Snapshot | null;
  record: RecordState | null;
  seq: number;
}

function runMachineTest(program: Program, machine: CompiledMachine, definition: MachineDefinition, test: MachineTest, limit?: () => TimeLimit): string[] {
  const differences: string[] = [];
  const walk: Walk = { snapshot: null, record: test.record === undefined ? null : recordOf(definition, test.record), seq: 0, limit };
  for (const [index, each] of test.steps.entries()) {
    const result = runStep(program, machine, test, walk, index);
    const where = `step ${index + 1} (${each.event})`;
    const expected = each.expect.result ?? "moved";
    if (result.kind !== expected) {
      differences.push(`${where}: ${outcomeOf(result)}, expected ${expected}`);
      break;
    }
    differences.push(...compareStep(result, each.expect).map((text) => `${where}: ${text}`));
    if (result.kind !== "moved") continue;
    walk.snapshot = result.snapshot;
    walk.record = result.record;
    walk.seq += 1;
  }
  return differences;
}

function recordOf(definition: MachineDefinition, data: JsonObject): RecordState {
  const text = (key: string): string | null => (typeof data[key] === "string" ? data[key] : null);
  return {
    id: text("id") ?? "00000000-0000-7000-8000-000000000003",
    type: definition.record,
    org: TEST_ORG.id,
    code: text("code") ?? "TEST",
    version: 1,
    data,
  };
}

function runStep(program: Program, machine: CompiledMachine, test: MachineTest, walk: Walk, index: number): StepResult {
  const each = test.steps[index] as MachineTest["steps"][number];
  const canned: JsonObject = { ...test.facts, ...each.facts };
  const ruled = withCanned(program, { ...test.decisions, ...each.decisions });
  let facts: FactBag = {};
  const actor = { ...TEST_ACTOR, ...(test.actor as Partial<Actor> | undefined) };
  const input: Omit<StepInput, "facts"> = {
    snapshot: walk.snapshot,
    instance: { id: "00000000-0000-7000-8000-000000000004", key: `${machine.key}:TEST`, seq: walk.seq },
    record: walk.record,
    event: { type: each.event, payload: each.payload ?? {}, via: "api" },
    actor,
    org: TEST_ORG,
    now: test.now ?? NOW,
    seed: index.toString(16).padStart(32, "0"),
  };
  const limit = walk.limit?.();
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = step(ruled, machine, { ...input, facts }, limit === undefined ? {} : { limit });
    if (result.kind !== "needs") return result;
    facts = { ...facts, ...Object.fromEntries(result.requests.map((request) => [request.key, answer(program, request, canned, test.settings ?? {})])) };
  }
  return { kind: "failed", code: "limit_exceeded", message: `asked for facts more than ${ROUNDS} times` };
}

/** The program with some decisions made beforehand. */
function withCanned(program: Program, decisions: Readonly<Record<string, CannedDecision>>): Program {
  if (Object.keys(decisions).length === 0) return program;
  const decision = (ref: string): CompiledDecision | null => {
    const compiled = program.decision(ref);
    const id = compiled?.key.slice(compiled.key.indexOf(".") + 1) ?? "";
    const canned = Object.hasOwn(decisions, id) ? decisions[id] : undefined;
    return compiled === null || canned === undefined ? compiled : decidedAs(compiled, canned);
  };
  return Object.create(program, { decision: { value: decision } }) as Program;
}

function decidedAs(compiled: CompiledDecision, { outcome, output = {}, reasons = [] }: CannedDecision): CompiledDecision {
  return {
    ...compiled,
    inputs: {},
    params: {},
    evaluate: (inputs, params, context) => ({
      ...compiled.evaluate(inputs, params, context),
      outcome,
      output,
      fired: [],
      reasons: reasons.map((code) => ({ code, message: code, facts: {} })),
    }),
  };
}

/** The canned answer to a request: by its whole key, by kind and name, by name, then "*"; settings have their defaults. */
function answer(program: Program, request: FactRequest, canned: JsonObject, settings: JsonObject): Json {
  const id = request.name.slice(request.name.indexOf(".") + 1);
  for (const name of [request.key, `${request.kind}:${request.name}`, `${request.kind}:${id}`, request.name, id])
    if (Object.hasOwn(canned, name)) return canned[name] as Json;
  if (request.kind === "settings") return { ...program.settings(request.name)?.defaults, ...(settings[id] as JsonObject | undefined) };
  if (Object.hasOwn(canned, "*")) return canned["*"] as Json;
  return request.kind === "findAll" || request.kind === "people" ? [] : request.kind === "fact" ? { $unknown: "no canned answer" } : null;
}

const outcomeOf = (result: StepResult): string => {
  if (result.kind === "blocked")
    return `blocked by ${result.decisions.flatMap((decision) => decision.reasons.map((reason) => reason.code)).join(", ") || "a gate"}`;
  if (result.kind === "violated") return `refused by the invariant ${result.violations.map(({ name, outcome }) => `"${name}" (${outcome})`).join(", ")}`;
  if (result.kind === "failed") return `failed: ${result.message}`;
  if (result.kind === "not_available") return `not available, only ${result.available.join(", ") || "nothing"}`;
  return result.kind;
};

function compareStep(result: StepResult, expect: MachineTest["steps"][number]["expect"]): string[] {
  const differences: string[] = [];
  const state = result.kind === "moved" ? result.to : "state" in result ? result.state : null;
  if (expect.state !== undefined && !contains(state as Json, expect.state)) differences.push(`state is ${say(state)}, expected ${say(expect.state)}`);
  if (expect.reasons !== undefined) {
    const decisions = "decisions" in result ? result.decisions : [];
    const codes = decisions.flatMap((decision) => decision.reasons.map((reason) => reason.code));
    const missing = expect.reasons.filter((code) => !codes.includes(code));
    if (missing.length > 0) differences.push(`reasons are ${say(codes)}, expected ${say(expect.reasons)}`);
  }
  if (expect.violations !== undefined) {
    const names = result.kind === "violated" ? result.violations.map(({ name }) => name) : [];
    if (!sameJson(expect.violations, names)) differences.push(`invariants refuse it: ${say(names)}, expected ${say(expect.violations)}`);
  }
  if (expect.effects !== undefined && result.kind === "moved") {
    const missing = missingInOrder(result.effects, expect.effects);
    if (missing !== null) differences.push(`no effect like ${say(missing)} among ${say(result.effects.map(brief))}`);
  }
  return differences;
}

const brief = (effect: Effect): Json => ({
  kind: effect.kind,
  ...("mail" in effect ? { mail: effect.mail } : {}),
  ...("event" in effect ? { event: effect.event } : {}),
});

/** The first expected effect that does not follow those before it; null when all are there, in order. */
function missingInOrder(effects: readonly Effect[], expected: readonly JsonObject[]): JsonObject | null {
  let from = 0;
  for (const wanted of expected) {
    const at = effects.findIndex((effect, index) => index >= from && contains(effect as unknown as Json, wanted));
    if (at < 0) return wanted;
    from = at + 1;
  }
  return null;
}

/** Objects may hold more than expected; everything else must be the same. */
function contains(actual: Json | undefined, expected: Json): boolean {
  if (typeof expected === "object" && expected !== null && !Array.isArray(expected)) {
    if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return false;
    return Object.entries(expected).every(([key, value]) => contains((actual as JsonObject)[key], value));
  }
  return sameValue(expected, actual);
}
