import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { FactRequest } from "#engine/core/step-types.ts";
import { commitSend } from "#engine/store/commit-send.ts";
import { loadFacts } from "#engine/store/facts.ts";
import { saveGrant, savePerson } from "#engine/store/people.ts";
import { updateRecord } from "#engine/store/records.ts";
import { saveSetting } from "#engine/store/settings.ts";
import type { Session } from "#engine/store/tx.ts";
import { testDatabase } from "#tests/support/database.ts";
import { A, addThing, B, catalogue, inA, inBoth, moved, seedOrgs, system, T0, THINGS } from "./fixture.ts";

const db = await testDatabase();
await seedOrgs(db);
const NOW = "2026-02-10T06:00:00.000Z";
const thing = await db.store.work(inA, (tx) => addThing(tx, A, { name: "one", colour: "red", amount: "10.10" }));
await db.store.work(inA, (tx) => addThing(tx, A, { name: "two", colour: "red", amount: "0.05" }, "2026-02-05T06:00:00.000Z"));
await db.store.work({ orgs: [B], actorId: "bob" }, (tx) => addThing(tx, B, { name: "one", colour: "red", amount: "500.00" }));
const instanceId = randomUUID();
await db.store.work(inA, async (tx) => {
  const start = moved(A, null, instanceId, "open");
  commitSend(tx, { ...start, instance: { ...start.instance, recordId: thing.id, snapshot: { ...start.instance.snapshot, context: { n: 1 } } } });
  await saveSetting(tx, { orgId: A, key: "test.rules", values: { days: 9 }, by: "ann", at: T0 });
});
const people = { ann: randomUUID(), bob: randomUUID() };
await db.store.work(system, async (tx) => {
  for (const [name, id] of Object.entries(people)) {
    await savePerson(
      tx,
      {
        id,
        email: `${name}@example.org`,
        name,
        status: "active",
        passwordHash: null,
        totpSecret: null,
        level: null,
        defaultOrgId: A,
        preferences: {},
        lastLoginAt: null,
      },
      T0,
    );
  }
  await saveGrant(tx, { orgId: A, personId: people.ann, role: "lead", validFrom: null, validTo: null });
  await saveGrant(tx, { orgId: A, personId: people.bob, role: "lead", validFrom: null, validTo: "2026-02-05T00:00:00.000Z" });
});

const ask = (kind: FactRequest["kind"], name: string, args: FactRequest["args"], more: Partial<FactRequest> = {}): FactRequest => ({
  key: `${kind}:${name}:${JSON.stringify(args)}`,
  kind,
  name,
  args,
  locks: [],
  scope: "org",
  ...more,
});
const load = async (session: Session, requests: readonly FactRequest[], asOf?: string) => {
  const bag = await db.store.work(session, (tx) => loadFacts(tx, requests, catalogue, { orgId: A, now: NOW, ...(asOf === undefined ? {} : { asOf }) }));
  return requests.map((request) => bag[request.key]);
};

test("every kind of fact is loaded as the expressions read it", async () => {
  const [byId, byCode, gone, first, all, total, people1, role, person, settings, instance, none] = await load(inA, [
    ask("get", "things", { ref: thing.id }),
    ask("get", "things", { ref: thing.code }),
    ask("get", "things", { ref: "NOPE" }),
    ask("find", "things", { filter: { colour: "red" } }),
    ask("findAll", "things", { filter: { colour: "red", "@state": "open" } }),
    ask("fact", "test.total", { colour: "red" }),
    ask("people", "", { permission: "go" }),
    ask("people", "", { role: "rep" }),
    ask("people", "", { id: people.ann }),
    ask("settings", "test.rules", {}),
    ask("instance", "test.thing", { record: thing.id }),
    ask("instance", "test.thing", { record: randomUUID() }),
  ]);
  expect(byId).toMatchObject({
    name: "one",
    amount: "10.10",
    id: thing.id,
    code: thing.code,
    type: "things",
    org: "AAA",
    created_at: T0,
    state: "open",
    states: ["open"],
  });
  expect(byCode).toEqual(byId);
  expect([gone, none]).toEqual([null, null]);
  expect(first).toEqual(byId);
  expect(all).toEqual([byId]);
  expect(total).toEqual({ total: "10.15", n: 2 });
  expect(people1).toEqual([{ id: people.ann, name: "ann", email: "ann@example.org" }]);
  expect(role).toEqual([]);
  expect(person).toEqual(people1);
  expect(settings).toEqual({ days: 9, strict: false });
  expect(instance).toEqual({ id: instanceId, state: "open", states: ["open"], seq: 1, context: { n: 1 } });
});

test("[P12] facts of scope org are those of the instance's org, whoever asks; scope system sees all", async () => {
  const request = ask("fact", "test.total", { colour: "red" });
  const [[alone], [both], [engine]] = await Promise.all([load(inA, [request]), load(inBoth, [request]), load(system, [request])]);
  expect(both).toEqual(alone);
  expect(engine).toEqual(alone);
  expect(await load(inA, [{ ...request, scope: "system" }])).toEqual([{ total: "510.15", n: 3 }]);
  expect(
    await db.store.work(inA, async (tx) => {
      await loadFacts(tx, [{ ...request, scope: "system" }], catalogue, { orgId: A, now: NOW });
      return tx.query("select code from org order by code");
    }),
  ).toEqual([{ code: "AAA" }]);
});

test("what a definition asks for in vain is unknown, with the reason; the rest is loaded", async () => {
  const [bad, good, missing] = await load(inA, [
    ask("find", "things", { filter: { nothing: 1 } }),
    ask("get", "things", { ref: thing.id }),
    ask("fact", "test.gone", {}),
  ]);
  expect(bad).toEqual({ $unknown: expect.stringContaining("nothing") });
  expect(good).toMatchObject({ name: "one" });
  expect(missing).toEqual({ $unknown: expect.stringContaining("test.gone") });
});

test("as of an instant: records, settings and grants as they were", async () => {
  await db.store.work(inA, async (tx) => {
    await updateRecord(tx, catalogue, THINGS, { orgId: A, id: thing.id, data: { ...thing.data, amount: "99.00" }, actorId: "ann", at: NOW });
    await saveSetting(tx, { orgId: A, key: "test.rules", values: { days: 30 }, by: "ann", at: NOW });
  });
  const [record, total, settings, grants] = await load(
    inA,
    [
      ask("get", "things", { ref: thing.id }),
      ask("fact", "test.total", { colour: "red" }),
      ask("settings", "test.rules", {}),
      ask("people", "", { permission: "go" }),
    ],
    "2026-02-03T00:00:00.000Z",
  );
  expect(record).toMatchObject({ amount: "10.10", version: 1 });
  expect(total).toEqual({ total: "10.10", n: 1 });
  expect(settings).toEqual({ days: 9, strict: false });
  expect(grants).toHaveLength(2);
});

test("[P13] two transactions judged against one lock never pass the limit side by side", async () => {
  const request = ask("fact", "test.total", { colour: "blue" }, { locks: ["exposure:b", "exposure:a"] });
  const attempt = () =>
    db.store.work(inA, async (tx) => {
      const bag = await loadFacts(tx, [request], catalogue, { orgId: A, now: NOW });
      if (Number((bag[request.key] as { n: number }).n) < 2) await addThing(tx, A, { name: randomUUID(), colour: "blue", amount: "1" });
    });
  await Promise.all(Array.from({ length: 8 }, attempt));
  expect(await load(inA, [request])).toEqual([{ total: "2", n: 2 }]);
});

test("asked together or one by one, requests get the same answers", async () => {
  const filters = [{ name: "one" }, { name: "two" }, { name: "nobody" }, { name: "one" }, { colour: "red" }, { "@state": "open" }];
  const requests = filters.flatMap((filter, n) => [
    { ...ask("findAll", "things", { filter }), key: `all ${n}` },
    { ...ask("find", "things", { filter }), key: `first ${n}` },
  ]);
  const apart = [];
  for (const request of requests) apart.push(...(await load(inA, [request])));
  expect(await load(inA, requests)).toEqual(apart);
  expect((apart[0] as unknown[]).length).toBe(1);
  expect(await load(inA, [...requests, { ...ask("findAll", "things", { filter: { nothing: 1 } }), key: "odd" }])).toEqual([
    ...apart,
    { $unknown: expect.stringContaining("nothing") },
  ]);
});

test("[P9] a list that is longer than a fact may be is unknown, not cut", async () => {
  const add = (from: number, to: number) =>
    db.sql(
      `insert into record (org_id, id, type, code, data, version, restricted, created_at, created_by, updated_at, updated_by)
       select $1, gen_random_uuid(), $2, null, '{"name": "many"}', 1, false, $3, 'ann', $3, 'ann' from generate_series($4::int, $5::int)`,
      [A, "things", T0, from, to],
    );
  const request = ask("findAll", "things", { filter: { name: "many" } });
  await add(1, 10_000);
  expect(((await load(inA, [request]))[0] as unknown[]).length).toBe(10_000);
  await add(10_001, 10_001);
  expect(await load(inA, [request])).toEqual([{ $unknown: "more than 10000 rows", $most: 10_000 }]);
});
