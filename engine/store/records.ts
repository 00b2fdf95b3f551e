/** Records: typed JSON rows with versions, unique keys, references and codes. */
import { EngineError } from "../core/errors.ts";
import type { Instant } from "../core/step-types.ts";
import type { JsonObject } from "../schema/json.ts";
import type { TypeDefinition } from "../schema/type.ts";
import { type Catalogue, typeId } from "./catalogue.ts";
import { RECORD_COLUMNS, type RecordRow, type RecordSqlRow, toRecord } from "./instance-row.ts";
import { refuseReferenced, resolveReferences, UUID } from "./record-references.ts";
import { dropUniqueKeys, keepUniqueKeys } from "./record-unique.ts";
import { dropGrants, keepGrants } from "./record-visibility.ts";
import { GLOBAL_ORG, statement, type Tx } from "./tx.ts";

export interface RecordInput {
  /** Ignored for global types. */
  readonly orgId: string | null;
  readonly id: string;
  /** Exact code; or a generator, called again (at most 5 times) while the code is taken; or null. A type's `codeField` wins. */
  readonly code: string | null | ((attempt: number) => string);
  readonly data: JsonObject;
  readonly actorId: string;
  readonly at: Instant;
}
export interface RecordChange {
  readonly orgId: string | null;
  readonly id: string;
  readonly ifVersion?: number;
  readonly actorId: string;
  readonly at: Instant;
  /** The row as this transaction has already locked it: it is not locked again. */
  readonly locked?: RecordRow;
}

const CODE_ATTEMPTS = 5;
/** No RETURNING and no conflict target: either would ask the read policy, and nobody may read a restricted global row before it has a grant. */
const INSERT = statement(
  "record_insert",
  `insert into record (org_id, id, type, code, data, version, restricted, created_at, created_by, updated_at, updated_by, fixed) values ($1, $2, $3, $4, $5, 1, $6, $7, $8, $7, $8, $9) on conflict do nothing`,
);
const KEEP = statement(
  "record_keep",
  `insert into record_version (org_id, id, version, type, code, op, data, restricted, at, changed_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
);
const UPDATE = statement(
  "record_update",
  "update record set code = $3, data = $4, version = $5, updated_at = $6, updated_by = $7 where org_id = $1 and id = $2 and version = $5 - 1",
);
const DELETE = statement("record_delete", "delete from record where org_id = $1 and id = $2");
const byKey = (lock: string) =>
  `select ${RECORD_COLUMNS} from record r where r.org_id = any ($1::uuid[]) and r.type = $2 and (r.id = $3::uuid or r.code = $4)${lock}`;
const LOAD = statement("record_load", byKey(""));
const LOCK = statement("record_lock", byKey(" for no key update"));
const LOAD_ANY = statement("record_load_any", `select ${RECORD_COLUMNS} from record r where r.type = $1 and (r.id = $2::uuid or r.code = $3)`);
const LOAD_MANY_ANYWHERE = statement("record_load_many_anywhere", `select ${RECORD_COLUMNS} from record r where r.type = $1 and r.id = any ($2::uuid[])`);
/** A look into the primary key for each: no plan that was made for a small table reads a large one. */
const LOAD_MANY = statement(
  "record_load_many",
  `select r.* from unnest($1::uuid[]) o(id) cross join unnest($3::uuid[]) w(id)
   cross join lateral (select ${RECORD_COLUMNS} from record r where r.org_id = o.id and r.id = w.id and r.type = $2 limit 1) r`,
);
const LOAD_BY_ID = statement("records_by_id", `select ${RECORD_COLUMNS} from record r where r.org_id = any ($1::uuid[]) and r.id = any ($2::uuid[])`);
const AS_OF = statement(
  "record_as_of",
  `select * from (select distinct on (v.org_id, v.id) v.org_id, v.id, v.type, v.code, v.data, v.version, v.op, v.at as updated_at, v.changed_by as updated_by,
     (select f.at from record_version f where f.org_id = v.org_id and f.id = v.id and f.version = 1) as created_at,
     (select f.changed_by from record_version f where f.org_id = v.org_id and f.id = v.id and f.version = 1) as created_by,
     (select o.code from org o where o.id = v.org_id) as org_code
   from record_version v where ($1::uuid[] is null or v.org_id = any ($1)) and v.type = $2 and (v.id = $3::uuid or v.code = $4) and v.at <= $5
   order by v.org_id, v.id, v.version desc) r where op <> 'delete'`,
);
const VERSIONS = statement(
  "record_versions",
  `select version, op, data, code, at, changed_by as by from record_version where ($1::uuid[] is null or org_id = any ($1)) and type = $2 and id = $3 and version < $4 order by version desc limit $5`,
);

/** @throws unique_taken (data.fields), payload_invalid for a reference that does not resolve, org_required */
export async function createRecord(tx: Tx, catalogue: Catalogue, type: TypeDefinition, input: RecordInput): Promise<RecordRow> {
  const org = orgOf(type, input.orgId);
  const data = await resolveReferences(tx, catalogue, type, input.orgId, input.data);
  await keepUniqueKeys(tx, type, org, input.id, null, data);
  const code = await insert(tx, type, org, input, data);
  const restricted = isRestricted(type);
  tx.queue(KEEP, [org, input.id, 1, typeId(type), code, "create", JSON.stringify(data), restricted, input.at, input.actorId]);
  keepGrants(tx, catalogue, type, org, input.id, null, data);
  const row = {
    id: input.id,
    type: typeId(type),
    code,
    data,
    version: 1,
    createdAt: input.at,
    createdBy: input.actorId,
    updatedAt: input.at,
    updatedBy: input.actorId,
  };
  return { ...row, orgId: org === GLOBAL_ORG ? null : org, org: await orgCode(tx, org) };
}

async function insert(tx: Tx, type: TypeDefinition, org: string, input: RecordInput, data: JsonObject): Promise<string | null> {
  const own = codeFieldOf(type, data);
  for (let attempt = 1; ; attempt++) {
    const code = own !== undefined ? own : typeof input.code === "function" ? input.code(attempt) : input.code;
    const values = [org, input.id, typeId(type), code, JSON.stringify(data), isRestricted(type), input.at, input.actorId, type.insertOnly === true];
    if ((await tx.execute(INSERT, values)) === 1) return code;
    const fields = [type.codeField ?? "code"];
    if (own !== undefined || typeof input.code !== "function" || attempt === CODE_ATTEMPTS) {
      throw new EngineError("unique_taken", `A record with the same ${fields[0]} exists.`, { fields });
    }
  }
}

/** `data` replaces the whole. @throws record_not_found, record_changed (data.etag), unique_taken, payload_invalid, method_not_allowed (insert-only types) */
export async function updateRecord(
  tx: Tx,
  catalogue: Catalogue,
  type: TypeDefinition,
  input: RecordChange & { readonly data: JsonObject },
): Promise<RecordRow> {
  if (type.insertOnly === true) throw new EngineError("method_not_allowed", `Records of ${typeId(type)} are only added.`);
  const before = await lockForChange(tx, type, input);
  const org = orgOf(type, input.orgId);
  const data = await resolveReferences(tx, catalogue, type, input.orgId, input.data, before.data);
  await keepUniqueKeys(tx, type, org, input.id, before.data, data);
  const own = codeFieldOf(type, data);
  const code = own === undefined ? before.code : own;
  if (code !== before.code && code !== null && (await loadRecord(tx, type, code, input.orgId === null ? {} : { orgId: input.orgId })) !== null) {
    throw new EngineError("unique_taken", `A record with the same ${type.codeField} exists.`, { fields: [type.codeField] });
  }
  const version = before.version + 1;
  tx.queue(UPDATE, [org, input.id, code, JSON.stringify(data), version, input.at, input.actorId]);
  tx.queue(KEEP, [org, input.id, version, typeId(type), code, "update", JSON.stringify(data), isRestricted(type), input.at, input.actorId]);
  keepGrants(tx, catalogue, type, org, input.id, before.data, data);
  return { ...before, code, data, version, updatedAt: input.at, updatedBy: input.actorId };
}

/** @throws record_not_found, record_changed, record_referenced, method_not_allowed (insert-only types) */
export async function deleteRecord(tx: Tx, catalogue: Catalogue, type: TypeDefinition, input: RecordChange): Promise<void> {
  if (type.insertOnly === true) throw new EngineError("method_not_allowed", `Records of ${typeId(type)} are only added.`);
  const before = await lockForChange(tx, type, input);
  const org = orgOf(type, input.orgId);
  await refuseReferenced(tx, catalogue, type, org, input.id);
  tx.queue(KEEP, [
    org,
    input.id,
    before.version + 1,
    typeId(type),
    before.code,
    "delete",
    JSON.stringify(before.data),
    isRestricted(type),
    input.at,
    input.actorId,
  ]);
  tx.queue(DELETE, [org, input.id]);
  dropUniqueKeys(tx, org, input.id);
  dropGrants(tx, catalogue, type, org, input.id);
}

async function lockForChange(tx: Tx, type: TypeDefinition, input: RecordChange): Promise<RecordRow> {
  const row = input.locked ?? (await loadRecord(tx, type, input.id, { lock: "update", ...(input.orgId === null ? {} : { orgId: input.orgId }) }));
  if (row === null) throw new EngineError("record_not_found", `There is no record ${input.id} of ${typeId(type)}.`);
  if (input.ifVersion !== undefined && input.ifVersion !== row.version) {
    throw new EngineError("record_changed", `The record is at version ${row.version}, not ${input.ifVersion}.`, { etag: String(row.version) });
  }
  return row;
}

/** By uuid or code, among the session's orgs (global rows as far as they are visible). */
export async function loadRecord(
  tx: Tx,
  type: TypeDefinition,
  idOrCode: string,
  options: { readonly orgId?: string; readonly lock?: "update"; readonly asOf?: Instant } = {},
): Promise<RecordRow | null> {
  const orgs = readOrgs(tx, type, options.orgId);
  const id = UUID.test(idOrCode) ? idOrCode : null;
  const key = [typeId(type), id, id === null ? idOrCode : null];
  const rows =
    options.asOf !== undefined
      ? await tx.query<RecordSqlRow>(AS_OF, [orgs, ...key, options.asOf])
      : orgs === null
        ? await tx.query<RecordSqlRow>(LOAD_ANY, key)
        : await tx.query<RecordSqlRow>(options.lock === undefined ? LOAD : LOCK, [orgs, ...key]);
  return rows[0] === undefined ? null : toRecord(rows[0]);
}

export async function loadRecords(tx: Tx, type: TypeDefinition, ids: readonly string[]): Promise<readonly RecordRow[]> {
  const orgs = readOrgs(tx, type);
  const found =
    orgs === null ? await tx.query<RecordSqlRow>(LOAD_MANY_ANYWHERE, [typeId(type), ids]) : await tx.query<RecordSqlRow>(LOAD_MANY, [orgs, typeId(type), ids]);
  return found.map(toRecord);
}

/** The records that instances are about, of whatever type; those that are gone are left out. */
export async function recordsOfInstances(tx: Tx, instances: readonly { readonly orgId: string; readonly recordId: string }[]): Promise<readonly RecordRow[]> {
  if (instances.length === 0) return [];
  const orgs = [...new Set(instances.map((each) => each.orgId)), GLOBAL_ORG];
  return (await tx.query<RecordSqlRow>(LOAD_BY_ID, [orgs, instances.map((each) => each.recordId)])).map(toRecord);
}

export interface RecordVersion {
  readonly version: number;
  readonly op: "create" | "update" | "delete";
  readonly data: JsonObject;
  readonly code: string | null;
  readonly at: string;
  readonly by: string;
}
/** Newest first. */
export async function recordVersions(
  tx: Tx,
  type: TypeDefinition,
  id: string,
  page: { readonly limit: number; readonly before?: number },
): Promise<readonly RecordVersion[]> {
  return tx.query<RecordVersion>(VERSIONS, [readOrgs(tx, type), typeId(type), id, page.before ?? 2_147_483_647, page.limit]);
}

/** Org ids in which rows of a type are read; null: all (system session). */
export function readOrgs(tx: Tx, type: TypeDefinition, orgId?: string): readonly string[] | null {
  if (type.scope === "global") return [GLOBAL_ORG];
  if (orgId !== undefined) return [orgId];
  return tx.session.orgs === "system" ? null : tx.session.orgs;
}

function orgOf(type: TypeDefinition, orgId: string | null): string {
  if (type.scope === "global") return GLOBAL_ORG;
  if (orgId === null) throw new EngineError("org_required", `Records of ${typeId(type)} belong to one org.`);
  return orgId;
}

function isRestricted(type: TypeDefinition): boolean {
  return type.scope === "global" && type.visibleThrough !== undefined;
}

/** undefined: the type has no code field, the code is the caller's. */
function codeFieldOf(type: TypeDefinition, data: JsonObject): string | null | undefined {
  if (type.codeField === undefined) return undefined;
  const value = data[type.codeField];
  return typeof value === "string" && value !== "" ? value : null;
}

const ORG_CODE = statement("org_code", "select code from org where id = $1");
async function orgCode(tx: Tx, org: string): Promise<string | null> {
  return org === GLOBAL_ORG ? null : ((await tx.query<{ code: string }>(ORG_CODE, [org]))[0]?.code ?? null);
}
