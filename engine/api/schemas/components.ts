/**
 * The shapes that the API answers with, as named components of the OpenAPI document. They describe; what is sent comes
 * from the services unchanged.
 */
import { ERRORS } from "../../core/errors.ts";
import type { JsonSchema } from "../../schema/types.ts";
import { component, freeObject, instant, nullable, oneOf, ref } from "./vocabulary.ts";

const uuid: JsonSchema = { type: "string", format: "uuid" };
const string: JsonSchema = { type: "string" };
const number: JsonSchema = { type: "integer" };
const bool: JsonSchema = { type: "boolean" };
const arrayOf = (items: JsonSchema): JsonSchema => ({ type: "array", items });
const maybe = nullable;

const stateValue: JsonSchema = { description: "XState state value.", anyOf: [string, { type: "object", additionalProperties: true }] };
const reason: JsonSchema = {
  type: "object",
  required: ["code", "message", "facts"],
  properties: { code: string, message: string, facts: freeObject },
};

export const COMPONENTS: readonly JsonSchema[] = [
  component(
    "Problem",
    {
      type: { type: "string", description: "Page that explains the code." },
      title: string,
      status: number,
      code: { type: "string", enum: Object.keys(ERRORS).filter((code) => code !== "contract_key_reused") },
      detail: { type: "string", description: "What happened, with the values, and what was expected." },
      hint: { type: "string", description: "The next act." },
      instance: { type: "string", description: "The request's id." },
      errors: arrayOf({ type: "object", required: ["path", "message"], properties: { path: string, message: string } }),
    },
    ["type", "title", "status", "code", "detail"],
    { description: "RFC 9457. Some codes have further members, such as `decisions`, `events`, `checks`, `limit`.", additionalProperties: true },
  ),
  component(
    "Me",
    {
      id: string,
      kind: oneOf("person", "client", "system", "public"),
      name: string,
      email: maybe(string),
      level: maybe(string),
      rank: number,
      defaultOrg: maybe(string),
      orgs: arrayOf({ type: "object", properties: { id: uuid, code: string, name: string, roles: arrayOf(string), permissions: arrayOf(string) } }),
    },
    ["id", "kind", "name", "orgs"],
  ),
  component("Org", { id: uuid, code: string, name: string, timeZone: string }),
  component(
    "Decision",
    {
      key: string,
      version: string,
      outcome: string,
      output: freeObject,
      events: arrayOf({ type: "object", properties: { rule: string, row: string, code: string, params: freeObject } }),
      reasons: arrayOf(reason),
      explanation: freeObject,
      unlock: arrayOf({ type: "object", properties: { acts: arrayOf(freeObject) } }),
      overridden: freeObject,
    },
    ["key", "version", "outcome", "output", "events", "reasons", "explanation"],
  ),
  component(
    "Instance",
    {
      id: uuid,
      machine: { type: "object", properties: { key: string, version: string } },
      org: string,
      key: string,
      record: { type: "object", properties: { type: string, id: uuid, etag: string } },
      state: stateValue,
      status: oneOf("active", "done", "stopped"),
      seq: number,
      context: freeObject,
      screen: maybe(freeObject),
      checklist: arrayOf(freeObject),
      events: arrayOf(freeObject),
      timers: arrayOf({ type: "object", properties: { name: string, dueAt: instant } }),
      tasks: arrayOf(freeObject),
      updatedAt: instant,
    },
    ["id", "machine", "org", "state", "status", "seq"],
  ),
  component("Moved", {
    seq: number,
    from: maybe(stateValue),
    to: stateValue,
    decisions: arrayOf(ref("Decision")),
    effects: arrayOf(freeObject),
    instance: ref("Instance"),
  }),
  component("Explanation", { from: maybe(stateValue), to: maybe(stateValue), decisions: arrayOf(ref("Decision")), effects: arrayOf(freeObject) }, [], {
    additionalProperties: true,
  }),
  component(
    "HistoryRow",
    {
      seq: number,
      at: instant,
      actor: freeObject,
      event: freeObject,
      from: maybe(stateValue),
      to: stateValue,
      release: maybe(number),
      machine: freeObject,
      facts: freeObject,
      decisions: arrayOf(freeObject),
      effects: arrayOf(freeObject),
      override: freeObject,
      hash: string,
      prevHash: maybe(string),
    },
    ["seq", "at", "actor", "event", "to", "hash"],
  ),
  component("ItemResult", { index: number, instance: string, status: number, body: freeObject }, ["index", "status", "body"]),
  component(
    "ContractAnswer",
    {
      result: oneOf("accepted", "duplicate", "stale_ignored"),
      eventId: string,
      instances: arrayOf({ type: "object", properties: { id: uuid, machine: string, record: freeObject, state: stateValue } }),
    },
    ["result"],
  ),
  component("Receipt", { id: string, key: string, result: string, receivedAt: instant }, ["key", "result"], { additionalProperties: true }),
  component(
    "Record",
    {
      id: uuid,
      type: string,
      org: string,
      code: string,
      etag: string,
      createdAt: instant,
      updatedAt: instant,
      data: freeObject,
    },
    ["id", "type", "etag", "createdAt", "updatedAt", "data"],
  ),
  component("RecordVersion", { version: number, at: instant, by: string, data: freeObject }, [], { additionalProperties: true }),
  component(
    "Task",
    {
      id: uuid,
      kind: string,
      form: oneOf("task", "approval"),
      title: string,
      instance: freeObject,
      assignee: maybe(string),
      dueAt: maybe(instant),
      outcomes: freeObject,
    },
    ["id", "kind", "title"],
    { additionalProperties: true },
  ),
  component("Definition", { kind: string, key: string, version: string, release: maybe(number), content: freeObject }),
  component("DefinitionSummary", { kind: string, key: string, title: string, version: string }, ["kind", "key"], { additionalProperties: true }),
  component("Draft", { id: uuid, name: string, base: maybe(number), definitions: arrayOf(freeObject) }, ["id", "name", "base", "definitions"]),
  component("DraftChange", { kind: string, key: string, version: string, lints: arrayOf(freeObject) }, ["kind", "key"], { additionalProperties: true }),
  component(
    "Checks",
    {
      ok: bool,
      schema: arrayOf(freeObject),
      references: arrayOf(freeObject),
      lints: arrayOf(freeObject),
      tests: freeObject,
      proofs: freeObject,
      replay: maybe(freeObject),
    },
    ["ok"],
    { additionalProperties: true },
  ),
  component(
    "Release",
    {
      number,
      state: oneOf("pending", "approved", "rejected"),
      author: freeObject,
      note: string,
      manifest: freeObject,
      checks: maybe(freeObject),
    },
    ["number", "state", "note"],
    { additionalProperties: true },
  ),
  component("ReleaseDiff", { a: number, b: number, definitions: arrayOf(freeObject) }, [], { additionalProperties: true }),
  component("Activation", { id: uuid, release: number, org: string, at: instant, percent: number, note: string, by: string }, ["release"], {
    additionalProperties: true,
  }),
  component(
    "Replay",
    {
      id: uuid,
      status: oneOf("queued", "running", "done", "cancelled", "failed"),
      done: number,
      total: number,
      same: number,
      changed: number,
      byGate: arrayOf(freeObject),
    },
    ["id", "status"],
    { additionalProperties: true },
  ),
  component("ReplayDiff", { instance: freeObject, seq: number, was: freeObject, now: freeObject }, [], { additionalProperties: true }),
  component(
    "Mail",
    {
      id: uuid,
      type: string,
      org: string,
      record: freeObject,
      recipients: arrayOf(string),
      state: oneOf("queued", "sent", "suppressed", "possibly_sent", "failed"),
      code: maybe(string),
      decision: freeObject,
      subject: string,
      html: string,
      text: string,
      createdAt: instant,
      sentAt: maybe(instant),
    },
    ["id", "type", "recipients", "state"],
  ),
  component("OutboxRow", { id: string, kind: string, state: string, attempts: number, lastError: maybe(string), createdAt: instant }, ["id", "kind", "state"], {
    additionalProperties: true,
  }),
  component("AuditRow", { id: string, at: instant, actor: freeObject, action: string }, [], { additionalProperties: true }),
  component("Verification", { ok: bool, events: number, firstBad: freeObject }, ["ok", "events"], { additionalProperties: true }),
  component("Settings", { key: string, version: number, values: freeObject, effective: freeObject }, ["key", "values"], { additionalProperties: true }),
  component("File", { id: uuid, name: string, mime: string, size: number, sha256: string }),
  component("Document", {
    ...{ id: uuid, document: string, version: string, number, title: string, name: string, org: string, record: freeObject, instance: uuid },
    ...{ sha256: string, pdfSha256: maybe(string), createdBy: string, createdAt: instant, download: freeObject },
  }),
  component("PublicForm", {
    page: freeObject,
    schema: maybe(freeObject),
    ref: maybe(string),
    sheet: maybe({ type: "object", properties: { field: string, columns: arrayOf(string) } }),
    files: maybe({ type: "object", properties: { field: string } }),
  }),
  component("Import", {
    type: string,
    dryRun: bool,
    total: { type: "integer" },
    created: { type: "integer" },
    unchanged: { type: "integer" },
    failed: { type: "integer" },
    rows: arrayOf({
      type: "object",
      required: ["row", "result"],
      properties: {
        row: { type: "integer", description: "As a spreadsheet counts: the header is row 1." },
        result: { type: "string", enum: ["created", "unchanged", "failed"] },
        id: uuid,
        code: string,
        errors: arrayOf({ type: "object", properties: { column: string, message: string } }),
      },
    }),
  }),
  component("ReportLink", { key: string, slug: string, title: string, icon: maybe(string) }),
  component("Report", { key: string, slug: string, title: string, tabs: arrayOf(freeObject), summary: arrayOf(freeObject), tab: freeObject }, undefined, {
    additionalProperties: true,
  }),
  component(
    "ReportDetail",
    {
      view: freeObject,
      title: string,
      instance: ref("Instance"),
      panels: arrayOf({
        type: "object",
        required: ["title", "fields"],
        properties: { title: string, fields: arrayOf({ type: "object", required: ["title", "format"], additionalProperties: true }) },
      }),
      suggestion: maybe(freeObject),
      primary: arrayOf(freeObject),
      secondary: arrayOf(freeObject),
    },
    ["title", "instance", "panels"],
  ),
  component("SearchHit", { type: string, id: uuid, code: maybe(string), title: string }, ["type", "id", "title"], { additionalProperties: true }),
  component(
    "SinkMail",
    {
      messageId: string,
      from: string,
      to: arrayOf(string),
      subject: string,
      html: string,
      text: string,
      headers: freeObject,
      receivedAt: instant,
    },
    ["messageId", "from", "to", "subject"],
  ),
];
