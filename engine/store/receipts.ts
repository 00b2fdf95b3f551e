/** Contract receipts: one row per inbound event, whatever became of it. */
import type { Json, JsonObject } from "../schema/json.ts";
import { afterCursor, pageOf } from "./cursor.ts";
import { orgsOf } from "./instances.ts";
import { Conditions } from "./sql.ts";
import { type Page, statement, type Tx } from "./tx.ts";

export interface ReceiptRow {
  readonly orgId: string;
  /** uuid v7: receipts are listed by it. */
  readonly id: string;
  readonly contract: string;
  readonly event: string | null;
  readonly source: string;
  readonly key: string | null;
  readonly fingerprint: string | null;
  readonly sequence: number | null;
  /** accepted, duplicate, stale_ignored, refused... */
  readonly result: string;
  readonly cause: string | null;
  readonly status: number;
  readonly envelope: Json;
  readonly decision: Json;
  readonly instances: readonly JsonObject[];
  readonly at: string;
}

const COLUMNS = `c.org_id as "orgId", c.id, c.contract, c.event, c.source, c.key, c.fingerprint, c.sequence, c.result, c.cause, c.status, c.envelope, c.decision, c.instances, c.at`;
const ADD = statement(
  "receipt_add",
  `insert into contract_receipt (org_id, id, contract, event, source, key, fingerprint, sequence, result, cause, status, envelope, decision, instances, at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
);

/** Queued: it flies with the commit. */
export async function addReceipt(tx: Tx, row: ReceiptRow): Promise<void> {
  tx.queue(ADD, [
    row.orgId,
    row.id,
    row.contract,
    row.event,
    row.source,
    row.key,
    row.fingerprint,
    row.sequence,
    row.result,
    row.cause,
    row.status,
    JSON.stringify(row.envelope),
    JSON.stringify(row.decision),
    JSON.stringify(row.instances),
    row.at,
  ]);
}

/** Newest first. */
export async function listReceipts(
  tx: Tx,
  filter: { readonly orgs?: readonly string[]; readonly contract: string; readonly key?: string; readonly result?: string },
  page: { readonly limit: number; readonly cursor?: string | null },
): Promise<Page<ReceiptRow>> {
  const where = new Conditions().add("c.contract = ?", filter.contract);
  const orgs = filter.orgs ?? orgsOf(tx);
  if (orgs !== null) where.add("c.org_id = any (?::uuid[])", orgs);
  if (filter.key !== undefined) where.add("c.key = ?", filter.key);
  if (filter.result !== undefined) where.add("c.result = ?", filter.result);
  const cursor = afterCursor(page.cursor);
  if (cursor !== null) where.add("c.id < ?", cursor[0]);
  const rows = await tx.query<ReceiptRow>(
    `select ${COLUMNS} from contract_receipt c where ${where.sql} order by c.id desc limit ${where.value(page.limit + 1)}`,
    where.values,
  );
  return pageOf(rows, page.limit, (row) => [row.id]);
}
