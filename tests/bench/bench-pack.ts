/** The pack of the benchmarks: one machine whose every move asks the gate of the rules benchmark and leaves one outbox row. */
import type { Definition } from "#engine/schema/definition.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import { gate } from "./rules-cases.ts";

/** The fields that the gate reads from the record. */
export const OPEN_FACTS: JsonObject = {
  amount: 120,
  limit: 900,
  overdue: 0,
  status: "open",
  method: "credit",
  confirmed: true,
  signed: true,
  lines: 12,
  region: "B",
};
const NOTE_BYTES = 900;

const recordGate = { ...gate, inputs: Object.fromEntries(Object.entries(gate.inputs).map(([name, spec]) => [name, { ...spec, from: `record.${name}` }])) };

const jobs = {
  kind: "type",
  key: "bench.jobs",
  title: "Job",
  scope: "org",
  code: "{org}J{code8}",
  schema: {
    type: "object",
    additionalProperties: false,
    required: ["title"],
    properties: {
      title: { type: "string", maxLength: 200 },
      amount: { type: "number" },
      limit: { type: "number" },
      overdue: { type: "number" },
      status: { type: "string" },
      method: { type: "string" },
      confirmed: { type: "boolean" },
      signed: { type: "boolean" },
      lines: { type: "integer" },
      region: { type: "string" },
    },
  },
  permissions: { view: "job.view", create: "job.edit", edit: "job.edit" },
  machine: "job",
};

const move = (target: string) => ({
  target,
  guard: { type: "gate", params: { ruleset: "gate" } },
  actions: [
    { type: "set", params: { context: { note: "payload.note" } } },
    { type: "deliver", params: { channel: "mail" } },
  ],
});

const job = {
  kind: "machine",
  key: "bench.job",
  title: "Job",
  record: "jobs",
  start: {
    "job.open": {
      title: "Open",
      permission: "job.edit",
      payload: { type: "object", properties: { title: { type: "string" } } },
      create: { title: "payload.title", ...Object.fromEntries(Object.entries(OPEN_FACTS).map(([name, value]) => [name, JSON.stringify(value)])) },
    },
  },
  events: {
    "job.move": {
      title: "Move",
      permission: "job.edit",
      payload: {
        type: "object",
        additionalProperties: false,
        required: ["note"],
        properties: { note: { type: "string", maxLength: 1000 }, cost: { type: ["string", "number"], "x-decimal": 2 } },
      },
    },
  },
  config: {
    id: "job",
    initial: "open",
    context: { note: "" },
    states: {
      open: {
        type: "parallel",
        states: {
          work: { initial: "waiting", states: { waiting: { on: { "job.move": move("running") } }, running: { on: { "job.move": move("waiting") } } } },
          paper: { initial: "missing", states: { missing: {}, there: {} } },
        },
      },
    },
  },
};

const access = {
  kind: "access",
  key: "bench.access",
  title: "Access",
  permissions: { "job.view": "See", "job.edit": "Write" },
  roles: { clerk: { title: "Clerk", permissions: ["job.view", "job.edit"] } },
  levels: { standard: { title: "Standard", rank: 10, default: true } },
  decision: "access-decision",
};

const accessDecision = {
  kind: "table",
  key: "bench.access-decision",
  title: "Access",
  inputs: {
    has_org_grant: { type: "boolean" },
    org_scope_includes: { type: "boolean" },
    has_permission: { type: "boolean" },
    verb: { type: "string" },
    rank: { type: "integer" },
    min_rank: { type: "integer" },
  },
  hitPolicy: "FIRST",
  columns: ["has_org_grant", "org_scope_includes", "has_permission", "verb", "rank"].map((name) => ({ name })),
  outputs: [
    { name: "allow", type: "boolean" },
    { name: "http", type: "integer" },
    { name: "code", type: "string" },
  ],
  rows: [
    { id: "1", when: { has_org_grant: "false" }, then: { allow: "false", http: "404", code: '"NOT_FOUND"' } },
    { id: "2", when: { org_scope_includes: "false" }, then: { allow: "false", http: "404", code: '"NOT_FOUND"' } },
    { id: "3", when: { has_permission: "false", verb: '"view"' }, then: { allow: "false", http: "404", code: '"NOT_FOUND"' } },
    { id: "4", when: { has_permission: "false" }, then: { allow: "false", http: "403", code: '"FORBIDDEN"' } },
    { id: "5", when: { rank: "< min_rank" }, then: { allow: "false", http: "403", code: '"SECURITY_LEVEL_TOO_LOW"' } },
    { id: "else", when: {}, then: { allow: "true", http: "200", code: '"OK"' } },
  ],
};

export const benchPack = [recordGate, jobs, job, access, accessDecision] as unknown as readonly Definition[];

/** A payload that makes the log row about 2.4 KB long; no two alike, so that compression does not flatter. */
export function movePayload(): JsonObject {
  let note = "";
  while (note.length < NOTE_BYTES) note += Math.random().toString(36).slice(2);
  return { note: note.slice(0, NOTE_BYTES), cost: "12.5" };
}
