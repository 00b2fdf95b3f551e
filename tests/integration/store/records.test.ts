import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { EngineError } from "#engine/core/errors.ts";
import { findByUnique } from "#engine/store/record-unique.ts";
import { createRecord, deleteRecord, loadRecord, loadRecords, recordVersions, updateRecord } from "#engine/store/records.ts";
import type { Session } from "#engine/store/tx.ts";
import { testDatabase } from "#tests/support/database.ts";
import { A, addThing, B, catalogue, inA, inB, PARTNERS, PARTS, PROFILES, seedOrgs, system, T0, THINGS } from "./fixture.ts";

const db = await testDatabase();
await seedOrgs(db);
const T1 = "2026-02-03T06:00:00.000Z";
const T2 = "2026-02-04T06:00:00.000Z";
const change = (id: string, orgId: string | null = A, at: string = T1) => ({ orgId, id, actorId: "ann", at });
const refused = (promise: Promise<unknown>): Promise<EngineError> =>
  promise.then(
    () => expect.unreachable(),
    (error: EngineError) => error,
  );

test("a record is created, changed, read as it was, and deleted, keeping every version", async () => {
  const thing = await db.store.work(inA, (tx) => addThing(tx, A, { name: "n1", amount: "10.50" }));
  expect(thing).toMatchObject({ orgId: A, org: "AAA", type: "things", version: 1 });
  const changed = await db.store.work(inA, (tx) =>
    updateRecord(tx, catalogue, THINGS, { ...change(thing.id), ifVersion: 1, data: { name: "n1", amount: "11.00" } }),
  );
  expect(changed.version).toBe(2);
  await db.store.work(inA, async (tx) => {
    expect(await loadRecord(tx, THINGS, thing.code!)).toEqual(changed);
    expect(await loadRecords(tx, THINGS, [thing.id])).toEqual([changed]);
    expect(await loadRecord(tx, THINGS, thing.id, { asOf: "2026-02-02T12:00:00.000Z" })).toEqual(thing);
    expect(await loadRecord(tx, THINGS, thing.id, { asOf: "2026-02-01T12:00:00.000Z" })).toBeNull();
  });
  await db.store.work(inA, (tx) => deleteRecord(tx, catalogue, THINGS, change(thing.id, A, T2)));
  await db.store.work(inA, async (tx) => {
    expect(await loadRecord(tx, THINGS, thing.id)).toBeNull();
    expect(await loadRecord(tx, THINGS, thing.id, { asOf: T1 })).toMatchObject({ version: 2 });
    expect(await loadRecord(tx, THINGS, thing.id, { asOf: T2 })).toBeNull();
    expect((await recordVersions(tx, THINGS, thing.id, { limit: 10 })).map((row) => [row.version, row.op])).toEqual([
      [3, "delete"],
      [2, "update"],
      [1, "create"],
    ]);
  });
  await db.store.work(inA, (tx) => addThing(tx, A, { name: "n1" }));
});

test("a stale version is refused, with the etag to read", async () => {
  const thing = await db.store.work(inA, (tx) => addThing(tx, A, { name: "stale" }));
  const error = await refused(db.store.work(inA, (tx) => updateRecord(tx, catalogue, THINGS, { ...change(thing.id), ifVersion: 7, data: {} })));
  expect(error).toMatchObject({ code: "record_changed", data: { etag: "1" } });
  const missing = await refused(db.store.work(inB, (tx) => updateRecord(tx, catalogue, THINGS, { ...change(thing.id, B), data: {} })));
  expect(missing.code).toBe("record_not_found");
});

test("unique keys hold per org, under a filter, and name only the caller's own fields", async () => {
  await db.store.work(inA, (tx) => addThing(tx, A, { name: "u", colour: "red", due: "2026-01-01" }));
  const error = await refused(db.store.work(inA, (tx) => addThing(tx, A, { name: "u" })));
  expect(error).toMatchObject({ code: "unique_taken", data: { fields: ["name"] } });
  expect(error.message).not.toMatch(/record_unique|constraint/);
  await db.store.work(inB, (tx) => addThing(tx, B, { name: "u" }));
  const second = await db.store.work(inA, (tx) => addThing(tx, A, { name: "u2", colour: "blue", due: "2026-01-01" }));
  const red = await refused(
    db.store.work(inA, (tx) => updateRecord(tx, catalogue, THINGS, { ...change(second.id), data: { name: "u2", colour: "red", due: "2026-01-01" } })),
  );
  expect(red).toMatchObject({ code: "unique_taken", data: { fields: ["due"] } });
});

test("two writers of one unique key at once: one gets it", async () => {
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => db.store.work(inA, (tx) => addThing(tx, A, { name: "race" }))));
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
});

test("a taken code is drawn again, at most five times", async () => {
  const make = (code: (attempt: number) => string) =>
    db.store.work(inA, (tx) => createRecord(tx, catalogue, THINGS, { orgId: A, id: randomUUID(), code, data: {}, actorId: "ann", at: T0 }));
  await make(() => "TAKEN");
  expect((await make((attempt) => (attempt < 3 ? "TAKEN" : "FREE"))).code).toBe("FREE");
  expect(await refused(make(() => "TAKEN"))).toMatchObject({ code: "unique_taken", data: { fields: ["code"] } });
});

test("references by code become ids; what is not visible does not resolve; what is in use stays", async () => {
  const part = await db.store.work(inA, (tx) =>
    createRecord(tx, catalogue, PARTS, { orgId: A, id: randomUUID(), code: null, data: { number: "P-1" }, actorId: "ann", at: T0 }),
  );
  expect(part.code).toBe("P-1");
  const thing = await db.store.work(inA, (tx) =>
    addThing(tx, A, {
      name: "refs",
      lines: [
        { part_id: "P-1", qty: "1" },
        { part_id: part.id, qty: "2" },
      ],
    }),
  );
  expect(thing.data["lines"]).toEqual([
    { part_id: part.id, qty: "1" },
    { part_id: part.id, qty: "2" },
  ]);
  const error = await refused(db.store.work(inB, (tx) => addThing(tx, B, { name: "refs", lines: [{ part_id: "P-1" }] })));
  expect(error).toMatchObject({ code: "payload_invalid", data: { errors: [{ path: "/lines/0/part_id" }] } });
  expect(await refused(db.store.work(inA, (tx) => deleteRecord(tx, catalogue, PARTS, change(part.id))))).toMatchObject({ code: "record_referenced" });
});

test("[P12] a restricted global row shows only to orgs with a grant, and hides again with it", async () => {
  const id = randomUUID();
  await db.store.work(inA, async (tx) => {
    await createRecord(tx, catalogue, PARTNERS, { orgId: null, id, code: "PA1", data: { name: "Partner", tax_id: "T1" }, actorId: "ann", at: T0 });
    await createRecord(tx, catalogue, PROFILES, { orgId: A, id: randomUUID(), code: null, data: { partner_id: id }, actorId: "ann", at: T0 });
  });
  const seen = (session: Session) => db.store.work(session, (tx) => loadRecord(tx, PARTNERS, id));
  expect(await seen(inA)).toMatchObject({ orgId: null, org: null, data: { name: "Partner" } });
  expect(await seen(inB)).toBeNull();
  expect(await refused(db.store.work(inB, (tx) => addThing(tx, B, { partner_id: "PA1" })))).toMatchObject({ code: "payload_invalid" });
  expect(await db.store.work(inB, (tx) => tx.asSystem(() => findByUnique(tx, PARTNERS, "tax_id", null, { tax_id: "T1" })))).toBe(id);
  const profile = await db.store.work(inB, (tx) =>
    tx.asSystem(() => createRecord(tx, catalogue, PROFILES, { orgId: B, id: randomUUID(), code: null, data: { partner_id: id }, actorId: "bob", at: T0 })),
  );
  expect(await seen(inB)).not.toBeNull();
  await db.store.work(inB, (tx) => deleteRecord(tx, catalogue, PROFILES, change(profile.id, B)));
  expect(await seen(inB)).toBeNull();
  expect(await seen(system)).not.toBeNull();
});

test("what PostgreSQL cannot store is refused in our words", async () => {
  expect(await refused(db.store.work(inA, (tx) => addThing(tx, A, { name: "nul \u0000" })))).toMatchObject({ code: "text_invalid" });
});
