/** Takes an import back: the records that it created are deleted, their versions stay, and instances are told as they were at the import. */
import { EngineError } from "../../core/errors.ts";
import { keptRows, removeCreated } from "../../store/import-rollback.ts";
import { importRows, loadImport, updateImport } from "../../store/imports.ts";
import { loadRecords } from "../../store/records.ts";
import type { Engine } from "../engine-context.ts";
import { inReading } from "../reading.ts";
import { recordTypeOf } from "../record-type.ts";
import type { Scope } from "../scope.ts";
import { auditAttempt, inWork } from "../work.ts";
import { type ImportView, importNotFound, toImportView, visibleImport } from "./import-queries.ts";
import { collectHooks, type Told, tellInstances } from "./write-rows.ts";

const PIECE = 500;
const REMOVED_AT_ONCE = 5_000;

/**
 * All of it or nothing; one that was taken back already is left as it is.
 *
 * - throws EngineError `not_found`, `import_kept` where it wrote nothing or its records were changed, used or referred to since (`rows`)
 */
export async function rollBackImport(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<ImportView> {
  const found = await inReading(engine, scope, (reading) => visibleImport(reading, input.id));
  const org = scope.orgs.find(({ id }) => id === found.orgId);
  if (org === undefined) throw importNotFound();
  return await inWork(engine, scope, org, async (work) => {
    const job = await loadImport(work.tx, found.id, { lock: true });
    if (job === null) throw importNotFound();
    if (job.status === "rolled_back") return toImportView(work, job);
    if (job.status !== "done" || job.isTrial)
      throw new EngineError("import_kept", `The import is ${job.status.replace("_", " ")}: it wrote nothing that could be taken back.`, { rows: [] });
    const type = recordTypeOf(work.ruling.program, job.type);
    const kept = await keptRows(work.tx, work.ruling.catalogue, type, job);
    if (kept.length > 0) {
      const shown = kept.slice(0, 5).map(({ row, because }) => `row ${row} (${because})`);
      throw new EngineError("import_kept", `Records of the import were changed or used since: ${shown.join(", ")}. Nothing was taken back.`, {
        rows: kept as never,
      });
    }
    const told: Told = new Map();
    for (let after = (type.onChange ?? []).length === 0 ? Number.POSITIVE_INFINITY : 0; Number.isFinite(after); ) {
      const page = await importRows(work.tx, job, { result: "created", after, limit: PIECE });
      const ids = page.flatMap(({ recordId }) => (recordId === null ? [] : [recordId]));
      await collectHooks(work, type, await loadRecords(work.tx, type, ids), "same", told);
      if (page.length < PIECE) break;
      after = page.at(-1)?.row ?? after;
    }
    for (let from = 0; from <= job.total + 1; from += REMOVED_AT_ONCE)
      await removeCreated(work.tx, type, job, { from, to: from + REMOVED_AT_ONCE, actorId: work.actor.id, at: work.at });
    await tellInstances(work, type, `${job.id}:back`, told);
    auditAttempt(work, "import_rolled_back", { type: "import", id: job.id }, { type: job.type, records: job.created });
    return toImportView(work, (await updateImport(work.tx, job.id, { status: "rolled_back", at: work.at })) ?? job);
  });
}
