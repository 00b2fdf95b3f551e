/** [P14] Signed checkpoints: what the chains alone cannot tell, a log rewritten with every hash put right, is found and dated. */
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCheckpoints } from "#engine/checkpoint-files.ts";
import { writeCheckpoints } from "#engine/service/checkpoints/write-checkpoints.ts";
import { type HashedEvent, hashEvent } from "#engine/store/event-hash.ts";
import { openDesk, START } from "./desk.ts";

const desk = await openDesk();
const hour = (n: number): string => new Date(Date.parse(START) + n * 3_600_000).toISOString();
const at = (n: number): void => desk.clock.set(hour(n));
const verify = async () => (await desk.call("lead", "POST", "/api/v1/audit/verify")).body;
const kinds = (body: { checkpoints: { faults: { because: string }[] } }) => [...new Set(body.checkpoints.faults.map(({ because }) => because))].sort();

async function newNote(words: number): Promise<string> {
  const body = { machine: "note", event: { type: "note.create", payload: { title: "A note", words } } };
  return (await desk.call("writer", "POST", "/api/v1/instances", body)).body.id;
}
const write = (id: string, words: number) => desk.call("writer", "POST", `/api/v1/instances/${id}/events`, { type: "note.write", payload: { words } });
const asSuperuser = (sql: string, values: readonly unknown[] = []) => desk.database.sql(sql, values);

/** Changes an event as a superuser would who knows how the chain is made: every hash behind it is put right, and the head. */
async function rewriteConsistently(instance: string, seq: number, change: (event: string) => string): Promise<void> {
  const rows = await desk.database.store.work({ orgs: "system", actorId: "system" }, (tx) =>
    tx.query<HashedEvent>(
      `select org_id as "orgId", instance_id as "instanceId", seq, at, machine, machine_version as "machineVersion", release, type, actor::text, event::text, facts::text,
         decisions::text, effects::text, from_state::text as "from", to_state::text as "to", seed, override::text from event_log where instance_id = $1 order by seq`,
      [instance],
    ),
  );
  await asSuperuser("set session_replication_role = replica");
  let prevHash: string | null = null;
  for (const row of rows) {
    const event = row.seq === seq ? change(row.event) : row.event;
    const hash = hashEvent({ ...row, event, prevHash });
    await asSuperuser("update event_log set event = $3::json, prev_hash = decode($4, 'hex'), hash = decode($5, 'hex') where instance_id = $1 and seq = $2", [
      instance,
      row.seq,
      event,
      prevHash,
      hash,
    ]);
    prevHash = hash;
  }
  await asSuperuser("update instance set last_hash = decode($2, 'hex') where id = $1", [instance, prevHash]);
  await asSuperuser("set session_replication_role = default");
}

const first = await newNote(3);
const second = await newNote(4);

it("covers every chain of an org once an hour when something changed, and tells what is not covered yet", async () => {
  expect((await verify()).checkpoints).toMatchObject({ checkpoints: 0, covered: 0, lastAt: null, faults: [] });
  expect(await writeCheckpoints(desk.engine)).toBe(1);
  await write(first, 5);
  expect(await verify()).toMatchObject({
    ok: true,
    events: 3,
    checkpoints: { checkpoints: 1, covered: 2, copied: 1, otherKeys: 0, lastAt: hour(0), faults: [] },
  });
  expect(await writeCheckpoints(desk.engine)).toBe(0);
  at(1);
  expect(await writeCheckpoints(desk.engine)).toBe(1);
  expect((await verify()).checkpoints).toMatchObject({ checkpoints: 2, covered: 3, lastAt: hour(1), brokenSince: null });
  at(2);
  expect(await writeCheckpoints(desk.engine)).toBe(0);
  expect(JSON.parse(desk.checkpointCopies[1]!)).toMatchObject({
    seq: 2,
    instances: 2,
    events: 3,
    changed: [[first, 2, expect.stringMatching(/^[0-9a-f]{64}$/u)]],
  });
});

it("is written once where several processes have the same hour", async () => {
  await write(first, 6);
  at(3);
  const written = await Promise.all(Array.from({ length: 4 }, () => writeCheckpoints(desk.engine)));
  expect(written.reduce((sum, n) => sum + n, 0)).toBe(1);
  expect((await verify()).checkpoints).toMatchObject({ checkpoints: 3, covered: 4, faults: [] });
});

it("finds a chain that a superuser rewrote with every hash put right, and says since when", async () => {
  const genuine = JSON.stringify(await asSuperuser("select event::text from event_log where instance_id = $1 and seq = 2", [first]));
  await rewriteConsistently(first, 2, (event) => event.replace('"words":5', '"words":50'));
  const found = await verify();
  expect(found.faults).toEqual([]);
  expect(found).toMatchObject({ ok: false, checkpoints: { brokenSince: hour(1), intactUntil: hour(0), covered: 2 } });
  expect(found.checkpoints.faults).toEqual([
    { org: "ONE", seq: 2, at: hour(1), because: "log", instance: first, event: 2 },
    { org: "ONE", seq: 3, at: hour(3), because: "log", instance: first, event: 3 },
  ]);
  at(4);
  expect(await writeCheckpoints(desk.engine)).toBe(0);
  await rewriteConsistently(first, 2, (event) => event.replace('"words":50', '"words":5'));
  expect(JSON.stringify(await asSuperuser("select event::text from event_log where instance_id = $1 and seq = 2", [first]))).toBe(genuine);
  expect(await verify()).toMatchObject({ ok: true });
});

it("finds it by the copies when the database's own checkpoints were rewritten or removed, too", async () => {
  await asSuperuser("begin");
  await asSuperuser("create table kept_head as select * from checkpoint_head; ");
  await asSuperuser("create table kept as select * from checkpoint");
  await asSuperuser("commit");
  await rewriteConsistently(first, 3, (event) => event.replace('"words":6', '"words":60'));
  await asSuperuser("set session_replication_role = replica");
  await asSuperuser("update checkpoint_head h set hash = e.hash from event_log e where e.instance_id = h.instance_id and e.seq = h.seq");
  await asSuperuser("set session_replication_role = default");
  const changed = await verify();
  expect(changed.ok).toBe(false);
  expect(kinds(changed)).toEqual(["database", "log"]);
  expect(changed.checkpoints).toMatchObject({ brokenSince: hour(3), intactUntil: hour(1) });
  await asSuperuser("set session_replication_role = replica");
  await asSuperuser("delete from checkpoint_head; ");
  await asSuperuser("delete from checkpoint");
  await asSuperuser("set session_replication_role = default");
  const removed = await verify();
  expect(removed).toMatchObject({ ok: false, checkpoints: { checkpoints: 3, brokenSince: hour(0) } });
  expect(kinds(removed)).toEqual(["database", "log"]);
  await rewriteConsistently(first, 3, (event) => event.replace('"words":60', '"words":6'));
  await asSuperuser("set session_replication_role = replica");
  await asSuperuser("insert into checkpoint select * from kept");
  await asSuperuser("insert into checkpoint_head select * from kept_head");
  await asSuperuser("drop table kept, kept_head");
  await asSuperuser("set session_replication_role = default");
  expect(await verify()).toMatchObject({ ok: true });
});

it("finds an instance that was removed with its whole chain, and rows cut from the end of the audit log", async () => {
  await desk.call("writer", "POST", `/api/v1/instances/${second}/events`, { type: "note.submit" });
  at(5);
  expect(await writeCheckpoints(desk.engine)).toBe(1);
  await asSuperuser("set session_replication_role = replica");
  const [audit] = await asSuperuser("delete from audit_log where org_id = $1 and seq = (select max(seq) from audit_log where org_id = $1) returning seq", [
    desk.orgIds.ONE,
  ]);
  await asSuperuser("delete from event_log where instance_id = $1", [second]);
  await asSuperuser("delete from instance where id = $1", [second]);
  await asSuperuser("set session_replication_role = default");
  const found = await verify();
  expect(audit).toMatchObject({ seq: expect.anything() });
  expect([found.ok, found.faults]).toEqual([false, []]);
  expect(kinds(found)).toEqual(["audit", "log"]);
  expect(found.checkpoints).toMatchObject({ brokenSince: hour(0), intactUntil: null });
  expect(found.checkpoints.faults).toContainEqual(expect.objectContaining({ instance: second, because: "log" }));
});

it("takes no checkpoint that the key did not sign", async () => {
  const line = desk.checkpointCopies[0]!;
  desk.checkpointCopies[0] = line.replace('"events":2', '"events":3');
  expect(kinds(await verify())).toContain("signature");
  desk.checkpointCopies[0] = line;
});

it("keeps its key for the owner alone, and adds to its copies", async () => {
  const folder = await mkdtemp(join(tmpdir(), "checkpoints-"));
  try {
    const files = { key: null, keyFile: join(folder, "checkpoint.key"), copies: join(folder, "checkpoints.jsonl") };
    const keeper = await openCheckpoints(files);
    const again = await openCheckpoints(files);
    expect(again.keyId).toBe(keeper.keyId);
    expect(again.verify("text", keeper.sign("text"))).toBe(true);
    expect(again.verify("other", keeper.sign("text"))).toBe(false);
    expect(await keeper.lines()).toEqual([]);
    await keeper.append("one");
    await again.append("two");
    expect(await keeper.lines()).toEqual(["one", "two"]);
    expect((await stat(files.keyFile)).mode & 0o777).toBe(0o600);
    expect((await stat(files.copies)).mode & 0o777).toBe(0o600);
    expect((await readFile(files.keyFile, "utf8")).trim()).toMatch(/^[0-9a-f]{64}$/u);
  } finally {
    await rm(folder, { recursive: true });
  }
});
