/** References between records: codes become ids when written, what is not visible does not resolve, what is referred to is not deleted. */
import { EngineError } from "../core/errors.ts";
import type { Json, JsonObject } from "../schema/json.ts";
import type { TypeDefinition } from "../schema/type.ts";
import { type Catalogue, typeId } from "./catalogue.ts";
import { mapPath, type ReferenceField, referenceFields } from "./record-fields.ts";
import { GLOBAL_ORG, statement, type Tx } from "./tx.ts";

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const RESOLVE = statement(
  "references_resolve",
  `select r.id, r.code from record r where ($1::uuid[] is null or r.org_id = any ($1)) and r.type = $2 and (r.id = any ($3::uuid[]) or r.code = any ($4::text[]))`,
);

/**
 * Data with every `x-ref` value (code or uuid) as uuid. References to types that the release does not have (people, orgs) stay as they are.
 *
 * - `before`: data that was there already; its references are not asked again
 * - throws payload_invalid with `errors` by path where one does not resolve
 */
export async function resolveReferences(
  tx: Tx,
  catalogue: Catalogue,
  type: TypeDefinition,
  orgId: string | null,
  data: JsonObject,
  before: JsonObject | null = null,
): Promise<JsonObject> {
  const wanted = new Map<string, Set<string>>();
  const fields = referenceFields(type).flatMap((field) => {
    const target = catalogue.type(field.type);
    return target === null ? [] : [{ ...field, target: typeId(target) }];
  });
  const known = new Set<string>();
  for (const field of fields) {
    if (before !== null) {
      mapPath(before, field.path, (value) => {
        known.add(`${field.target} ${value}`);
        return value;
      });
    }
    mapPath(data, field.path, (value) => {
      if (!(known.has(`${field.target} ${value}`) && UUID.test(value))) wanted.set(field.target, (wanted.get(field.target) ?? new Set()).add(value));
      return value;
    });
  }
  if (wanted.size === 0) return data;
  const ids = await lookUp(tx, orgId, wanted);
  for (const field of fields.filter((each) => givesGrant(catalogue, type, each))) await lookUpHidden(tx, field.target, wanted, ids);
  // The row that makes a global record visible in an org cannot see it yet: its own reference is looked up among all.
  const linked = new Map<string, Set<string>>();
  for (const field of fields) {
    const through = catalogue.type(field.target)?.visibleThrough;
    if (through === undefined || typeId(type) !== through.type || field.path.join(".") !== through.field) continue;
    mapPath(data, field.path, (value) => {
      if (!ids.has(`${field.target} ${value.toLowerCase()}`)) linked.set(field.target, (linked.get(field.target) ?? new Set()).add(value));
      return value;
    });
  }
  if (linked.size > 0) for (const [name, id] of await tx.asSystem(() => lookUp(tx, null, linked))) ids.set(name, id);
  const errors: { path: string; message: string }[] = [];
  let resolved: Json = data;
  for (const field of fields) {
    resolved = mapPath(resolved, field.path, (value, at) => {
      if (known.has(`${field.target} ${value}`) && UUID.test(value)) return value;
      const id = ids.get(`${field.target} ${value.toLowerCase()}`);
      if (id === undefined) errors.push({ path: at, message: `There is no such record of ${field.target}.` });
      return id ?? value;
    });
  }
  if (errors.length > 0) throw new EngineError("payload_invalid", `${errors[0]?.path}: ${errors[0]?.message}`, { errors });
  return resolved as JsonObject;
}

/** Whether a row's field is what makes a restricted global row visible to the row's org. */
function givesGrant(catalogue: Catalogue, type: TypeDefinition, field: ReferenceField): boolean {
  const through = catalogue.type(field.type)?.visibleThrough;
  return through !== undefined && catalogue.type(through.type)?.key === type.key && through.field === field.path.join(".");
}

/** Such a field may name a row that is not visible yet, by its id: whoever has just made it, or was given the id. Never by code, which can be guessed. */
async function lookUpHidden(tx: Tx, target: string, wanted: ReadonlyMap<string, ReadonlySet<string>>, ids: Map<string, string>): Promise<void> {
  const missing = [...(wanted.get(target) ?? [])].filter((value) => UUID.test(value) && !ids.has(`${target} ${value.toLowerCase()}`));
  if (missing.length === 0) return;
  const rows = await tx.asSystem(() => tx.query<{ id: string }>(RESOLVE, [[GLOBAL_ORG], target, missing, []]));
  for (const row of rows) ids.set(`${target} ${row.id}`, row.id);
}

/** Those of the values (codes or uuids) of a type that name a record of the org or a global one. */
export async function namedRecords(tx: Tx, orgId: string, type: TypeDefinition, values: readonly string[]): Promise<ReadonlySet<string>> {
  const target = typeId(type);
  const ids = await lookUp(tx, orgId, new Map([[target, new Set(values)]]));
  return new Set(values.filter((value) => ids.has(`${target} ${value.toLowerCase()}`)));
}

async function lookUp(tx: Tx, orgId: string | null, wanted: ReadonlyMap<string, ReadonlySet<string>>): Promise<Map<string, string>> {
  const orgs = tx.session.orgs === "system" ? null : [...(orgId === null ? tx.session.orgs : [orgId]), GLOBAL_ORG];
  const ids = new Map<string, string>();
  await Promise.all(
    [...wanted].map(async ([target, values]) => {
      const list = [...values];
      const rows = await tx.query<{ id: string; code: string | null }>(RESOLVE, [
        orgs,
        target,
        list.filter((value) => UUID.test(value)),
        list.filter((value) => !UUID.test(value)),
      ]);
      for (const row of rows) {
        ids.set(`${target} ${row.id}`, row.id);
        if (row.code !== null) ids.set(`${target} ${row.code.toLowerCase()}`, row.id);
      }
    }),
  );
  return ids;
}

/** @throws record_referenced when a record of any type refers to this one */
export async function refuseReferenced(tx: Tx, catalogue: Catalogue, type: TypeDefinition, orgId: string, id: string): Promise<void> {
  const values: unknown[] = [orgId];
  const parts = catalogue.types().flatMap((other) =>
    referenceFields(other)
      .filter((field) => catalogue.type(field.type)?.key === type.key)
      .map((field) => {
        values.push(typeId(other), JSON.stringify(containing(field, id)));
        return `(r.type = $${values.length - 1} and r.data @> $${values.length}::jsonb)`;
      }),
  );
  if (parts.length === 0) return;
  const find = () => tx.query(`select 1 from record r where ($1 = '${GLOBAL_ORG}' or r.org_id = $1::uuid) and (${parts.join(" or ")}) limit 1`, values);
  // A global record may be in use where the session cannot look; it stays all the same.
  const found = orgId === GLOBAL_ORG ? await tx.asSystem(find) : await find();
  if (found.length > 0) throw new EngineError("record_referenced", "Other records refer to it.");
}

/** {"lines": [{"item": id}]} for the path lines.*.item: what the record's data contains when it refers to `id`. */
function containing(field: ReferenceField, id: string): Json {
  return field.path.reduceRight<Json>((inner, name) => (name === "*" ? [inner] : { [name]: inner }), id);
}
