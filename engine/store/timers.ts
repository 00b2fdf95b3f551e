/** Timers as rows with absolute deadlines. Armed and cancelled by commit-send; claimed by the relay. */

import type { RecordState, Snapshot } from "../core/step-types.ts";
import type { JsonObject } from "../schema/json.ts";
import { afterCursor, pageOf } from "./cursor.ts";
import { orgsOf } from "./instances.ts";
import { Conditions } from "./sql.ts";
import { GLOBAL_ORG, type Page, statement, type Tx } from "./tx.ts";

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

/** The month partitions of the log are bounded by the instance's life. */
const WAITING = statement(
  "timers_waiting",
  `select ${COLUMNS}, i.machine, i.machine_version as "machineVersion", i.key, i.seq as "instanceSeq", i.snapshot, e.at as "armedAt", e.event,
     r.org_id as "recordOrg", r.id as "recordId", r.type as "recordType", r.code, r.version, r.data
   from timer t join instance i on i.org_id = t.org_id and i.id = t.instance_id
     join event_log e on e.org_id = t.org_id and e.instance_id = t.instance_id and e.seq = t.seq and e.at >= i.created_at and e.at <= i.updated_at
     left join record r on r.org_id in ($1, '${GLOBAL_ORG}') and r.id = i.record_id
   where t.org_id = $1 and (t.instance_id, t.name) > ($2::uuid, $3) order by t.instance_id, t.name limit $4`,
);
const MOVE = statement(
  "timers_move",
  `update timer t set due_at = m.due_at, lease_until = null from unnest($2::uuid[], $3::text[], $4::int[], $5::timestamptz[], $6::timestamptz[]) m (instance_id, name, seq, was, due_at)
   where t.org_id = $1 and t.instance_id = m.instance_id and t.name = m.name and t.seq = m.seq and t.due_at = m.was returning t.instance_id as id`,
);

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

export interface TimerListRow extends TimerRow {
  readonly machine: string;
  /** Of the instance. */
  readonly key: string;
}
export interface TimerFilter {
  readonly orgs: readonly string[];
  /** What has come by then is overdue. */
  readonly now: string;
  readonly isOverdue?: boolean;
  readonly machine?: string;
  readonly before?: string;
  /** Text looked for in the instance's key and the timer's name, case-insensitive. */
  readonly search?: string;
}

/** Next due first. */
export async function listTimers(tx: Tx, filter: TimerFilter, page: { readonly limit: number; readonly cursor?: string | null }): Promise<Page<TimerListRow>> {
  const where = new Conditions().add("t.org_id = any (?::uuid[])", filter.orgs);
  if (filter.isOverdue !== undefined) where.add(`t.due_at ${filter.isOverdue ? "<=" : ">"} ?::timestamptz`, filter.now);
  if (filter.machine !== undefined) where.add("i.machine = ?", filter.machine);
  if (filter.before !== undefined) where.add("t.due_at < ?::timestamptz", filter.before);
  if (filter.search !== undefined) where.add("strpos(lower(i.key || ' ' || t.name), lower(?)) > 0", filter.search);
  const cursor = afterCursor(page.cursor);
  if (cursor !== null) where.add("(t.due_at, t.org_id, t.instance_id, t.name) > (?::timestamptz, ?::uuid, ?::uuid, ?)", ...cursor);
  const rows = await tx.query<TimerListRow>(
    `select ${COLUMNS}, i.machine, i.key from timer t join instance i on i.org_id = t.org_id and i.id = t.instance_id
     where ${where.sql} order by t.due_at, t.org_id, t.instance_id, t.name limit ${where.value(page.limit + 1)}`,
    where.values,
  );
  return pageOf(rows, page.limit, (row) => [row.dueAt, row.orgId, row.instanceId, row.name]);
}

/** A timer with what its delay was evaluated over: the instance and its record as they stand, the event that armed it. */
export interface WaitingTimer extends TimerRow {
  readonly machine: string;
  readonly machineVersion: string;
  /** Of the instance. */
  readonly key: string;
  readonly instanceSeq: number;
  readonly snapshot: Snapshot;
  readonly armedAt: string;
  readonly event: JsonObject;
  readonly record: RecordState | null;
}
interface WaitingSqlRow extends Omit<WaitingTimer, "record"> {
  readonly recordOrg: string | null;
  readonly recordId: string | null;
  readonly recordType: string;
  readonly code: string | null;
  readonly version: number;
  readonly data: JsonObject;
}

/** All timers of an org by instance and name, from behind the one named on. */
export async function waitingTimers(
  tx: Tx,
  input: {
    readonly orgId: string;
    readonly orgCode: string;
    readonly after: { readonly instanceId: string; readonly name: string } | null;
    readonly limit: number;
  },
): Promise<readonly WaitingTimer[]> {
  const rows = await tx.query<WaitingSqlRow>(WAITING, [input.orgId, input.after?.instanceId ?? GLOBAL_ORG, input.after?.name ?? "", input.limit]);
  return rows.map(({ recordOrg, recordId: id, recordType: type, code, version, data, ...timer }) => ({
    ...timer,
    record: id === null ? null : { id, type, org: recordOrg === GLOBAL_ORG ? null : input.orgCode, code, version, data },
  }));
}

/** Gives timers other deadlines, free for whoever comes; gives their instances. One that has fired or was armed anew meanwhile stays as it is. */
export async function moveTimers(tx: Tx, orgId: string, moves: readonly { readonly timer: TimerRow; readonly dueAt: string }[]): Promise<readonly string[]> {
  if (moves.length === 0) return [];
  const column = <T>(pick: (timer: TimerRow) => T): T[] => moves.map(({ timer }) => pick(timer));
  const values = [column((timer) => timer.instanceId), column((timer) => timer.name), column((timer) => timer.seq), column((timer) => timer.dueAt)];
  const rows = await tx.query<{ id: string }>(MOVE, [orgId, ...values, moves.map(({ dueAt }) => dueAt)]);
  return rows.map(({ id }) => id);
}
