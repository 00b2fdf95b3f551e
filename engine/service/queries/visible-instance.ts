/** Instances whose records the reader may see: what every question about instances begins with. */
import type { TypeDefinition } from "../../schema/type.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { loadInstance, loadInstances } from "../../store/instances.ts";
import { loadRecords } from "../../store/records.ts";
import { mayView } from "../records/record-permission.ts";
import { recordTypeOf } from "../records/record-type.ts";
import { shownThrough } from "../records/visibility.ts";
import { instanceNotFound, locateIn } from "../work/locate-instance.ts";
import type { Reading } from "../work/reading.ts";

/** - throws EngineError `instance_not_found` for unknown, foreign and hidden ones alike */
export async function visibleInstance(reading: Reading, name: string): Promise<InstanceRow> {
  const { id } = await locateIn(reading.tx, reading.scope, name);
  const row = await loadInstance(reading.tx, id);
  const [visible] = row === null ? [] : await visibleInstances(reading, [row]);
  if (visible === undefined) throw instanceNotFound(name);
  return visible;
}

/** Those of the rows that the reader may see, in their order; records are only looked at where their type hides some, a type at a time. */
export async function visibleInstances(reading: Reading, rows: readonly InstanceRow[]): Promise<readonly InstanceRow[]> {
  const permitted = rows.filter((row) => mayView(reading.workOf(row.orgId), typeOf(reading, row)));
  const hidden = await hiddenOf(
    reading,
    permitted.map((row) => ({ type: typeOf(reading, row), recordId: row.recordId })),
  );
  return permitted.filter(({ recordId }) => !hidden.has(recordId));
}

/**
 * What names an instance without those that name one whose record is hidden from the reader, in their order: lists of what goes on
 * around instances have permissions of their own, and hide what the instance's own page hides. What names none stays.
 */
export async function withoutHidden<T>(reading: Reading, rows: readonly T[], instanceOf: (row: T) => string | null): Promise<readonly T[]> {
  const ids = [...new Set(rows.flatMap((row) => instanceOf(row) ?? []))];
  if (ids.length === 0) return rows;
  const instances = await loadInstances(reading.tx, ids);
  const hidden = await hiddenOf(
    reading,
    instances.map((row) => ({ type: typeOf(reading, row), recordId: row.recordId })),
  );
  if (hidden.size === 0) return rows;
  const concealed = new Set(instances.flatMap(({ id, recordId }) => (hidden.has(recordId) ? [id] : [])));
  return rows.filter((row) => !concealed.has(instanceOf(row) ?? ""));
}

/** Ids of the records that their types hide from the reader. */
export async function hiddenOf(reading: Reading, named: readonly { readonly type: TypeDefinition; readonly recordId: string }[]): Promise<ReadonlySet<string>> {
  const hidden = new Set<string>();
  for (const [type, some] of Map.groupBy(named, (each) => each.type)) {
    if (type.hiddenWhen === undefined) continue;
    const records = await loadRecords(reading.tx, type, [...new Set(some.map(({ recordId }) => recordId))]);
    const judged = await Promise.all(records.map(async (record) => ((await shownThrough(reading.works, type, record)) === null ? [record.id] : [])));
    for (const id of judged.flat()) hidden.add(id);
  }
  return hidden;
}

const typeOf = (reading: Reading, { orgId, recordType }: InstanceRow): TypeDefinition => recordTypeOf(reading.workOf(orgId).ruling.program, recordType);
