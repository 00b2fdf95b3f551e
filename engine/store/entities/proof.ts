/** Audit log, checkpoints, replays and files. */
import { defineEntity, p } from "@mikro-orm/core";
import type { Json, JsonObject } from "../../schema/json.ts";
import { at, count, idKey, int, jsonText, orgKey, sha, text } from "./columns.ts";
import { orgPolicies } from "./policies.ts";

export const AuditLog = defineEntity({
  name: "AuditLog",
  tableName: "audit_log",
  properties: {
    orgId: orgKey(),
    seq: count().primary(),
    at: at(),
    actorId: text(),
    action: text(),
    subjectType: text().nullable(),
    subjectId: text().nullable(),
    detail: jsonText<JsonObject>(),
    prevHash: sha().nullable(),
    hash: sha(),
  },
  indexes: [
    { name: "audit_log_subject", properties: ["orgId", "subjectType", "subjectId", "seq"] },
    { name: "audit_log_action", properties: ["orgId", "action", "seq"] },
  ],
  ...orgPolicies("audit_log"),
});

export const Checkpoint = defineEntity({
  name: "Checkpoint",
  tableName: "checkpoint",
  properties: {
    orgId: orgKey(),
    seq: int().primary(),
    at: at(),
    root: text(),
    instances: int(),
    events: count(),
    auditSeq: count(),
    auditHash: text().nullable(),
    heads: text(),
    previous: text().nullable(),
    signature: text(),
    keyId: text(),
  },
  ...orgPolicies("checkpoint"),
});

export const CheckpointHead = defineEntity({
  name: "CheckpointHead",
  tableName: "checkpoint_head",
  properties: { orgId: orgKey(), instanceId: idKey(), seq: int().primary(), checkpoint: int(), hash: sha() },
  indexes: [{ name: "checkpoint_head_of", properties: ["orgId", "checkpoint", "instanceId"] }],
  ...orgPolicies("checkpoint_head"),
});

export const ReplayJob = defineEntity({
  name: "ReplayJob",
  tableName: "replay_job",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    request: jsonText<JsonObject>(),
    status: p.enum(["queued", "running", "done", "failed", "cancelled"] as const),
    total: int().default(0),
    done: int().default(0),
    same: int().default(0),
    changed: int().default(0),
    byGate: jsonText<Json>().nullable(),
    error: text().nullable(),
    createdBy: text(),
    createdAt: at(),
    updatedAt: at(),
  },
  ...orgPolicies("replay_job"),
});

export const ReplayDiff = defineEntity({
  name: "ReplayDiff",
  tableName: "replay_diff",
  properties: { orgId: orgKey(), jobId: idKey(), n: int().primary(), instanceId: p.uuid(), seq: int(), cause: text(), diff: jsonText<JsonObject>() },
  ...orgPolicies("replay_diff"),
});

export const FileEntity = defineEntity({
  name: "File",
  tableName: "file",
  properties: { orgId: orgKey(), id: idKey(), name: text(), mime: text(), size: int(), sha256: text(), bytes: sha(), createdBy: text(), createdAt: at() },
  ...orgPolicies("file"),
});
