/**
 * A small pack about lending, for tests of the services: a gate with an override, a cascade, an approval, a timer, a mail, a
 * contract with items and sequences, a global type, a hidden row and a masked field. No word of the product's own packs.
 */
import type { Definition, JsonSchema } from "#engine/schema/types.ts";

const text = (maxLength = 200): JsonSchema => ({ type: "string", maxLength });
const object = (properties: JsonSchema, required: readonly string[] = []): JsonSchema => ({
  type: "object",
  additionalProperties: false,
  properties,
  required,
});

const ACCEPTANCE_ROWS: readonly (readonly [string, string, string, string, string])[] = [
  ["signature", "signature_ok", "false", "401", "SIGNATURE_INVALID"],
  ["key", "key_wellformed", "false", "400", "IDEMPOTENCY_KEY_MALFORMED"],
  ["event", "known_event", "false", "400", "EVENT_UNKNOWN"],
  ["match", "key_matches_event", "false", "400", "IDEMPOTENCY_KEY_MISMATCH"],
  ["org", "org_granted", "false", "404", "NOT_FOUND"],
  ["schema", "schema_ok", "false", "422", "PAYLOAD_INVALID"],
  ["reused", "seen", '"different"', "409", "IDEMPOTENCY_KEY_REUSED"],
];

const acceptance = {
  kind: "table",
  key: "lending.acceptance",
  title: "Acceptance",
  inputs: {
    signature_ok: { type: "boolean" },
    key_wellformed: { type: "boolean" },
    known_event: { type: "boolean" },
    key_matches_event: { type: "boolean" },
    org_granted: { type: "boolean" },
    schema_ok: { type: "boolean" },
    seen: { type: "string", enum: ["none", "same", "different"] },
    sequence: { type: "integer", nullable: true },
    last_sequence: { type: "integer", nullable: true },
  },
  derive: { is_old: "if sequence = null or last_sequence = null then false else sequence <= last_sequence" },
  hitPolicy: "FIRST",
  columns: [...ACCEPTANCE_ROWS.map(([, name]) => ({ name })), { name: "is_old" }],
  outputs: [
    { name: "http", type: "integer", default: 202 },
    { name: "result", type: "string", default: "accepted" },
    { name: "code", type: "string", default: "OK" },
  ],
  rows: [
    ...ACCEPTANCE_ROWS.map(([id, column, cell, http, code]) => ({ id, when: { [column]: cell }, then: { http, result: '"rejected"', code: `"${code}"` } })),
    { id: "same", when: { seen: '"same"' }, then: { http: "200", result: '"duplicate"', code: '"DUPLICATE"' } },
    { id: "old", when: { is_old: "true" }, then: { http: "200", result: '"stale_ignored"', code: '"OUT_OF_ORDER"' } },
  ],
};

const accessDecision = {
  kind: "table",
  key: "lending.access-decision",
  title: "Access",
  inputs: {
    principal: { type: "string" },
    ui_session: { type: "boolean" },
    has_org_grant: { type: "boolean" },
    org_scope_includes: { type: "boolean" },
    has_permission: { type: "boolean" },
    verb: { type: "string" },
    is_requester: { type: "boolean" },
    rank: { type: "integer" },
    min_rank: { type: "integer" },
  },
  hitPolicy: "FIRST",
  columns: ["principal", "ui_session", "has_org_grant", "org_scope_includes", "has_permission", "verb", "is_requester", "rank"].map((name) => ({ name })),
  outputs: [
    { name: "allow", type: "boolean" },
    { name: "http", type: "integer" },
    { name: "code", type: "string" },
  ],
  rows: [
    { id: "1", when: { principal: '"api_client"', ui_session: "true" }, then: { allow: "false", http: "401", code: '"NO_UI_FOR_API_CLIENT"' } },
    { id: "2", when: { has_org_grant: "false" }, then: { allow: "false", http: "404", code: '"NOT_FOUND"' } },
    { id: "3", when: { org_scope_includes: "false" }, then: { allow: "false", http: "404", code: '"NOT_FOUND"' } },
    { id: "5", when: { has_permission: "false", verb: '"view"' }, then: { allow: "false", http: "404", code: '"NOT_FOUND"' } },
    { id: "6", when: { has_permission: "false" }, then: { allow: "false", http: "403", code: '"FORBIDDEN"' } },
    { id: "7", when: { verb: '"approve"', is_requester: "true" }, then: { allow: "false", http: "403", code: '"OWN_REQUEST"' } },
    { id: "8", when: { rank: "< min_rank" }, then: { allow: "false", http: "403", code: '"SECURITY_LEVEL_TOO_LOW"' } },
    { id: "else", when: {}, then: { allow: "true", http: "200", code: '"OK"' } },
  ],
};

const access = {
  kind: "access",
  key: "lending.access",
  title: "Access",
  permissions: {
    "loan.view": "See loans",
    "loan.edit": "Write loans",
    "loan.approve": "Approve",
    "loan.override": "Pass the gate",
    "settings.org": "Settings",
    "audit.view": "Audit",
    "integration.admin": "Integrations",
  },
  roles: {
    clerk: { title: "Clerk", permissions: ["loan.view", "loan.edit"], sales: true },
    chief: { title: "Chief", permissions: ["loan.view", "loan.edit", "loan.approve", "loan.override", "settings.org", "audit.view", "integration.admin"] },
  },
  levels: { standard: { title: "Standard", rank: 10, default: true }, high: { title: "High", rank: 80 } },
  decision: "access-decision",
  traits: { is_clerk: { noneOf: ["loan.approve"] } },
};

const members = {
  kind: "type",
  key: "lending.members",
  title: "Member",
  scope: "org",
  schema: object(
    {
      name: text(),
      email: text(),
      quota: { type: "integer", minimum: 0, default: 3 },
      secret: { type: ["string", "null"], maxLength: 40 },
      hidden: { type: "boolean", default: false },
    },
    ["name", "email"],
  ),
  unique: [{ name: "email", fields: ["email"] }],
  hiddenWhen: "actor.is_clerk and record.hidden",
  mask: [{ field: "secret", when: "actor.is_clerk and value != null", as: "***" }],
  permissions: { view: "loan.view", create: "loan.edit", edit: "loan.edit", delete: "loan.approve" },
  label: "{name}",
  searchable: ["name"],
  onChange: [
    {
      when: "before != null and record.quota != before.quota",
      each: 'find all("loans", {member_id: record.id, "@state": "asked"})',
      machine: "loan",
      to: "item.id",
      event: "loan.recheck",
    },
  ],
};

const loans = {
  kind: "type",
  key: "lending.loans",
  title: "Loan",
  scope: "org",
  code: "{org}LN{code8}",
  schema: object(
    {
      member_id: { type: "string", "x-ref": "members" },
      title: text(),
      copies: { type: "integer", minimum: 1 },
      fee: { type: ["string", "null"], "x-decimal": 2 },
      asked_by: { type: ["string", "null"], maxLength: 60 },
      rechecks: { type: "integer", default: 0 },
    },
    ["member_id", "title", "copies"],
  ),
  permissions: { view: "loan.view", edit: "loan.edit" },
  label: "{title}",
  searchable: ["title"],
  machine: "loan",
};

const slips = {
  kind: "type",
  key: "lending.slips",
  title: "Slip",
  scope: "org",
  schema: object({ loan_id: { type: "string", "x-ref": "loans" }, text: text() }, ["loan_id"]),
  unique: [{ name: "loan", fields: ["loan_id"] }],
  permissions: { view: "loan.view" },
};

const shelves = {
  kind: "type",
  key: "lending.shelves",
  title: "Shelf",
  scope: "org",
  schema: object({ place: text(), copies: { type: "integer" } }, ["place"]),
  unique: [{ name: "place", fields: ["place"] }],
  permissions: { view: "loan.view" },
};

const pickups = {
  kind: "type",
  key: "lending.pickups",
  title: "Pickup",
  scope: "org",
  schema: object({ loan_id: { type: "string", "x-ref": "loans" } }, ["loan_id"]),
  permissions: { view: "loan.view" },
  machine: "pickup",
};

const messages = {
  kind: "type",
  key: "lending.messages",
  title: "Message",
  scope: "org",
  schema: object(
    {
      type: text(),
      key: text(300),
      audience: text(),
      recipients: { type: "array", items: text(), maxItems: 100 },
      verdict: text(),
      code: text(),
      source: text(),
      subject: text(1000),
      html: text(50_000),
      text: text(50_000),
      from: { type: ["object", "null"] },
      version: text(),
      about: { type: ["object", "null"] },
      sent_at: { type: ["string", "null"], format: "date-time" },
    },
    ["type", "key"],
  ),
  unique: [{ name: "key", fields: ["key"] }],
  permissions: { view: "loan.view" },
  machine: "message",
};

const messageMachine = {
  kind: "machine",
  key: "lending.message",
  title: "Message",
  record: "messages",
  start: {
    "mail.request": {
      title: "Ask for a mail",
      by: "system",
      unique: "payload.key",
      create: Object.fromEntries(
        ["type", "key", "audience", "recipients", "verdict", "code", "source", "subject", "html", "text", "from", "version", "about"].map((name) => [
          name,
          `payload.${name}`,
        ]),
      ),
    },
  },
  events: {
    "mail.delivered": { title: "Delivered", by: "system" },
    "mail.failed": { title: "Failed", by: "system" },
    "mail.unclear": { title: "Unclear", by: "system" },
  },
  config: {
    id: "message",
    initial: "asked",
    states: {
      asked: {
        always: [
          {
            guard: { type: "when", params: { expr: 'record.verdict = "send"' } },
            target: "queued",
            actions: [{ type: "deliver", params: { channel: "mail" } }],
          },
          { target: "suppressed" },
        ],
      },
      queued: {
        on: {
          "mail.delivered": { target: "sent", actions: [{ type: "set", params: { record: { sent_at: "now" } } }] },
          "mail.failed": "failed",
          "mail.unclear": "possibly_sent",
        },
      },
      sent: { type: "final" },
      suppressed: { type: "final" },
      failed: {},
      possibly_sent: {},
    },
  },
};

const mailPolicy = {
  kind: "table",
  key: "lending.mail-policy",
  title: "Is it sent",
  inputs: { count: { type: "integer", from: "count(mail.recipients)" } },
  hitPolicy: "FIRST",
  columns: [{ name: "count" }],
  outputs: [
    { name: "verdict", type: "string" },
    { name: "code", type: "string" },
  ],
  rows: [
    { id: "none", when: { count: "0" }, then: { verdict: '"suppress"', code: '"NO_RECIPIENT"' } },
    { id: "else", when: {}, then: { verdict: '"send"', code: '"OK"' } },
  ],
};

const readyMail = {
  kind: "mail",
  key: "lending.loan-ready",
  title: "Ready",
  audience: "reader",
  policy: "on",
  recipients: '[get("members", record.member_id).email]',
  machine: "message",
  policyTable: "mail-policy",
  ref: "record.code",
  vars: { title: "record.title" },
  variables: object({ title: text() }, ["title"]),
  delivery: "A",
  templates: { subject: "Ready: {{title}}", html: "<p>{{title}}</p>", text: "{{title}}" },
};

const digest = {
  kind: "mail",
  key: "lending.asked-digest",
  title: "Asked for",
  audience: "staff",
  policy: "on",
  recipients: 'for p in people({role: "chief"}) return p.email',
  machine: "message",
  policyTable: "mail-policy",
  ref: 'org.code + "-" + string(today)',
  vars: { titles: 'for l in find all("loans", {"@state": "asked"}) return l.title' },
  variables: object({ titles: { type: "array", items: text() } }, ["titles"]),
  delivery: "B",
  schedule: { cron: "30 8 * * 1-5", query: 'find all("loans", {"@state": "asked"})' },
  templates: { subject: "Asked for", html: "<ul>{{#each titles}}<li>{{this}}</li>{{/each}}</ul>", text: "{{#each titles}}{{this}} {{/each}}" },
};

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
