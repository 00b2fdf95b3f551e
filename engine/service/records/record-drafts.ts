/** Records that are about to be written, in the shape of those that are. */
import type { TypeDefinition } from "../../schema/type.ts";
import type { BulkRecord } from "../../store/bulk-records.ts";
import { typeId } from "../../store/catalogue.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import type { Work } from "../work/work.ts";

/** New records as checks and hooks see them. */
export function newRows(work: Work, type: TypeDefinition, records: readonly BulkRecord[]): readonly RecordRow[] {
  const orgId = type.scope === "global" ? null : work.org.id;
  return records.map(({ id, code, data }) => ({
    ...{ orgId, org: orgId === null ? null : work.org.code, id, type: typeId(type), code, data, version: 1 },
    ...{ createdAt: work.at, createdBy: work.actor.id, updatedAt: work.at, updatedBy: work.actor.id },
  }));
}
