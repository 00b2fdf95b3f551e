/** The audit log: who did or tried what, append-only, hash-chained per org. Blocked and refused events land here too. */
import { hash as digest } from "node:crypto";
import type { JsonObject } from "../schema/json.ts";
import { afterCursor, pageOf } from "./cursor.ts";
import { orgsOf } from "./instances.ts";
import { Conditions } from "./sql.ts";
import { GLOBAL_ORG, type Page, statement, type Tx } from "./tx.ts";

export interface AuditWrite {
  /** null: the platform's own chain (system session). */
  readonly orgId: string | null;
  readonly at: string;
  readonly actorId: string;
  /** Snake case verb phrase, e.g. "event_blocked", "release_activated". */
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string } | null;
  readonly detail: JsonObject;
}
export interface AuditRow extends AuditWrite {
  readonly seq: number;
  readonly prevHash: string | null;
  readonly hash: string;
}

const LOCK = statement("audit_lock", "select pg_advisory_xact_lock(hashtextextended('audit:' || $1, 0))");
const HEAD = statement("audit_head", "select seq, hash from audit_log where org_id = $1 order by seq desc limit 1");
const ADD = statement(
  "audit_add",
  `insert into audit_log (org_id, seq, at, actor_id, action, subject_type, subject_id, detail, prev_hash, hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);

/** Serialises writers of one org until the commit: call it last in a transaction. */
export async function appendAudit(tx: Tx, writes: readonly AuditWrite[]): Promise<void> {
  const chains = Map.groupBy(writes, (write) => write.orgId ?? GLOBAL_ORG);
  for (const org of [...chains.keys()].sort()) {
    tx.queue(LOCK, [org]);
    const [head] = await tx.query<{ seq: number; hash: Buffer }>(HEAD, [org]);
    let seq = head?.seq ?? 0;
    let previous = head?.hash ?? null;
    for (const write of chains.get(org) ?? []) {
      seq += 1;
      const at = new Date(write.at).toISOString();
      const detail = JSON.stringify(write.detail);
      const row = {
        orgId: org,
        seq,
        at,
        actorId: write.actorId,
        action: write.action,
        subjectType: write.subject?.type ?? null,
        subjectId: write.subject?.id ?? null,
        detail,
      };
      const hash = hashAudit(previous === null ? null : previous.toString("hex"), row);
      tx.queue(ADD, [org, seq, at, row.actorId, row.action, row.subjectType, row.subjectId, detail, previous, Buffer.from(hash, "hex")]);
      previous = Buffer.from(hash, "hex");
    }
  }
}

interface HashedAudit {
  readonly orgId: string;
  readonly seq: number;
  readonly at: string;
  readonly actorId: string;
  readonly action: string;
  readonly subjectType: string | null;
  readonly subjectId: string | null;
  readonly detail: string;
}

function hashAudit(prevHash: string | null, row: HashedAudit): string {
  return digest(
    "sha256",
    [prevHash ?? "", row.orgId, row.seq, row.at, row.actorId, row.action, row.subjectType ?? "", row.subjectId ?? "", row.detail].join("\0"),
    "hex",
  );
}

export interface AuditFilter {
  readonly orgs?: readonly string[];
  readonly action?: string;
  readonly actorId?: string;
  readonly subjectType?: string;
  readonly subjectId?: string;
  readonly from?: string;
  readonly to?: string;
  /** Text looked for in the detail, case-insensitive. */
  readonly search?: string;
}

interface AuditSqlRow extends Omit<AuditRow, "orgId" | "subject" | "prevHash" | "hash"> {
  readonly orgId: string;
  readonly subjectType: string | null;
  readonly subjectId: string | null;
  readonly prevHash: Buffer | null;
  readonly hash: Buffer;
}

/** Newest first. */
export async function searchAudit(tx: Tx, filter: AuditFilter, page: { readonly limit: number; readonly cursor?: string | null }): Promise<Page<AuditRow>> {
  const where = new Conditions();
  const orgs = filter.orgs ?? orgsOf(tx);
  if (orgs !== null) where.add("a.org_id = any (?::uuid[])", orgs);
  if (filter.action !== undefined) where.add("a.action = ?", filter.action);
  if (filter.actorId !== undefined) where.add("a.actor_id = ?", filter.actorId);
  if (filter.subjectType !== undefined) where.add("a.subject_type = ?", filter.subjectType);
  if (filter.subjectId !== undefined) where.add("a.subject_id = ?", filter.subjectId);
  if (filter.from !== undefined) where.add("a.at >= ?::timestamptz", filter.from);
  if (filter.to !== undefined) where.add("a.at < ?::timestamptz", filter.to);
  if (filter.search !== undefined)
    where.add("strpos(lower(a.detail::text || ' ' || a.action || ' ' || coalesce(a.subject_id, '')), lower(?)) > 0", filter.search);
  const cursor = afterCursor(page.cursor);
  if (cursor !== null) where.add("(a.at, a.org_id, a.seq) < (?::timestamptz, ?::uuid, ?::bigint)", ...cursor);
  const rows = await tx.query<AuditSqlRow>(
    `select a.org_id as "orgId", a.seq, a.at, a.actor_id as "actorId", a.action, a.subject_type as "subjectType", a.subject_id as "subjectId", a.detail, a.prev_hash as "prevHash", a.hash
     from audit_log a where ${where.sql} order by a.at desc, a.org_id desc, a.seq desc limit ${where.value(page.limit + 1)}`,
    where.values,
  );
  const items = rows.map(({ subjectType, subjectId, ...row }) => ({
    ...row,
    subject: subjectType === null || subjectId === null ? null : { type: subjectType, id: subjectId },
    prevHash: row.prevHash === null ? null : row.prevHash.toString("hex"),
    hash: row.hash.toString("hex"),
  }));
  return pageOf(items, page.limit, (row) => [row.at, row.orgId, row.seq]);
}

const CHAIN = statement(
  "audit_chain",
  `select org_id as "orgId", seq, at, actor_id as "actorId", action, subject_type as "subjectType", subject_id as "subjectId", detail::text, prev_hash as "prevHash", hash
   from audit_log where org_id = $1 and seq > $2 order by seq limit 5000`,
);

/** Recomputes one org's chain; `firstBad` is the seq of the first row that was changed, moved or is missing. */
export async function verifyAudit(tx: Tx, orgId: string | null): Promise<{ readonly rows: number; readonly firstBad: number | null }> {
  let seq = 0;
  let previous: string | null = null;
  for (;;) {
    const rows: readonly (HashedAudit & { readonly prevHash: Buffer | null; readonly hash: Buffer })[] = await tx.query(CHAIN, [orgId ?? GLOBAL_ORG, seq]);
    for (const row of rows) {
      const prevHash = row.prevHash === null ? null : row.prevHash.toString("hex");
      const hash = row.hash.toString("hex");
      if (row.seq !== seq + 1 || prevHash !== previous || hashAudit(prevHash, row) !== hash) return { rows: seq, firstBad: seq + 1 };
      seq = row.seq;
      previous = hash;
    }
    if (rows.length === 0) return { rows: seq, firstBad: null };
  }
}
