/** When a timer is due, asked again outside of a step: what its delay says under other facts than those that it was armed with. */
import { dueInstant } from "./acts/act-run.ts";
import { type EvaluationInput, worldOf } from "./evaluate.ts";
import { StepScope } from "./facts/step-scope.ts";
import type { CompiledMachine } from "./machine/compile.ts";
import type { Program } from "./program.ts";
import type { FactRequest, Instant } from "./step-types.ts";

/** `at` null: there is nothing to wait for, or facts are unknown. */
export type Due = { readonly kind: "needs"; readonly requests: readonly FactRequest[] } | { readonly kind: "due"; readonly at: Instant | null };

/** - `input.now`: when the timer was armed */
export function dueOf(program: Program, machine: CompiledMachine, timer: string, input: EvaluationInput): Due {
  const named = machine.chart.nodes.flatMap((node) => node.delays).find((each) => each.timer === timer);
  const expression = named === undefined ? undefined : machine.delays.get(named.delay);
  if (expression === undefined) return { kind: "due", at: null };
  const world = worldOf(program, { ...input, machine });
  const at = dueInstant(expression.evaluate(new StepScope(world)), world);
  return world.requests.pending ? { kind: "needs", requests: world.requests.list() } : { kind: "due", at };
}
