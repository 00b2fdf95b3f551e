/** Unique keys of types, as rows of `record_unique`: one per key that a record has. A key with a missing or null field is no key. */
import { hash } from "node:crypto";
import { EngineError } from "../core/errors.ts";
import type { JsonObject } from "../schema/json.ts";
import type { TypeDefinition } from "../schema/type.ts";
import { typeId } from "./catalogue.ts";
import { matchesFilter } from "./filter-match.ts";
import { GLOBAL_ORG, statement, type Tx } from "./tx.ts";

const ADD = statement("unique_add", "insert into record_unique (org_id, type, name, value, record_id) values ($1, $2, $3, $4, $5) on conflict do nothing");
const REMOVE = statement("unique_remove", "delete from record_unique where org_id = $1 and type = $2 and name = $3 and record_id = $4");
const REMOVE_ALL = statement("unique_remove_all", "delete from record_unique where org_id = $1 and record_id = $2");
const FIND = statement("unique_find", "select record_id as id from record_unique where org_id = $1 and type = $2 and name = $3 and value = $4");

const HOLDERS = statement(
  "unique_holders",
  `select u.id from unnest($3::text[], $4::text[]) w(name, value)
   cross join lateral (select record_id as id from record_unique u where u.org_id = $1 and u.type = $2 and u.name = w.name and u.value = w.value limit 1) u`,
);

type Unique = NonNullable<TypeDefinition["unique"]>[number];

function keyOf(unique: Unique, data: JsonObject): string | null {
  if (unique.where !== undefined && !matchesFilter(unique.where, data)) return null;
  const values = unique.fields.map((field) => data[field] ?? null);
  if (values.includes(null)) return null;
  const text = JSON.stringify(values);
  // Index rows are bounded; a hash of a long key is as unique as the key.
  return text.length > 500 ? hash("sha256", text, "hex") : text;
}

export interface UniqueKey {
  readonly name: string;
  readonly value: string;
}

/** The unique keys that a record with this data has. */
export function uniqueKeysOf(type: TypeDefinition, data: JsonObject): readonly UniqueKey[] {
  return (type.unique ?? []).flatMap((unique) => {
    const value = keyOf(unique, data);
    return value === null ? [] : [{ name: unique.name, value }];
  });
}

/** The records of the org that hold one of the keys: a look into the key's index for each. */
export async function uniqueHolders(tx: Tx, type: TypeDefinition, orgId: string, keys: readonly UniqueKey[]): Promise<readonly string[]> {
  const org = type.scope === "global" ? GLOBAL_ORG : orgId;
  const rows = await tx.query<{ id: string }>(HOLDERS, [org, typeId(type), keys.map(({ name }) => name), keys.map(({ value }) => value)]);
  return rows.map(({ id }) => id);
}

/** Writes what differs from `before` (null: a new record). @throws unique_taken naming the caller's own fields, nothing of the other record */
export async function keepUniqueKeys(
  tx: Tx,
  type: TypeDefinition,
  orgId: string,
  recordId: string,
  before: JsonObject | null,
  after: JsonObject,
): Promise<void> {
  for (const unique of type.unique ?? []) {
    const old = before === null ? null : keyOf(unique, before);
    const key = keyOf(unique, after);
    if (old === key) continue;
    if (old !== null) tx.queue(REMOVE, [orgId, typeId(type), unique.name, recordId]);
    if (key !== null && (await tx.execute(ADD, [orgId, typeId(type), unique.name, key, recordId])) === 0) {
      throw new EngineError("unique_taken", `A record with the same ${unique.fields.join(", ")} exists.`, { fields: unique.fields });
    }
  }
}

export function dropUniqueKeys(tx: Tx, orgId: string, recordId: string): void {
  tx.queue(REMOVE_ALL, [orgId, recordId]);
}

/** Id of the record that holds this unique key; null when none does. Under the system session also one that the caller could not see. */
export async function findByUnique(tx: Tx, type: TypeDefinition, name: string, orgId: string | null, data: JsonObject): Promise<string | null> {
  const unique = type.unique?.find((each) => each.name === name);
  const key = unique === undefined ? null : keyOf(unique, data);
  if (key === null) return null;
  return (await tx.query<{ id: string }>(FIND, [type.scope === "global" ? GLOBAL_ORG : orgId, typeId(type), name, key]))[0]?.id ?? null;
}
