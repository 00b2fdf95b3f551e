/** Uploaded and generated files. */
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

export interface FileRow {
  readonly orgId: string;
  readonly id: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly sha256: string;
  readonly createdBy: string;
  readonly createdAt: string;
}

const SAVE = statement(
  "file_save",
  "insert into file (org_id, id, name, mime, size, sha256, bytes, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const LOAD = statement(
  "file_load",
  `select org_id as "orgId", id, name, mime, size, sha256, created_by as "createdBy", created_at as "createdAt" from file where id = $1 and ($2::uuid[] is null or org_id = any ($2))`,
);
const BYTES = statement("file_bytes", "select bytes from file where id = $1 and ($2::uuid[] is null or org_id = any ($2))");

export async function saveFile(tx: Tx, row: FileRow, bytes: Uint8Array): Promise<void> {
  await tx.query(SAVE, [row.orgId, row.id, row.name, row.mime, row.size, row.sha256, Buffer.from(bytes), row.createdBy, row.createdAt]);
}

export async function loadFile(tx: Tx, id: string): Promise<FileRow | null> {
  return (await tx.query<FileRow>(LOAD, [id, orgsOf(tx)]))[0] ?? null;
}

export async function loadFileBytes(tx: Tx, id: string): Promise<Uint8Array | null> {
  return (await tx.query<{ bytes: Buffer }>(BYTES, [id, orgsOf(tx)]))[0]?.bytes ?? null;
}

const SIZES = statement("file_sizes", "select count(*)::int as count, coalesce(sum(size), 0)::float8 as bytes from file where org_id = $1 and created_by = $2");

/** How many files somebody has put into an org, and their bytes. */
export async function sizeOfFiles(tx: Tx, orgId: string, createdBy: string): Promise<{ readonly count: number; readonly bytes: number }> {
  return (await tx.query<{ count: number; bytes: number }>(SIZES, [orgId, createdBy]))[0] ?? { count: 0, bytes: 0 };
}
