/** A process that remembers how it left an instance decides the next event on that, and is right all the same: whatever others did meanwhile. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createRecord, updateRecord } from "#engine/service/editing/records.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { createEngine, type Engine } from "#engine/service/work/engine-context.ts";
import { cuttingProxy } from "#tests/support/cutting-proxy.ts";
import { lendingWorld } from "#tests/support/lending-world.ts";

const silent = () => undefined;

/** Two processes on one database, and a loan that `here` has moved to where it is asked for; `wire` lies before `there`. */
async function twoProcesses() {
  const world = await lendingWorld();
  const { engine: here } = world;
  const wire = await cuttingProxy(world.database.url);
  const there = createEngine({
    ...{ renderPdf: here.renderPdf, store: await world.database.openStore({ url: wire.url }), clock: here.clock },
    log: { info: silent, warn: silent, error: silent },
  });
  const [clerk, chief] = [world.as("clerk"), world.as("chief")];
  const member = (await createRecord(here, chief, { type: "members", data: { name: "Ada", email: "ada@reader.example", quota: 3 } })).body;
  const { body: loan } = await startInstance(here, clerk, {
    machine: "loan",
    event: { type: "loan.open", payload: { member_id: member.id, title: "one", copies: 1 } },
  });
  const ask = (engine: Engine, key?: string) => send(engine, "loan.ask", key);
  const refuse = (engine: Engine) => send(engine, "loan.refused");
  const send = async (engine: Engine, type: string, key?: string) => {
    const idempotency = key === undefined ? {} : { idempotency: { key, fingerprint: type } };
    return await sendEvent(engine, type === "loan.refused" ? chief : clerk, { instance: loan.id, type, answer: "lean", ...idempotency });
  };
  /** Statements of an act, and what it gave. */
  const counted = <T>(engine: Engine, act: () => Promise<T>) =>
    engine.store.counting(async () => ({ value: await act(), statements: engine.store.statements() as number }));
  const log = () =>
    world.database.sql<{ seq: number; type: string; prev: string; hash: string; facts: { record: { version: number } } }>(
      "select seq, type, encode(prev_hash, 'hex') as prev, encode(hash, 'hex') as hash, facts from event_log where instance_id = $1 order by seq",
      [loan.id],
    );
  await ask(here);
  return { world, wire, here, there, clerk, chief, loan, send, ask, refuse, counted, log };
}

describe("an instance that this process left", () => {
  it("is not read again before its next event", async () => {
    const { here, there, refuse, ask, counted } = await twoProcesses();
    const remembered = await counted(here, () => refuse(here));
    await ask(there);
    const read = await counted(here, () => refuse(here));
    expect([remembered.value.body.seq, read.value.body.seq]).toEqual([3, 5]);
    expect([remembered.statements, read.statements], "the write alone; reading and writing").toEqual([1, 2]);
  });

  it("logs the same record that reading gives, to the byte", async () => {
    const { here, there, refuse, ask, world, loan } = await twoProcesses();
    await refuse(here);
    await ask(there);
    const texts = await world.database.sql<{ record: string }>(
      "select (facts -> 'record')::text as record from event_log where instance_id = $1 and seq > 2 order by seq",
      [loan.id],
    );
    expect(texts).toHaveLength(2);
    expect(texts[0]).toEqual(texts[1]);
  });

  it("may be moved by others: what is refused on memory is asked of the database, and what moves is checked by its write", async () => {
    const { here, there, refuse, ask, log } = await twoProcesses();
    await refuse(there);
    expect((await ask(here)).body.seq, "here it stood where it cannot be asked for").toBe(4);
    await refuse(there);
    await ask(there);
    await expect(ask(here)).rejects.toMatchObject({ code: "event_not_available", data: { state: "asked" } });
    const rows = await log();
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const [n, { prev }] of rows.entries()) if (n > 0) expect(prev).toBe(rows[n - 1]?.hash);
  });

  it("is read first while two processes move it in turn, and remembered again once one of them does", async () => {
    const { here, there, refuse, ask, counted, world, loan } = await twoProcesses();
    const isRecalled = () => here.memory.recall(world.orgs.ONE.id, loan.id) !== null;
    expect(isRecalled()).toBe(true);
    for (let turn = 0; turn < 2; turn++) {
      await refuse(there);
      await ask(here);
      expect(isRecalled(), `turn ${turn}`).toBe(false);
    }
    expect((await counted(here, () => refuse(here))).statements).toBe(2);
    expect(isRecalled()).toBe(true);
    await ask(here);
    expect((await counted(here, () => refuse(here))).statements).toBe(1);
  });

  it("has the record that the database has: a gate decides on what another process wrote", async () => {
    const { here, there, chief, refuse, send, loan, world } = await twoProcesses();
    await refuse(here);
    const [record] = await world.database.sql<{ id: string }>("select record_id as id from instance where id = $1", [loan.id]);
    await updateRecord(there, chief, { type: "loans", id: record?.id ?? "", data: { copies: 9 } });
    await expect(send(here, "loan.lend")).rejects.toMatchObject({ code: "gate_blocked" });
    await updateRecord(there, chief, { type: "loans", id: record?.id ?? "", data: { copies: 2 } });
    expect((await send(here, "loan.lend")).body.to).toEqual("lent");
  });

  it.each(["activation_epoch", "settings_epoch"])("is read again once the org has another %s", async (epoch) => {
    const { here, refuse, ask, counted, world } = await twoProcesses();
    const usual = await counted(here, () => refuse(here));
    await ask(here);
    await world.database.sql(`update org set ${epoch} = ${epoch} + 1 where code = 'ONE'`);
    const changed = await counted(here, () => refuse(here));
    expect(changed.value.body.seq).toBe(5);
    expect(changed.statements).toBeGreaterThan(usual.statements);
  });

  it("is not the one of a restored database that has come as far by another way", async () => {
    const { here, refuse, ask, log, world, loan } = await twoProcesses();
    await refuse(here);
    await world.database.sql("update instance set last_hash = decode(repeat('ab', 32), 'hex') where id = $1", [loan.id]);
    await ask(here);
    expect((await log()).at(-1)?.prev).toBe("ab".repeat(32));
  });

  it.each(["lose-answer", "lose-commit"] as const)("is not moved twice where nobody knows what became of its commit: %s", async (fate) => {
    const { there, wire, refuse, ask, log } = await twoProcesses();
    await refuse(there);
    await ask(there);
    let commits = 0;
    wire.decide(() => (++commits === 1 ? fate : "pass"));
    await expect(refuse(there)).rejects.toMatchObject({ code: "unavailable" });
    expect(commits).toBe(1);
    await expect.poll(async () => (await log()).length).toBe(fate === "lose-answer" ? 5 : 4);
    const next = await (fate === "lose-answer" ? ask : refuse)(there);
    expect(next.body.seq).toBe(fate === "lose-answer" ? 6 : 5);
  });

  it("is nobody else's: neither another org nor who may not send learns or moves anything", async () => {
    const { here, refuse, world, loan, clerk } = await twoProcesses();
    await refuse(here);
    await expect(sendEvent(here, world.as("far"), { instance: loan.id, type: "loan.ask" })).rejects.toMatchObject({ code: "instance_not_found" });
    await sendEvent(here, clerk, { instance: loan.id, type: "loan.ask" });
    await expect(sendEvent(here, clerk, { instance: loan.id, type: "loan.refused" })).rejects.toMatchObject({ code: "event_not_permitted" });
  });
});

describe("a key on an instance that is remembered", () => {
  it("acts once, however often and from wherever it comes", async () => {
    const { here, there, refuse, ask, send, log } = await twoProcesses();
    await refuse(here);
    const key = randomUUID();
    const first = await ask(here, key);
    expect(first.replayed).toBe(false);
    for (const engine of [here, there, here]) expect(await ask(engine, key)).toEqual({ ...first, replayed: true });
    await expect(send(here, "loan.refused", key)).resolves.toMatchObject({ replayed: false });
    await expect(send(here, "loan.lend", key)).rejects.toMatchObject({ code: "idempotency_key_reused" });
    expect((await log()).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  });

  it("acts once when all come at the same time", async () => {
    const { here, there, refuse, ask, log } = await twoProcesses();
    await refuse(here);
    const key = randomUUID();
    const answers = await Promise.all([here, there, here, here, there, here].map((engine) => ask(engine, key)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect((await log()).map(({ type }) => type)).toEqual(["loan.open", "loan.ask", "loan.refused", "loan.ask"]);
  });
});

it("keeps one order of events when two processes move the same instance at once", async () => {
  const { here, there, refuse, ask, log } = await twoProcesses();
  const acts = Array.from({ length: 30 }, (_, n) => (n % 2 === 0 ? refuse : ask)(n % 3 === 0 ? there : here));
  const outcomes = await Promise.allSettled(acts);
  const moved = outcomes.filter(({ status }) => status === "fulfilled").length;
  const rows = await log();
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 2 + moved }, (_, n) => n + 1));
  for (const [n, { prev, type }] of rows.entries()) {
    if (n < 2) continue;
    expect(prev).toBe(rows[n - 1]?.hash);
    expect(type, "asked for and refused in turn").not.toBe(rows[n - 1]?.type);
  }
  for (const outcome of outcomes)
    if (outcome.status === "rejected") expect(["event_not_available", "unavailable"]).toContain((outcome.reason as { code: string }).code);
});
