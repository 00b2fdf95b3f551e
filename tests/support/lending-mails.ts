import { object, text } from "./lending-schema.ts";

export const messageMachine = {
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

export const mailPolicy = {
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

export const readyMail = {
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

export const digest = {
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
