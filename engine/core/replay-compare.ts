/** Compares what a row recorded with what a replay of it gave. */
import type { Json, JsonObject } from "../schema/json.ts";
import { canonicalJson, sameJson } from "./canonical.ts";
import type { CompiledDecision } from "./rules/decision.ts";
import type { CompactDecision, ConditionNode, Effect, TimerArm, Truth } from "./step-types.ts";

/** One condition that came out differently, or was judged against another value. */
export interface ConditionDifference {
  readonly rule: string;
  readonly fact: string;
  readonly operator: string;
  readonly recorded: { readonly result: Truth; readonly expected: Json | null; readonly actual: Json | null } | null;
  readonly replayed: { readonly result: Truth; readonly expected: Json | null; readonly actual: Json | null } | null;
}

export interface DecisionDifference {
  readonly key: string;
  readonly at: string;
  /** null: it was not asked. */
  readonly recorded: Pick<CompactDecision, "outcome" | "output" | "fired" | "version"> | null;
  readonly replayed: Pick<CompactDecision, "outcome" | "output" | "fired" | "version"> | null;
  readonly conditions: readonly ConditionDifference[];
}

/** The compiled decision of a version, to expand what was recorded; null where it is not at hand. */
export type DecisionAt = (key: string, version: string) => CompiledDecision | null;

/**
 * Decisions that differ in outcome, outputs, fired rules or reasons; in the order recorded, then those that are new.
 * With `strict` also in their version, inputs, params and single conditions: what a replay on the same release must give back.
 */
export function compareDecisions(
  recorded: readonly CompactDecision[],
  replayed: readonly CompactDecision[],
  decisionAt: DecisionAt,
  strict: boolean,
): DecisionDifference[] {
  if (recorded === replayed || sameJson(recorded as unknown as Json, replayed as unknown as Json)) return [];
  const left = [...replayed];
  const found: DecisionDifference[] = [];
  for (const before of recorded) {
    const index = left.findIndex((each) => each.key === before.key && each.at === before.at);
    const after = index < 0 ? null : left.splice(index, 1)[0]!;
    if (after !== null && isSame(before, after, strict)) continue;
    found.push(difference(before, after, decisionAt));
  }
  for (const after of left) found.push(difference(null, after, decisionAt));
  return found;
}

function isSame(before: CompactDecision, after: CompactDecision, strict: boolean): boolean {
  if (strict) return sameJson(before as unknown as Json, after as unknown as Json);
  return (
    before.outcome === after.outcome &&
    sameJson(before.output, after.output) &&
    sameJson([...before.fired], [...after.fired]) &&
    sameJson(
      before.reasons.map((reason) => reason.code),
      after.reasons.map((reason) => reason.code),
    ) &&
    (before.overridden === undefined) === (after.overridden === undefined)
  );
}

function difference(before: CompactDecision | null, after: CompactDecision | null, decisionAt: DecisionAt): DecisionDifference {
  const one = (before ?? after)!;
  const brief = (decision: CompactDecision | null) =>
    decision === null ? null : { outcome: decision.outcome, output: decision.output, fired: decision.fired, version: decision.version };
  const leaves = (decision: CompactDecision | null) => {
    const compiled = decision === null ? null : decisionAt(decision.key, decision.version);
    return decision === null || compiled === null ? null : leavesOf(compiled, decision);
  };
  const old = leaves(before);
  const fresh = leaves(after);
  return {
    key: one.key,
    at: one.at,
    recorded: brief(before),
    replayed: brief(after),
    conditions: old === null || fresh === null ? [] : compareLeaves(old, fresh),
  };
}

interface LeafOf {
  readonly rule: string;
  readonly node: ConditionNode;
}

/** Leaves by rule, fact, operator and how often that came before. */
function leavesOf(compiled: CompiledDecision, decision: CompactDecision): Map<string, LeafOf> {
  const found = new Map<string, LeafOf>();
  for (const rule of compiled.expand(decision).rules) {
    const visit = (node: ConditionNode): void => {
      if (node.children !== undefined) for (const child of node.children) visit(child);
      else {
        let name = `${rule.id} ${node.fact ?? ""} ${node.op}`;
        while (found.has(name)) name += "+";
        found.set(name, { rule: rule.id, node });
      }
    };
    visit(rule.conditions);
  }
  return found;
}

function compareLeaves(before: ReadonlyMap<string, LeafOf>, after: ReadonlyMap<string, LeafOf>): ConditionDifference[] {
  const found: ConditionDifference[] = [];
  const side = (leaf: LeafOf | undefined) =>
    leaf === undefined ? null : { result: leaf.node.result, expected: leaf.node.expected ?? null, actual: leaf.node.actual ?? null };
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const old = before.get(name);
    const fresh = after.get(name);
    const one = (old ?? fresh)!;
    const [recorded, replayed] = [side(old), side(fresh)];
    if (
      recorded !== null &&
      replayed !== null &&
      recorded.result === replayed.result &&
      sameJson(recorded.expected, replayed.expected) &&
      sameJson(recorded.actual, replayed.actual)
    )
      continue;
    found.push({ rule: one.rule, fact: one.node.fact ?? "", operator: one.node.op, recorded, replayed });
  }
  return found;
}

export interface EffectDifference {
  /** Recorded, but the replay does not have it. */
  readonly gone: readonly JsonObject[];
  /** In the replay only. */
  readonly added: readonly JsonObject[];
}

/** Effects as a set without their keys; with `strict` in order and to the byte. null where there is no difference. */
export function compareEffects(recorded: readonly Effect[], replayed: readonly Effect[], strict: boolean): EffectDifference | null {
  if (sameJson(recorded as unknown as Json, replayed as unknown as Json)) return null;
  if (strict) return { gone: recorded as unknown as JsonObject[], added: replayed as unknown as JsonObject[] };
  const left = replayed.map((effect) => ({ effect, name: canonicalJson(comparable(effect)) }));
  const gone: JsonObject[] = [];
  for (const effect of recorded) {
    const name = canonicalJson(comparable(effect));
    const index = left.findIndex((each) => each.name === name);
    if (index < 0) gone.push(effect as unknown as JsonObject);
    else left.splice(index, 1);
  }
  return gone.length === 0 && left.length === 0 ? null : { gone, added: left.map((each) => each.effect as unknown as JsonObject) };
}

/** Without what differs although the effect is the same: its place in the step, ids from the seed, the template's version. */
function comparable(effect: Effect): JsonObject {
  const { key: _, ...rest } = effect as unknown as Record<string, Json>;
  const out: Record<string, Json> = { ...rest };
  delete out["instanceId"];
  if (out["kind"] === "record" && out["op"] !== "update" && out["op"] !== "delete") delete out["id"];
  for (const member of ["message", "task"] as const) {
    const inner = out[member];
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) continue;
    const { version: _version, id: _id, ...kept } = inner as Record<string, Json>;
    out[member] = kept;
  }
  return out;
}

type Timers = { readonly arm: readonly TimerArm[]; readonly cancel: readonly string[] };

export function sameTimers(recorded: Timers, replayed: Timers): boolean {
  return sameJson(recorded as unknown as Json, replayed as unknown as Json);
}
