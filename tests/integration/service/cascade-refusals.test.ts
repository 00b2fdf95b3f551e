/** What one definition sends another, and what that does not take: the refusal names both and the place, and leaves the caller's own payload alone. */
import { expect, it } from "vitest";
import type { EngineError } from "#engine/core/errors.ts";
import type { Definition } from "#engine/schema/definition.ts";
import { createRecord, updateRecord } from "#engine/service/editing/records.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { lendingPack } from "#tests/support/lending-pack.ts";
import { object, text } from "#tests/support/lending-schema.ts";
import { lendingWorld } from "#tests/support/lending-world.ts";

/** A loan starts its pickup with a number where a loan is asked for, and a member tells a loan nothing where it wants a reason. */
function misfits(): readonly Definition[] {
  const packs = JSON.parse(JSON.stringify(lendingPack).replace('{"loan_id":"record.id"}', '{"loan_id":"1 + 1"}')) as readonly Record<string, object>[];
  return packs.map((definition) => {
    if (definition["key"] === ("lending.loan" as never)) {
      const recheck = { title: "Recheck", by: "system", payload: object({ why: text() }, ["why"]) };
      return { ...definition, events: { ...definition["events"], "loan.recheck": recheck } };
    }
    if (definition["key"] !== ("lending.members" as never)) return definition;
    const to = 'find all("loans", {member_id: record.id, "@state": "asked"}).id';
    return { ...definition, onChange: [{ machine: "loan", to, event: "loan.recheck", payload: {} }] };
  }) as unknown as readonly Definition[];
}

const refusalOf = async (act: Promise<unknown>): Promise<EngineError> =>
  await act.then(
    () => expect.unreachable("it was taken"),
    (error: EngineError) => error,
  );

it("[WMS-76] says which machine's event refused what of whom, and nothing is written", async () => {
  const world = await lendingWorld(misfits());
  const [chief, clerk] = [world.as("chief"), world.as("clerk")];
  const member = (await createRecord(world.engine, chief, { type: "members", data: { name: "Ada", email: "ada@reader.example", quota: 9 } })).body;
  const loanOf = async (title: string) => {
    const payload = { member_id: member.id, title, copies: 1 };
    return (await startInstance(world.engine, clerk, { machine: "loan", event: { type: "loan.open", payload } })).body;
  };

  const lent = await loanOf("one");
  const started = await refusalOf(sendEvent(world.engine, clerk, { instance: lent.id, type: "loan.lend" }));
  expect([started.code, started.data["errors"]]).toEqual(["payload_invalid", []]);
  expect(started.message).toBe(
    'lending.pickup does not take "pickup.open" as lending.loan sends it: /loan_id must be string. Mend what lending.loan sends along, or what "pickup.open" takes.',
  );
  expect(started.data["refused"]).toEqual({
    machine: "lending.pickup",
    event: "pickup.open",
    by: "lending.loan",
    errors: [expect.objectContaining({ path: "/loan_id", message: "must be string" })],
  });

  const asked = await loanOf("two");
  await sendEvent(world.engine, clerk, { instance: asked.id, type: "loan.ask" });
  const told = await refusalOf(updateRecord(world.engine, chief, { type: "members", id: member.id, data: { quota: 5 } }));
  expect(told.message).toBe(
    'lending.loan does not take "loan.recheck" as lending.members sends it: /why is required. Mend what lending.members sends along, or what "loan.recheck" takes.',
  );
  expect(told.data["refused"]).toMatchObject({ machine: "lending.loan", event: "loan.recheck", by: "lending.members", errors: [{ path: "/why" }] });
  const [row] = await world.database.sql<{ data: { quota: number } }>("select data from record where id = $1", [member.id]);
  expect(row?.data.quota).toBe(9);
}, 60_000);
