/** Two orgs, a few record types and helpers that the store's tests share. */
import { randomUUID } from "node:crypto";
import type { Actor } from "#engine/core/step-types.ts";
import type { TypeDefinition } from "#engine/schema/type.ts";
import type { Catalogue } from "#engine/store/catalogue.ts";
import { commitSend, type SendCommit } from "#engine/store/commit-send.ts";
import type { RecordRow } from "#engine/store/instance-row.ts";
import { type OpenedSend, openSend } from "#engine/store/open-send.ts";
import { saveOrg } from "#engine/store/people.ts";
import { createRecord } from "#engine/store/records.ts";
import type { Session, Tx } from "#engine/store/tx.ts";
import type { TestDatabase } from "#tests/support/database.ts";

export const A = "0190a000-0000-7000-8000-00000000000a";
export const B = "0190a000-0000-7000-8000-00000000000b";
export const inA: Session = { orgs: [A], actorId: "ann" };
export const inB: Session = { orgs: [B], actorId: "bob" };
export const inBoth: Session = { orgs: [A, B], actorId: "cat" };
export const system: Session = { orgs: "system", actorId: "system" };
export const T0 = "2026-02-02T06:00:00.000Z";

const permissions = { view: "things.view" };
export const THINGS: TypeDefinition = {
  kind: "type",
  key: "test.things",
  title: "Things",
  scope: "org",
  permissions,
  code: "{org}TH{code8}",
  machine: "thing",
  schema: {
    type: "object",
    properties: {
      name: { type: "string" },
      colour: { type: ["string", "null"] },
      amount: { "x-decimal": 2 },
      pieces: { type: "integer" },
      urgent: { type: "boolean" },
      tags: { type: "array", items: { type: "string" } },
      partner_id: { type: "string", "x-ref": "partners" },
      due: { type: "string", format: "date" },
      lines: { type: "array", items: { type: "object", properties: { part_id: { type: "string", "x-ref": "parts" }, qty: { "x-decimal": 2 } } } },
      address: { type: "object", properties: { city: { type: "string" } } },
    },
  },
  unique: [
    { name: "name", fields: ["name"] },
    { name: "red_due", fields: ["due"], where: { colour: "red" } },
  ],
  searchable: ["name"],
  indexes: [["amount"]],
};
export const PARTS: TypeDefinition = {
  kind: "type",
  key: "test.parts",
  title: "Parts",
  scope: "org",
  permissions,
  codeField: "number",
  schema: { type: "object", properties: { number: { type: "string" }, thing_id: { type: "string", "x-ref": "things" }, price: { "x-decimal": 4 } } },
};
export const PARTNERS: TypeDefinition = {
  kind: "type",
  key: "test.partners",
  title: "Partners",
  scope: "global",
  permissions,
  visibleThrough: { type: "profiles", field: "partner_id" },
  schema: { type: "object", properties: { name: { type: "string" }, tax_id: { type: "string" } } },
  unique: [{ name: "tax_id", fields: ["tax_id"] }],
};
export const PROFILES: TypeDefinition = {
  kind: "type",
  key: "test.profiles",
  title: "Profiles",
  scope: "org",
  permissions,
  schema: { type: "object", properties: { partner_id: { type: "string", "x-ref": "partners" }, limit: { "x-decimal": 2 } } },
};
const TYPES = [THINGS, PARTS, PARTNERS, PROFILES];

export const catalogue: Catalogue = {
  type: (ref) => TYPES.find((type) => type.key === ref || type.key.endsWith(`.${ref}`)) ?? null,
  types: () => TYPES,
  fact: (ref) =>
    ref === "test.total"
      ? {
          kind: "fact",
          key: "test.total",
          title: "Total",
          value: { type: "decimal" },
          args: { colour: { type: "string" } },
          query: { from: "things", where: { colour: { $arg: "colour" } }, select: { total: { sum: "amount" }, n: { count: true } }, one: true },
        }
      : null,
  settings: (ref) =>
    ref === "test.rules" ? { kind: "settings", key: "test.rules", title: "Rules", schema: {}, defaults: { days: 7, strict: false }, permission: "x" } : null,
  access: () => ({
    kind: "access",
    key: "test.access",
    title: "Access",
    permissions: { go: "Go" },
    roles: { lead: { title: "Lead", permissions: ["go"] }, rep: { title: "Rep", permissions: [] } },
    levels: {},
  }),
};

export const actor: Actor = { id: "ann", kind: "person", name: "Ann", permissions: [], roles: [], rank: 0, orgs: ["AAA"], traits: {} };

export async function seedOrgs(db: TestDatabase): Promise<void> {
  await db.store.work(system, async (tx) => {
    for (const [id, code] of [
      [A, "AAA"],
      [B, "BBB"],
    ] as const)
      await saveOrg(tx, { id, code, name: `Org ${code}`, timeZone: "UTC", branding: {}, fourEyes: true, active: true });
  });
}

export function addThing(tx: Tx, orgId: string, data: Record<string, unknown>, at: string = T0): Promise<RecordRow> {
  return createRecord(tx, catalogue, THINGS, { orgId, id: randomUUID(), code: `C${randomUUID().slice(0, 8)}`, data: data as never, actorId: "ann", at });
}

/** The commit of a plain event; `change` replaces what a test is about. */
export function moved(
  orgId: string,
  opened: Pick<OpenedSend, "instance"> | null,
  id: string,
  state: string,
  change: Partial<SendCommit> & { readonly at?: string } = {},
): SendCommit {
  const instance = opened?.instance ?? null;
  const { at = T0, ...rest } = change;
  return {
    orgId,
    instance: {
      id,
      machine: "test.thing",
      machineVersion: "v1",
      key: `thing:${id}`,
      recordType: "things",
      recordId: instance?.recordId ?? id,
      seq: (instance?.seq ?? 0) + 1,
      snapshot: { value: state, status: "active", context: {}, history: {}, counters: {} },
      release: 1,
      lastHash: instance?.lastHash ?? null,
    },
    event: {
      at,
      actor,
      type: "move",
      event: { type: "move", payload: { text: "żółć \u0001" } },
      facts: { record: null, bag: { "fact:x": "1.50" } },
      decisions: [],
      effects: [],
      from: instance?.state ?? null,
      to: state,
      seed: "00",
    },
    ...rest,
  };
}

export async function send(db: TestDatabase, orgId: string, id: string, state: string, change: Parameters<typeof moved>[4] = {}): Promise<string> {
  return db.store.work({ orgs: [orgId], actorId: "ann" }, async (tx) => {
    const opened = await openSend(tx, { orgId, instanceId: id });
    return commitSend(tx, moved(orgId, opened, id, state, change));
  });
}
