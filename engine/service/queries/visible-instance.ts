/** The instance that a reader names, where they may see what it is about: what every question about one instance begins with. */
import type { InstanceRow } from "../../store/instance-row.ts";
import { loadInstance } from "../../store/instances.ts";
import { loadRecord } from "../../store/records.ts";
import { instanceNotFound, locateIn } from "../locate-instance.ts";
import type { Reading } from "../reading.ts";
import { mayView } from "../record-permission.ts";
import { recordTypeOf } from "../record-type.ts";
import { shownThrough } from "../visibility.ts";

/** - throws EngineError `instance_not_found` for unknown, foreign and hidden ones alike */
export async function visibleInstance(reading: Reading, name: string): Promise<InstanceRow> {
  const { id } = await locateIn(reading.tx, reading.scope, name);
  const row = await loadInstance(reading.tx, id);
  if (row === null) throw instanceNotFound(name);
  const work = reading.workOf(row.orgId);
  const type = recordTypeOf(work.ruling.program, row.recordType);
  if (!mayView(work, type)) throw instanceNotFound(name);
  const record = type.hiddenWhen === undefined ? null : await loadRecord(reading.tx, type, row.recordId);
  if (record !== null && (await shownThrough(reading.works, type, record)) === null) throw instanceNotFound(name);
  return row;
}
