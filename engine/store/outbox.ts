/** Effects committed and not yet delivered. Claimed by status with SKIP LOCKED and a lease; per subject in order. */
import type { JsonObject } from "../schema/json.ts";
import { afterCursor, pageOf } from "./cursor.ts";
import { orgsOf } from "./instances.ts";
import { outboxId } from "./outbox-id.ts";
import { Conditions } from "./sql.ts";
import { type Page, statement, type Tx } from "./tx.ts";

export type OutboxStatus = "pending" | "sending" | "delivered" | "dead" | "possibly_sent" | "discarded";
export interface OutboxWrite {
  /** `<instance>:<seq>:<n>`: unique per org for ever. */
  readonly key: string;
  readonly kind: string;
  readonly payload: JsonObject;
  /** Rows of one subject are delivered in the order of their commit. null: no order. */
  readonly subject: string | null;
  /** Not before; default now. */
  readonly nextAttempt?: string;
  readonly instanceId?: string | null;
}
export interface OutboxRow {
  readonly orgId: string;
  readonly id: string;
  readonly key: string;
  readonly kind: string;
  readonly subject: string | null;
  readonly payload: JsonObject;
  readonly status: OutboxStatus;
  /** Tries so far, this one included while `sending`. */
  readonly attempts: number;
  readonly nextAttempt: string;
  readonly leaseUntil: string | null;
  readonly lastError: string | null;
  readonly instanceId: string | null;
  readonly createdAt: string;
  readonly deliveredAt: string | null;
}

const COLUMNS = `o.org_id as "orgId", o.id, o.key, o.kind, o.subject, o.payload, o.status, o.attempts, o.next_attempt as "nextAttempt", o.lease_until as "leaseUntil",
  o.last_error as "lastError", o.instance_id as "instanceId", o.created_at as "createdAt", o.delivered_at as "deliveredAt"`;
const ADD = statement(
  "outbox_add",
  `insert into outbox (org_id, created_at, status, id, key, kind, subject, payload, next_attempt, instance_id)
   select $1, $2, 'pending', r.* from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::json[], $8::timestamptz[], $9::uuid[]) r`,
);
/** Claimed by status, never by `id > last`: ids are taken before they are committed (reliability 0.9). The outer order keeps subjects in order within a claim. */
const CLAIM = statement(
  "outbox_claim",
  `with due as (
     select org_id, id from outbox c
     where status = 'pending' and next_attempt <= $1 and ($2::text[] is null or kind = any ($2))
       and (subject is null or not exists (
         select from outbox e where e.org_id = c.org_id and e.subject = c.subject and e.status in ('pending', 'sending') and e.subject is not null and e.id < c.id))
     order by next_attempt, id limit $3 for update skip locked),
   taken as (
     update outbox o set status = 'sending', attempts = attempts + 1, lease_until = $1::timestamptz + make_interval(secs => $4::float8 / 1000), lease_owner = $5
     from due where o.org_id = due.org_id and o.id = due.id returning o.*)
   select ${COLUMNS} from taken o order by o.id`,
);
const DELIVERED = statement(
  "outbox_delivered",
  `update outbox o set status = 'delivered', delivered_at = d.at, lease_until = null, last_error = null
   from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) d (org_id, id, at) where o.org_id = d.org_id and o.id = d.id`,
);
const RETRY = statement(
  "outbox_retry",
  "update outbox set status = 'pending', next_attempt = $3, last_error = $4, lease_until = null where org_id = $1 and id = $2",
);
const MARK = statement(
  "outbox_mark",
  `update outbox set status = $3, last_error = $4, lease_until = null, next_attempt = case when $3 = 'pending' then $5::timestamptz else next_attempt end
   where org_id = $1 and id = $2 and status not in ('delivered', 'discarded') returning 1`,
);
const EXPIRED = statement(
  "outbox_expired",
  `select ${COLUMNS} from outbox o where o.status = 'sending' and o.lease_until < $1 order by o.lease_until limit $2 for update skip locked`,
);
const DUE_FROM = statement("outbox_due_from", "update outbox set next_attempt = $1 where status = 'pending' and next_attempt < $1::timestamptz");
const LOAD = statement("outbox_load", `select ${COLUMNS} from outbox o where o.id = $1 and ($2::uuid[] is null or o.org_id = any ($2))`);
const NEXT = statement("outbox_next", "select next_attempt as at from outbox where status = 'pending' order by next_attempt limit 1");

/** Queued: it flies with the commit. */
export async function addOutbox(tx: Tx, orgId: string, rows: readonly OutboxWrite[], at: string): Promise<void> {
  if (rows.length === 0) return;
  const column = <T>(pick: (row: OutboxWrite) => T): T[] => rows.map(pick);
  tx.queue(ADD, [
    orgId,
    at,
    rows.map(() => outboxId(at)),
    column((row) => row.key),
    column((row) => row.kind),
    column((row) => row.subject),
    column((row) => JSON.stringify(row.payload)),
    column((row) => row.nextAttempt ?? at),
    column((row) => row.instanceId ?? null),
  ]);
}

/** Takes up to `limit` due rows for `leaseMs`; of one subject only the earliest that is not through. System session. */
export async function claimOutbox(
  tx: Tx,
  input: { readonly now: string; readonly limit: number; readonly leaseMs: number; readonly kinds?: readonly string[]; readonly owner: string },
): Promise<readonly OutboxRow[]> {
  return tx.query<OutboxRow>(CLAIM, [input.now, input.kinds ?? null, input.limit, input.leaseMs, input.owner]);
}

export async function markDelivered(tx: Tx, rows: readonly { readonly orgId: string; readonly id: string; readonly at: string }[]): Promise<void> {
  if (rows.length > 0) await tx.query(DELIVERED, [rows.map((row) => row.orgId), rows.map((row) => row.id), rows.map((row) => row.at)]);
}

export async function markRetry(tx: Tx, row: { readonly orgId: string; readonly id: string }, nextAttempt: string, error: string): Promise<void> {
  await tx.query(RETRY, [row.orgId, row.id, nextAttempt, error]);
}

/** False when the row is not there or already delivered or discarded. "pending" drives it again at `at`. */
export async function markOutbox(
  tx: Tx,
  row: { readonly orgId: string; readonly id: string },
  status: "dead" | "possibly_sent" | "discarded" | "pending",
  error: string | null,
  at: string,
): Promise<boolean> {
  return (await tx.query(MARK, [row.orgId, row.id, status, error, at])).length > 0;
}

/** Rows whose lease ran out while sending; the relay decides per kind whether they are pending again or possibly sent. */
export async function expiredLeases(tx: Tx, now: string, limit: number): Promise<readonly OutboxRow[]> {
  return tx.query<OutboxRow>(EXPIRED, [now, limit]);
}

/** Newest first. */
export async function listOutbox(
  tx: Tx,
  filter: { readonly orgs?: readonly string[]; readonly status?: OutboxStatus; readonly kind?: string; readonly instanceId?: string; readonly search?: string },
  page: { readonly limit: number; readonly cursor?: string | null },
): Promise<Page<OutboxRow>> {
  const where = new Conditions();
  const orgs = filter.orgs ?? orgsOf(tx);
  if (orgs !== null) where.add("o.org_id = any (?::uuid[])", orgs);
  if (filter.status !== undefined) where.add("o.status = ?", filter.status);
  if (filter.kind !== undefined) where.add("o.kind = ?", filter.kind);
  if (filter.instanceId !== undefined) where.add("o.instance_id = ?", filter.instanceId);
  const cursor = afterCursor(page.cursor);
  if (cursor !== null) where.add("o.id < ?", cursor[0]);
  const from = filter.search === undefined ? `outbox o where ${where.sql}` : foundIn(where, filter.search);
  const rows = await tx.query<OutboxRow>(`select ${COLUMNS} from ${from} order by o.id desc limit ${where.value(page.limit + 1)}`, where.values);
  return pageOf(rows, page.limit, (row) => [row.id]);
}

/** Rows that a search looks through, from the newest that fits the filter on: nothing indexes a part of a text, and a page should not take seconds. */
const SEARCHED = 50_000;

/** What a row shows of itself: key, kind and subject, the code and event in its payload, the last answer. */
function foundIn(where: Conditions, search: string): string {
  const newest = `(select * from outbox o where ${where.sql} order by o.id desc limit ${SEARCHED}) o`;
  const shown = `concat_ws(' ', o.key, o.kind, o.subject, o.last_error, o.payload #>> '{about,key}', o.payload ->> 'event', o.payload #>> '{envelope,event}', o.payload ->> 'type')`;
  return `${newest} where position(lower(${where.value(search)}) in lower(${shown})) > 0`;
}

export async function loadOutbox(tx: Tx, id: string): Promise<OutboxRow | null> {
  return (await tx.query<OutboxRow>(LOAD, [id, orgsOf(tx)]))[0] ?? null;
}

/** What should have gone out before an instant is due at it: nothing could deliver it earlier. System session. */
export async function deferOutbox(tx: Tx, at: string): Promise<void> {
  await tx.execute(DUE_FROM, [at]);
}

/** When the next pending row is due; null when none waits. */
export async function nextOutboxDue(tx: Tx): Promise<string | null> {
  return (await tx.query<{ at: string }>(NEXT))[0]?.at ?? null;
}
