/** Webhook endpoints of an org. Deliveries are outbox rows of kind "webhook". An admin path: MikroORM's unit of work. */
import type { InferEntity } from "@mikro-orm/core";
import { Webhook } from "./entities/delivery.ts";
import { orgsOf } from "./instances.ts";
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

function toWebhook(row: InferEntity<typeof Webhook>): WebhookRow {
  const { orgId, id, url, secret, active, createdBy } = row;
  return {
    orgId,
    id,
    url,
    secret,
    events: row.events as string[],
    active: active ?? true,
    createdBy,
    createdAt: row.createdAt,
  };
}

/** Creates or replaces by id. */
export async function saveWebhook(tx: Tx, row: WebhookRow): Promise<void> {
  await tx.em.upsert(Webhook, { ...row, events: [...row.events] });
}

/** Oldest first. */
export async function listWebhooks(tx: Tx, filter: { readonly orgs?: readonly string[]; readonly active?: boolean } = {}): Promise<readonly WebhookRow[]> {
  const orgs = filter.orgs ?? orgsOf(tx);
  const where = { ...(orgs === null ? {} : { orgId: { $in: [...orgs] } }), ...(filter.active === undefined ? {} : { active: filter.active }) };
  return (await tx.em.find(Webhook, where, { orderBy: { createdAt: "asc", id: "asc" } })).map(toWebhook);
}

export async function loadWebhook(tx: Tx, id: string): Promise<WebhookRow | null> {
  const row = await tx.em.findOne(Webhook, { id });
  return row === null ? null : toWebhook(row);
}

export async function deleteWebhook(tx: Tx, id: string): Promise<boolean> {
  return (await tx.em.nativeDelete(Webhook, { id })) > 0;
}
