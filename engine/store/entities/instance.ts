/**
 * Instances, their event log, timers and tasks: the rows of the hot path.
 *
 * No foreign keys here: whoever writes these rows holds the lock on the instance's row, and every key check would cost a lookup per event.
 */
import { defineEntity, p } from "@mikro-orm/core";
import type { Actor, CompactDecision, Effect, Snapshot, StateValue, TaskDraft } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { at, idKey, instant, int, jsonb, jsonText, orgKey, sha, text, texts } from "./columns.ts";
import { orgPolicies } from "./policies.ts";

export const Instance = defineEntity({
  name: "Instance",
  tableName: "instance",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    machine: text(),
    machineVersion: text(),
    key: text(),
    uniqueKey: text().nullable(),
    recordType: text(),
    recordId: p.uuid(),
    state: jsonText<StateValue>(),
    /** Every active state path, parents included: what `@state` filters ask. */
    states: texts(),
    status: p.enum(["active", "done", "stopped"] as const),
    seq: int(),
    snapshot: jsonText<Snapshot>(),
    release: int().nullable(),
    lastHash: sha().nullable(),
    createdAt: at(),
    updatedAt: at(),
  },
  uniques: [{ name: "instance_unique_key", properties: ["orgId", "machine", "uniqueKey"] }],
  indexes: [
    { name: "instance_record", properties: ["orgId", "recordId", "machine"] },
    { name: "instance_key", properties: ["orgId", "key"] },
    { name: "instance_page", properties: ["orgId", "machine", "id"] },
    { name: "instance_states", expression: "create index instance_states on instance using gin (states) with (gin_pending_list_limit = 64)" },
  ],
  ...orgPolicies("instance"),
});

export const EventLog = defineEntity({
  name: "EventLog",
  tableName: "event_log",
  properties: {
    orgId: orgKey(),
    instanceId: idKey(),
    seq: int().primary(),
    at: instant().primary(),
    machine: text(),
    machineVersion: text(),
    release: int().nullable(),
    type: text(),
    actor: jsonText<Actor>(),
    event: jsonText<JsonObject>(),
    /** {record, bag}: apart, so that replay reads little else. */
    facts: jsonText<JsonObject>(),
    decisions: jsonText<readonly CompactDecision[]>(),
    effects: jsonText<readonly Effect[]>(),
    fromState: jsonText<StateValue>().nullable(),
    toState: jsonText<StateValue>(),
    seed: text(),
    override: jsonText<Json>().nullable(),
    prevHash: sha().nullable(),
    hash: sha(),
  },
  partitionBy: { type: "range", expression: "at", partitions: [{ name: "event_log_default", values: "default" }] },
  ...orgPolicies("event_log"),
});

export const Timer = defineEntity({
  name: "Timer",
  tableName: "timer",
  properties: { orgId: orgKey(), instanceId: idKey(), name: text().primary(), dueAt: instant(), seq: int(), leaseUntil: instant().nullable() },
  indexes: [{ name: "timer_due", properties: ["dueAt"] }],
  ...orgPolicies("timer"),
});

export const Task = defineEntity({
  name: "Task",
  tableName: "task",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    kind: text(),
    ref: text().nullable(),
    instanceId: p.uuid().nullable(),
    machine: text().nullable(),
    recordType: text().nullable(),
    recordId: p.uuid().nullable(),
    seq: int(),
    assignee: text().nullable(),
    permission: text().nullable(),
    role: text().nullable(),
    minRank: int(),
    excluded: texts(),
    dueAt: instant().nullable(),
    /** The whole TaskDraft. */
    draft: jsonText<TaskDraft>(),
    status: p.enum(["open", "done", "cancelled", "void"] as const),
    outcome: text().nullable(),
    note: text().nullable(),
    payload: jsonb<JsonObject>().nullable(),
    decidedBy: text().nullable(),
    decidedAt: instant().nullable(),
    createdAt: at(),
  },
  indexes: [
    { name: "task_open", properties: ["orgId", "status", "dueAt", "id"] },
    { name: "task_instance", properties: ["orgId", "instanceId"] },
  ],
  ...orgPolicies("task"),
});
