/** Running instances go over to another version of their machine: by a map, with their timers, as an event of their own log. */
import { beforeAll, describe, expect, it } from "vitest";
import { canonicalJson, hashDefinition } from "#engine/core/canonical.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import { createRecord } from "#engine/service/editing/records.ts";
import { migrateInstances } from "#engine/service/instances/migrate-instances.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { verifyAudit } from "#engine/service/queries/audit.ts";
import { instanceHistory } from "#engine/service/queries/history.ts";
import { getInstance } from "#engine/service/queries/instance.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import { saveDefinitions } from "#engine/store/definitions.ts";
import { lendingPack } from "#tests/support/lending-pack.ts";
import { type LendingWorld, lendingWorld } from "#tests/support/lending-world.ts";

const old = lendingPack.find((definition) => definition.key === "lending.loan") as MachineDefinition;
const fromVersion = hashDefinition(old);
/** The same machine with the state `lent` called `out`. */
const renamed = JSON.parse(
  canonicalJson(old)
    .replaceAll('"lent":', '"out":')
    .replaceAll('"target":"lent"', '"target":"out"')
    .replaceAll('"loan.granted":"lent"', '"loan.granted":"out"'),
) as MachineDefinition;
const toVersion = hashDefinition(renamed);

let world: LendingWorld;
let loan: string;
/** The chief, with the right to publish besides. */
const publisher = (): Scope => {
  const scope = world.as("chief");
  return { ...scope, principal: { ...scope.principal, direct: ["rules.publish"] } };
};

beforeAll(async () => {
  world = await lendingWorld();
  await world.engine.store.work({ orgs: "system", actorId: "system" }, (tx) =>
    saveDefinitions(tx, [{ hash: toVersion, kind: "machine", key: renamed.key, content: canonicalJson(renamed) }], "system", world.engine.clock.now()),
  );
  const member = (await createRecord(world.engine, world.as("chief"), { type: "members", data: { name: "Ada", email: "ada@reader.example" } })).body.id;
  const event = { type: "loan.open", payload: { member_id: member, title: "Book", copies: 1 } };
  loan = (await startInstance(world.engine, world.as("clerk"), { machine: "loan", event })).body.id;
  await sendEvent(world.engine, world.as("clerk"), { instance: loan, type: "loan.lend" });
});

describe("migration", () => {
  it("needs the right to publish, and a version that is stored", async () => {
    const input = { machine: "loan", fromVersion, toVersion };
    await expect(migrateInstances(world.engine, world.as("chief"), input)).rejects.toMatchObject({ code: "permission_denied" });
    await expect(migrateInstances(world.engine, publisher(), { ...input, toVersion: "0".repeat(64) })).rejects.toMatchObject({ code: "definition_not_found" });
  });
  it("tells what does not fit, and a dry run changes nothing", async () => {
    const input = { machine: "loan", fromVersion, toVersion };
    expect(await migrateInstances(world.engine, publisher(), input)).toMatchObject({
      total: 1,
      migrated: 0,
      failed: 1,
      items: [{ problem: "the new version has no such state" }],
    });
    expect(await migrateInstances(world.engine, publisher(), { ...input, map: { lent: "out" }, dryRun: true })).toMatchObject({ migrated: 1, dryRun: true });
    expect((await getInstance(world.engine, world.as("clerk"), { instance: loan })).state).toBe("lent");
  });
  it("moves state and timers, writes its own row, and the chain holds", async () => {
    const before = await getInstance(world.engine, world.as("clerk"), { instance: loan });
    const answer = await migrateInstances(world.engine, publisher(), { machine: "loan", fromVersion, toVersion, map: { lent: "out" } });
    expect(answer).toMatchObject({ total: 1, migrated: 1, failed: 0, items: [{ from: "lent", to: "out" }] });
    const after = await getInstance(world.engine, world.as("clerk"), { instance: loan });
    expect(after).toMatchObject({ state: "out", seq: 3, machine: { version: toVersion } });
    expect(after.timers).toMatchObject([{ name: "out.late", dueAt: before.timers[0]?.dueAt }]);
    const history = await instanceHistory(world.engine, world.as("clerk"), { instance: loan });
    expect(history.items.at(-1)).toMatchObject({ event: { type: "instance.migrated" }, from: "lent", to: "out" });
    expect((await verifyAudit(world.engine, world.as("chief"))).ok).toBe(true);
    expect(await migrateInstances(world.engine, publisher(), { machine: "loan", fromVersion, toVersion })).toMatchObject({ total: 0 });
  });
});
