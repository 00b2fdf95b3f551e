/** What gates refused, and how often they were passed. */
import { defineEntity, p } from "@mikro-orm/core";
import type { CompactDecision } from "../../core/step-types.ts";
import { at, count, idKey, int, jsonText, orgKey, text } from "./columns.ts";
import { orgPolicies } from "./policies.ts";

export const BlockedAttempt = defineEntity({
  name: "BlockedAttempt",
  tableName: "blocked_attempt",
  properties: {
    orgId: orgKey(),
    instanceId: idKey(),
    event: text().primary(),
    actorId: text().primary(),
    gate: text().primary(),
    actorName: text(),
    seq: int(),
    release: int().nullable(),
    tries: int(),
    firstAt: at(),
    lastAt: at(),
    decision: jsonText<CompactDecision>(),
  },
  ...orgPolicies("blocked_attempt"),
});

export const GateTally = defineEntity({
  name: "GateTally",
  tableName: "gate_tally",
  properties: {
    orgId: orgKey(),
    machine: text().primary(),
    gate: text().primary(),
    day: p.date().primary(),
    opened: count().default(0),
    shut: count().default(0),
    overridden: count().default(0),
  },
  ...orgPolicies("gate_tally"),
});
