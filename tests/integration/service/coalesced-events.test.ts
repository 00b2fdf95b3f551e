/** What one act tells an instance several times is taken once where its machine says so, and each time where it does not. */
import { expect, it } from "vitest";
import type { Definition } from "#engine/schema/definition.ts";
import { createRecord, updateRecord } from "#engine/service/editing/records.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { lendingPack } from "#tests/support/lending-pack.ts";
import { object, text } from "#tests/support/lending-schema.ts";
import { lendingWorld } from "#tests/support/lending-world.ts";

const EACH = 'for i in 1..5 return {loan: find all("loans", {member_id: record.id, "@state": "asked"})[1].id, why: if i = 2 then "other" else "quota"}';

/** A changed quota tells an asked loan five times, for two reasons. */
function toldOften(coalesce: boolean): readonly Definition[] {
  return (lendingPack as unknown as readonly Record<string, object>[]).map((definition) => {
    if (definition["key"] === ("lending.loan" as never)) {
      const recheck = { title: "Recheck", by: "system", payload: object({ why: text() }), ...(coalesce ? { coalesce } : {}) };
      return { ...definition, events: { ...definition["events"], "loan.recheck": recheck } };
    }
    if (definition["key"] !== ("lending.members" as never)) return definition;
    return { ...definition, onChange: [{ each: EACH, machine: "loan", to: "item.loan", event: "loan.recheck", payload: { why: "item.why" } }] };
  }) as unknown as readonly Definition[];
}

it.each([
  [true, 2],
  [false, 5],
])("coalesce: %s, taken %i times, in the order of the last of each", async (coalesce, taken) => {
  const world = await lendingWorld(toldOften(coalesce));
  const chief = world.as("chief");
  const member = (await createRecord(world.engine, chief, { type: "members", data: { name: "Ada", email: "ada@reader.example" } })).body;
  const { body: loan } = await startInstance(world.engine, world.as("clerk"), {
    machine: "loan",
    event: { type: "loan.open", payload: { member_id: member.id, title: "one", copies: 1 } },
  });
  await sendEvent(world.engine, world.as("clerk"), { instance: loan.id, type: "loan.ask" });
  await updateRecord(world.engine, chief, { type: "members", id: member.id, data: { quota: 5 } });
  const told = await world.database.sql<{ event: { payload: { why: string } } }>(
    "select event from event_log where instance_id = $1 and type = 'loan.recheck' order by seq",
    [loan.id],
  );
  expect(told).toHaveLength(taken);
  expect(told.map(({ event }) => event.payload.why)).toEqual(coalesce ? ["other", "quota"] : ["quota", "other", "quota", "quota", "quota"]);
});
