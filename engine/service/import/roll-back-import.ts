/** Takes an import back: records that it created are deleted, or reversed where they are only added; instances are told as they were at the import. */
import { EngineError } from "../../core/errors.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { createRecords } from "../../store/bulk-records.ts";
import { keptRows, lastCreated, releaseKeys, removeCreated } from "../../store/import-rollback.ts";
import { type ImportJobRow, importRows, loadImport, takeTime, updateImport } from "../../store/imports.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { loadRecords } from "../../store/records.ts";
import { checkPayload, withDefaults } from "../records/payload.ts";
import { newRows } from "../records/record-drafts.ts";
import { recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { evaluateMap } from "../work/expression.ts";
import { freshId } from "../work/fresh-id.ts";
import { type Answer, type Keyed, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import { inReading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { forReading } from "../work/shared-reads.ts";
import { auditAttempt, type Work } from "../work/work.ts";
import { type ImportView, importNotFound, toImportView, visibleImport } from "./import-queries.ts";
import { requireRollback } from "./may-roll-back.ts";
import { ROW_KEY } from "./row-keys.ts";
import { collectHooks, type Told, tellInstances } from "./write-rows.ts";

const PIECE = 500;
const REMOVED_AT_ONCE = 5_000;

/**
 * All of it or nothing; one that was taken back already is left as it is.
 *
 * - throws EngineError `not_found`, `permission_denied`, `import_kept` where it wrote nothing, it is too late, or its records were changed, used or referred to since (`rows`)
 */
export async function rollBackImport(
  engine: Engine,
  scope: Scope,
  input: { readonly id: string; readonly reason: string } & Keyed,
): Promise<Answer<ImportView>> {
  const found = await inReading(engine, scope, (reading) => visibleImport(reading, input.id));
  const org = scope.orgs.find(({ id }) => id === found.orgId);
  if (org === undefined) throw importNotFound();
  return await inWork(engine, scope, org, (work) => once(work, input.idempotency, 200, () => rollBackIn(work, found.id, input.reason)));
}

async function rollBackIn(work: Work, id: string, reason: string): Promise<ImportView> {
  const job = await loadImport(work.tx, id, { lock: true });
  if (job === null) throw importNotFound();
  if (job.status === "rolled_back") return toImportView(work, job);
  if (job.status !== "done" || job.isTrial)
    throw new EngineError("import_kept", `The import is ${job.status.replace("_", " ")}: it wrote nothing that could be taken back.`, { rows: [] });
  const type = recordTypeOf(work.ruling.program, job.type);
  requireRollback(work, type, job);
  await takeTime(work.tx);
  const kept = await keptRows(work.tx, work.ruling.catalogue, type, job);
  if (kept.length > 0) {
    const shown = kept.slice(0, 5).map(({ row, because }) => `row ${row} (${because})`);
    throw new EngineError("import_kept", `Records of the import were changed or used since: ${shown.join(", ")}. Nothing was taken back.`, {
      rows: kept as never,
    });
  }
  const told: Told = new Map();
  if (type.insertOnly === true) await reverse(work, type, job, told);
  else await remove(work, type, job, told);
  await tellInstances(work, type, `${job.id}:back`, told);
  auditAttempt(work, "import_rolled_back", { type: "import", id: job.id }, { type: job.type, records: job.created, reason });
  return toImportView(work, (await updateImport(work.tx, job.id, { status: "rolled_back", at: work.at })) ?? job);
}

/** Records that may be deleted go; their versions stay. */
async function remove(work: Work, type: TypeDefinition, job: ImportJobRow, told: Told): Promise<void> {
  if ((type.onChange ?? []).length > 0) for await (const rows of createdBy(work, type, job)) await collectHooks(work, type, rows, "same", told);
  const last = await lastCreated(work.tx, job);
  for (let from = 0; from <= last; from += REMOVED_AT_ONCE)
    await removeCreated(work.tx, type, job, { from, to: from + REMOVED_AT_ONCE, actorId: work.actor.id, at: work.at });
}

/** Records that are only added stay, each beside the entry that takes it back; the file may be imported again. */
async function reverse(work: Work, type: TypeDefinition, job: ImportJobRow, told: Told): Promise<void> {
  const { reversal } = type;
  if (reversal === undefined)
    throw new EngineError("import_kept", `Records of "${job.type}" are only added, and their type names no entry that takes one back.`, { rows: [] });
  await releaseKeys(work.tx, type, job, ROW_KEY);
  for await (const rows of createdBy(work, type, job)) {
    const reader = forReading(work);
    const records = await Promise.all(
      rows.map(async (record) => {
        const data = checkPayload(type.schema, withDefaults(type.schema, await evaluateMap(reader, { record }, reversal)));
        return { id: freshId(work.at, work.engine.seed(), "reversal"), code: null, data };
      }),
    );
    await createRecords(work.tx, work.ruling.catalogue, type, { orgId: work.org.id, actorId: work.actor.id, at: work.at, records });
    await collectHooks(work, type, newRows(work, type, records), null, told);
  }
}

/** What the import created, some hundred at a time. */
async function* createdBy(work: Work, type: TypeDefinition, job: ImportJobRow): AsyncGenerator<readonly RecordRow[]> {
  for (let after = 0; ; ) {
    const page = await importRows(work.tx, job, { result: "created", after, limit: PIECE });
    const ids = page.flatMap(({ recordId }) => (recordId === null ? [] : [recordId]));
    if (ids.length > 0) yield await loadRecords(work.tx, type, ids);
    if (page.length < PIECE) return;
    after = page.at(-1)?.row ?? after;
  }
}
