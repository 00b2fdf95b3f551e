/** Contract receipts: one row per inbound event, whatever became of it. */
import type { Json, JsonObject } from "../schema/types.ts";
import type { Page, Tx } from "./tx.ts";

export interface ReceiptRow {
  readonly orgId: string;
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
export declare function addReceipt(tx: Tx, row: ReceiptRow): Promise<void>;
export declare function listReceipts(
  tx: Tx,
  filter: { readonly orgs?: readonly string[]; readonly contract: string; readonly key?: string; readonly result?: string },
  page: { readonly limit: number; readonly cursor?: string | null },
): Promise<Page<ReceiptRow>>;
