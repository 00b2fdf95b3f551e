/** Idempotency: what was answered to a key. Scope: org, source (caller), key. */
import type { Json } from "../schema/json.ts";
import { statement, type Tx } from "./tx.ts";

export interface InboxRow {
  readonly orgId: string;
  readonly source: string;
  readonly key: string;
  /** SHA-256 (hex) of method, path and canonical body. */
  readonly fingerprint: string;
  readonly status: number;
  readonly answer: Json;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}
export interface InboxWrite {
  readonly source: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly status: number;
  readonly answer: Json;
  readonly at: string;
  /** null: kept for ever. */
  readonly expiresAt: string | null;
}

const LOAD = statement(
  "inbox_load",
  `select org_id as "orgId", source, key, fingerprint, status, answer, created_at as "createdAt", expires_at as "expiresAt" from inbox where org_id = $1 and source = $2 and key = $3`,
);
const LOCK = statement("inbox_lock", "select pg_advisory_xact_lock(hashtextextended($1, 0))");
const TRY_LOCK = statement("inbox_try_lock", "select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as had");
const SAVE = statement(
  "inbox_save",
  "insert into inbox (org_id, source, key, fingerprint, status, answer, created_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const PURGE = statement("inbox_purge", "with gone as (delete from inbox where expires_at < $1 returning 1) select count(*) from gone");

/** The stored answer, or null. */
export async function loadInbox(tx: Tx, orgId: string, source: string, key: string): Promise<InboxRow | null> {
  return (await tx.query<InboxRow>(LOAD, [orgId, source, key]))[0] ?? null;
}

/** The waiting of `lockInbox` without its reading: what follows in the same flight reads. */
export function queueInboxLock(tx: Tx, orgId: string, source: string, key: string): void {
  tx.queue(LOCK, [`inbox:${orgId}:${source}:${key}`]);
}

/** Waits for another transaction that handles the same key (advisory lock until the end of this one), then reads. */
export async function lockInbox(tx: Tx, orgId: string, source: string, key: string): Promise<InboxRow | null> {
  queueInboxLock(tx, orgId, source, key);
  return loadInbox(tx, orgId, source, key);
}

/** Tells whether another transaction is handling the key right now; where none is, this one holds it until its end. */
export async function isInboxLocked(tx: Tx, orgId: string, source: string, key: string): Promise<boolean> {
  const [row] = await tx.query<{ had: boolean }>(TRY_LOCK, [`inbox:${orgId}:${source}:${key}`]);
  return row?.had !== true;
}

/** Queued: it flies with the commit. A second writer of the same key fails the transaction (unique_taken). */
export async function saveInbox(tx: Tx, orgId: string, write: InboxWrite): Promise<void> {
  tx.queue(SAVE, [orgId, write.source, write.key, write.fingerprint, write.status, JSON.stringify(write.answer), write.at, write.expiresAt]);
}

/** Removes answers that expired before `now`; gives how many. System session. */
export async function purgeInbox(tx: Tx, now: string): Promise<number> {
  const [row] = await tx.query<{ count: number }>(PURGE, [now]);
  return row?.count ?? 0;
}
