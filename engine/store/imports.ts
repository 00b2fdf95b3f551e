/** Imports and what became of their rows. */
import type { Json } from "../schema/json.ts";
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

export type ImportStatus = "checking" | "writing" | "done" | "refused" | "failed" | "cancelled" | "rolled_back";

export interface ImportJobRow {
  readonly orgId: string;
  readonly id: string;
  /** Name of the record type. */
  readonly type: string;
  readonly fileName: string | null;
  /** SHA-256 (hex) of the file. */
  readonly sha256: string;
  readonly isTrial: boolean;
  readonly isAtomic: boolean;
  readonly status: ImportStatus;
  /** Rows without the header; 0 until they are counted. */
  readonly total: number;
  /** Rows that the present phase has behind it. */
  readonly done: number;
  readonly created: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly error: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Somebody is taking it back: whoever does holds it (`holdImport`), and lets it go whatever becomes of them. */
  readonly isHeld: boolean;
}

export interface ImportRowWrite {
  /** As a spreadsheet counts: the header is row 1. */
  readonly row: number;
  readonly result: "created" | "unchanged" | "failed";
  readonly recordId: string | null;
  readonly errors: Json;
}

/** The names of the advisory locks that are held in this database. */
const HELD = `select (l.classid::bigint << 32) | l.objid::bigint from pg_locks l
  where l.locktype = 'advisory' and l.objsubid = 1 and l.granted and l.database = (select d.oid from pg_database d where d.datname = current_database())`;
const COLUMNS = `j.org_id as "orgId", j.id, j.type, j.file_name as "fileName", j.sha256, j.is_trial as "isTrial", j.is_atomic as "isAtomic", j.status, j.total, j.done, j.created, j.unchanged,
  j.failed, j.error, j.created_by as "createdBy", j.created_at as "createdAt", j.updated_at as "updatedAt",
  j.status = 'done' and hashtextextended('import:' || j.id, 0) in (${HELD}) as "isHeld"`;
const ADD = statement(
  "import_add",
  `insert into import_job as j (org_id, id, type, file_name, sha256, is_trial, is_atomic, status, total, done, created, unchanged, failed, created_by, created_at, updated_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15) returning ${COLUMNS}`,
);
const LOAD = statement("import_load", `select ${COLUMNS} from import_job j where j.id = $1 and ($2::uuid[] is null or j.org_id = any ($2))`);
const LOCK = statement("import_lock", `select ${COLUMNS} from import_job j where j.id = $1 and j.org_id = any ($2::uuid[]) for update`);
const HOLD = statement("import_hold", "select pg_advisory_xact_lock(hashtextextended($1, 0))");
const LIST = statement(
  "import_list",
  `select ${COLUMNS} from import_job j where ($1::uuid[] is null or j.org_id = any ($1)) and ($2::text is null or j.type = $2) and not j.is_trial order by j.created_at desc, j.id desc limit $3`,
);
/** What somebody has cancelled stays so: the worker's late report changes nothing. */
const UPDATE = statement(
  "import_update",
  `update import_job j set status = coalesce($2, j.status), total = coalesce($3, j.total), done = coalesce($4, j.done), created = coalesce($5, j.created), unchanged = coalesce($6, j.unchanged),
     failed = coalesce($7, j.failed), error = coalesce($8, j.error), updated_at = $9
   where j.id = $1 and ($10::uuid[] is null or j.org_id = any ($10)) and j.status <> 'cancelled' returning ${COLUMNS}`,
);
const ADD_ROWS = statement(
  "import_rows_add",
  `insert into import_row (org_id, job_id, row, result, record_id, errors) select $1, $2, r.* from unnest($3::int[], $4::text[], $5::uuid[], $6::json[]) r`,
);
const ROWS = statement(
  "import_rows",
  `select row, result, record_id as "recordId", errors from import_row where org_id = $1 and job_id = $2 and ($3::text is null or result = $3) and row > $4 order by row limit $5`,
);
const FAIL_SILENT = statement(
  "import_fail_silent",
  `update import_job j set status = 'failed', error = $1, updated_at = $2 where j.status in ('checking', 'writing') and j.updated_at < $3 and j.id <> all ($4::uuid[]) returning j.id`,
);

type NewImport = Omit<ImportJobRow, "error" | "updatedAt" | "isHeld">;

export async function addImport(tx: Tx, row: NewImport): Promise<ImportJobRow> {
  const { orgId, id, type, fileName, sha256, isTrial, isAtomic, status, total, done, created, unchanged, failed, createdBy, createdAt } = row;
  const values = [orgId, id, type, fileName, sha256, isTrial, isAtomic, status, total, done, created, unchanged, failed, createdBy, createdAt];
  return (await tx.query<ImportJobRow>(ADD, values))[0]!;
}

/** - `lock`: nobody else changes it until the commit */
export async function loadImport(tx: Tx, id: string, options: { readonly lock?: boolean } = {}): Promise<ImportJobRow | null> {
  return (await tx.query<ImportJobRow>(options.lock === true ? LOCK : LOAD, [id, orgsOf(tx)]))[0] ?? null;
}

/** Waits for whoever holds the same import; until the commit. Its row stays free: how far the work is can be written meanwhile. */
export async function holdImport(tx: Tx, id: string): Promise<void> {
  await tx.query(HOLD, [`import:${id}`]);
}

/** Newest first, without trials. */
export async function listImports(tx: Tx, filter: { readonly type?: string; readonly limit: number }): Promise<readonly ImportJobRow[]> {
  return await tx.query<ImportJobRow>(LIST, [orgsOf(tx), filter.type ?? null, filter.limit]);
}

/** What is left out stays; null for a job that was cancelled. */
export async function updateImport(
  tx: Tx,
  id: string,
  change: Partial<Pick<ImportJobRow, "status" | "total" | "done" | "created" | "unchanged" | "failed" | "error">> & { readonly at: string },
): Promise<ImportJobRow | null> {
  const { status = null, total = null, done = null, created = null, unchanged = null, failed = null, error = null, at } = change;
  return (await tx.query<ImportJobRow>(UPDATE, [id, status, total, done, created, unchanged, failed, error, at, orgsOf(tx)]))[0] ?? null;
}

export function addImportRows(tx: Tx, orgId: string, jobId: string, rows: readonly ImportRowWrite[]): void {
  if (rows.length === 0) return;
  const column = <T>(pick: (row: ImportRowWrite) => T): T[] => rows.map(pick);
  const errors = column((row) => (row.errors === null ? null : JSON.stringify(row.errors)));
  tx.queue(ADD_ROWS, [orgId, jobId, column((row) => row.row), column((row) => row.result), column((row) => row.recordId), errors]);
}

/** In the file's order, after a row. */
export async function importRows(
  tx: Tx,
  job: { readonly orgId: string; readonly id: string },
  filter: { readonly result?: ImportRowWrite["result"]; readonly after?: number; readonly limit: number },
): Promise<readonly ImportRowWrite[]> {
  return await tx.query<ImportRowWrite>(ROWS, [job.orgId, job.id, filter.result ?? null, filter.after ?? 0, filter.limit]);
}

/** Ends jobs that nobody has written to since `before`, without those of `except`; gives how many. System session. */
export async function failSilentImports(
  tx: Tx,
  input: { readonly before: string; readonly at: string; readonly error: string; readonly except: readonly string[] },
): Promise<number> {
  return (await tx.query(FAIL_SILENT, [input.error, input.at, input.before, input.except])).length;
}

const PATIENCE = "select set_config('statement_timeout', '60s', true), set_config('idle_in_transaction_session_timeout', '60s', true)";

/** For the rest of a transaction that nobody waits for: its statements, and the work between them, may take a minute each. */
export async function takeTime(tx: Tx): Promise<void> {
  await tx.query(PATIENCE);
}
