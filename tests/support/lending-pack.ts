/**
 * A small pack about lending, for tests of the services: a gate with an override, a cascade, an approval, a timer, a mail, a
 * contract with items and sequences, a global type, a hidden row and a masked field. No word of the product's own packs.
 */
import type { Definition } from "#engine/schema/definition.ts";
import { acceptance, access, accessDecision } from "./lending-access.ts";
import { digest, mailPolicy, messageMachine, readyMail } from "./lending-mails.ts";
import { loans, members, messages, pickups, shelves, slips } from "./lending-records.ts";
import { object, text } from "./lending-schema.ts";

const quota = {
  kind: "ruleset",
  key: "lending.quota",
  title: "Quota",
  inputs: {
    copies: { type: "integer", from: "record.copies", title: "Copies" },
    quota: {
      type: "integer",
      from: 'get("members", record.member_id).quota',
      title: "Quota",
      changedBy: [{ event: "loan.granted", title: "Raise the quota" }],
    },
  },
  params: { extra: { type: "integer", default: 0, setting: "lending-settings/extra" } },
  derive: { allowed: "quota + extra" },
  rules: [
    {
      name: "over",
      conditions: { all: [{ fact: "copies", operator: "greaterThan", value: { fact: "allowed" } }] },
      event: { type: "block", params: { code: "OVER_QUOTA" } },
    },
  ],
  policy: { type: "gate" },
  messages: { OVER_QUOTA: "{copies} copies are more than the quota of {quota}." },
};

const settings = {
  kind: "settings",
  key: "lending.lending-settings",
  title: "Lending",
  schema: object({ extra: { type: "integer", minimum: 0 }, late_days: { type: "integer", minimum: 1 } }),
  defaults: { extra: 0, late_days: 2 },
  permission: "settings.org",
};

const loanMachine = {
  kind: "machine",
  key: "lending.loan",
  title: "Loan",
  record: "loans",
  label: "{title}",
  path: ["draft", "asked", "lent", "returned"],
  delays: { late: 'duration("P" + string(settings.lending_settings.late_days) + "D")' },
  start: {
    "loan.open": {
      title: "Open",
      permission: "loan.edit",
      payload: object(
        {
          member_id: { type: "string", "x-ref": "members" },
          title: text(),
          copies: { type: "integer", minimum: 1 },
          fee: { type: ["string", "number"], "x-decimal": 2 },
        },
        ["member_id", "title", "copies"],
      ),
      create: { member_id: "payload.member_id", title: "payload.title", copies: "payload.copies", fee: "payload.fee", asked_by: "actor.id" },
    },
  },
  events: {
    "loan.ask": { title: "Ask", permission: "loan.edit", bulk: true },
    "loan.granted": { title: "Grant", permission: "loan.approve", requester: "record.asked_by" },
    "loan.refused": { title: "Refuse", permission: "loan.approve" },
    "loan.lend": { title: "Lend", permission: "loan.edit", bulk: true, tone: "primary" },
    "loan.collected": { title: "Collected", by: "system" },
    "loan.recheck": { title: "Recheck", by: "system" },
    "loan.returned": { title: "Returned", by: "contract", payload: object({ condition: text() }, ["condition"]) },
  },
  checklist: [
    { id: "quota", title: "Within the quota", gate: { ruleset: "quota" } },
    { id: "fee", title: "Fee is set", expr: "record.fee != null" },
  ],
  screens: { draft: { title: "Lend it", primary: "loan.lend" } },
  config: {
    id: "loan",
    initial: "draft",
    states: {
      draft: {
        on: {
          "loan.ask": {
            target: "asked",
            actions: [
              {
                type: "approval",
                params: {
                  title: "Approve {record.title}",
                  kind: "loan-approval",
                  permission: '"loan.approve"',
                  requester: "actor.id",
                  relies: { copies: "record.copies", quota: 'get("members", record.member_id).quota' },
                  outcomes: { approve: "loan.granted", refuse: "loan.refused" },
                },
              },
            ],
          },
          "loan.lend": { target: "lent", guard: { type: "gate", params: { ruleset: "quota", override: { permission: "loan.override" } } } },
        },
      },
      asked: {
        on: {
          "loan.granted": "lent",
          "loan.refused": "draft",
          "loan.recheck": { actions: [{ type: "set", params: { record: { rechecks: "record.rechecks + 1" } } }] },
        },
      },
      lent: {
        entry: [
          { type: "record", params: { op: "create", record: "slips", set: { loan_id: "record.id", text: '"Slip of " + record.title' } } },
          { type: "start", params: { machine: "pickup", event: "pickup.open", payload: { loan_id: "record.id" } } },
          { type: "mail", params: { mail: "loan-ready" } },
          { type: "emit", params: { contract: "branch", event: "loan.lent", data: { loan_code: "record.code", copies: "record.copies" } } },
        ],
        on: { "loan.collected": "collected", "loan.returned": "returned" },
        after: { late: "overdue" },
      },
      collected: { on: { "loan.returned": { guard: { type: "gate", params: { table: "return-gate" } }, target: "returned" } } },
      overdue: { on: { "loan.returned": "returned" } },
      returned: { type: "final" },
    },
  },
};

const returnGate = {
  kind: "table",
  key: "lending.return-gate",
  title: "May it come back",
  inputs: { condition: { type: "string", from: "payload.condition" } },
  hitPolicy: "FIRST",
  columns: [{ name: "condition" }],
  outputs: [
    { name: "ok", type: "boolean" },
    { name: "missing", type: "string" },
  ],
  rows: [
    { id: "torn", when: { condition: '"torn"' }, then: { ok: "false", missing: '"PAGES"' } },
    { id: "else", when: {}, then: { ok: "true", missing: '""' } },
  ],
  outcome: 'if ok then "pass" else "block"',
  reasons: '["PAGES_MISSING"]',
  messages: { PAGES_MISSING: "Pages are missing." },
};

const pickupMachine = {
  kind: "machine",
  key: "lending.pickup",
  title: "Pickup",
  record: "pickups",
  start: {
    "pickup.open": {
      title: "Open",
      by: "system",
      payload: object({ loan_id: { type: "string", "x-ref": "loans" } }, ["loan_id"]),
      create: { loan_id: "payload.loan_id" },
      unique: "payload.loan_id",
    },
  },
  events: { "pickup.done": { title: "Picked up", permission: "loan.edit", bulk: false } },
  config: {
    id: "pickup",
    initial: "waiting",
    states: {
      waiting: {
        on: { "pickup.done": { target: "done", actions: [{ type: "send", params: { machine: "loan", to: "record.loan_id", event: "loan.collected" } }] } },
      },
      done: { type: "final" },
    },
  },
};

const branch = {
  kind: "contract",
  key: "lending.branch",
  title: "Branches",
  version: "1.0.0",
  inboundSource: "branch",
  outboundSource: "desk",
  acceptance: "acceptance",
  keyPattern: "^(branch|desk):[a-z][a-z0-9_]{0,39}:[A-Za-z0-9][A-Za-z0-9_.-]{0,79}:[a-z][a-z0-9_]{0,39}:v[1-9][0-9]{0,2}$",
  maxSkewSeconds: 300,
  subjects: { loan: "loans", shelf: null },
  refusals: { PAGES_MISSING: { status: 422 } },
  events: {
    "loan.returned": {
      title: "Returned",
      direction: "in",
      id: "{subject}.{sequence}",
      version: "v1",
      subject: "loan",
      data: object({ condition: text() }, ["condition"]),
      sequenceScope: "{org}:{subject}",
      effects: [{ type: "send", machine: "loan", to: "subject.id", event: "loan.returned", payload: { condition: "data.condition" } }],
      onRefused: [{ type: "task", title: "Look at it", kind: "returned-torn", permission: "loan.approve", about: "subject.id" }],
    },
    "shelf.changed": {
      title: "Shelves",
      direction: "in",
      id: "{data.batch}",
      version: "v1",
      subject: "shelf",
      data: object(
        {
          batch: text(),
          items: {
            type: "array",
            maxItems: 50,
            items: object({ place: text(), copies: { type: "integer" }, sequence: { type: "integer" } }, ["place", "copies", "sequence"]),
          },
        },
        ["batch", "items"],
      ),
      sequenceScope: "{org}:{item.place}",
      items: { path: "items", sequence: "sequence" },
      effects: [{ type: "record", op: "upsert", record: "shelves", each: "data.items", by: { place: "item.place" }, set: { copies: "item.copies" } }],
    },
    "loan.lent": {
      title: "Lent",
      direction: "out",
      id: "{subject}.{n}",
      version: "v1",
      subject: "loan",
      data: object({ loan_code: text(), copies: { type: "integer" } }),
    },
  },
};

const view = {
  kind: "view",
  key: "lending.desk",
  title: "Desk",
  slug: "desk",
  permission: "loan.view",
  tabs: [
    {
      id: "all",
      title: "All",
      query: { from: "loans", orderBy: [{ field: "title", direction: "asc" }] },
      columns: [
        { id: "code", title: "Code", path: "@code" },
        { id: "title", title: "Title", path: "title" },
        { id: "double", title: "Double", expr: "record.copies * 2" },
        { id: "quota", title: "Quota", gate: { ruleset: "quota" } },
      ],
      machine: "loan",
      events: ["loan.lend"],
      totals: [{ path: "fee", title: "Fees" }],
    },
    {
      id: "lent",
      title: "Lent",
      query: { from: "loans", where: { "@state": "lent" } },
      columns: [{ id: "title", title: "Title", path: "title" }],
      machine: "loan",
    },
  ],
};

export const lendingPack = [
  access,
  accessDecision,
  acceptance,
  members,
  loans,
  slips,
  shelves,
  pickups,
  messages,
  messageMachine,
  mailPolicy,
  readyMail,
  digest,
  quota,
  settings,
  loanMachine,
  returnGate,
  pickupMachine,
  branch,
  view,
] as unknown as readonly Definition[];
