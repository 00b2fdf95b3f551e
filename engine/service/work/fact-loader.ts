/** Loads the facts that a step or an expression asks for, round by round, until it decides. */

import { EngineError } from "../../core/errors.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import { step } from "../../core/step.ts";
import type { FactBag, FactRequest, StepInput, StepResult } from "../../core/step-types.ts";
import { loadFacts } from "../../store/facts.ts";
import { createTimeLimit, STEP_MS } from "./time-limit.ts";
import { type FactLoader, hold, type Work } from "./work.ts";

export const MAX_FACT_ROUNDS = 20;

/** The facts of one evaluation: those of the reading, or fresh ones. */
export function factsOf(work: Work): FactLoader {
  return work.shared?.facts ?? createFactLoader(work);
}

export type SettledStep = Exclude<StepResult, { kind: "needs" }>;

/**
 * Steps, loading what the step asks for, until it decides. Facts taken under a lock stay locked until the commit. All passes together have
 * 250 ms (`failed` with `limit_exceeded` beyond); loading is not counted.
 *
 * - throws EngineError `limit_exceeded` after 20 rounds: a definition asks for facts without end
 */
export async function stepWithFacts(work: Work, machine: CompiledMachine, input: Omit<StepInput, "facts">): Promise<{ result: SettledStep; bag: FactBag }> {
  const loader = createFactLoader(work);
  const limit = createTimeLimit(STEP_MS);
  for (let round = 0; round < MAX_FACT_ROUNDS; round++) {
    const result = step(work.ruling.program, machine, { ...input, facts: loader.bag() }, { limit });
    if (result.kind !== "needs") return { result, bag: loader.bag() };
    limit.pause();
    await loader.load(result.requests);
    limit.resume();
  }
  throw new EngineError("limit_exceeded", `"${input.event.type}" asked for facts more than ${MAX_FACT_ROUNDS} times.`, { limit: MAX_FACT_ROUNDS });
}

/**
 * A lock that is asked for late voids what was read before it: everything is then read again, under the lock (reliability P13).
 */
export function createFactLoader(work: Work): FactLoader {
  const held = new Set<string>();
  const known = new Map<string, FactRequest>();
  let bag: FactBag = {};
  const context = { orgId: work.org.id, now: work.at };
  return {
    bag: () => bag,
    async load(requests) {
      const locks = requests.flatMap((request) => request.locks).filter((lock) => !held.has(lock));
      for (const request of requests) known.set(request.key, request);
      for (const lock of locks) held.add(lock);
      if (locks.length > 0) hold(work);
      const again = locks.length > 0 && Object.keys(bag).length > 0;
      const loaded = await loadFacts(work.tx, again ? [...known.values()] : requests, work.ruling.catalogue, context);
      bag = { ...bag, ...loaded };
    },
  };
}
