/** Takes an import back: records that it created are deleted, or reversed where they are only added; instances are told as they were at the import. */
import { EngineError } from "../../core/errors.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { createRecords } from "../../store/bulk-records.ts";
import { keptRows, lastCreated, releaseKeys, removeCreated } from "../../store/import-rollback.ts";
import { holdImport, type ImportJobRow, importRows, loadImport, takeTime, updateImport } from "../../store/imports.ts";
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
/** Rows are numbered as a spreadsheet counts them. */
const HEADER_ROWS = 1;

/** Says how many of the file's rows lie behind the work; seen by others at once. */
type Report = (done: number) => Promise<void>;

/**
 * All of it or nothing; how far it is stands in the job's `done`, as while it was written; one that was taken back already is left as it is.
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
  let hasBegun = false;
  const report: Report = async (done) => {
    hasBegun = true;
    await engine.store.single({ orgs: [org.id], actorId: scope.principal.id }, (tx) => updateImport(tx, found.id, { done, at: engine.clock.now() }));
    engine.changes.publish([{ orgId: org.id, kind: "record", id: found.id, of: found.type }]);
  };
  try {
    return await inWork(engine, scope, org, (work) => once(work, input.idempotency, 200, () => rollBackIn(work, found.id, { reason: input.reason, report })));
  } catch (error) {
    // It stays as it was, and so does what it counted.
    if (hasBegun) await report(found.done).catch((fault: unknown) => engine.log.warn({ import: found.id, err: fault }, "A count could not be put back"));
    throw error;
  }
}

async function rollBackIn(work: Work, id: string, { reason, report }: { readonly reason: string; readonly report: Report }): Promise<ImportView> {
  await holdImport(work.tx, id);
  const job = await loadImport(work.tx, id);
  if (job === null) throw importNotFound();
  if (job.status === "rolled_back") return toImportView(work, job);
  if (job.status !== "done" || job.created === 0 || job.isTrial) {
    const what = job.status === "done" ? "The import wrote" : `The import is ${job.status.replace("_", " ")}: it wrote`;
    throw new EngineError("import_kept", `${what} nothing that could be taken back.`, { rows: [] });
  }
  const type = recordTypeOf(work.ruling.program, job.type);
  requireRollback(work, type, job);
  await takeTime(work.tx);
  await report(0);
  const kept = await keptRows(work.tx, work.ruling.catalogue, type, job);
  if (kept.length > 0) {
    const shown = kept.slice(0, 5).map(({ row, because }) => `row ${row} (${because})`);
    throw new EngineError("import_kept", `Records of the import were changed or used since: ${shown.join(", ")}. Nothing was taken back.`, {
      rows: kept as never,
    });
  }
  const told: Told = new Map();
  if (type.insertOnly === true) await reverse(work, type, job, { told, report });
  else await remove(work, type, job, { told, report });
  await tellInstances(work, type, `${job.id}:back`, told);
  auditAttempt(work, "import_rolled_back", { type: "import", id: job.id }, { type: job.type, records: job.created, reason });
  return toImportView(work, (await updateImport(work.tx, job.id, { status: "rolled_back", done: job.total, at: work.at })) ?? job);
}

/** Where to tell instances later, and others now how far it is. */
interface Telling {
  readonly told: Told;
  readonly report: Report;
}

/** Records that may be deleted go; their versions stay. What they mean to instances is asked first, and is half of the way. */
async function remove(work: Work, type: TypeDefinition, job: ImportJobRow, { told, report }: Telling): Promise<void> {
  const isAsked = (type.onChange ?? []).length > 0;
  if (isAsked) {
    for await (const { rows, upTo } of createdBy(work, type, job)) {
      await collectHooks(work, type, rows, "same", told);
      await report(Math.floor(upTo / 2));
    }
  }
  const last = await lastCreated(work.tx, job);
  for (let from = 0; from <= last; from += REMOVED_AT_ONCE) {
    const to = from + REMOVED_AT_ONCE;
    await removeCreated(work.tx, type, job, { from, to, actorId: work.actor.id, at: work.at });
    const upTo = Math.min(to - HEADER_ROWS, job.total);
    await report(isAsked ? Math.floor((job.total + upTo) / 2) : upTo);
  }
}

/** Records that are only added stay, each beside the entry that takes it back; the file may be imported again. */
async function reverse(work: Work, type: TypeDefinition, job: ImportJobRow, { told, report }: Telling): Promise<void> {
  const { reversal } = type;
  if (reversal === undefined)
    throw new EngineError("import_kept", `Records of "${job.type}" are only added, and their type names no entry that takes one back.`, { rows: [] });
  await releaseKeys(work.tx, type, job, ROW_KEY);
  for await (const { rows, upTo } of createdBy(work, type, job)) {
    const reader = forReading(work);
    const records = await Promise.all(
      rows.map(async (record) => {
        const data = checkPayload(type.schema, withDefaults(type.schema, await evaluateMap(reader, { record }, reversal)));
        return { id: freshId(work.at, work.engine.seed(), "reversal"), code: null, data };
      }),
    );
    await createRecords(work.tx, work.ruling.catalogue, type, { orgId: work.org.id, actorId: work.actor.id, at: work.at, records });
    await collectHooks(work, type, newRows(work, type, records), null, told);
    await report(upTo);
  }
}

interface Created {
  readonly rows: readonly RecordRow[];
  /** Rows of the file up to the last of them. */
  readonly upTo: number;
}

/** What the import created, some hundred at a time. */
async function* createdBy(work: Work, type: TypeDefinition, job: ImportJobRow): AsyncGenerator<Created> {
  for (let after = 0; ; ) {
    const page = await importRows(work.tx, job, { result: "created", after, limit: PIECE });
    const ids = page.flatMap(({ recordId }) => (recordId === null ? [] : [recordId]));
    after = page.at(-1)?.row ?? after;
    if (ids.length > 0) yield { rows: await loadRecords(work.tx, type, ids), upTo: Math.min(after - HEADER_ROWS, job.total) };
    if (page.length < PIECE) return;
  }
}
