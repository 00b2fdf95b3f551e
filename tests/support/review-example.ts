/** A small neutral release for core tests: documents are reviewed, mailed, escalated, published. */
import { hashDefinition } from "#engine/core/canonical.ts";
import { createProgram, type Program, type StoredDefinition } from "#engine/core/program.ts";
import { step } from "#engine/core/step.ts";
import type { Actor, EngineEvent, FactBag, OrgContext, RecordState, Snapshot, StepInput, StepResult } from "#engine/core/step-types.ts";
import type { Definition } from "#engine/schema/definition.ts";
import type { Json, JsonObject } from "#engine/schema/json.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";

export const stored = (definition: unknown): StoredDefinition => {
  const content = definition as Definition;
  return { kind: content.kind, key: content.key, hash: hashDefinition(content), content };
};

export const documents = {
  kind: "type",
  key: "demo.documents",
  title: "Document",
  scope: "org",
  code: "{org}D{code8}",
  permissions: {},
  label: "{title}",
  schema: {
    type: "object",
    properties: {
      title: { type: "string" },
      pages: { type: "integer" },
      fee: { type: ["string", "null"], "x-decimal": 2 },
      due: { type: ["string", "null"], format: "date" },
      author: { type: "string", "x-ref": "people" },
      status: { type: "string", default: "new" },
    },
  },
};

export const copies = {
  kind: "type",
  key: "demo.copies",
  title: "Copy",
  scope: "org",
  permissions: {},
  schema: { type: "object", properties: { of: { type: "string" }, number: { type: "integer" }, fee: { type: "string", "x-decimal": 2 } } },
};

export const readiness = {
  kind: "ruleset",
  key: "demo.readiness",
  title: "Ready to publish",
  inputs: {
    pages: { type: "integer", from: "record.pages" },
    open_comments: { type: "integer", from: "fact.open_comments", changedBy: [{ event: "comment.close", title: "Close the comments" }] },
  },
  params: { most_pages: { type: "integer", default: 100, setting: "demo.limits/most_pages" } },
  policy: { type: "gate" },
  rules: [
    {
      name: "too-long",
      conditions: { all: [{ fact: "pages", operator: "greaterThan", value: { fact: "most_pages" } }] },
      event: { type: "block", params: { code: "TOO_LONG" } },
    },
    {
      name: "comments",
      conditions: { all: [{ fact: "open_comments", operator: "greaterThan", value: 0 }] },
      event: { type: "block", params: { code: "OPEN_COMMENTS" } },
    },
  ],
  messages: { TOO_LONG: "the document has {pages} pages", OPEN_COMMENTS: "{open_comments} comments are open" },
};

export const limits = {
  kind: "settings",
  key: "demo.limits",
  title: "Limits",
  permission: "settings.edit",
  schema: { type: "object", properties: { most_pages: { type: "integer" }, answer_within: { type: "string", format: "duration" } } },
  defaults: { most_pages: 100, answer_within: "PT8H" },
};

export const openComments = {
  kind: "fact",
  key: "demo.open-comments",
  title: "Open comments",
  value: { type: "integer" },
  args: { document: { type: "string" } },
  subjects: { documents: { document: "record.id" } },
  query: { from: "comments", where: { document: { $arg: "document" }, open: true }, select: { n: { count: true } }, one: true },
};

export const mailPolicy = {
  kind: "table",
  key: "demo.mail-policy",
  title: "Mail policy",
  inputs: { policy: { type: "string", from: "mail.policy" }, count: { type: "integer", from: "count(mail.recipients)" } },
  hitPolicy: "FIRST",
  columns: [{ name: "policy" }, { name: "count" }],
  outputs: [
    { name: "verdict", type: "string" },
    { name: "code", type: "string" },
  ],
  rows: [
    { id: "nobody", when: { count: "0" }, then: { verdict: '"suppress"', code: '"NO_RECIPIENT"' } },
    { id: "off", when: { policy: '"off"' }, then: { verdict: '"suppress"', code: '"OFF"' } },
    { id: "send", when: {}, then: { verdict: '"send"', code: '"OK"' } },
  ],
};

export const published = {
  kind: "mail",
  key: "demo.document-published",
  title: "Published",
  audience: "internal",
  policy: "on",
  recipients: 'people({permission: "document.read"})',
  machine: "message",
  policyTable: "mail-policy",
  ref: "record.code",
  vars: { title: "record.title", fee: "record.fee", lines: "for i in 1..2 return {n: i}" },
  variables: { type: "object" },
  delivery: "A",
  templates: {
    subject: "Published: {{title}}",
    html: '<p>{{title}} ({{money fee "EUR"}})</p>{{#each lines}}<i>{{n}}</i>{{/each}}',
    text: "{{title}}{{#if fee}} {{decimal fee 2}}{{/if}}",
  },
};

export const message = {
  kind: "machine",
  key: "demo.message",
  title: "Message",
  record: "copies",
  start: { "mail.request": { title: "Request", by: "system" } },
  events: {},
  config: { id: "message", initial: "queued", states: { queued: { entry: [{ type: "deliver", params: { channel: "mail" } }] } } },
};

export const contract = {
  kind: "contract",
  key: "demo.archive",
  title: "Archive",
  version: "v1",
  inboundSource: "arc",
  outboundSource: "gh",
  acceptance: "x",
  keyPattern: "",
  maxSkewSeconds: 300,
  subjects: { document: "documents" },
  events: {
    "document.state.published": {
      title: "Published",
      direction: "out",
      id: "{subject}.{n}",
      version: "v1",
      subject: "document",
      data: { type: "object", properties: { fee: { "x-decimal": 2 } } },
    },
  },
};

export const review: MachineDefinition = {
  kind: "machine",
  key: "demo.review",
  title: "Document review",
  record: "documents",
  delays: { answer_within: "settings.limits.answer_within", due_date: "record.due" },
  start: {
    "document.create": {
      title: "Create",
      payload: {
        type: "object",
        properties: { title: { type: "string" }, pages: { type: "integer" }, fee: { "x-decimal": 2 }, due: { type: "string", format: "date" } },
      },
      create: { title: "payload.title", pages: "payload.pages", fee: "payload.fee", due: "payload.due", author: "actor.id" },
    },
  },
  events: {
    "review.request": { title: "Ask for review" },
    "review.approve": { title: "Approve", payload: { type: "object", properties: { note: { type: "string" } } } },
    "review.reject": { title: "Reject" },
    "document.publish": { title: "Publish" },
    "comment.close": { title: "Close comments" },
  },
  path: ["text.draft", "text.review", "text.approved", "text.published"],
  checklist: [
    { id: "title", title: "Has a title", expr: "record.title != null", detail: "{record.title}, {record.pages} pages" },
    { id: "comments", title: "No open comments", gate: { ruleset: "readiness" }, reason: "OPEN_COMMENTS" },
  ],
  config: {
    id: "review",
    type: "parallel",
    states: {
      text: {
        initial: "draft",
        states: {
          draft: { on: { "review.request": { target: "review", guard: { type: "when", params: { expr: "record.title != null" } } } } },
          review: {
            entry: [
              {
                type: "approval",
                params: {
                  title: "Review {record.title}",
                  kind: "review",
                  permission: '"document.approve"',
                  requester: "actor.id",
                  due: "settings.limits.answer_within",
                  relies: { pages: "record.pages" },
                  outcomes: { approved: "review.approve", rejected: "review.reject" },
                },
              },
            ],
            after: { answer_within: { target: "late" }, due_date: { actions: [{ type: "note", params: { text: "due" } }] } },
            on: {
              "review.approve": {
                target: "approved",
                actions: [{ type: "set", params: { record: { status: '"approved"', fee: "record.fee * 1.1" }, context: { note: "payload.note" } } }],
              },
              "review.reject": "draft",
            },
          },
          late: { on: { "review.approve": "approved" } },
          approved: {
            entry: [{ type: "send", params: { to: "self", event: "log.written", payload: { by: "actor.id" } } }],
            on: {
              "document.publish": {
                target: "published",
                guard: { type: "gate", params: { ruleset: "readiness", override: { permission: "document.override", reasons: '["urgent"]' } } },
                actions: [
                  {
                    type: "record",
                    params: { op: "create", record: "copies", each: "[1, 2]", set: { of: "record.id", number: "item", fee: "record.fee" }, as: "copy" },
                  },
                  { type: "emit", params: { event: "document.state.published", data: { fee: "record.fee", copy: "created.copy.number" } } },
                  { type: "mail", params: { mail: "document-published" } },
                  { type: "cancelTask", params: { kind: "review" } },
                  {
                    type: "start",
                    params: { machine: "message", event: "mail.request", payload: { about: "record.code" }, unique: "record.code", as: "started" },
                  },
                  { type: "send", params: { machine: "message", to: "created.started.id", event: "mail.go" } },
                ],
              },
            },
          },
          published: { type: "final" },
        },
      },
      log: {
        initial: "empty",
        states: { empty: { on: { "log.written": { target: "full", actions: [{ type: "set", params: { context: { logged: "payload.by" } } }] } } }, full: {} },
      },
    },
  },
} as never;

export const definitions: readonly StoredDefinition[] = [
  documents,
  copies,
  readiness,
  limits,
  openComments,
  mailPolicy,
  published,
  message,
  contract,
  review,
].map(stored);
export const program: Program = createProgram(definitions);

export const org: OrgContext = { id: "org-1", code: "ACM", name: "Acme", timeZone: "Europe/Berlin", branding: { mail_from: "acme@example.com" } };
export const ada: Actor = { id: "p-ada", kind: "person", name: "Ada", permissions: ["document.approve"], roles: [], rank: 1, orgs: ["ACM"], traits: {} };
export const NOW = "2026-02-02T06:00:00.000Z";
export const SEED = "00112233445566778899aabbccddeeff";

export interface Sent {
  readonly snapshot?: Snapshot | null;
  readonly record?: RecordState | null;
  readonly payload?: JsonObject;
  readonly facts?: FactBag;
  readonly actor?: Actor;
  readonly override?: EngineEvent["override"];
  readonly via?: EngineEvent["via"];
  readonly seq?: number;
  readonly now?: string;
}
export function inputOf(type: string, more: Sent = {}): StepInput {
  return {
    snapshot: more.snapshot ?? null,
    instance: { id: "i-1", key: "review:1", seq: more.seq ?? 0 },
    record: more.record ?? null,
    event: { type, payload: more.payload ?? {}, via: more.via ?? "api", ...(more.override === undefined ? {} : { override: more.override }) },
    facts: more.facts ?? {},
    actor: more.actor ?? ada,
    org,
    now: more.now ?? NOW,
    seed: SEED,
  };
}
export type Moved = Extract<StepResult, { kind: "moved" }>;
export function moved(result: StepResult): Moved {
  if (result.kind !== "moved") throw new Error(`not moved: ${JSON.stringify(result)}`);
  return result;
}

/** Steps, answering what is asked from canned values: by request key, by its part before "?", or by its first word. */
export function stepWith(
  machineKey: string,
  input: StepInput,
  canned: Readonly<Record<string, Json>>,
  of: Program = program,
): { result: StepResult; facts: FactBag; rounds: number } {
  let facts: FactBag = input.facts;
  for (let rounds = 1; ; rounds++) {
    const result = step(of, of.machine(machineKey)!, { ...input, facts });
    if (result.kind !== "needs" || rounds > 10) return { result, facts, rounds };
    facts = { ...facts };
    for (const request of result.requests) {
      const value = canned[request.key] ?? canned[request.key.split("?")[0]!] ?? canned[request.kind];
      (facts as Record<string, Json>)[request.key] = value === undefined ? { $unknown: "not canned" } : value;
    }
  }
}
