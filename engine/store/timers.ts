/** Timers as rows with absolute deadlines. Armed and cancelled by send-path; claimed by the relay. */
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

export interface TimerRow {
  readonly orgId: string;
  readonly instanceId: string;
  readonly name: string;
  readonly dueAt: string;
  /** seq of the event that armed it. */
  readonly seq: number;
}

const COLUMNS = `t.org_id as "orgId", t.instance_id as "instanceId", t.name, t.due_at as "dueAt", t.seq`;
const OF = statement(
  "timers_of",
  `select ${COLUMNS} from timer t where t.instance_id = $1 and ($2::uuid[] is null or t.org_id = any ($2)) order by t.due_at, t.name`,
);
const CLAIM = statement(
  "timers_claim",
  `with due as (select org_id, instance_id, name from timer where due_at <= $1 and (lease_until is null or lease_until < $1) order by due_at limit $2 for update skip locked),
   taken as (update timer t set lease_until = $1::timestamptz + make_interval(secs => $3::float8 / 1000) from due
     where t.org_id = due.org_id and t.instance_id = due.instance_id and t.name = due.name returning t.*)
   select ${COLUMNS} from taken t order by t.due_at, t.instance_id, t.name`,
);
const TAKE = statement("timers_take", "delete from timer where org_id = $1 and instance_id = $2 and name = $3 and due_at = $4 and seq = $5 returning 1");
const NEXT = statement("timers_next", "select due_at as at from timer order by due_at limit 1");

export async function timersOf(tx: Tx, instanceId: string): Promise<readonly TimerRow[]> {
  return tx.query<TimerRow>(OF, [instanceId, orgsOf(tx)]);
}

/** Due timers in due order, leased until `now + leaseMs`. System session. Firing deletes the row (`takeTimer`) in the transition's own transaction. */
export async function claimTimers(tx: Tx, input: { readonly now: string; readonly limit: number; readonly leaseMs: number }): Promise<readonly TimerRow[]> {
  return tx.query<TimerRow>(CLAIM, [input.now, input.limit, input.leaseMs]);
}

/** Deletes the timer if it is still armed for this deadline; false when cancelled or re-armed: then nothing fires. */
export async function takeTimer(tx: Tx, timer: TimerRow): Promise<boolean> {
  return (await tx.query(TAKE, [timer.orgId, timer.instanceId, timer.name, timer.dueAt, timer.seq])).length > 0;
}

export async function nextTimerDue(tx: Tx): Promise<string | null> {
  return (await tx.query<{ at: string }>(NEXT))[0]?.at ?? null;
}
