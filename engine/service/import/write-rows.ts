/** Writes the good rows of an import, some hundred at a time, and tells running instances once what all of them mean. */
import { canonicalJson } from "../../core/canonical.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { createRecords } from "../../store/bulk-records.ts";
import { typeId } from "../../store/catalogue.ts";
import { addImportRows } from "../../store/imports.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { addOutbox } from "../../store/outbox.ts";
import { grantToMaker } from "../../store/record-visibility.ts";
import { runCascade } from "../instances/cascade.ts";
import { changeHooks } from "../records/on-change.ts";
import { newRows } from "../records/record-drafts.ts";
import type { CascadeItem } from "../work/cascade-item.ts";
import { forReading } from "../work/shared-reads.ts";
import type { Work } from "../work/work.ts";
import type { CheckedRow } from "./check-rows.ts";

/** The events that rows mean to instances, each once. */
export type Told = Map<string, CascadeItem>;

/** - throws EngineError `unique_taken` when somebody took a code or key between check and write */
export async function writeRows(work: Work, type: TypeDefinition, jobId: string, checked: readonly CheckedRow[], told: Told): Promise<void> {
  const created = checked.filter((row) => row.result === "created");
  const records = created.flatMap(({ record, isThere }) => (isThere ? [] : [record]));
  await createRecords(work.tx, work.ruling.catalogue, type, { orgId: work.org.id, actorId: work.actor.id, at: work.at, records });
  const there = created.flatMap(({ record, isThere }) => (isThere ? [record.id] : []));
  if (there.length > 0) grantToMaker(work.tx, type, work.org.id, there);
  addImportRows(
    work.tx,
    work.org.id,
    jobId,
    checked.map((row) => ({
      row: row.row,
      result: row.result,
      recordId: row.result === "created" ? row.record.id : null,
      errors: row.result === "failed" ? (row.errors as never) : null,
    })),
  );
  await collectHooks(work, type, newRows(work, type, records), null, told);
}

/** What the rows mean to instances: asked for all of them together. `before` null: they are new. */
export async function collectHooks(work: Work, type: TypeDefinition, rows: readonly RecordRow[], before: "same" | null, told: Told): Promise<void> {
  if ((type.onChange ?? []).length === 0) return;
  const reader = forReading(work);
  for (const items of await Promise.all(rows.map((row) => changeHooks(reader, type, before === null ? null : row, row)))) {
    for (const item of items) if (item.kind === "send") told.set(canonicalJson([item.machine, item.to, item.event, item.payload]), item);
  }
}

/** As many as one act tells at once; more go by the outbox, in their own transactions. */
const TOLD_AT_ONCE = 100;

/** Tells instances, and the screens that show records of the type. */
export async function tellInstances(work: Work, type: TypeDefinition, jobId: string, told: Told): Promise<void> {
  work.notices.push({ orgId: work.org.id, kind: "record", id: jobId, of: typeId(type) });
  const items = [...told.values()];
  if (items.length <= TOLD_AT_ONCE) {
    await runCascade(work, items);
    return;
  }
  const rows = items.map((item, index) => ({
    key: `import:${jobId}:${index + 1}`,
    kind: "remote",
    payload: { op: "send", ...sentBy(item), org: work.org.id, from: { import: jobId } },
    subject: null,
    instanceId: null,
  }));
  for (let at = 0; at < rows.length; at += 500) await addOutbox(work.tx, work.org.id, rows.slice(at, at + 500), work.at);
  work.hasWork = true;
}

const sentBy = (item: CascadeItem): JsonObject =>
  item.kind === "send" ? { machine: item.machine, to: item.to, event: item.event, payload: item.payload } : {};
