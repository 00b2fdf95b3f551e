/** Decides guards: plain conditions by truth, gates by asking policy, with overrides. */
import type { Json, JsonObject } from "../../schema/json.ts";
import { sameJson } from "../canonical.ts";
import { askDecision, noteDecision } from "../facts/ask-decision.ts";
import type { ExpressionScope } from "../facts/expression-scope.ts";
import { isList, truthOf } from "../feel/values.ts";
import type { GateCode, GuardCode } from "../machine/code.ts";
import type { Verdict } from "../machine/select.ts";
import { idOf } from "../program.ts";
import type { CompactDecision } from "../step-types.ts";

/** Conditions first: where one is not true the candidate is simply not taken and no gate is asked. Then every gate, so that all that blocks is told. */
export function guardVerdict(scope: ExpressionScope, guard: GuardCode): Verdict {
  const { requests } = scope.world;
  let isPending = false;
  for (const when of guard.whens) {
    if (truthOf(when.evaluate(scope)) === true) continue;
    if (!requests.pending) return "closed";
    isPending = true;
  }
  let isShut = false;
  for (const gate of guard.gates) {
    const decision = askGate(scope, gate, "guard");
    if (decision === null) isPending = true;
    else {
      noteDecision(scope.world.decisions, decision);
      if (!isOpen(decision)) isShut = true;
    }
  }
  if (isPending) return "pending";
  return isShut ? "shut" : "open";
}

/** The gate's decision, overridden where the event asks for it and may; null while facts are missing. */
export function askGate(scope: ExpressionScope, gate: GateCode, at: string): CompactDecision | null {
  const { world } = scope;
  const decision = askDecision(scope, gate.ref, {
    ...{ at, program: gate.pinned ? world.pinned : world.program, bind: gate.bind },
    ...(gate.expect === undefined ? {} : { expect: gate.expect }),
  });
  if (decision === null || isOpen(decision)) return decision;
  const overridden = overrideOf(scope, gate, decision.key);
  return overridden === null ? decision : { ...decision, overridden };
}

/** Open on the expected outputs, else on the outcome "pass"; or overridden. Unknown never opens. */
export function isOpen(decision: CompactDecision): boolean {
  if (decision.overridden !== undefined) return true;
  if (decision.outcome === "unknown") return false;
  if (decision.expect === undefined) return decision.outcome === "pass";
  return Object.entries(decision.expect).every(([name, expected]) => sameValue(outputOf(decision, name), expected));
}

function outputOf(decision: CompactDecision, name: string): Json | undefined {
  if (Object.hasOwn(decision.output, name)) return decision.output[name];
  return name === "outcome" ? decision.outcome : undefined;
}

/** Decimals go out as text, so "2.00" meets an expected 2. */
function sameValue(actual: Json | undefined, expected: Json): boolean {
  if (sameJson(actual, expected)) return true;
  return typeof actual === "string" && typeof expected === "number" && actual.trim() !== "" && Number(actual) === expected;
}

function overrideOf(scope: ExpressionScope, gate: GateCode, key: string): NonNullable<CompactDecision["overridden"]> | null {
  const { event, actor } = scope.world;
  const asked = event?.override;
  if (asked === undefined || gate.override === null) return null;
  if (asked.gate !== key && asked.gate !== idOf(key) && asked.gate !== gate.ref) return null;
  if (!actor.permissions.includes(gate.override.permission)) return null;
  if (gate.override.reasons !== null) {
    const allowed = gate.override.reasons.evaluate(scope);
    if (!isList(allowed) || !allowed.includes(asked.reason)) return null;
  }
  return { by: actor.id, reason: asked.reason, ...(asked.note === undefined ? {} : { note: asked.note }) };
}

/** Members of an expected output that the decision does not have: for explanations. */
export function unmetOutputs(decision: CompactDecision): JsonObject {
  const unmet: Record<string, Json> = {};
  for (const [name, expected] of Object.entries(decision.expect ?? {})) if (!sameValue(outputOf(decision, name), expected)) unmet[name] = expected;
  return unmet;
}
