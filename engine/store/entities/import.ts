/** Imports of files and their rows. */
import { defineEntity, p } from "@mikro-orm/core";
import type { Json } from "../../schema/json.ts";
import { at, idKey, int, jsonText, orgKey, text } from "./columns.ts";
import { orgPolicies } from "./policies.ts";

export const ImportJob = defineEntity({
  name: "ImportJob",
  tableName: "import_job",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    type: text(),
    fileName: text().nullable(),
    sha256: text(),
    isTrial: p.boolean(),
    isAtomic: p.boolean(),
    status: p.enum(["checking", "writing", "done", "refused", "failed", "cancelled", "rolled_back"] as const),
    total: int().default(0),
    done: int().default(0),
    created: int().default(0),
    unchanged: int().default(0),
    failed: int().default(0),
    error: text().nullable(),
    createdBy: text(),
    createdAt: at(),
    updatedAt: at(),
  },
  indexes: [{ name: "import_job_type", properties: ["orgId", "type", "createdAt"] }],
  ...orgPolicies("import_job"),
});

export const ImportRow = defineEntity({
  name: "ImportRow",
  tableName: "import_row",
  properties: { orgId: orgKey(), jobId: idKey(), row: int().primary(), result: text(), recordId: p.uuid().nullable(), errors: jsonText<Json>().nullable() },
  indexes: [{ name: "import_row_result", properties: ["orgId", "jobId", "result", "row"] }],
  ...orgPolicies("import_row"),
});
