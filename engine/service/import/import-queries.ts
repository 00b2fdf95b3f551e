/** Imports as those see them who may import the type: how far each is, which rows did not fit. */
import { EngineError } from "../../core/errors.ts";
import { type ImportJobRow, type ImportStatus, importRows, listImports as listRows, loadImport, updateImport } from "../../store/imports.ts";
import { csvLine } from "../queries/csv-line.ts";
import { authorizeRecord, mayView } from "../records/record-permission.ts";
import { recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import { type Answer, type Keyed, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import { inReading, type Reading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { auditAttempt, type Work } from "../work/work.ts";
import type { RowError } from "./check-rows.ts";
import { isSilent, STOPPED } from "./import-silence.ts";
import { mayRollBack } from "./may-roll-back.ts";

export interface ImportView {
  readonly id: string;
  readonly type: string;
  readonly org: string;
  readonly fileName: string | null;
  readonly sha256: string;
  readonly dryRun: boolean;
  readonly atomic: boolean;
  readonly status: ImportStatus | "rolling_back";
  readonly total: number;
  readonly done: number;
  readonly created: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly error: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A job whose process is gone is told as what it will be at the relay's next beat; one that is being taken back counts its way in `done`. */
export function toImportView(work: Pick<Work, "org" | "at">, row: ImportJobRow): ImportView {
  const { id, type, fileName, sha256, isTrial, isAtomic, total, done, created, unchanged, failed, createdBy, createdAt, updatedAt } = row;
  const { error } = row;
  const now = isSilent(row, work.at) ? { status: "failed" as const, error: STOPPED } : { status: row.isHeld ? ("rolling_back" as const) : row.status, error };
  return {
    ...{ id, type, org: work.org.code, fileName, sha256, dryRun: isTrial, atomic: isAtomic, total, done, ...now },
    ...{ created, unchanged, failed, createdBy, createdAt, updatedAt },
  };
}

export interface ListedImport extends ImportView {
  /** Whether the reader may take it back now, as long as nothing has changed or used its records. */
  readonly takeBack: boolean;
}

/** Newest first, without dry runs. */
export async function listImports(
  engine: Engine,
  scope: Scope,
  input: { readonly type?: string; readonly limit?: number } = {},
): Promise<{ readonly items: readonly ListedImport[] }> {
  return await inReading(engine, scope, async (reading) => {
    const rows = await listRows(reading.tx, { ...(input.type === undefined ? {} : { type: input.type }), limit: input.limit ?? 50 });
    const seen = rows.filter((row) => isVisible(reading, row));
    return { items: seen.map((row) => ({ ...toImportView(reading.workOf(row.orgId), row), takeBack: mayTakeBack(reading, row) })) };
  });
}

function mayTakeBack(reading: Reading, row: ImportJobRow): boolean {
  const work = reading.workOf(row.orgId);
  return mayRollBack(work, work.ruling.program.type(row.type), row);
}

function isVisible(reading: Reading, row: ImportJobRow): boolean {
  const work = reading.workOf(row.orgId);
  const type = work.ruling.program.type(row.type);
  if (type === null || !mayView(work, type)) return false;
  try {
    authorizeRecord(work, type, "create");
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}

export interface ImportDetail extends ImportView {
  /** The first 50 rows that do not fit. */
  readonly rows: readonly { readonly row: number; readonly errors: readonly RowError[] }[];
}

const ROWS_SHOWN = 50;

/** - throws EngineError `not_found` for unknown ones, and for those of types that the caller does not import */
export async function getImport(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<ImportDetail> {
  return await inReading(engine, scope, async (reading) => {
    const row = await visibleImport(reading, input.id);
    const failed = await importRows(reading.tx, row, { result: "failed", limit: ROWS_SHOWN });
    const rows = failed.map((each) => ({ row: each.row, errors: each.errors as unknown as readonly RowError[] }));
    return { ...toImportView(reading.workOf(row.orgId), row), rows };
  });
}

const PAGE = 1_000;

/** Every row that does not fit, as CSV: row, column, what is wrong. */
export async function importErrors(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<string> {
  return await inReading(engine, scope, async (reading) => {
    const job = await visibleImport(reading, input.id);
    const lines = [csvLine(["row", "column", "message"])];
    for (let after = 0; ; ) {
      const page = await importRows(reading.tx, job, { result: "failed", after, limit: PAGE });
      for (const { row, errors } of page)
        for (const { column, message } of errors as unknown as readonly RowError[]) lines.push(csvLine([row, column, message]));
      if (page.length < PAGE) return lines.join("");
      after = page.at(-1)?.row ?? after;
    }
  });
}

/** Stops an import that is still under way: nothing of it is written. A finished one is left as it is. */
export async function cancelImport(engine: Engine, scope: Scope, input: { readonly id: string } & Keyed): Promise<Answer<ImportView>> {
  const job = await inReading(engine, scope, (reading) => visibleImport(reading, input.id));
  const org = scope.orgs.find(({ id }) => id === job.orgId);
  if (org === undefined) throw importNotFound();
  return await inWork(engine, scope, org, (work) =>
    once(work, input.idempotency, 200, async () => {
      const row = await loadImport(work.tx, job.id, { lock: true });
      if (row === null) throw importNotFound();
      if (row.status !== "checking" && row.status !== "writing") return toImportView(work, row);
      auditAttempt(work, "import_cancelled", { type: "import", id: row.id }, { type: row.type, done: row.done });
      return toImportView(work, (await updateImport(work.tx, row.id, { status: "cancelled", at: work.at })) ?? row);
    }),
  );
}

export async function visibleImport(reading: Reading, id: string): Promise<ImportJobRow> {
  const row = isUuid(id) ? await loadImport(reading.tx, id) : null;
  if (row === null || !isVisible(reading, row)) throw importNotFound();
  recordTypeOf(reading.workOf(row.orgId).ruling.program, row.type);
  return row;
}

export const importNotFound = (): EngineError => new EngineError("not_found", "There is no such import.");
