import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { commitSend } from "#engine/store/commit-send.ts";
import { eventsOf } from "#engine/store/events.ts";
import { loadInbox } from "#engine/store/inbox.ts";
import { findInstanceByKey, listInstances, loadInstance } from "#engine/store/instances.ts";
import { holdInstance, openSend, openStart } from "#engine/store/open-send.ts";
import { listOutbox } from "#engine/store/outbox.ts";
import { loadRecord } from "#engine/store/records.ts";
import { listTasks } from "#engine/store/tasks.ts";
import { timersOf } from "#engine/store/timers.ts";
import { verifyEvents } from "#engine/store/verify-events.ts";
import { testDatabase } from "#tests/support/database.ts";
import { A, addThing, B, inA, inB, moved, seedOrgs, send, system, T0, THINGS } from "./fixture.ts";

const db = await testDatabase();
await seedOrgs(db);

const task = (id: string) => ({
  id,
  kind: "check",
  form: "task" as const,
  title: "Look",
  ref: "r1",
  assignee: null,
  permission: "go",
  role: null,
  minRank: 0,
  excluded: [],
  dueAt: "2026-02-03T06:00:00.000Z",
  outcomes: { ok: "done" },
  relies: {},
});

test("[P2] one event writes instance, log, record, timers, tasks, outbox and answer together", async () => {
  const thing = await db.store.work(inA, (tx) => addThing(tx, A, { name: "one", amount: "10.00" }));
  const id = randomUUID();
  const taskId = randomUUID();
  await db.store.work(inA, async (tx) => {
    const opened = await openStart(tx, { orgId: A, machine: "test.thing", record: { type: "things", id: thing.id }, unique: "u1" });
    expect(opened).toMatchObject({ instance: null, record: { id: thing.id, org: "AAA", data: { amount: "10.00" } }, activationEpoch: 1, settingsEpoch: 1 });
    const commit = moved(A, null, id, "open");
    commitSend(tx, { ...commit, instance: { ...commit.instance, recordId: thing.id, unique: "u1" } });
  });
  const hash = await send(db, A, id, "waiting", {
    at: "2026-02-02T06:01:00.000Z",
    record: { op: "update", row: { ...thing, version: 2, data: { name: "one", amount: "12.00" } } },
    timers: { arm: [{ name: "waiting.soon", dueAt: "2026-02-02T07:00:00.000Z" }], cancel: ["waiting.soon"] },
    tasks: [task(taskId)],
    outbox: [
      { key: `${id}:2:0`, kind: "mail", payload: { a: 1 }, subject: "s" },
      { key: `${id}:2:1`, kind: "webhook", payload: {}, subject: null },
    ],
    inbox: { source: "api", key: "k1", fingerprint: "f", status: 200, answer: { seq: 2 }, at: T0, expiresAt: null },
  });
  await db.store.work(inA, async (tx) => {
    expect(await loadInstance(tx, id)).toMatchObject({ seq: 2, state: "waiting", lastHash: hash, recordId: thing.id, updatedAt: "2026-02-02T06:01:00.000Z" });
    expect(await loadRecord(tx, THINGS, thing.id)).toMatchObject({ version: 2, data: { amount: "12.00" } });
    expect(await timersOf(tx, id)).toEqual([{ orgId: A, instanceId: id, name: "waiting.soon", dueAt: "2026-02-02T07:00:00.000Z", seq: 2 }]);
    expect((await listTasks(tx, { status: "open", instanceId: id }, { limit: 10 })).items).toMatchObject([
      { id: taskId, outcomes: { ok: "done" }, recordId: thing.id },
    ]);
    expect((await listOutbox(tx, { instanceId: id }, { limit: 10 })).items.map((row) => row.key)).toEqual([`${id}:2:1`, `${id}:2:0`]);
    expect(await loadInbox(tx, A, "api", "k1")).toMatchObject({ status: 200, answer: { seq: 2 } });
    const opened = await openSend(tx, { orgId: A, instanceId: id, idempotency: { source: "api", key: "k1" } });
    expect(opened).toMatchObject({ inbox: { fingerprint: "f" }, record: { version: 2, org: "AAA" }, instance: { seq: 2 } });
    expect((await eventsOf(tx, id, { facts: true })).map((row) => [row.seq, row.from, row.to, row.facts?.bag["fact:x"]])).toEqual([
      [1, null, "open", "1.50"],
      [2, "open", "waiting", "1.50"],
    ]);
    expect(await findInstanceByKey(tx, `thing:${id}`)).toMatchObject({ id });
    expect((await openStart(tx, { orgId: A, machine: "test.thing", unique: "u1" })).instance).toMatchObject({ id });
  });
  await send(db, A, id, "closed", { timers: { arm: [], cancel: ["waiting.soon"] }, cancelTasks: [{ kind: "check", ref: null }] });
  await db.store.work(inA, async (tx) => {
    expect(await timersOf(tx, id)).toEqual([]);
    expect((await listTasks(tx, { instanceId: id }, { limit: 10 })).items[0]).toMatchObject({ status: "cancelled" });
    expect((await listInstances(tx, { state: "closed" }, { limit: 10 })).items.map((row) => row.id)).toEqual([id]);
  });
});

test("[P1] fifty events at once on one instance get seq 2 to 51 in one chain", async () => {
  const id = randomUUID();
  await send(db, A, id, "s0");
  await Promise.all(Array.from({ length: 50 }, (_, n) => send(db, A, id, `s${n}`)));
  await db.store.work(inA, async (tx) => {
    expect((await eventsOf(tx, id)).map((row) => row.seq)).toEqual(Array.from({ length: 51 }, (_, n) => n + 1));
    expect(await verifyEvents(tx, { instanceIds: [id] })).toEqual({ events: 51, instances: 1, faults: [] });
  });
});

test("a record that changed under the step makes the step run again, on what is there now", async () => {
  const thing = await db.store.work(inA, (tx) => addThing(tx, A, { name: "raced" }));
  const id = randomUUID();
  await db.store.work(inA, async (tx) => commitSend(tx, { ...moved(A, null, id, "s"), instance: { ...moved(A, null, id, "s").instance, recordId: thing.id } }));
  let runs = 0;
  await db.store.work(inA, async (tx) => {
    runs += 1;
    const opened = await openSend(tx, { orgId: A, instanceId: id });
    if (runs === 1) await db.sql('update record set version = version + 1, data = data || \'{"colour":"blue"}\' where id = $1', [thing.id]);
    const row = opened.record!;
    commitSend(
      tx,
      moved(A, opened, id, "t", {
        record: { op: "update", row: { ...row, version: row.version + 1, data: { ...row.data, seen: row.data["colour"] ?? null } } },
      }),
    );
  });
  expect(runs).toBe(2);
  expect(await db.store.work(inA, (tx) => loadRecord(tx, THINGS, thing.id))).toMatchObject({ version: 3, data: { colour: "blue", seen: "blue" } });
});

test("[P2] an instance that was opened late and moved on meanwhile is opened again, on what is there now", async () => {
  const id = randomUUID();
  await send(db, A, id, "s");
  const seen: (string | undefined)[] = [];
  await db.store.work(inA, async (tx) => {
    const opened = await openSend(tx, { orgId: A, instanceId: id, lock: "late" });
    seen.push(opened.instance?.state as string);
    // It holds nothing: the other one does not wait for this transaction.
    if (seen.length === 1) await send(db, A, id, "between");
    commitSend(tx, moved(A, opened, id, "t"));
  });
  expect(seen).toEqual(["s", "between"]);
  expect(await db.store.work(inA, (tx) => loadInstance(tx, id))).toMatchObject({ seq: 3, state: "t" });
});

test("[P13] what was opened late is held before anything else is waited for, and only where it stands as it was read", async () => {
  const id = randomUUID();
  await send(db, A, id, "s");
  let runs = 0;
  await db.store.work(inA, async (tx) => {
    runs += 1;
    const { instance } = await openSend(tx, { orgId: A, instanceId: id, lock: "late" });
    if (runs === 1) await send(db, A, id, "between");
    holdInstance(tx, instance!);
    await tx.query("select 1");
    const other = db.store.work(inA, async (two) => {
      await two.query("set local lock_timeout = '200ms'");
      await two.query(`select 1 from instance where id = '${id}' for no key update nowait`);
    });
    await expect(other).rejects.toMatchObject({ code: "unavailable" });
  });
  expect(runs).toBe(2);
});

test("[P2] what fails late leaves nothing, and says nothing of the database", async () => {
  const id = randomUUID();
  await send(db, A, id, "s");
  const twice = { key: `${id}:2:0`, kind: "mail", payload: {}, subject: null };
  await expect(send(db, A, id, "t", { outbox: [twice, twice] })).rejects.toMatchObject({ code: "unique_taken", data: { fields: [] } });
  expect(await db.store.work(inA, (tx) => loadInstance(tx, id))).toMatchObject({ seq: 1, state: "s" });
});

test("a cascade commits several instances in one transaction", async () => {
  const [one, two] = [randomUUID(), randomUUID()].sort() as [string, string];
  await db.store.work(inA, async (tx) => {
    commitSend(tx, moved(A, await openSend(tx, { orgId: A, instanceId: one }), one, "a"));
    commitSend(tx, moved(A, await openSend(tx, { orgId: A, instanceId: two }), two, "b"));
    const again = await openSend(tx, { orgId: A, instanceId: one });
    expect(again.instance).toMatchObject({ seq: 1, state: "a" });
    commitSend(tx, moved(A, again, one, "c"));
  });
  expect(await db.store.work(inA, (tx) => loadInstance(tx, one))).toMatchObject({ seq: 2, state: "c" });
});

test("[P12] an instance of another org can neither be opened nor written", async () => {
  const id = randomUUID();
  await send(db, A, id, "s");
  await db.store.work(inB, async (tx) => {
    expect(await openSend(tx, { orgId: A, instanceId: id })).toEqual({ instance: null, record: null, inbox: null, activationEpoch: 0, settingsEpoch: 0 });
    expect(await openSend(tx, { orgId: B, instanceId: id })).toMatchObject({ instance: null });
    expect(await loadInstance(tx, id)).toBeNull();
  });
  await expect(db.store.work(inB, async (tx) => commitSend(tx, moved(A, null, randomUUID(), "s")))).rejects.toMatchObject({ code: "permission_denied" });
});

test("[P14] changed, missing and foreign rows are found, wherever they are", async () => {
  const ids = Array.from({ length: 4 }, () => randomUUID());
  for (const id of ids) for (const state of ["a", "b", "c"]) await send(db, A, id, state);
  const [changed, removed, moved2, beheaded] = ids as [string, string, string, string];
  await db.sql("set session_replication_role = replica");
  await db.sql(`update event_log set facts = '{"record":null,"bag":{"fact:x":"9.50"}}' where instance_id = $1 and seq = 2`, [changed]);
  await db.sql("delete from event_log where instance_id = $1 and seq = 2", [removed]);
  await db.sql("update event_log set prev_hash = '\\x00' where instance_id = $1 and seq = 3", [moved2]);
  await db.sql("update instance set last_hash = '\\x00' where id = $1", [beheaded]);
  await db.sql("set session_replication_role = origin");
  const { faults } = await db.store.work(inA, (tx) => verifyEvents(tx, { instanceIds: ids }));
  expect(new Map(faults.map((fault) => [fault.instanceId, [fault.seq, fault.because]]))).toEqual(
    new Map<string, [number, string]>([
      [changed, [2, "hash"]],
      [removed, [2, "missing"]],
      [moved2, [3, "prev_hash"]],
      [beheaded, [3, "head"]],
    ]),
  );
  expect((await db.store.work(system, (tx) => verifyEvents(tx))).faults).toHaveLength(4);
});

test("[P14] a verification beside working writers sees whole chains", async () => {
  const ids = Array.from({ length: 8 }, () => randomUUID());
  for (const id of ids) await send(db, A, id, "s0");
  let writing = true;
  const writers = ids.map(async (id) => {
    for (let n = 1; writing; n++) await send(db, A, id, `s${n}`);
  });
  try {
    for (let round = 0; round < 40; round++) expect((await db.store.work(inA, (tx) => verifyEvents(tx, { instanceIds: ids }))).faults).toEqual([]);
  } finally {
    writing = false;
    await Promise.all(writers);
  }
});

test("[P15] the log refuses update, delete and truncate, to the app and to the owner", async () => {
  for (const sql of [
    "update event_log set type = 'x'",
    "delete from event_log",
    "truncate event_log",
    "delete from audit_log",
    "update record_version set data = '{}'",
  ]) {
    await expect(db.store.work(inA, (tx) => tx.query(sql))).rejects.toMatchObject({ code: "permission_denied" });
    await expect(db.store.work(system, (tx) => tx.query(sql))).rejects.toMatchObject({ code: "permission_denied" });
  }
  await expect(db.sql("update event_log set type = 'x'")).rejects.toThrow(/append-only/);
  await expect(db.sql("truncate event_log")).rejects.toThrow(/append-only/);
});
