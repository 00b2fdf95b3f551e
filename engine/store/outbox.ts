/** Effects committed and not yet delivered. Claimed by status with SKIP LOCKED and a lease; per subject in order. */
import type { JsonObject } from "../schema/types.ts";
import type { Page, Tx } from "./tx.ts";

export type OutboxStatus = "pending" | "sending" | "delivered" | "dead" | "possibly_sent" | "discarded";
export interface OutboxWrite {
  /** `<instance>:<seq>:<n>`: unique per org for ever. */
  readonly key: string;
  readonly kind: string;
  readonly payload: JsonObject;
  /** Rows of one subject are delivered in the order of their commit. null: no order. */
  readonly subject: string | null;
  /** Not before; default now. */
  readonly nextAttempt?: string;
  readonly instanceId?: string | null;
}
export interface OutboxRow {
  readonly orgId: string;
  readonly id: string;
  readonly key: string;
  readonly kind: string;
  readonly subject: string | null;
  readonly payload: JsonObject;
  readonly status: OutboxStatus;
  readonly attempts: number;
  readonly nextAttempt: string;
  readonly leaseUntil: string | null;
  readonly lastError: string | null;
  readonly instanceId: string | null;
  readonly createdAt: string;
  readonly deliveredAt: string | null;
}
export declare function addOutbox(tx: Tx, orgId: string, rows: readonly OutboxWrite[], at: string): Promise<void>;
/** Takes up to `limit` due rows for `leaseMs`; rows of one subject only when all earlier ones are through. System session. */
export declare function claimOutbox(
  tx: Tx,
  input: { readonly now: string; readonly limit: number; readonly leaseMs: number; readonly kinds?: readonly string[]; readonly owner: string },
): Promise<readonly OutboxRow[]>;
export declare function markDelivered(tx: Tx, rows: readonly { readonly orgId: string; readonly id: string; readonly at: string }[]): Promise<void>;
export declare function markRetry(tx: Tx, row: { readonly orgId: string; readonly id: string }, nextAttempt: string, error: string): Promise<void>;
export declare function markOutbox(
  tx: Tx,
  row: { readonly orgId: string; readonly id: string },
  status: "dead" | "possibly_sent" | "discarded" | "pending",
  error: string | null,
  at: string,
): Promise<boolean>;
/** Rows whose lease ran out while sending; the relay decides per kind whether they are pending again or possibly sent. */
export declare function expiredLeases(tx: Tx, now: string, limit: number): Promise<readonly OutboxRow[]>;
export declare function listOutbox(
  tx: Tx,
  filter: { readonly orgs?: readonly string[]; readonly status?: OutboxStatus; readonly kind?: string; readonly instanceId?: string },
  page: { readonly limit: number; readonly cursor?: string | null },
): Promise<Page<OutboxRow>>;
export declare function loadOutbox(tx: Tx, id: string): Promise<OutboxRow | null>;
/** When the next pending row is due; null when none waits. */
export declare function nextOutboxDue(tx: Tx): Promise<string | null>;
