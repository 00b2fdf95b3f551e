/** Records that belong to an instance's record, as its machine names them, as this reader may see them. */
import type { JsonObject } from "../../schema/json.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { queryRecords } from "../../store/record-query.ts";
import { loadRecords } from "../../store/records.ts";
import { mayView } from "../records/record-permission.ts";
import { titleOf } from "../records/record-type.ts";
import { isHidden, maskedData } from "../records/visibility.ts";
import type { Reading } from "../work/reading.ts";

export interface RelatedGroup {
  readonly title: string;
  readonly type: string;
  /** Nobody writes records of this type by API: a mirror, or what machines keep. */
  readonly readOnly: boolean;
  /** Fields that screens show of each. */
  readonly show: readonly string[];
  /** Data fields (masked) + id, code, title, state, states, instance. */
  readonly items: readonly JsonObject[];
  /** There are more than these. */
  readonly more: boolean;
}

const RELATED_ROWS = 50;

/** At most 50 a group. `{"$arg": field}` in a machine's `related` stands for a field of the instance's record. */
export async function relatedRecords(
  reading: Reading,
  row: InstanceRow,
  record: { readonly code: string | null; readonly data: JsonObject } | null,
): Promise<readonly RelatedGroup[]> {
  const work = reading.workOf(row.orgId);
  const machine = await work.engine.programs.machine(reading.tx, work.ruling, row.machine, row.machineVersion);
  const args: JsonObject = { ...record?.data, id: row.recordId, code: record?.code ?? null };
  const groups: RelatedGroup[] = [];
  for (const related of machine.definition.related ?? []) {
    const type = work.ruling.program.type(related.type);
    if (type === null || !mayView(work, type)) continue;
    const query = { from: related.type, where: related.where };
    const page = await queryRecords(reading.tx, work.ruling.catalogue, query, { orgs: [row.orgId], args, limit: RELATED_ROWS });
    const ids = page.items.map((item) => String(item["id"]));
    const rows = new Map((await loadRecords(reading.tx, type, ids)).map((each) => [each.id, each]));
    const items = await Promise.all(
      page.items.map(async (item): Promise<JsonObject | null> => {
        const found = rows.get(String(item["id"]));
        if (found === undefined || (await isHidden(work, type, found))) return null;
        const data = await maskedData(work, type, found);
        const { id, code } = found;
        const { state = null, states = [], instance = null } = item;
        return { ...data, id, code, title: titleOf(type, { ...found, data }), state, states, instance };
      }),
    );
    const { create, edit } = type.permissions;
    groups.push({
      title: related.title,
      type: related.type,
      readOnly: create === undefined && edit === undefined,
      show: related.show ?? [],
      items: items.filter((item) => item !== null),
      more: page.next !== null,
    });
  }
  return groups;
}
