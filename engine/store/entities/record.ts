/** Records, their history, unique keys, and the grants by which orgs see global ones. */
import { defineEntity, p } from "@mikro-orm/core";
import type { JsonObject } from "../../schema/json.ts";
import { at, idKey, int, jsonb, orgKey, text } from "./columns.ts";
import { inOrgsOrGlobal, orgPolicies, visibleRecord } from "./policies.ts";

export const RecordEntity = defineEntity({
  name: "Record",
  tableName: "record",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    type: text(),
    code: text().nullable(),
    data: jsonb<JsonObject>(),
    version: int().default(1),
    /** A global row that only orgs with a grant see. */
    restricted: p.boolean().default(false),
    /** Of a type whose rows are only added: never changed or deleted. */
    fixed: p.boolean().default(false),
    createdAt: at(),
    createdBy: text(),
    updatedAt: at(),
    updatedBy: text(),
  },
  uniques: [{ name: "record_code_key", properties: ["orgId", "type", "code"] }],
  indexes: [
    { name: "record_page", properties: ["orgId", "type", "createdAt", "id"] },
    { name: "record_data", expression: "create index record_data on record using gin (data jsonb_path_ops) with (gin_pending_list_limit = 64)" },
  ],
  ...orgPolicies("record", visibleRecord("record.id"), inOrgsOrGlobal),
});

export const RecordVersionEntity = defineEntity({
  name: "RecordVersion",
  tableName: "record_version",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    version: int().primary(),
    type: text(),
    code: text().nullable(),
    op: p.enum(["create", "update", "delete"] as const),
    data: jsonb<JsonObject>(),
    restricted: p.boolean().default(false),
    at: at(),
    by: text().name("changed_by"),
  },
  indexes: [{ name: "record_version_as_of", properties: ["orgId", "type", "id", "at"] }],
  ...orgPolicies("record_version", visibleRecord("record_version.id"), inOrgsOrGlobal),
});

export const RecordUnique = defineEntity({
  name: "RecordUnique",
  tableName: "record_unique",
  properties: { orgId: orgKey(), type: text().primary(), name: text().primary(), value: text().primary(), recordId: p.uuid() },
  indexes: [{ name: "record_unique_record", properties: ["orgId", "recordId"] }],
  ...orgPolicies("record_unique", inOrgsOrGlobal),
});

export const RecordGrant = defineEntity({
  name: "RecordGrant",
  tableName: "record_grant",
  properties: { orgId: orgKey(), recordId: idKey(), viaId: idKey() },
  indexes: [
    { name: "record_grant_record", properties: ["recordId", "orgId"] },
    { name: "record_grant_via", properties: ["orgId", "viaId"] },
  ],
  ...orgPolicies("record_grant"),
});
