/** Takes the records of an import out again: what stands in the way, and the deletion itself, some thousand rows a statement. */
import type { TypeDefinition } from "../schema/type.ts";
import { type Catalogue, typeId } from "./catalogue.ts";
import { referenceFields } from "./record-fields.ts";
import { GLOBAL_ORG, type Tx } from "./tx.ts";

export interface ImportRef {
  readonly orgId: string;
  readonly id: string;
}

/** Rows of an import that cannot be taken back, with the reason. */
export interface KeptRow {
  readonly row: number;
  readonly recordId: string;
  readonly because: "changed" | "gone" | "referred to" | "in use";
}

const CREATED = "import_row w where w.org_id = $1 and w.job_id = $2 and w.result = 'created'";
/** What is older was there already: the import has only made it visible. */
const BEGUN = "(select j.created_at from import_job j where j.org_id = $1 and j.id = $2)";
const MOST_SHOWN = 50;

/** At most 50 of each kind; none where nothing stands in the way. */
export async function keptRows(tx: Tx, catalogue: Catalogue, type: TypeDefinition, job: ImportRef): Promise<readonly KeptRow[]> {
  // Both sides may be long, and PostgreSQL has not counted the import's rows yet: it would look through all of one for each of the other.
  await tx.query("select set_config('enable_nestloop', 'off', true)");
  const found = await findKept(tx, catalogue, type, job);
  await tx.query("select set_config('enable_nestloop', 'on', true)");
  return found;
}

async function findKept(tx: Tx, catalogue: Catalogue, type: TypeDefinition, job: ImportRef): Promise<readonly KeptRow[]> {
  const org = orgOf(type, job);
  const found: KeptRow[] = await tx.query<KeptRow>(
    `select w.row, w.record_id as "recordId", case when r.id is null then 'gone' else 'changed' end as because
     from (select * from ${CREATED}) w left join record r on r.org_id = $3 and r.id = w.record_id where r.id is null or (r.version <> 1 and r.created_at >= ${BEGUN}) order by w.row limit ${MOST_SHOWN}`,
    [job.orgId, job.id, org],
  );
  found.push(
    ...(await tx.query<KeptRow>(
      `select w.row, w.record_id as "recordId", 'in use' as because from (select * from ${CREATED}) w join instance i on i.org_id = $1 and i.record_id = w.record_id order by w.row limit ${MOST_SHOWN}`,
      [job.orgId, job.id],
    )),
  );
  for (const other of catalogue.types()) {
    for (const field of referenceFields(other)) {
      if (catalogue.type(field.type)?.key !== type.key) continue;
      const path = `$${field.path.map((name) => (name === "*" ? "[*]" : `."${name.replaceAll('"', '\\"')}"`)).join("")}`;
      found.push(
        ...(await tx.query<KeptRow>(
          `select distinct w.row, w.record_id as "recordId", 'referred to' as because
           from record r cross join lateral jsonb_path_query(r.data, $3::jsonpath) v join (select * from ${CREATED}) w on w.record_id::text = v #>> '{}'
           where r.type = $4 and (r.org_id = $1 or r.org_id = '${GLOBAL_ORG}') order by w.row limit ${MOST_SHOWN}`,
          [job.orgId, job.id, path, typeId(other)],
        )),
      );
    }
  }
  return found;
}

/** The number of the last row that an import created a record for; 0 where there is none. */
export async function lastCreated(tx: Tx, job: ImportRef): Promise<number> {
  const [last] = await tx.query<{ row: number | null }>(`select max(w.row) as row from ${CREATED}`, [job.orgId, job.id]);
  return last?.row ?? 0;
}

export interface RowsRemoved {
  readonly from: number;
  readonly to: number;
  readonly actorId: string;
  readonly at: string;
}

/**
 * Deletes the records of the rows from `from` to before `to`; their versions stay, with a last one that says so. Of a type whose rows
 * an org sees only once it has to do with them, the org's sight goes, and the record with it where no other org sees it.
 */
export async function removeCreated(tx: Tx, type: TypeDefinition, job: ImportRef, part: RowsRemoved): Promise<number> {
  const { from, to } = part;
  if (type.scope !== "global" || type.visibleThrough === undefined) return await deleteRows(tx, type, job, part, ROWS);
  await tx.execute(`delete from record_grant g where g.org_id = $1 and g.via_id = g.record_id and g.record_id in (${ROWS})`, [job.orgId, job.id, from, to]);
  const unseen = `select r.id from record r where r.org_id = $5 and r.id in (${ROWS}) and r.created_at >= ${BEGUN}
    and not exists (select 1 from record_grant g where g.record_id = r.id)`;
  return await tx.asSystem(() => deleteRows(tx, type, job, part, unseen));
}

const ROWS = "select w.record_id from import_row w where w.org_id = $1 and w.job_id = $2 and w.result = 'created' and w.row >= $3 and w.row < $4";

/** `rows`: asks for their ids. */
async function deleteRows(tx: Tx, type: TypeDefinition, job: ImportRef, part: RowsRemoved, rows: string): Promise<number> {
  const values = [job.orgId, job.id, part.from, part.to, orgOf(type, job)];
  await tx.execute(
    `insert into record_version (org_id, id, version, type, code, op, data, restricted, at, changed_by)
     select r.org_id, r.id, r.version + 1, r.type, r.code, 'delete', r.data, r.restricted, $6, $7 from record r where r.org_id = $5 and r.id in (${rows})`,
    [...values, part.at, part.actorId],
  );
  await tx.execute(`delete from record_unique u where u.org_id = $5 and u.record_id in (${rows})`, values);
  await tx.execute(`delete from record_grant g where g.org_id = $5 and g.via_id in (${rows})`, values);
  return await tx.execute(`delete from record r where r.org_id = $5 and r.id in (${rows})`, values);
}

/** Gives the unique keys of these fields free: what held them has been taken back. */
export async function releaseKeys(tx: Tx, type: TypeDefinition, job: ImportRef, field: string): Promise<void> {
  const names = (type.unique ?? []).filter((unique) => unique.fields.includes(field)).map(({ name }) => name);
  if (names.length === 0) return;
  await tx.execute(
    `delete from record_unique u using import_row w
     where w.org_id = $1 and w.job_id = $2 and w.result = 'created' and u.org_id = $3 and u.type = $4 and u.name = any ($5::text[]) and u.record_id = w.record_id`,
    [job.orgId, job.id, orgOf(type, job), typeId(type), names],
  );
}

const orgOf = (type: TypeDefinition, job: ImportRef): string => (type.scope === "global" ? GLOBAL_ORG : job.orgId);
