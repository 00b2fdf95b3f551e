/** What one org's instance asks of another org: it travels by the outbox, takes effect once, and both logs name the other end. */
import { beforeAll, describe, expect, it } from "vitest";
import type { OutboxItem } from "#engine/core/ports.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import { deliverRemote } from "#engine/service/delivery/deliver-remote.ts";
import { createRecord } from "#engine/service/editing/records.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { instanceHistory } from "#engine/service/queries/history.ts";
import { getInstance, listInstances } from "#engine/service/queries/instance.ts";
import { listRecords } from "#engine/service/queries/records.ts";
import { lendingPack } from "#tests/support/lending-pack.ts";
import { type LendingWorld, lendingWorld } from "#tests/support/lending-world.ts";

/** The lending pack, where a loan that comes back opens a pickup in the other org. */
const pack = lendingPack.map((definition) => {
  if (definition.key !== "lending.loan") return definition;
  const machine = structuredClone(definition) as unknown as { config: { states: Record<string, { entry?: unknown[] }> }; events: MachineDefinition["events"] };
  const start = {
    type: "start",
    params: { machine: "audit-visit", event: "visit.open", payload: { title: "record.title", of: "record.id" }, org: '"TWO"', unique: '"visit:" + record.id' },
  };
  machine.config.states["lent"]?.entry?.push(start);
  return machine as unknown as typeof definition;
});
const visits = {
  kind: "type",
  key: "lending.visits",
  title: "Visit",
  scope: "org",
  schema: {
    type: "object",
    additionalProperties: false,
    properties: { title: { type: "string", maxLength: 200 }, of: { type: "string", maxLength: 60 } },
    required: ["title"],
  },
  permissions: { view: "loan.view" },
  machine: "audit-visit",
};
const visit = {
  kind: "machine",
  key: "lending.audit-visit",
  title: "Visit",
  record: "visits",
  start: { "visit.open": { title: "Open", by: "system", create: { title: "payload.title", of: "payload.of" } } },
  events: { "visit.report": { title: "Report", permission: "loan.edit" } },
  config: {
    id: "visit",
    initial: "open",
    states: {
      open: {
        on: {
          "visit.report": { target: "done", actions: [{ type: "send", params: { machine: "loan", to: "record.of", org: '"ONE"', event: "loan.collected" } }] },
        },
      },
      done: { type: "final" },
    },
  },
};

let world: LendingWorld;
beforeAll(async () => {
  world = await lendingWorld([...pack, visits, visit] as unknown as typeof lendingPack);
});

async function remoteRows(org: "ONE" | "TWO"): Promise<readonly OutboxItem[]> {
  const rows = await world.database.sql<{ id: string; key: string; payload: JsonObject }>(
    "select id, key, payload from outbox where kind = 'remote' and org_id = $1 order by created_at",
    [world.orgs[org].id],
  );
  return rows.map((row) => ({ id: row.id, org: world.orgs[org].id, key: row.key, kind: "remote", body: row.payload, attempt: 1 }));
}

describe("across orgs", () => {
  it("a start and the answer to it arrive once each", async () => {
    const member = (await createRecord(world.engine, world.as("chief"), { type: "members", data: { name: "Ada", email: "ada@reader.example" } })).body.id;
    const event = { type: "loan.open", payload: { member_id: member, title: "Atlas", copies: 1 } };
    const loan = (await startInstance(world.engine, world.as("clerk"), { machine: "loan", event })).body;
    await sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.lend" });
    expect((await listInstances(world.engine, world.as("far"), { machine: "audit-visit" })).items).toEqual([]);

    const [row] = await remoteRows("ONE");
    const both = await Promise.all([deliverRemote(world.engine, row as OutboxItem), deliverRemote(world.engine, row as OutboxItem)]);
    expect(both.map((delivery) => delivery.result)).toEqual(["delivered", "delivered"]);
    const opened = await listInstances(world.engine, world.as("far"), { machine: "audit-visit" });
    expect(opened.items).toHaveLength(1);
    expect((await listRecords(world.engine, world.as("far"), { type: "visits" })).items).toMatchObject([{ org: "TWO", data: { title: "Atlas" } }]);

    await sendEvent(world.engine, world.as("far"), { instance: opened.items[0]?.id ?? "", type: "visit.report" });
    const [answer] = await remoteRows("TWO");
    expect(await deliverRemote(world.engine, answer as OutboxItem)).toMatchObject({ result: "delivered" });
    expect((await getInstance(world.engine, world.as("clerk"), { instance: loan.id })).state).toBe("collected");
    const history = await instanceHistory(world.engine, world.as("clerk"), { instance: loan.id });
    expect(history.items.at(-1)).toMatchObject({ event: { type: "loan.collected", idempotencyKey: answer?.key }, actor: { kind: "system" } });
  });
  it("nobody of the one org sees the other end", async () => {
    const { items } = await listInstances(world.engine, world.as("chief"), { machine: "audit-visit" });
    expect(items).toEqual([]);
    await expect(
      getInstance(world.engine, world.as("far"), { instance: (await listInstances(world.engine, world.as("chief"), {})).items[0]?.id ?? "" }),
    ).rejects.toMatchObject({ code: "instance_not_found" });
  });
});
