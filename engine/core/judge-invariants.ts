/** A machine's invariants over an instance that stands still, for writes that change its record without an event. */
import { violationsOf } from "./acts/invariants.ts";
import { type EvaluationInput, worldOf } from "./evaluate.ts";
import { StepScope } from "./facts/step-scope.ts";
import type { CompiledMachine } from "./machine/compile.ts";
import type { Program } from "./program.ts";
import type { FactRequest, Violation } from "./step-types.ts";
import { type TimeLimit, within } from "./time-limit.ts";

export type Judgement =
  | { readonly kind: "needs"; readonly requests: readonly FactRequest[] }
  | { readonly kind: "judged"; readonly violations: readonly Violation[] };

/** As a step judges them at its end; there is no event, so what an invariant asks of one is unknown. */
export function judgeInvariants(program: Program, machine: CompiledMachine, input: Omit<EvaluationInput, "machine" | "event">, limit?: TimeLimit): Judgement {
  return within(limit, () => {
    const world = worldOf(program, { ...input, machine });
    const violations = violationsOf(machine.invariants, new StepScope(world));
    return world.requests.pending ? { kind: "needs", requests: world.requests.list() } : { kind: "judged", violations };
  });
}
