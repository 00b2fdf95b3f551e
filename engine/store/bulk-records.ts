/** Many new records of one type at once: a statement for the records, one for their versions, one for their unique keys. */
import { EngineError } from "../core/errors.ts";
import type { JsonObject } from "../schema/json.ts";
import type { TypeDefinition } from "../schema/type.ts";
import { type Catalogue, typeId } from "./catalogue.ts";
import { type UniqueKey, uniqueKeysOf } from "./record-unique.ts";
import { grantToMaker, keepGrants } from "./record-visibility.ts";
import { GLOBAL_ORG, statement, type Tx } from "./tx.ts";

export interface BulkRecord {
  readonly id: string;
  readonly code: string | null;
  /** Checked, with references as ids. */
  readonly data: JsonObject;
}

const INSERT = statement(
  "records_bulk_insert",
  `insert into record (org_id, id, type, code, data, version, restricted, created_at, created_by, updated_at, updated_by, fixed)
   select $1, r.id, $2, r.code, r.data, 1, $3, $4, $5, $4, $5, $9 from unnest($6::uuid[], $7::text[], $8::jsonb[]) r(id, code, data) on conflict do nothing`,
);
const KEEP = statement(
  "records_bulk_keep",
  `insert into record_version (org_id, id, version, type, code, op, data, restricted, at, changed_by)
   select $1, r.id, 1, $2, r.code, 'create', r.data, $3, $4, $5 from unnest($6::uuid[], $7::text[], $8::jsonb[]) r(id, code, data)`,
);
const UNIQUE = statement(
  "records_bulk_unique",
  "insert into record_unique (org_id, type, name, value, record_id) select $1, $2, u.* from unnest($3::text[], $4::text[], $5::uuid[]) u on conflict do nothing",
);
/** A look into the key's index for each: a join over a table that was small when it was planned would read all of it. */
const TAKEN_KEYS = statement(
  "records_taken_keys",
  `select w.name, w.value from unnest($3::text[], $4::text[]) w(name, value)
   cross join lateral (select 1 from record_unique u where u.org_id = $1 and u.type = $2 and u.name = w.name and u.value = w.value limit 1) u`,
);
const TAKEN_CODES = statement("records_taken_codes", "select r.code from record r where r.org_id = $1 and r.type = $2 and r.code = any ($3::text[])");

export interface BulkInput {
  /** For global types the org of those who make them. */
  readonly orgId: string;
  readonly actorId: string;
  readonly at: string;
  readonly records: readonly BulkRecord[];
}

/** - throws EngineError `unique_taken` when a code or unique key was taken since it was looked for: nothing may be committed then */
export async function createRecords(tx: Tx, catalogue: Catalogue, type: TypeDefinition, input: BulkInput): Promise<void> {
  const { actorId, at, records } = input;
  if (records.length === 0) return;
  const org = type.scope === "global" ? GLOBAL_ORG : input.orgId;
  const restricted = type.scope === "global" && type.visibleThrough !== undefined;
  const rows = [records.map(({ id }) => id), records.map(({ code }) => code), records.map(({ data }) => JSON.stringify(data))];
  const keys = records.flatMap(({ id, data }) => uniqueKeysOf(type, data).map((key) => ({ ...key, id })));
  const [added, keyed] = await Promise.all([
    tx.execute(INSERT, [org, typeId(type), restricted, at, actorId, ...rows, type.insertOnly === true]),
    keys.length === 0 ? 0 : tx.execute(UNIQUE, [org, typeId(type), keys.map(({ name }) => name), keys.map(({ value }) => value), keys.map(({ id }) => id)]),
  ]);
  if (added !== records.length || keyed !== keys.length)
    throw new EngineError("unique_taken", "Another record took one of the codes or keys in the meantime.", { fields: [] });
  tx.queue(KEEP, [org, typeId(type), restricted, at, actorId, ...rows]);
  grantToMaker(
    tx,
    type,
    input.orgId,
    records.map(({ id }) => id),
  );
  for (const { id, data } of records) keepGrants(tx, catalogue, type, org, id, null, data);
}

/** Those of the keys that records of the org hold. */
export async function takenKeys(tx: Tx, type: TypeDefinition, orgId: string, keys: readonly UniqueKey[]): Promise<readonly UniqueKey[]> {
  if (keys.length === 0) return [];
  const org = type.scope === "global" ? GLOBAL_ORG : orgId;
  return await tx.query<UniqueKey>(TAKEN_KEYS, [org, typeId(type), keys.map(({ name }) => name), keys.map(({ value }) => value)]);
}

/** Those of the codes that records of the org hold. */
export async function takenCodes(tx: Tx, type: TypeDefinition, orgId: string, codes: readonly string[]): Promise<ReadonlySet<string>> {
  if (codes.length === 0) return new Set();
  const org = type.scope === "global" ? GLOBAL_ORG : orgId;
  return new Set((await tx.query<{ code: string }>(TAKEN_CODES, [org, typeId(type), codes])).map(({ code }) => code));
}
