/** Attempts that a gate refused: at most one row for each instance, event, person and gate, with its count and the last decision. */
import type { CompactDecision } from "../core/step-types.ts";
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

export interface AttemptWrite {
  readonly orgId: string;
  readonly instanceId: string;
  readonly event: string;
  readonly actorId: string;
  readonly actorName: string;
  /** The instance's seq that it was tried at. */
  readonly seq: number;
  readonly release: number | null;
  readonly at: string;
  /** Of the gate that was shut. */
  readonly decision: CompactDecision;
}

export interface AttemptRow extends Omit<AttemptWrite, "at"> {
  readonly gate: string;
  readonly tries: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

const SAVE = statement(
  "attempts_save",
  `insert into blocked_attempt as b (org_id, instance_id, event, actor_id, gate, actor_name, seq, release, tries, first_at, last_at, decision)
   values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10)
   on conflict (org_id, instance_id, event, actor_id, gate) do update set tries = b.tries + 1, seq = excluded.seq, release = excluded.release,
     actor_name = excluded.actor_name, last_at = greatest(b.last_at, excluded.last_at), decision = excluded.decision`,
);
const OF = statement(
  "attempts_of",
  `select b.org_id as "orgId", b.instance_id as "instanceId", b.event, b.actor_id as "actorId", b.actor_name as "actorName", b.gate, b.seq, b.release, b.tries,
     b.first_at as "firstAt", b.last_at as "lastAt", b.decision
   from blocked_attempt b where b.instance_id = $1 and ($2::uuid[] is null or b.org_id = any ($2)) order by b.last_at desc, b.event, b.gate, b.actor_id limit $3`,
);

/** In the order of their keys, so that two who write several at once do not wait for each other crosswise. */
export function saveAttempts(tx: Tx, writes: readonly AttemptWrite[]): void {
  const keyOf = ({ instanceId, event, actorId, decision }: AttemptWrite): string => JSON.stringify([instanceId, event, actorId, decision.key]);
  for (const write of writes.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const { orgId, instanceId, event, actorId, actorName, seq, release, at, decision } = write;
    tx.queue(SAVE, [orgId, instanceId, event, actorId, decision.key, actorName, seq, release, at, JSON.stringify(decision)]);
  }
}

/** Last tried first. */
export async function attemptsOf(tx: Tx, instanceId: string, limit: number): Promise<readonly AttemptRow[]> {
  return await tx.query<AttemptRow>(OF, [instanceId, orgsOf(tx), limit]);
}
