/** Replay jobs and the differences they found. */
import type { Json, JsonObject } from "../schema/json.ts";
import { afterCursor, pageOf } from "./cursor.ts";
import { orgsOf } from "./instances.ts";
import { Conditions } from "./sql.ts";
import { type Page, statement, type Tx } from "./tx.ts";

export interface ReplayJobRow {
  readonly orgId: string;
  readonly id: string;
  /** {against, machines, from, to, filter, missingFacts}. */
  readonly request: JsonObject;
  readonly status: "queued" | "running" | "done" | "failed" | "cancelled";
  readonly total: number;
  readonly done: number;
  readonly same: number;
  readonly changed: number;
  readonly byGate: Json;
  readonly error: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface ReplayDiffRow {
  readonly orgId: string;
  readonly jobId: string;
  /** Counts from 1 within the job. */
  readonly n: number;
  readonly instanceId: string;
  readonly seq: number;
  readonly cause: string;
  readonly diff: JsonObject;
}

const COLUMNS = `j.org_id as "orgId", j.id, j.request, j.status, j.total, j.done, j.same, j.changed, j.by_gate as "byGate", j.error, j.created_by as "createdBy", j.created_at as "createdAt",
  j.updated_at as "updatedAt"`;
const CREATE = statement(
  "replay_create",
  `insert into replay_job as j (org_id, id, request, status, created_by, created_at, updated_at) values ($1, $2, $3, 'queued', $4, $5, $5) returning ${COLUMNS}`,
);
const LOAD = statement("replay_load", `select ${COLUMNS} from replay_job j where j.id = $1 and ($2::uuid[] is null or j.org_id = any ($2))`);
const LIST = statement(
  "replay_list",
  `select ${COLUMNS} from replay_job j where $1::uuid[] is null or j.org_id = any ($1) order by j.created_at desc, j.id desc limit $2`,
);
/** A job that somebody cancelled stays cancelled: its worker's late report changes the counts only. */
const UPDATE = statement(
  "replay_update",
  `update replay_job j set status = case when j.status = 'cancelled' then 'cancelled' else coalesce($2, j.status) end, total = coalesce($3, j.total), done = coalesce($4, j.done),
     same = coalesce($5, j.same), changed = coalesce($6, j.changed), by_gate = coalesce($7::json, j.by_gate), error = coalesce($8, j.error), updated_at = $9
   where j.id = $1 and ($10::uuid[] is null or j.org_id = any ($10)) returning ${COLUMNS}`,
);
const ADD = statement(
  "replay_add",
  `insert into replay_diff (org_id, job_id, n, instance_id, seq, cause, diff) select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::int[], $6::text[], $7::json[])`,
);

export async function createReplay(tx: Tx, row: Pick<ReplayJobRow, "orgId" | "id" | "request" | "createdBy" | "createdAt">): Promise<ReplayJobRow> {
  return (await tx.query<ReplayJobRow>(CREATE, [row.orgId, row.id, JSON.stringify(row.request), row.createdBy, row.createdAt]))[0]!;
}

export async function loadReplay(tx: Tx, id: string): Promise<ReplayJobRow | null> {
  return (await tx.query<ReplayJobRow>(LOAD, [id, orgsOf(tx)]))[0] ?? null;
}

/** Newest first. */
export async function listReplays(tx: Tx, limit: number): Promise<readonly ReplayJobRow[]> {
  return tx.query<ReplayJobRow>(LIST, [orgsOf(tx), limit]);
}

/** What is left out stays. The row as it is now: a worker sees there that it was cancelled. */
export async function updateReplay(
  tx: Tx,
  id: string,
  change: Partial<Pick<ReplayJobRow, "status" | "total" | "done" | "same" | "changed" | "byGate" | "error">> & { readonly at: string },
): Promise<ReplayJobRow | null> {
  const byGate = change.byGate === undefined ? null : JSON.stringify(change.byGate);
  const values = [
    id,
    change.status ?? null,
    change.total ?? null,
    change.done ?? null,
    change.same ?? null,
    change.changed ?? null,
    byGate,
    change.error ?? null,
    change.at,
    orgsOf(tx),
  ];
  return (await tx.query<ReplayJobRow>(UPDATE, values))[0] ?? null;
}

const FAIL_SILENT = statement(
  "replay_fail_silent",
  `update replay_job j set status = 'failed', error = $1, updated_at = $2 where j.status in ('queued', 'running') and j.updated_at < $3 and j.id <> all ($4::uuid[]) returning j.id`,
);

/** Ends jobs that nobody has written to since `before`, without those of `except`; gives how many. System session. */
export async function failSilentReplays(
  tx: Tx,
  input: { readonly before: string; readonly at: string; readonly error: string; readonly except: readonly string[] },
): Promise<number> {
  return (await tx.query(FAIL_SILENT, [input.error, input.at, input.before, input.except])).length;
}

export async function addReplayDiffs(tx: Tx, rows: readonly ReplayDiffRow[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <T>(pick: (row: ReplayDiffRow) => T): T[] => rows.map(pick);
  await tx.query(ADD, [
    column((row) => row.orgId),
    column((row) => row.jobId),
    column((row) => row.n),
    column((row) => row.instanceId),
    column((row) => row.seq),
    column((row) => row.cause),
    column((row) => JSON.stringify(row.diff)),
  ]);
}

/** In the order they were found. */
export async function replayDiffs(
  tx: Tx,
  jobId: string,
  page: { readonly limit: number; readonly cursor?: string | null; readonly cause?: string },
): Promise<Page<ReplayDiffRow>> {
  const where = new Conditions().add("d.job_id = ?", jobId);
  const orgs = orgsOf(tx);
  if (orgs !== null) where.add("d.org_id = any (?::uuid[])", orgs);
  if (page.cause !== undefined) where.add("d.cause = ?", page.cause);
  const cursor = afterCursor(page.cursor);
  if (cursor !== null) where.add("d.n > ?", cursor[0]);
  const rows = await tx.query<ReplayDiffRow>(
    `select d.org_id as "orgId", d.job_id as "jobId", d.n, d.instance_id as "instanceId", d.seq, d.cause, d.diff from replay_diff d where ${where.sql} order by d.n limit ${where.value(page.limit + 1)}`,
    where.values,
  );
  return pageOf(rows, page.limit, (row) => [row.n]);
}
