/** Webhook endpoints of an org. Deliveries are outbox rows of kind "webhook". */
import type { Tx } from "./tx.ts";

export interface WebhookRow {
  readonly orgId: string;
  readonly id: string;
  readonly url: string;
  /** Encrypted by the service. */
  readonly secret: string;
  /** Event types it wants; empty: all. */
  readonly events: readonly string[];
  readonly active: boolean;
  readonly createdBy: string;
  readonly createdAt: string;
}
export declare function saveWebhook(tx: Tx, row: WebhookRow): Promise<void>;
export declare function listWebhooks(tx: Tx, filter?: { readonly orgs?: readonly string[]; readonly active?: boolean }): Promise<readonly WebhookRow[]>;
export declare function loadWebhook(tx: Tx, id: string): Promise<WebhookRow | null>;
export declare function deleteWebhook(tx: Tx, id: string): Promise<boolean>;
