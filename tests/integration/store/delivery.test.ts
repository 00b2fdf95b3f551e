import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { appendAudit, searchAudit, verifyAudit } from "#engine/store/audit.ts";
import { loadInbox, lockInbox, purgeInbox, saveInbox } from "#engine/store/inbox.ts";
import { addOutbox, claimOutbox, expiredLeases, listOutbox, markDelivered, markOutbox, markRetry, nextOutboxDue } from "#engine/store/outbox.ts";
import { addReceipt, listReceipts } from "#engine/store/receipts.ts";
import { claimTimers, nextTimerDue, takeTimer } from "#engine/store/timers.ts";
import { effectSlices } from "#engine/store/traffic.ts";
import { advanceWatermark, loadWatermark } from "#engine/store/watermarks.ts";
import { testDatabase } from "#tests/support/database.ts";
import { A, B, inA, inB, seedOrgs, send, system, T0 } from "./fixture.ts";

const db = await testDatabase();
await seedOrgs(db);
const later = (seconds: number) => new Date(Date.parse(T0) + seconds * 1000).toISOString();
const write = (key: string, subject: string | null = null) => ({ key, kind: "mail", payload: { key }, subject });
const claim = (limit: number, now = T0, owner = "w") => db.store.work(system, (tx) => claimOutbox(tx, { now, limit, leaseMs: 30_000, owner }));

test("[P6] claimers take disjoint rows, each once", async () => {
  await db.store.work(inA, (tx) =>
    addOutbox(
      tx,
      A,
      Array.from({ length: 60 }, (_, n) => write(`d${n}`)),
      T0,
    ),
  );
  const claims = await Promise.all(Array.from({ length: 6 }, (_, n) => claim(20, T0, `w${n}`)));
  const keys = claims.flat().map((row) => row.key);
  expect(new Set(keys).size).toBe(60);
  expect(keys).toHaveLength(60);
  expect(claims.flat()[0]).toMatchObject({ orgId: A, status: "sending", attempts: 1, leaseUntil: later(30), payload: { key: expect.any(String) } });
  await db.store.work(system, (tx) =>
    markDelivered(
      tx,
      claims.flat().map((row) => ({ orgId: row.orgId, id: row.id, at: T0 })),
    ),
  );
  expect(await claim(20)).toEqual([]);
});

test("rows of one subject go out one after the other, in order, also after a retry", async () => {
  await db.store.work(inA, (tx) => addOutbox(tx, A, [write("s1", "x"), write("s2", "x"), write("other")], T0));
  const first = await claim(10);
  expect(first.map((row) => row.key)).toEqual(["s1", "other"]);
  expect(await claim(10)).toEqual([]);
  await db.store.work(system, (tx) => markRetry(tx, first[0]!, later(60), "refused"));
  expect(await claim(10, later(59))).toEqual([]);
  expect(await db.store.work(system, (tx) => nextOutboxDue(tx))).toBe(T0);
  const again = await claim(10, later(60));
  expect(again).toMatchObject([{ key: "s1", attempts: 2, lastError: "refused" }]);
  await db.store.work(system, (tx) => markDelivered(tx, [{ ...again[0]!, at: later(61) }]));
  const second = await claim(10, later(61));
  expect(second.map((row) => row.key)).toEqual(["s2"]);
  expect((await db.store.work(system, (tx) => expiredLeases(tx, later(92), 10))).map((row) => row.key)).toEqual(["other", "s2"]);
  expect(await db.store.work(inA, (tx) => markOutbox(tx, second[0]!, "dead", "gave up", later(62)))).toBe(true);
  expect((await db.store.work(inA, (tx) => listOutbox(tx, { status: "dead" }, { limit: 5 }))).items).toMatchObject([{ key: "s2", lastError: "gave up" }]);
  const found = async (search: string, rest = {}) =>
    (await db.store.work(inA, (tx) => listOutbox(tx, { search, ...rest }, { limit: 5 }))).items.map((row) => row.key);
  expect([await found("GAVE"), await found("s1"), await found("s1", { status: "dead" }), await found("%")]).toEqual([["s2"], ["s1"], [], []]);
  expect(await db.store.work(inB, (tx) => markOutbox(tx, second[0]!, "pending", null, later(62)))).toBe(false);
});

test("traffic counts by slices what was committed and how long it took to go out, within the orgs of who asks", async () => {
  const at = (minutes: number) => new Date(Date.parse("2031-03-05T10:00:00.000Z") + minutes * 60_000).toISOString();
  const add = (minutes: number, keys: readonly string[]) =>
    db.store.work(inA, (tx) =>
      addOutbox(
        tx,
        A,
        keys.map((key) => write(key)),
        at(minutes),
      ),
    );
  await add(0, ["t0"]);
  await add(11, ["t1", "t2", "t3"]);
  await add(29, ["t4"]);
  const rows = (await db.store.work(inA, (tx) => listOutbox(tx, {}, { limit: 5 }))).items;
  const took = { t1: 100, t2: 300, t3: 200 } as Record<string, number>;
  const sent = rows
    .filter(({ key }) => took[key] !== undefined)
    .map((row) => ({ ...row, at: new Date(Date.parse(row.createdAt) + took[row.key]!).toISOString() }));
  await db.store.work(system, (tx) => markDelivered(tx, sent));
  const span = { from: at(10), sliceMs: 10 * 60_000, most: 100 };
  expect(await db.store.work(inA, (tx) => effectSlices(tx, span))).toEqual([
    { slice: 0, count: 3, middle: 200, p99: 298 },
    { slice: 1, count: 1, middle: null, p99: null },
  ]);
  expect(await db.store.work(inA, (tx) => effectSlices(tx, { ...span, most: 2 }))).toMatchObject([{ count: 1 }, { count: 1 }]);
  expect(await db.store.work(inB, (tx) => effectSlices(tx, { ...span, orgs: [A] }))).toEqual([]);
});

test("[P8] timers are claimed in due order, leased, and fire at most once", async () => {
  const id = randomUUID();
  const arm = [
    { name: "b", dueAt: later(20) },
    { name: "a", dueAt: later(10) },
    { name: "c", dueAt: later(99) },
  ];
  await send(db, A, id, "s", { timers: { arm, cancel: [] } });
  const take = (now: string) => db.store.work(system, (tx) => claimTimers(tx, { now, limit: 10, leaseMs: 5_000 }));
  expect(await take(later(9))).toEqual([]);
  const due = await take(later(20));
  expect(due.map((timer) => timer.name)).toEqual(["a", "b"]);
  expect(await take(later(21))).toEqual([]);
  expect((await take(later(26))).map((timer) => timer.name)).toEqual(["a", "b"]);
  const fired = await Promise.all(Array.from({ length: 5 }, () => db.store.work(inA, (tx) => takeTimer(tx, due[0]!))));
  expect(fired.filter(Boolean)).toHaveLength(1);
  await send(db, A, id, "t", { timers: { arm: [{ name: "b", dueAt: later(200) }], cancel: [] } });
  expect(await db.store.work(inA, (tx) => takeTimer(tx, due[1]!))).toBe(false);
  expect(await db.store.work(system, (tx) => nextTimerDue(tx))).toBe(later(99));
});

test("[P5] a high-water mark only moves up, however writers race", async () => {
  const mark = (sequence: number, fingerprint = `f${sequence}`) =>
    db.store.work(inA, (tx) => advanceWatermark(tx, A, { source: "w", scope: "s", sequence, fingerprint }, T0));
  expect(await mark(5)).toBe("advanced");
  expect([await mark(4), await mark(5), await mark(5, "other"), await mark(6)]).toEqual(["stale", "same", "conflict", "advanced"]);
  const order = Array.from({ length: 30 }, (_, n) => 7 + ((n * 11) % 30));
  const results = await Promise.all(order.map((sequence) => mark(sequence)));
  expect(results.every((result) => result === "advanced" || result === "stale")).toBe(true);
  expect(await db.store.work(inA, (tx) => loadWatermark(tx, A, "w", "s"))).toMatchObject({ sequence: 36 });
  expect(await db.store.work(inB, (tx) => advanceWatermark(tx, B, { source: "w", scope: "s", sequence: 1, fingerprint: "f" }, T0))).toBe("advanced");
});

test("[P4] of two requests with one key, one acts and the other reads its answer", async () => {
  let acted = 0;
  const request = () =>
    db.store.work(inA, async (tx) => {
      const known = await lockInbox(tx, A, "api", "once");
      if (known !== null) return known.answer;
      acted += 1;
      await saveInbox(tx, A, { source: "api", key: "once", fingerprint: "f", status: 200, answer: { n: acted }, at: T0, expiresAt: later(10) });
      return { n: acted };
    });
  expect(await Promise.all(Array.from({ length: 6 }, request))).toEqual(Array.from({ length: 6 }, () => ({ n: 1 })));
  expect(await db.store.work(inB, (tx) => loadInbox(tx, A, "api", "once"))).toBeNull();
  expect(await db.store.work(system, (tx) => purgeInbox(tx, later(11)))).toBe(1);
});

test("receipts are listed newest first, by key and result", async () => {
  const receipt = (id: string, result: string, key: string) => ({
    orgId: A,
    id,
    contract: "c",
    event: "e",
    source: "w",
    key,
    fingerprint: "f",
    sequence: 1,
    result,
    cause: null,
    status: 202,
    envelope: { a: 1 },
    decision: null,
    instances: [],
    at: T0,
  });
  const ids = ["0190a000-0000-7000-8000-000000000001", "0190a000-0000-7000-8000-000000000002"] as const;
  await db.store.work(inA, async (tx) => {
    await addReceipt(tx, receipt(ids[0], "accepted", "k"));
    await addReceipt(tx, receipt(ids[1], "duplicate", "k"));
  });
  const list = (filter: object) => db.store.work(inA, (tx) => listReceipts(tx, { contract: "c", ...filter }, { limit: 1 }));
  const page = await list({ key: "k" });
  expect(page.items.map((row) => row.id)).toEqual([ids[1]]);
  expect((await db.store.work(inA, (tx) => listReceipts(tx, { contract: "c" }, { limit: 1, cursor: page.next }))).items.map((row) => row.id)).toEqual([ids[0]]);
  expect((await list({ result: "accepted" })).items[0]).toMatchObject({ envelope: { a: 1 }, decision: null });
});

test("[P14] the audit log is one chain per org, in order under load, and tampering shows", async () => {
  const entry = (orgId: string, n: number) => ({
    orgId,
    at: later(n),
    actorId: "ann",
    action: "event_blocked",
    subject: { type: "instance", id: `i${n}` },
    detail: { n, text: "Łódź" },
  });
  await Promise.all(Array.from({ length: 20 }, (_, n) => db.store.work(inA, (tx) => appendAudit(tx, [entry(A, n), entry(A, n + 100)]))));
  await db.store.work(inB, (tx) => appendAudit(tx, [entry(B, 1)]));
  expect(await db.store.work(inA, (tx) => verifyAudit(tx, A))).toEqual({ rows: 40, firstBad: null });
  expect((await db.store.work(inA, (tx) => searchAudit(tx, { search: "łódź", subjectId: "i3" }, { limit: 5 }))).items).toMatchObject([
    { orgId: A, subject: { id: "i3" }, detail: { n: 3 } },
  ]);
  expect((await db.store.work(inB, (tx) => searchAudit(tx, {}, { limit: 50 }))).items).toHaveLength(1);
  const paged: number[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof searchAudit>> = await db.store.work(inA, (tx) => searchAudit(tx, {}, { limit: 7, cursor }));
    paged.push(...page.items.map((row) => row.seq));
    cursor = page.next;
  } while (cursor !== null);
  expect(new Set(paged).size).toBe(40);
  await db.sql("set session_replication_role = replica");
  await db.sql("update audit_log set detail = '{}' where org_id = $1 and seq = 17", [A]);
  await db.sql("set session_replication_role = origin");
  expect(await db.store.work(inA, (tx) => verifyAudit(tx, A))).toEqual({ rows: 16, firstBad: 17 });
});
