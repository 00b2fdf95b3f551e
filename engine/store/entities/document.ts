/** Papers about records, append-only. */
import { defineEntity, p } from "@mikro-orm/core";
import type { JsonObject } from "../../schema/json.ts";
import { at, idKey, int, jsonText, orgKey, sha, text } from "./columns.ts";
import { orgPolicies } from "./policies.ts";

export const DocumentEntity = defineEntity({
  name: "Document",
  tableName: "document",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    definition: text(),
    version: text(),
    number: int(),
    title: text(),
    name: text(),
    page: jsonText<JsonObject>(),
    recordType: text(),
    recordId: p.uuid(),
    recordCode: text().nullable(),
    instanceId: p.uuid(),
    seq: int(),
    html: text(),
    sha256: text(),
    createdBy: text(),
    createdAt: at(),
  },
  indexes: [{ name: "document_record", properties: ["orgId", "recordId", "createdAt"] }],
  ...orgPolicies("document"),
});

export const DocumentPdf = defineEntity({
  name: "DocumentPdf",
  tableName: "document_pdf",
  properties: { orgId: orgKey(), documentId: idKey(), bytes: sha(), sha256: text(), createdAt: at() },
  ...orgPolicies("document_pdf"),
});
