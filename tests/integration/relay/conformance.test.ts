/**
 * One suite for both relays, on a real PostgreSQL and a real Redis: what is committed is delivered, once where it must be, in
 * order where it must be, and a crash or a lost Redis loses nothing (reliability P6, P7, P16).
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Delivery, EffectHandler, OutboxItem } from "#engine/core/ports.ts";
import { startBullmqRelay } from "#engine/relay/bullmq.ts";
import { startInProcessRelay } from "#engine/relay/in-process.ts";
import type { Relay, RelayContext } from "#engine/relay/relay-context.ts";
import { addOutbox, claimOutbox, listOutbox, type OutboxRow } from "#engine/store/outbox.ts";
import { saveOrg } from "#engine/store/people.ts";
import { type TestDatabase, testDatabase } from "#tests/support/database.ts";
import { type TestRedis, testRedis } from "#tests/support/redis.ts";

const SYSTEM = { orgs: "system", actorId: "system" } as const;
const ORG = randomUUID();
let database: TestDatabase;
let redis: TestRedis;
let now = Date.parse("2026-02-02T06:00:00.000Z");
const running: Relay[] = [];

beforeAll(async () => {
  database = await testDatabase();
  redis = await testRedis();
  await database.store.work(SYSTEM, (tx) => saveOrg(tx, { id: ORG, code: "ONE", name: "One", timeZone: "UTC", branding: {}, fourEyes: true, active: true }));
});

afterEach(async () => {
  for (const relay of running.splice(0)) await relay.stop();
  await database.sql("delete from outbox");
  await redis.flush();
});

const at = () => new Date(now).toISOString();

function contextOf(handlers: readonly EffectHandler[], owner = "test"): RelayContext {
  return {
    store: database.store,
    session: SYSTEM,
    owner,
    clock: { now: at },
    handlers: new Map(handlers.map((handler) => [handler.kind, handler])),
    fireTimer: async () => {},
    runSchedules: async () => 0,
    log: { effectTried: () => {}, turnFailed: () => {} },
  };
}

const RELAYS: Readonly<Record<string, (context: RelayContext) => Promise<Relay>>> = {
  "in process": async (context) => startInProcessRelay(context, { pollMs: 200 }),
  BullMQ: (context) => startBullmqRelay(context, { redisUrl: redis.url, queue: `q-${randomUUID()}`, pollMs: 200, work: true, concurrency: 4 }),
};

async function start(kind: string, handlers: readonly EffectHandler[], owner?: string): Promise<Relay> {
  const relay = await (RELAYS[kind] as (context: RelayContext) => Promise<Relay>)(contextOf(handlers, owner));
  running.push(relay);
  return relay;
}

/** `relay`: told before the commit, so that it may claim behind it. */
async function commit(
  rows: readonly { key: string; kind?: string; subject?: string | null; payload?: OutboxItem["body"] }[],
  relay?: Relay,
  refusal = "select 1",
): Promise<void> {
  const full = rows.map(({ key, kind = "note", subject = null, payload = {} }) => ({ key, kind, subject, payload }));
  await database.store.work({ orgs: [ORG], actorId: "t" }, async (tx) => {
    await addOutbox(tx, ORG, full, at());
    tx.queue(refusal);
    relay?.committing(tx);
  });
}

const outbox = async (): Promise<readonly OutboxRow[]> => (await database.store.work(SYSTEM, (tx) => listOutbox(tx, {}, { limit: 200 }))).items;

async function until(test: () => Promise<boolean> | boolean, ms = 8_000): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end; await sleep(20)) if (await test()) return;
  expect.fail(`Not reached within ${ms} ms`);
}

/** A handler that keeps what it was given and answers by script. */
function receiver(kind = "note", answer: (item: OutboxItem) => Delivery | Promise<Delivery> = () => ({ result: "delivered" }), atMostOnce = false) {
  const seen: OutboxItem[] = [];
  const handler: EffectHandler = {
    kind,
    atMostOnce: () => atMostOnce,
    deliver: async (item) => {
      seen.push(item);
      return await answer(item);
    },
  };
  return { seen, handler };
}

describe.each(Object.keys(RELAYS))("relay %s", (kind) => {
  it("delivers what was committed, after a wake and without one", async () => {
    const { seen, handler } = receiver();
    const relay = await start(kind, [handler]);
    await commit([{ key: "a:1:0" }]);
    relay.wake();
    await until(() => seen.length === 1);
    await commit([{ key: "a:2:0" }]);
    await until(() => seen.length === 2);
    await until(async () => (await outbox()).every(({ status }) => status === "delivered"));
    expect(seen.map(({ key, attempt, org }) => ({ key, attempt, org }))).toEqual([
      { key: "a:1:0", attempt: 1, org: ORG },
      { key: "a:2:0", attempt: 1, org: ORG },
    ]);
  });

  it("told before the commit, delivers it once; a refused commit leaves nothing and stops nothing", async () => {
    const { seen, handler } = receiver();
    const relay = await start(kind, [handler]);
    for (let n = 0; n < 8; n++) {
      await sleep(n * 5);
      await expect(commit([{ key: `refused:${n}:0` }], relay, "select 1 / 0")).rejects.toMatchObject({ code: "payload_invalid" });
      await Promise.all([1, 2].map((each) => commit([{ key: `b:${n}:${each}` }], relay).then(() => relay.wake())));
      await until(() => seen.length === 2 * (n + 1));
    }
    await relay.drain();
    expect(seen.map(({ key, attempt }) => `${key} ${attempt}`).sort()).toEqual(Array.from({ length: 16 }, (_, n) => `b:${n >> 1}:${(n % 2) + 1} 1`));
    expect((await outbox()).every(({ status }) => status === "delivered")).toBe(true);
  });

  it("stopped while its claim is under way, it leaves no row as being sent", async () => {
    const { seen, handler } = receiver("mail", undefined, true);
    const relay = await start(kind, [handler]);
    await relay.drain();
    await sleep(50);
    let stopped: Promise<void> | undefined;
    const committing: Relay["committing"] = (tx) => {
      relay.committing(tx);
      stopped = relay.stop();
    };
    await commit([{ key: "stop:1:0", kind: "mail" }], { ...relay, committing });
    await stopped;
    const [row] = await outbox();
    expect(row?.status === "pending" ? 0 : 1).toBe(seen.length);
    expect(row?.status).toMatch(/pending|delivered/);
  });

  it("keeps the order of one subject, also past a failed try, and lets other subjects pass", async () => {
    let fails = 1;
    const { seen, handler } = receiver("note", (item) => (item.key === "s:1:0" && fails-- > 0 ? { result: "retry", reason: "busy" } : { result: "delivered" }));
    const relay = await start(kind, [handler]);
    await commit([
      { key: "s:1:0", subject: "S" },
      { key: "s:2:0", subject: "S" },
      { key: "t:1:0", subject: "T" },
    ]);
    relay.wake();
    await until(() => seen.some(({ key }) => key === "t:1:0"));
    await sleep(300);
    expect(seen.filter(({ key }) => key.startsWith("s:")).map(({ key }) => key)).toEqual(["s:1:0"]);
    now += 31_000;
    await until(() => seen.length === 4);
    expect(seen.filter(({ key }) => key.startsWith("s:")).map(({ key }) => key)).toEqual(["s:1:0", "s:1:0", "s:2:0"]);
  });

  it("backs off and gives up: the row is dead, with its reason, and the instance is told", async () => {
    const remote = receiver("remote");
    const { seen, handler } = receiver("mail", () => ({ result: "retry", reason: "421 later" }));
    const relay = await start(kind, [handler, remote.handler]);
    await commit([{ key: "m:1:0", kind: "mail", payload: { instance: ORG } }]);
    relay.wake();
    for (let attempt = 1; attempt <= 8; attempt++) {
      await until(() => seen.length === attempt);
      await until(async () => (await outbox()).some(({ key, status }) => key === "m:1:0" && status !== "sending"));
      now += 3_700_000;
      relay.wake();
    }
    await until(() => remote.seen.length === 1);
    expect((await outbox()).find(({ key }) => key === "m:1:0")).toMatchObject({ status: "dead", attempts: 8, lastError: "421 later" });
    expect(remote.seen[0]?.body).toMatchObject({ op: "send", to: ORG, event: "mail.failed", payload: { attempts: 8, reason: "421 later" } });
  });

  it("parks what is unclear for a person, and refuses what nobody delivers", async () => {
    const { handler } = receiver("note", () => ({ result: "unclear", reason: "cut off" }));
    const relay = await start(kind, [handler]);
    await commit([{ key: "u:1:0" }, { key: "u:2:0", kind: "unheard-of" }]);
    relay.wake();
    await until(async () => (await outbox()).every(({ status }) => status !== "pending" && status !== "sending"));
    expect(Object.fromEntries((await outbox()).map(({ key, status }) => [key, status]))).toEqual({ "u:1:0": "possibly_sent", "u:2:0": "dead" });
  });

  it("after a crash while sending: repeats what may be repeated, parks a mail of class A", async () => {
    await commit([{ key: "c:1:0" }, { key: "c:2:0", kind: "mail" }]);
    const claimed = await database.store.work(SYSTEM, (tx) => claimOutbox(tx, { now: at(), limit: 10, leaseMs: 120_000, owner: "dead process" }));
    expect(claimed).toHaveLength(2);
    const note = receiver();
    const mail = receiver("mail", undefined, true);
    now += 121_000;
    const relay = await start(kind, [note.handler, mail.handler]);
    await relay.drain();
    await until(() => note.seen.length === 1);
    expect(mail.seen).toEqual([]);
    expect((await outbox()).find(({ key }) => key === "c:2:0")).toMatchObject({ status: "possibly_sent" });
  });

  it("two workers share a backlog and nothing is delivered twice", async () => {
    const { seen, handler } = receiver();
    await commit(Array.from({ length: 300 }, (_, index) => ({ key: `w:${index}:0` })));
    const relays = [await start(kind, [handler], "one"), await start(kind, [handler], "two")];
    for (const relay of relays) relay.wake();
    await until(() => seen.length >= 300);
    await sleep(200);
    expect(seen).toHaveLength(300);
    expect(new Set(seen.map(({ key }) => key)).size).toBe(300);
  });

  it("a handler that throws is a failed try, not the end of the relay", async () => {
    const { seen, handler } = receiver("note", (item) => {
      if (item.key === "x:1:0" && item.attempt === 1) throw new TypeError("broken");
      return { result: "delivered" };
    });
    const relay = await start(kind, [handler]);
    await commit([{ key: "x:1:0" }, { key: "x:2:0" }]);
    relay.wake();
    await until(() => seen.length === 2);
    now += 31_000;
    await until(async () => (await outbox()).every(({ status }) => status === "delivered"));
    expect(seen).toHaveLength(3);
  });
});

describe("Redis is a doorbell, never the record", () => {
  it("flushed, killed or absent, it loses nothing", async () => {
    const { seen, handler } = receiver();
    const relay = await start("BullMQ", [handler]);
    await commit([{ key: "r:1:0" }]);
    await redis.flush();
    await until(() => seen.length === 1);
    await redis.kill();
    await commit([{ key: "r:2:0" }]);
    relay.wake();
    await until(() => seen.length === 2);
    await redis.start();
    await commit([{ key: "r:3:0" }]);
    relay.wake();
    await until(() => seen.length === 3);
  });

  it("stops within a bound while Redis is gone, and takes nothing with it", async () => {
    const { seen, handler } = receiver();
    const relay = await start("BullMQ", [handler]);
    await redis.kill();
    await commit([{ key: "r:4:0" }]);
    const begin = performance.now();
    await relay.stop();
    expect(performance.now() - begin).toBeLessThan(12_000);
    await redis.start();
    const next = await start("BullMQ", [handler]);
    next.wake();
    await until(() => seen.length === 1);
  });

  it("a start that finds none, or is refused by one, says so in a sentence without the password, and tries no more", async () => {
    const begin = async (url: string) =>
      await startBullmqRelay(contextOf([]), { redisUrl: url, queue: "q", pollMs: 200, work: true, concurrency: 1 }).then(
        () => "started",
        (error: Error) => error.message,
      );
    expect(await begin("redis://me:secret@127.0.0.1:1")).toBe("No Redis answers at 127.0.0.1:1. Check REDIS_URL, or leave it out to work without Redis.");
    expect(await begin(redis.url.replace("//", "//me:secret@"))).toBe(`Redis at ${new URL(redis.url).host} refuses this user or password. Check REDIS_URL.`);
  });
});
