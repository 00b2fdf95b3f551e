/** Webhook endpoints of an org. Deliveries are outbox rows of kind "webhook". Kept on an admin path, by MikroORM's unit of work; asked for with every event that is told outside. */
import type { InferEntity } from "@mikro-orm/core";
import { Webhook } from "./entities/delivery.ts";
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

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
export async function listWebhooks(tx: Tx, filter: { readonly orgs?: readonly string[] } = {}): Promise<readonly WebhookRow[]> {
  const orgs = filter.orgs ?? orgsOf(tx);
  const where = orgs === null ? {} : { orgId: { $in: [...orgs] } };
  return (await tx.em.find(Webhook, where, { orderBy: { createdAt: "asc", id: "asc" } })).map(toWebhook);
}

export async function loadWebhook(tx: Tx, id: string): Promise<WebhookRow | null> {
  const row = await tx.em.findOne(Webhook, { id });
  return row === null ? null : toWebhook(row);
}

export async function deleteWebhook(tx: Tx, id: string): Promise<boolean> {
  return (await tx.em.nativeDelete(Webhook, { id })) > 0;
}

const WANTING = statement(
  "webhook_wanting",
  "select w.id from webhook w where w.org_id = $1 and w.active and (cardinality(w.events) = 0 or $2 = any (w.events)) order by w.created_at, w.id",
);

/** Ids of the org's active webhooks that want the event; oldest first. */
export async function webhooksWanting(tx: Tx, orgId: string, event: string): Promise<readonly string[]> {
  return (await tx.query<{ readonly id: string }>(WANTING, [orgId, event])).map((row) => row.id);
}
