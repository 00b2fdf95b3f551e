/** Orgs, people, grants, sign-in and settings. */
import { defineEntity, p } from "@mikro-orm/core";
import type { JsonObject } from "../../schema/json.ts";
import { at, idKey, instant, int, jsonb, orgKey, text, texts } from "./columns.ts";
import { inOrgs, orgPolicies } from "./policies.ts";

export const Org = defineEntity({
  name: "Org",
  tableName: "org",
  properties: {
    id: idKey(),
    code: text().unique("org_code_key"),
    name: text(),
    timeZone: text().default("UTC"),
    branding: jsonb<JsonObject>(),
    fourEyes: p.boolean().default(true),
    active: p.boolean().default(true),
    /** Moved by every activation and every settings change: caches hold a value together with its epoch. */
    activationEpoch: int().default(1),
    settingsEpoch: int().default(1),
  },
  ...orgPolicies("org", inOrgs("id")),
});

export const Person = defineEntity({
  name: "Person",
  tableName: "person",
  properties: {
    id: idKey(),
    email: text(),
    name: text(),
    status: p.enum(["invited", "active", "disabled"] as const),
    passwordHash: text().nullable(),
    totpSecret: text().nullable(),
    level: text().nullable(),
    defaultOrgId: p.uuid().nullable(),
    preferences: jsonb<JsonObject>(),
    lastLoginAt: instant().nullable(),
    createdAt: at(),
    updatedAt: at(),
  },
  uniques: [{ name: "person_email_key", expression: "create unique index person_email_key on person (lower(email))" }],
  ...orgPolicies("person", `exists (select 1 from org_grant g where g.person_id = person.id and g.${inOrgs()})`, "false"),
});

export const OrgGrant = defineEntity({
  name: "OrgGrant",
  tableName: "org_grant",
  properties: { orgId: orgKey(), personId: idKey(), role: text().primary(), validFrom: instant().nullable(), validTo: instant().nullable() },
  indexes: [{ name: "org_grant_person", properties: ["personId"] }],
  ...orgPolicies("org_grant"),
});

export const ApiClient = defineEntity({
  name: "ApiClient",
  tableName: "api_client",
  properties: {
    id: text().primary(),
    name: text(),
    personId: p.uuid().nullable(),
    orgIds: p.array().columnType("uuid[]"),
    permissions: texts(),
    hmacSecret: text().nullable(),
    ratePerMinute: int().nullable(),
    active: p.boolean().default(true),
    createdAt: at(),
  },
  ...orgPolicies("api_client", "false"),
});

export const ApiKey = defineEntity({
  name: "ApiKey",
  tableName: "api_key",
  properties: {
    hash: text().primary(),
    clientId: text().index("api_key_client"),
    prefix: text(),
    createdAt: at(),
    expiresAt: instant().nullable(),
    revokedAt: instant().nullable(),
    lastUsedAt: instant().nullable(),
  },
  ...orgPolicies("api_key", "false"),
});

export const WebSession = defineEntity({
  name: "WebSession",
  tableName: "session",
  properties: {
    tokenHash: text().primary(),
    personId: p.uuid().index("session_person"),
    csrf: text(),
    createdAt: at(),
    expiresAt: instant().index("session_expires"),
    lastSeenAt: at(),
    userAgent: text().nullable(),
    ip: text().nullable(),
  },
  ...orgPolicies("session", "false"),
});

export const Setting = defineEntity({
  name: "Setting",
  tableName: "setting",
  properties: { orgId: orgKey(), key: text().primary(), values: jsonb<JsonObject>().name("vals"), version: int(), updatedAt: at(), updatedBy: text() },
  ...orgPolicies("setting"),
});

export const SettingVersion = defineEntity({
  name: "SettingVersion",
  tableName: "setting_version",
  properties: {
    orgId: orgKey(),
    key: text().primary(),
    version: int().primary(),
    values: jsonb<JsonObject>().name("vals"),
    updatedAt: at(),
    updatedBy: text(),
  },
  ...orgPolicies("setting_version"),
});
