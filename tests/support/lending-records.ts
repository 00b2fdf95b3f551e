/** The record types of the lending pack. */
import { object, text } from "./lending-schema.ts";

export const members = {
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

export const loans = {
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

export const slips = {
  kind: "type",
  key: "lending.slips",
  title: "Slip",
  scope: "org",
  schema: object({ loan_id: { type: "string", "x-ref": "loans" }, text: text() }, ["loan_id"]),
  unique: [{ name: "loan", fields: ["loan_id"] }],
  permissions: { view: "loan.view" },
};

export const shelves = {
  kind: "type",
  key: "lending.shelves",
  title: "Shelf",
  scope: "org",
  schema: object({ place: text(), copies: { type: "integer" } }, ["place"]),
  unique: [{ name: "place", fields: ["place"] }],
  permissions: { view: "loan.view" },
};

export const pickups = {
  kind: "type",
  key: "lending.pickups",
  title: "Pickup",
  scope: "org",
  schema: object({ loan_id: { type: "string", "x-ref": "loans" } }, ["loan_id"]),
  permissions: { view: "loan.view" },
  machine: "pickup",
};

export const messages = {
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
