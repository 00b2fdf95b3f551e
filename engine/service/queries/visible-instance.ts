/** Instances whose records the reader may see: what every question about instances begins with. */
import type { InstanceRow } from "../../store/instance-row.ts";
import { loadInstance } from "../../store/instances.ts";
import { loadRecords } from "../../store/records.ts";
import { instanceNotFound, locateIn } from "../locate-instance.ts";
import type { Reading } from "../reading.ts";
import { mayView } from "../record-permission.ts";
import { recordTypeOf } from "../record-type.ts";
import { shownThrough } from "../visibility.ts";

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
  const typeOf = ({ orgId, recordType }: InstanceRow) => recordTypeOf(reading.workOf(orgId).ruling.program, recordType);
  const permitted = rows.filter((row) => mayView(reading.workOf(row.orgId), typeOf(row)));
  const hidden = new Set<string>();
  for (const [type, some] of Map.groupBy(permitted, typeOf)) {
    if (type.hiddenWhen === undefined) continue;
    const records = await loadRecords(reading.tx, type, [...new Set(some.map(({ recordId }) => recordId))]);
    const judged = await Promise.all(records.map(async (record) => ((await shownThrough(reading.works, type, record)) === null ? [record.id] : [])));
    for (const id of judged.flat()) hidden.add(id);
  }
  return permitted.filter(({ recordId }) => !hidden.has(recordId));
}
