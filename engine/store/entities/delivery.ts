/** What goes out and what came in: outbox, idempotency, sequence marks, receipts, webhooks. */
import { defineEntity, p } from "@mikro-orm/core";
import type { Json, JsonObject } from "../../schema/json.ts";
import { at, count, idKey, instant, int, jsonText, orgKey, text, texts } from "./columns.ts";
import { orgPolicies } from "./policies.ts";

export const Outbox = defineEntity({
  name: "Outbox",
  tableName: "outbox",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    key: text(),
    kind: text(),
    subject: text().nullable(),
    instanceId: p.uuid().nullable(),
    payload: jsonText<JsonObject>(),
    status: p.enum(["pending", "sending", "delivered", "dead", "possibly_sent", "discarded"] as const),
    attempts: int().default(0),
    nextAttempt: at(),
    leaseUntil: instant().nullable(),
    leaseOwner: text().nullable(),
    lastError: text().nullable(),
    createdAt: at(),
    deliveredAt: instant().nullable(),
  },
  uniques: [{ name: "outbox_key_key", properties: ["orgId", "key"] }],
  indexes: [
    { name: "outbox_due", expression: "create index outbox_due on outbox (next_attempt, id) where status = 'pending'" },
    { name: "outbox_lease", expression: "create index outbox_lease on outbox (lease_until) where status = 'sending'" },
    {
      name: "outbox_subject",
      expression: "create index outbox_subject on outbox (org_id, subject, id) where status in ('pending', 'sending') and subject is not null",
    },
  ],
  ...orgPolicies("outbox"),
});

export const Inbox = defineEntity({
  name: "Inbox",
  tableName: "inbox",
  properties: {
    orgId: orgKey(),
    source: text().primary(),
    key: text().primary(),
    fingerprint: text(),
    status: int(),
    answer: jsonText<Json>(),
    createdAt: at(),
    expiresAt: instant().nullable(),
  },
  indexes: [{ name: "inbox_expires", expression: "create index inbox_expires on inbox (expires_at) where expires_at is not null" }],
  ...orgPolicies("inbox"),
});

export const WatermarkEntity = defineEntity({
  name: "Watermark",
  tableName: "watermark",
  properties: { orgId: orgKey(), source: text().primary(), scope: text().primary(), sequence: count(), fingerprint: text(), updatedAt: at() },
  ...orgPolicies("watermark"),
});

export const ContractReceipt = defineEntity({
  name: "ContractReceipt",
  tableName: "contract_receipt",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    contract: text(),
    event: text().nullable(),
    source: text(),
    key: text().nullable(),
    fingerprint: text().nullable(),
    sequence: count().nullable(),
    result: text(),
    cause: text().nullable(),
    status: int(),
    envelope: jsonText<Json>(),
    decision: jsonText<Json>().nullable(),
    instances: jsonText<readonly JsonObject[]>(),
    at: at(),
  },
  indexes: [
    { name: "contract_receipt_page", properties: ["orgId", "contract", "id"] },
    { name: "contract_receipt_by_key", properties: ["orgId", "key"] },
  ],
  ...orgPolicies("contract_receipt"),
});

export const Webhook = defineEntity({
  name: "Webhook",
  tableName: "webhook",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    url: text(),
    secret: text(),
    events: texts(),
    active: p.boolean().default(true),
    createdBy: text(),
    createdAt: at(),
  },
  ...orgPolicies("webhook"),
});
