/** Definitions, drafts, releases (shared by all orgs) and activations (one org's choice of release). */
import { defineEntity, p } from "@mikro-orm/core";
import type { Json } from "../../schema/json.ts";
import { at, idKey, instant, int, jsonText, orgKey, text, texts } from "./columns.ts";
import { orgPolicies } from "./policies.ts";

export const DefinitionVersionEntity = defineEntity({
  name: "DefinitionVersion",
  tableName: "definition_version",
  properties: { hash: text().primary(), kind: text(), key: text(), content: text(), createdBy: text(), createdAt: at() },
  indexes: [{ name: "definition_version_key", properties: ["kind", "key", "createdAt"] }],
});

export const Draft = defineEntity({
  name: "Draft",
  tableName: "draft",
  properties: {
    id: idKey(),
    name: text(),
    base: int().nullable(),
    status: p.enum(["open", "published", "discarded"] as const),
    /** Everybody who saved into it, in order of their first save. */
    authors: texts(),
    createdBy: text(),
    createdAt: at(),
    updatedAt: at(),
  },
});

export const DraftDefinitionEntity = defineEntity({
  name: "DraftDefinition",
  tableName: "draft_definition",
  properties: {
    draftId: idKey(),
    kind: text().primary(),
    key: text().primary(),
    content: text().nullable(),
    baseHash: text().nullable(),
    revision: int(),
    updatedBy: text(),
    updatedAt: at(),
  },
});

export const Release = defineEntity({
  name: "Release",
  tableName: "release",
  properties: {
    number: int().primary().autoincrement(false),
    state: p.enum(["pending", "approved", "rejected"] as const),
    base: int().nullable(),
    authors: texts(),
    note: text(),
    manifest: jsonText<Readonly<Record<string, string>>>(),
    checks: jsonText<Json>().nullable(),
    createdBy: text(),
    createdAt: at(),
  },
});

export const ReleaseDecisionEntity = defineEntity({
  name: "ReleaseDecision",
  tableName: "release_decision",
  properties: {
    number: int().primary().autoincrement(false),
    decision: p.enum(["approved", "rejected"] as const),
    by: text().name("decided_by"),
    at: at(),
    note: text(),
  },
});

export const Activation = defineEntity({
  name: "Activation",
  tableName: "activation",
  properties: {
    orgId: orgKey(),
    id: idKey(),
    release: int(),
    from: instant().name("valid_from"),
    percent: int().default(100),
    note: text(),
    createdBy: text(),
    createdAt: at(),
  },
  indexes: [{ name: "activation_from", properties: ["orgId", "from"] }],
  checks: [{ name: "activation_percent_check", expression: "percent >= 1 and percent <= 100" }],
  ...orgPolicies("activation"),
});
