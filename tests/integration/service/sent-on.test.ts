/** What one act means for more instances than a transaction moves goes on in rows of many, each in its order; what does not fit in such a row fails alone. */
import { expect, it } from "vitest";
import type { OutboxItem } from "#engine/core/ports.ts";
import type { Definition } from "#engine/schema/definition.ts";
import { deliverRemote } from "#engine/service/delivery/deliver-remote.ts";
import { createRecord, updateRecord } from "#engine/service/editing/records.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { lendingPack } from "#tests/support/lending-pack.ts";
import { object } from "#tests/support/lending-schema.ts";
import { lendingWorld } from "#tests/support/lending-world.ts";

const MANY = 320;

/** A changed quota tells an asked loan 320 times; the one named with a number that the loan does not take. */
function toldOften(misfit: number): readonly Definition[] {
  const each = `for i in 1..${MANY} return {loan: find all("loans", {member_id: record.id, "@state": "asked"})[1].id, n: if i = ${misfit} then 0 else i}`;
  return (lendingPack as unknown as readonly Record<string, object>[]).map((definition) => {
    if (definition["key"] === ("lending.loan" as never)) {
      const recheck = { title: "Recheck", by: "system", payload: object({ n: { type: "integer", minimum: 1 } }, ["n"]) };
      return { ...definition, events: { ...definition["events"], "loan.recheck": recheck } };
    }
    if (definition["key"] !== ("lending.members" as never)) return definition;
    return { ...definition, onChange: [{ each, machine: "loan", to: "item.loan", event: "loan.recheck", payload: { n: "item.n" } }] };
  }) as unknown as readonly Definition[];
}

it.each([
  ["all of them fit", 0, []],
  ["one does not", 311, ["refused"]],
])(
  "[WMS-26][WMS-76] %s",
  async (_, misfit, refused) => {
    const world = await lendingWorld(toldOften(misfit));
    const [chief, clerk] = [world.as("chief"), world.as("clerk")];
    const member = (await createRecord(world.engine, chief, { type: "members", data: { name: "Ada", email: "ada@reader.example" } })).body;
    const payload = { member_id: member.id, title: "one", copies: 1 };
    const { body: loan } = await startInstance(world.engine, clerk, { machine: "loan", event: { type: "loan.open", payload } });
    await sendEvent(world.engine, clerk, { instance: loan.id, type: "loan.ask" });
    await updateRecord(world.engine, chief, { type: "members", id: member.id, data: { quota: 5 } });

    const waiting = () =>
      world.database.sql<OutboxItem & { subject: string | null }>(
        `select id, org_id as org, key, kind, subject, payload as body, 1 as attempt from outbox where kind = 'remote' and status = 'pending' order by id`,
      );
    expect((await waiting()).map(({ subject, body }) => [subject, (body["items"] as unknown as unknown[]).length])).toEqual([
      ["sent on", 100],
      ["sent on", 20],
    ]);
    const results: string[] = [];
    for (let rows = await waiting(); rows.length > 0; rows = await waiting()) {
      for (const row of rows) {
        const delivery = await deliverRemote(world.engine, row);
        results.push(delivery.result);
        expect(delivery.result === "refused" ? delivery.reason : "").toMatch(/^$|does not take "loan.recheck" as lending.members sends it: \/n /u);
        await world.database.sql("update outbox set status = $2 where id = $1", [row.id, delivery.result === "delivered" ? "delivered" : "dead"]);
      }
    }
    expect(results.filter((result) => result !== "delivered")).toEqual(refused);
    const told = await world.database.sql<{ n: number }>(
      "select (event->'payload'->>'n')::int as n from event_log where instance_id = $1 and type = 'loan.recheck' order by seq",
      [loan.id],
    );
    expect(told.map(({ n }) => n)).toEqual(Array.from({ length: MANY }, (__, i) => i + 1).filter((n) => n !== misfit));
  },
  120_000,
);
