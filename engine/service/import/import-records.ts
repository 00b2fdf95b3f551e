/**
 * Writes the rows of a CSV or XLSX file as records. The first row names fields of the type; a column `<stem>_<field>` finds
 * what `<stem>_id` refers to by that field (`member_email`, `order_code`). A row that an earlier import has written already is
 * left as it is. Small files are written while the caller waits, large ones by a job that tells how far it is.
 */
import { createHash } from "node:crypto";
import { EngineError } from "../../core/errors.ts";
import type { JsonObject } from "../../schema/json.ts";
import { addImport } from "../../store/imports.ts";
import { authorizeRecord } from "../records/record-permission.ts";
import { nameOfType, recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { freshId } from "../work/fresh-id.ts";
import { type Answer, type Idempotency, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import { requireOneOrg, type Scope } from "../work/scope.ts";
import { auditAttempt, type Work } from "../work/work.ts";
import { type CheckedRow, checkRows, createRowCheck, type RowError } from "./check-rows.ts";
import { columnsOf } from "./import-columns.ts";
import { countRows, headerOf, type ImportFile, piecesOf } from "./import-file.ts";
import { type ImportPlan, runImport } from "./import-job.ts";
import { type ImportView, toImportView } from "./import-queries.ts";
import { type Told, tellInstances, writeRows } from "./write-rows.ts";

export interface ImportInput extends ImportFile {
  readonly type: string;
  readonly fileName?: string;
  /** All or nothing; else the good rows are written and the bad ones told. */
  readonly atomic?: boolean;
  /** Tells what would happen, and writes nothing. */
  readonly dryRun?: boolean;
  /** By a job also where the file is small. */
  readonly background?: boolean;
  /** Values of fields that the file has no column for. */
  readonly defaults?: JsonObject;
  readonly idempotency?: Idempotency;
}

export interface ImportRow {
  /** As a spreadsheet counts: the header is row 1. */
  readonly row: number;
  readonly result: "created" | "unchanged" | "failed";
  readonly id?: string;
  readonly code?: string;
  readonly errors?: readonly RowError[];
}

export interface ImportAnswer {
  /** null for a dry run. */
  readonly import: string | null;
  readonly type: string;
  readonly dryRun: boolean;
  readonly total: number;
  readonly created: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly rows: readonly ImportRow[];
}

/** Files with more rows are written by a job. */
export const ROWS_AT_ONCE = 2_000;

/**
 * Imports. Status 200 with every row, or 202 with the job.
 *
 * - throws EngineError `import_invalid` for a file or header that does not fit, and, with `atomic`, for any bad row (`rows`)
 */
export async function importRecords(engine: Engine, scope: Scope, input: ImportInput): Promise<Answer<ImportAnswer | ImportView>> {
  const org = requireOneOrg(scope);
  const total = await countRows(input);
  if (input.background === true || total > ROWS_AT_ONCE) {
    let plan: ImportPlan | null = null;
    const answer = await inWork(engine, scope, org, (work) =>
      once(work, input.idempotency, 202, async () => {
        const started = await startJob(work, input, total);
        plan = started.plan;
        return started.view;
      }),
    );
    // The answer to a repeated key starts nothing again.
    if (plan !== null && !answer.replayed) void runImport(engine, scope, org, plan);
    return answer;
  }
  return await inWork<Answer<ImportAnswer>>(
    engine,
    scope,
    org,
    (work) => once(work, input.dryRun === true ? undefined : input.idempotency, 200, () => importAll(work, input, total)),
    { dryRun: input.dryRun === true },
  );
}

async function startJob(work: Work, input: ImportInput, total: number): Promise<{ readonly plan: ImportPlan; readonly view: ImportView }> {
  const check = openCheck(work, input);
  const row = await addImport(work.tx, { ...jobRow(work, input, total), status: "checking" });
  auditAttempt(work, "import_started", { type: "import", id: row.id }, { type: row.type, sha256: row.sha256, rows: total });
  const plan = { id: row.id, type: row.type, file: { format: input.format, bytes: input.bytes }, columns: check.columns, defaults: check.defaults };
  return { plan: { ...plan, isTrial: row.isTrial, isAtomic: row.isAtomic }, view: toImportView(work, row) };
}

/** - throws EngineError as importRecords, before anything is looked for */
function openCheck(work: Work, input: ImportInput) {
  const type = recordTypeOf(work.ruling.program, input.type);
  authorizeRecord(work, type, "create");
  return createRowCheck(type, columnsOf(type, headerOf(input)), input.defaults ?? {});
}

function jobRow(work: Work, input: ImportInput, total: number) {
  return {
    ...{ orgId: work.org.id, id: freshId(work.at, work.engine.seed(), "import"), type: nameOfType(recordTypeOf(work.ruling.program, input.type)) },
    ...{
      fileName: input.fileName ?? null,
      sha256: createHash("sha256").update(input.bytes).digest("hex"),
      isTrial: input.dryRun === true,
      isAtomic: input.atomic === true,
    },
    ...{ total, done: 0, created: 0, unchanged: 0, failed: 0, createdBy: work.actor.id, createdAt: work.at },
  };
}

async function importAll(work: Work, input: ImportInput, total: number): Promise<ImportAnswer> {
  const check = openCheck(work, input);
  const checked: CheckedRow[] = [];
  for (const rows of piecesOf(input)) checked.push(...(await checkRows(work, check, rows)));
  const count = (result: CheckedRow["result"]): number => checked.filter((row) => row.result === result).length;
  const counts = { total, created: count("created"), unchanged: count("unchanged"), failed: count("failed") };
  const rows = checked.map((row) => toAnswer(work, row, input.dryRun === true));
  const answer = { type: nameOfType(check.type), dryRun: input.dryRun === true, ...counts, rows };
  if (input.dryRun === true) return { import: null, ...answer };
  if (input.atomic === true && counts.failed > 0) {
    const errors = rows.flatMap((row) => (row.errors ?? []).map((error) => ({ path: `/${row.row}/${error.column}`, message: error.message })));
    throw new EngineError("import_invalid", `${counts.failed} of ${total} rows do not fit; nothing was written.`, {
      errors,
      rows: rows.filter((row) => row.result === "failed"),
    });
  }
  const job = await addImport(work.tx, { ...jobRow(work, input, total), ...counts, done: total, status: "done" });
  const told: Told = new Map();
  await writeRows(work, check.type, job.id, checked, told);
  await tellInstances(work, check.type, job.id, told);
  auditAttempt(work, "import_written", { type: "import", id: job.id }, { type: job.type, sha256: job.sha256, ...counts });
  return { import: job.id, ...answer };
}

/** A trial makes nothing: it names no record that is there but not seen. */
function toAnswer(work: Work, row: CheckedRow, isTrial: boolean): ImportRow {
  if (row.result === "failed") return { row: row.row, result: "failed", errors: row.errors };
  if (row.result === "unchanged") return { row: row.row, result: "unchanged" };
  const { code } = row.record;
  const id = isTrial && row.isThere ? freshId(work.at, work.engine.seed(), "import") : row.record.id;
  return { row: row.row, result: "created", id, ...(code === null ? {} : { code }) };
}
