import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { EngineError } from "#engine/core/errors.ts";
import { listOrgs } from "#engine/store/people.ts";
import { createStore } from "#engine/store/store.ts";
import { testDatabase } from "#tests/support/database.ts";
import { A, addThing, inA, inB, seedOrgs, system } from "./fixture.ts";

const db = await testDatabase({ poolSize: 2 });
await seedOrgs(db);

test("[P12] the session ends with its transaction: the next user of the connection starts with nothing", async () => {
  await Promise.all([inA, inB, system, inA].map((session) => db.store.work(session, (tx) => listOrgs(tx))));
  const em = db.store.orm.em.fork();
  expect(await em.execute("select current_setting('app.orgs', true) as orgs, current_user::text as role")).toEqual([{ orgs: "", role: "postgres" }]);
  expect(await db.store.work({ orgs: [], actorId: "x" }, (tx) => tx.query("select 1 from org"))).toEqual([]);
});

test("a failed transaction leaves the connection fit for the next", async () => {
  for (let n = 0; n < 5; n++) {
    await expect(db.store.work(inA, (tx) => tx.query("select nonsense"))).rejects.toMatchObject({ code: "internal" });
    await expect(db.store.work(inA, async () => Promise.reject(new EngineError("gate_blocked", "shut")))).rejects.toMatchObject({ code: "gate_blocked" });
  }
  expect(await db.store.work(inA, (tx) => tx.query("select 1 as one"))).toEqual([{ one: 1 }]);
});

test("the first failure is the one that is told, also when the work goes on after it", async () => {
  const failed = db.store.work(inA, async (tx) => {
    tx.queue("select 1 / 0");
    await tx.query("select 1").catch(() => undefined);
    return "unharmed";
  });
  await expect(failed).rejects.toMatchObject({ code: "payload_invalid", cause: { code: "22012" } });
});

test("[P12] a transaction of one flight sees its session's orgs alone, commits what it wrote, and takes nothing after its commit", async () => {
  const seen = await db.store.single(inA, (tx) => tx.query<{ id: string }>("select id from org"));
  expect(seen).toEqual(await db.store.work(inA, (tx) => tx.query("select id from org")));
  await expect(
    db.store.single(inA, async (tx) => {
      await tx.query("select 1");
      return await tx.query("select 2");
    }),
  ).rejects.toMatchObject({ code: "internal" });
  for (let n = 0; n < 3; n++) await expect(db.store.single(inA, (tx) => tx.query("select 1 / 0"))).rejects.toMatchObject({ code: "payload_invalid" });
  expect(await db.store.single(inA, (tx) => tx.query("select 1 as one"))).toEqual([{ one: 1 }]);
});

test("[P12] what leaves behind a commit is a transaction of its own: it sees what was committed, under its own session", async () => {
  for (let n = 0; n < 3; n++) {
    const asked = await db.store.work(inA, async (tx) => {
      const { id } = await addThing(tx, A, { name: `ahead ${n}` });
      const see = (next: typeof tx) => next.query("select 1 from record where id = $1", [id]);
      return { rows: tx.behind(n === 0 ? inB : inA, see) };
    });
    expect(await asked.rows).toHaveLength(n === 0 ? 0 : 1);
  }
});

test("neither of two transactions in one packet fails the other, and the connection stays fit for the next", async () => {
  const pair = async (before: string, behind: string) => {
    let later: Promise<unknown> = Promise.resolve();
    const code = (error: EngineError) => error.code;
    const first = db.store.work(inA, async (tx) => {
      later = tx.behind(inA, (next) => next.query(behind)).then(() => "done", code);
      if (before === "") throw new EngineError("gate_blocked", "shut");
      tx.queue(before);
      return "done";
    });
    return [await first.catch(code), await later];
  };
  for (let n = 0; n < 3; n++) {
    expect(await pair("select 1", "select 2")).toEqual(["done", "done"]);
    expect(await pair("select 1", "select 1 / 0")).toEqual(["done", "payload_invalid"]);
    expect((await pair("select 1 / 0", "select 2"))[0]).toBe("payload_invalid");
    expect(await pair("", "select 2")).toEqual(["gate_blocked", "internal"]);
  }
  expect(await Promise.all([1, 2].map(() => db.store.work({ orgs: [], actorId: "x" }, (tx) => tx.query("select 1 from org"))))).toEqual([[], []]);
});

test("deadlocks are run again until both are through", async () => {
  const [one, two] = await db.store.work(inA, async (tx) => [await addThing(tx, A, { name: "d1" }), await addThing(tx, A, { name: "d2" })] as const);
  let runs = 0;
  const both = (first: string, second: string) =>
    db.store.work(inA, async (tx) => {
      runs += 1;
      await tx.query("update record set version = version + 1 where id = $1", [first]);
      await new Promise((wake) => setTimeout(wake, 100));
      await tx.query("update record set version = version + 1 where id = $1", [second]);
    });
  await Promise.all([both(one.id, two.id), both(two.id, one.id)]);
  expect(runs).toBeGreaterThan(2);
  expect(await db.sql("select version from record where id = any ($1)", [[one.id, two.id]])).toEqual([{ version: 3 }, { version: 3 }]);
});

test("statements that take too long are broken off, with our own code", async () => {
  const quick = await db.openStore({ statementTimeoutMs: 50 });
  const failed = quick.work(inA, (tx) => Promise.all([tx.query("select 1"), tx.query("select pg_sleep(1)"), tx.query("select 2")]));
  await expect(failed).rejects.toMatchObject({ code: "limit_exceeded", cause: { statement: "select pg_sleep(1)" } });
});

test("the unit of work and prepared statements share one transaction", async () => {
  const id = randomUUID();
  const failing = db.store.work(inA, async (tx) => {
    await tx.em.execute("insert into webhook (org_id, id, url, secret, events, created_by) values (?, ?, 'u', 's', '{}', 'ann')", [A, id]);
    expect(await tx.query("select id from webhook where id = $1", [id])).toEqual([{ id }]);
    throw new EngineError("internal", "undo");
  });
  await expect(failing).rejects.toMatchObject({ code: "internal" });
  expect(await db.sql("select id from webhook where id = $1", [id])).toEqual([]);
});

test("[P3] the store does not open on a database that may forget what it acknowledged", async () => {
  const name = new URL(db.url).pathname.slice(1);
  await db.sql(`alter database ${name} set synchronous_commit = off`);
  await expect(createStore({ url: db.url, migrate: false })).rejects.toMatchObject({ code: "unavailable" });
  await db.sql(`alter database ${name} reset synchronous_commit`);
  await expect(createStore({ url: db.url.replace(/:[^:@]+@/, ":wrong@"), migrate: false })).rejects.toMatchObject({ code: "unavailable" });
  await db.store.check();
});

test("migrations run once, also when two processes start at the same time", async () => {
  const [one, two] = await Promise.all([createStore({ url: db.url }), createStore({ url: db.url })]);
  const [ran] = await db.sql<{ all: number; once: number }>('select count(*)::int as "all", count(distinct name)::int as once from mikro_orm_migrations');
  expect(ran?.once).toBeGreaterThan(3);
  expect(ran?.all).toBe(ran?.once);
  await Promise.all([one.close(), two.close()]);
});

test("every month of the event log keeps its rows whole in their page, those made later too", async () => {
  const made = await db.store.asOwner((execute) => execute("select ensure_event_partitions(date '2031-01-15', 2) as made"));
  expect(made).toEqual([{ made: 2 }]);
  const parts = await db.sql("select count(*)::int as n from pg_inherits where inhparent = 'event_log'::regclass");
  const whole = await db.sql(
    "select count(*)::int as n from pg_inherits join pg_class c on c.oid = inhrelid where inhparent = 'event_log'::regclass and c.reloptions @> '{toast_tuple_target=4080}' and c.relrowsecurity and c.relforcerowsecurity",
  );
  expect(whole).toEqual(parts);
});
