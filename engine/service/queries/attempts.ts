/** What was tried at an instance and refused by its gates: who, when, how often, and why, as the timeline shows it beside what happened. */

import type { Decision } from "../../core/step-types.ts";
import { type AttemptRow, attemptsOf } from "../../store/attempts.ts";
import { loadInstance } from "../../store/instances.ts";
import { concealFor } from "../conceal.ts";
import { answerDecisions } from "../decision-answer.ts";
import type { Engine } from "../engine-context.ts";
import { instanceNotFound, locateIn } from "../locate-instance.ts";
import { inReading } from "../reading.ts";
import { mayView } from "../record-permission.ts";
import { recordTypeOf } from "../record-type.ts";
import type { Scope } from "../scope.ts";
import type { Work } from "../work.ts";

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
    const { id } = await locateIn(reading.tx, scope, input.instance);
    const instance = await loadInstance(reading.tx, id);
    if (instance === null) throw instanceNotFound(input.instance);
    const work = reading.workOf(instance.orgId);
    if (!mayView(work, recordTypeOf(work.ruling.program, instance.recordType))) throw instanceNotFound(input.instance);
    const conceal = await concealFor(work);
    const rows = await attemptsOf(reading.tx, id, Math.min(MOST, input.limit ?? MOST));
    return { items: await Promise.all(rows.map(async (row) => conceal(await answer(work, row)))) };
  });
}

async function answer(work: Work, row: AttemptRow): Promise<Attempt> {
  const { event, actorId, actorName, gate, tries, firstAt, lastAt, seq, release } = row;
  const [decision] = await answerDecisions(work, [row.decision]);
  return { event, actor: { id: actorId, name: actorName }, gate, tries, firstAt, lastAt, seq, release, decision: decision as Decision };
}
