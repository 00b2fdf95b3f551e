/** What was tried at an instance and refused by its gates: who, when, how often, and why, as the timeline shows it beside what happened. */

import type { Decision } from "../../core/step-types.ts";
import { type AttemptRow, attemptsOf } from "../../store/attempts.ts";
import { concealFor } from "../records/conceal.ts";
import { answerDecisions } from "../work/decision-answer.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { visibleInstance } from "./visible-instance.ts";

export interface Attempt {
  readonly event: string;
  readonly actor: { readonly id: string; readonly name: string };
  /** Definition key of the gate that was shut. */
  readonly gate: string;
  readonly tries: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** The instance's seq at the last try. */
  readonly seq: number;
  readonly release: number | null;
  /** Of the last try. */
  readonly decision: Decision;
}

const MOST = 200;

/** Last tried first. - throws EngineError `instance_not_found` */
export async function listAttempts(
  engine: Engine,
  scope: Scope,
  input: { readonly instance: string; readonly limit?: number },
): Promise<{ readonly items: readonly Attempt[] }> {
  return await inReading(engine, scope, async (reading) => {
    const instance = await visibleInstance(reading, input.instance);
    const work = reading.workOf(instance.orgId);
    const conceal = await concealFor(work);
    const rows = await attemptsOf(reading.tx, instance.id, Math.min(MOST, input.limit ?? MOST));
    return { items: await Promise.all(rows.map(async (row) => conceal(await answer(work, row)))) };
  });
}

async function answer(work: Work, row: AttemptRow): Promise<Attempt> {
  const { event, actorId, actorName, gate, tries, firstAt, lastAt, seq, release } = row;
  const [decision] = await answerDecisions(work, [row.decision]);
  return { event, actor: { id: actorId, name: actorName }, gate, tries, firstAt, lastAt, seq, release, decision: decision as Decision };
}
