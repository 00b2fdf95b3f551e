import { afterCursor, pageOf } from "./cursor.ts";
import { INSTANCE_COLUMNS, type InstanceRow, type InstanceSqlRow, toInstance } from "./instance-row.ts";
import { Conditions } from "./sql.ts";
import { type Page, statement, type Tx } from "./tx.ts";

const BY_ID = statement("instance_by_id", `select ${INSTANCE_COLUMNS} from instance i where i.id = $1 and ($2::uuid[] is null or i.org_id = any ($2))`);
const BY_IDS = statement(
  "instances_by_id",
  `select ${INSTANCE_COLUMNS} from instance i where i.id = any ($1::uuid[]) and ($2::uuid[] is null or i.org_id = any ($2))`,
);
const BY_KEY = statement(
  "instance_by_key",
  `select ${INSTANCE_COLUMNS} from instance i where i.key = $1 and ($2::uuid[] is null or i.org_id = any ($2)) order by i.id desc limit 1`,
);
const BY_UNIQUE = statement("instance_by_unique", `select ${INSTANCE_COLUMNS} from instance i where i.org_id = $1 and i.machine = $2 and i.unique_key = $3`);
const OF_RECORDS = statement(
  "instances_of_records",
  `select ${INSTANCE_COLUMNS} from instance i where i.record_id = any ($1::uuid[]) and ($2::uuid[] is null or i.org_id = any ($2)) order by i.id desc`,
);

/** The org ids that a query names besides RLS; null under the system session. */
export function orgsOf(tx: Tx): readonly string[] | null {
  return tx.session.orgs === "system" ? null : tx.session.orgs;
}

export async function loadInstance(tx: Tx, id: string): Promise<InstanceRow | null> {
  const [row] = await tx.query<InstanceSqlRow>(BY_ID, [id, orgsOf(tx)]);
  return row === undefined ? null : toInstance(row);
}

/** In no order. */
export async function loadInstances(tx: Tx, ids: readonly string[]): Promise<readonly InstanceRow[]> {
  if (ids.length === 0) return [];
  return (await tx.query<InstanceSqlRow>(BY_IDS, [ids, orgsOf(tx)])).map(toInstance);
}

/** By `<machine id>:<record code>`; the newest when a record has had several. */
export async function findInstanceByKey(tx: Tx, key: string): Promise<InstanceRow | null> {
  const [row] = await tx.query<InstanceSqlRow>(BY_KEY, [key, orgsOf(tx)]);
  return row === undefined ? null : toInstance(row);
}

/** By the value of its start's `unique` key. */
export async function findInstanceByUnique(tx: Tx, orgId: string, machine: string, unique: string): Promise<InstanceRow | null> {
  const [row] = await tx.query<InstanceSqlRow>(BY_UNIQUE, [orgId, machine, unique]);
  return row === undefined ? null : toInstance(row);
}

/** Instance of a record; `machine` is a definition key. The newest wins. */
export async function findInstanceOfRecord(tx: Tx, recordId: string, machine?: string): Promise<InstanceRow | null> {
  const rows = await instancesOfRecords(tx, [recordId]);
  return rows.find((row) => machine === undefined || row.machine === machine) ?? null;
}

/** Newest first. */
export async function instancesOfRecords(tx: Tx, recordIds: readonly string[]): Promise<readonly InstanceRow[]> {
  if (recordIds.length === 0) return [];
  return (await tx.query<InstanceSqlRow>(OF_RECORDS, [recordIds, orgsOf(tx)])).map(toInstance);
}

export interface InstanceFilter {
  /** Org ids; default: those of the session. */
  readonly orgs?: readonly string[];
  readonly machine?: string;
  readonly machineVersion?: string;
  readonly status?: InstanceRow["status"];
  /** A state path such as "logistics.released": that state or any descendant. */
  readonly state?: string;
  readonly recordType?: string;
  readonly recordId?: string;
  readonly key?: string;
}

/** Newest first (ids are in order of time). `limit` 1 to 200. */
export async function listInstances(
  tx: Tx,
  filter: InstanceFilter,
  page: { readonly limit: number; readonly cursor?: string | null },
): Promise<Page<InstanceRow>> {
  const where = conditions(tx, filter);
  const cursor = afterCursor(page.cursor);
  if (cursor !== null) where.add("i.id < ?", cursor[0]);
  const rows = await tx.query<InstanceSqlRow>(
    `select ${INSTANCE_COLUMNS} from instance i where ${where.sql} order by i.id desc limit ${where.value(page.limit + 1)}`,
    where.values,
  );
  return pageOf(rows.map(toInstance), page.limit, (row) => [row.id]);
}

export async function countInstances(tx: Tx, filter: InstanceFilter): Promise<number> {
  const where = conditions(tx, filter);
  const [row] = await tx.query<{ count: number }>(`select count(*) from instance i where ${where.sql}`, where.values);
  return row?.count ?? 0;
}

function conditions(tx: Tx, filter: InstanceFilter): Conditions {
  const where = new Conditions();
  const orgs = filter.orgs ?? orgsOf(tx);
  if (orgs !== null) where.add("i.org_id = any (?::uuid[])", orgs);
  if (filter.machine !== undefined) where.add("i.machine = ?", filter.machine);
  if (filter.machineVersion !== undefined) where.add("i.machine_version = ?", filter.machineVersion);
  if (filter.status !== undefined) where.add("i.status = ?", filter.status);
  if (filter.state !== undefined) where.add("i.states @> array[?::text]", filter.state);
  if (filter.recordType !== undefined) where.add("i.record_type = ?", filter.recordType);
  if (filter.recordId !== undefined) where.add("i.record_id = ?", filter.recordId);
  if (filter.key !== undefined) where.add("i.key = ?", filter.key);
  return where;
}
