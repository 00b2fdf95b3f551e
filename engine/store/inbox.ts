/** Idempotency: what was answered to a key. Scope: org, source (caller), key. */
import type { Json } from "../schema/types.ts";
import type { Tx } from "./tx.ts";

export interface InboxRow {
  readonly orgId: string;
  readonly source: string;
  readonly key: string;
  /** SHA-256 (hex) of method, path and canonical body. */
  readonly fingerprint: string;
  readonly status: number;
  readonly answer: Json;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}
export interface InboxWrite {
  readonly source: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly status: number;
  readonly answer: Json;
  readonly at: string;
  /** null: kept for ever. */
  readonly expiresAt: string | null;
}
/** The stored answer, or null. */
export declare function loadInbox(tx: Tx, orgId: string, source: string, key: string): Promise<InboxRow | null>;
/** Waits for another transaction that handles the same key (advisory lock until the end of this one), then reads. */
export declare function lockInbox(tx: Tx, orgId: string, source: string, key: string): Promise<InboxRow | null>;
export declare function saveInbox(tx: Tx, orgId: string, write: InboxWrite): Promise<void>;
/** Removes answers that expired before `now`; gives how many. System session. */
export declare function purgeInbox(tx: Tx, now: string): Promise<number>;
