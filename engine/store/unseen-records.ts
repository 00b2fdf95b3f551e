/** Records of restricted global types that are there but not seen by the session's orgs, found by what a new record would take. */
import type { JsonObject } from "../schema/json.ts";
import type { TypeDefinition } from "../schema/type.ts";
import { typeId } from "./catalogue.ts";
import type { RecordRow } from "./instance-row.ts";
import { uniqueHolders, uniqueKeysOf } from "./record-unique.ts";
import { loadRecords } from "./records.ts";
import { GLOBAL_ORG, statement, type Tx } from "./tx.ts";

const BY_CODE = statement("records_by_code", "select r.id from record r where r.org_id = $1 and r.type = $2 and r.code = any ($3::text[])");

export interface NewRecord {
  readonly code: string | null;
  readonly data: JsonObject;
}

/** For each of what is to be made the one record that holds its code and keys already and that nobody of the session's orgs sees; else null. */
export async function unseenRecords(tx: Tx, type: TypeDefinition, made: readonly NewRecord[]): Promise<readonly (RecordRow | null)[]> {
  if (type.scope !== "global" || type.visibleThrough === undefined || made.length === 0) return made.map(() => null);
  const holders = await tx.asSystem(() => findHolders(tx, type, made));
  const seen = new Set((await loadRecords(tx, type, [...new Set(holders.map(({ id }) => id))])).map(({ id }) => id));
  const byKey = new Map<string, RecordRow>();
  for (const row of holders) for (const key of namesOf(type, row)) byKey.set(key, row);
  return made.map((record) => {
    const [only, ...others] = new Set(namesOf(type, record).flatMap((key) => byKey.get(key) ?? []));
    return only === undefined || others.length > 0 || seen.has(only.id) ? null : only;
  });
}

async function findHolders(tx: Tx, type: TypeDefinition, made: readonly NewRecord[]): Promise<readonly RecordRow[]> {
  const keys = made.flatMap(({ data }) => uniqueKeysOf(type, data));
  const codes = made.flatMap(({ code }) => (code === null ? [] : [code]));
  const byKey = keys.length === 0 ? [] : await uniqueHolders(tx, type, GLOBAL_ORG, keys);
  const byCode = codes.length === 0 ? [] : await tx.query<{ id: string }>(BY_CODE, [GLOBAL_ORG, typeId(type), codes]);
  return await loadRecords(tx, type, [...new Set([...byKey, ...byCode.map(({ id }) => id)])]);
}

function namesOf(type: TypeDefinition, { code, data }: NewRecord): readonly string[] {
  const keys = uniqueKeysOf(type, data).map(({ name, value }) => `key ${name} ${value}`);
  return code === null ? keys : [`code ${code}`, ...keys];
}
