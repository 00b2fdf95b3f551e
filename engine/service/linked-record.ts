/**
 * Records of no org that an org sees through a linking row of its own. Who creates one gets the row with it; who names one that exists
 * already, by a unique key, gets the row alone, and learns no more than that the record is now theirs to see.
 */
import type { JsonObject } from "../schema/json.ts";
import type { TypeDefinition } from "../schema/type.ts";
import type { RecordRow } from "../store/instance-row.ts";
import { queryRecords } from "../store/record-query.ts";
import { uniqueHolders, uniqueKeysOf } from "../store/record-unique.ts";
import { createRecord, loadRecord } from "../store/records.ts";
import { evaluateMap } from "./expression.ts";
import { freshId } from "./fresh-id.ts";
import { checkPayload, withDefaults } from "./payload.ts";
import { newRows } from "./record-drafts.ts";
import { nameOfType, recordTypeOf } from "./record-type.ts";
import type { Work } from "./work.ts";

/** The record that exists already with a unique key of this data and that the org does not see yet: it is linked. null: there is none. */
export async function linkExisting(work: Work, type: TypeDefinition, data: JsonObject): Promise<RecordRow | null> {
  if (type.visibleThrough?.link === undefined) return null;
  const keys = uniqueKeysOf(type, data);
  const [id] = keys.length === 0 ? [] : await work.tx.asSystem(() => uniqueHolders(work.tx, type, work.org.id, keys));
  if (id === undefined || (await isLinked(work, type, id))) return null;
  await linkRecord(work, type, id, data);
  return await loadRecord(work.tx, type, id);
}

/** Makes the org's linking row, with the fields that the type declares. */
export async function linkRecord(work: Work, type: TypeDefinition, id: string, data: JsonObject): Promise<void> {
  const through = type.visibleThrough;
  if (through?.link === undefined) return;
  const linking = recordTypeOf(work.ruling.program, through.type);
  const [record] = newRows(work, type, [{ id, code: null, data }]);
  const fields = await evaluateMap(work, record === undefined ? {} : { record }, through.link);
  const row = checkPayload(linking.schema, withDefaults(linking.schema, { ...fields, [through.field]: id }));
  const linkId = freshId(work.at, work.engine.seed(), nameOfType(linking));
  const common = { orgId: work.org.id, actorId: work.actor.id, at: work.at };
  await createRecord(work.tx, work.ruling.catalogue, linking, { ...common, id: linkId, code: null, data: row });
  work.notices.push({ orgId: work.org.id, kind: "record", id: linkId, of: nameOfType(linking) });
}

async function isLinked(work: Work, type: TypeDefinition, id: string): Promise<boolean> {
  const through = type.visibleThrough;
  if (through === undefined) return true;
  const query = { from: through.type, where: { [through.field]: id } };
  return (await queryRecords(work.tx, work.ruling.catalogue, query, { orgs: [work.org.id], limit: 1 })).items.length > 0;
}
