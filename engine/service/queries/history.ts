/** The event rows of an instance, oldest first: who did what, what was known, what was decided, what followed. */
import type { Decision } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { type EventRow, eventsOf } from "../../store/events.ts";
import { publicEffects } from "../instances/effect-answer.ts";
import { concealFor } from "../records/conceal.ts";
import { readableFacts } from "../records/masked-facts.ts";
import { answerDecisions } from "../work/decision-answer.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading, pageOf } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { visibleInstance } from "./visible-instance.ts";

export interface HistoryInput {
  readonly instance: string;
  readonly limit?: number;
  /** The seq after which to go on. */
  readonly cursor?: string | null;
}

export interface HistoryRow {
  readonly seq: number;
  readonly at: string;
  readonly actor: { readonly id: string; readonly name: string; readonly kind: string };
  readonly event: JsonObject;
  readonly from: Json;
  readonly to: Json;
  readonly release: number | null;
  readonly machine: { readonly key: string; readonly version: string };
  readonly facts: Json;
  readonly decisions: readonly Decision[];
  readonly effects: readonly JsonObject[];
  readonly override: Json;
  readonly hash: string;
  readonly prevHash: string | null;
}

/** - throws EngineError `instance_not_found` */
export async function instanceHistory(
  engine: Engine,
  scope: Scope,
  input: HistoryInput,
): Promise<{ readonly items: readonly HistoryRow[]; readonly next: string | null }> {
  return await inReading(engine, scope, async (reading) => {
    const instance = await visibleInstance(reading, input.instance);
    const work = reading.workOf(instance.orgId);
    const { limit, cursor } = pageOf(input);
    const rows = await eventsOf(reading.tx, instance.id, { afterSeq: Number(cursor ?? 0) || 0, limit, facts: true });
    const items: HistoryRow[] = [];
    const conceal = await concealFor(work);
    for (const row of rows) items.push(conceal(await answerRow(work, row)));
    const last = rows.at(-1);
    return { items, next: rows.length === limit && last !== undefined && last.seq < instance.seq ? String(last.seq) : null };
  });
}

async function answerRow(work: Work, row: EventRow): Promise<HistoryRow> {
  return {
    seq: row.seq,
    at: row.at,
    actor: { id: row.actor.id, name: row.actor.name, kind: row.actor.kind },
    event: row.event,
    from: row.from as Json,
    to: row.to as Json,
    release: row.release,
    machine: { key: row.machine, version: row.machineVersion },
    facts: (row.facts === undefined ? null : await readableFacts(work, row.facts)) as unknown as Json,
    decisions: await answerDecisions(work, row.decisions),
    effects: publicEffects(row.effects, []),
    override: row.override,
    hash: row.hash,
    prevHash: row.prevHash,
  };
}
