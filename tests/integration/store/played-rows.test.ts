import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { commitSend } from "#engine/store/commit-send.ts";
import { copyPlayedRows, readPlayedRows } from "#engine/store/played-rows.ts";
import { testDatabase } from "#tests/support/database.ts";
import { A, B, inA, inB, moved, seedOrgs, send, system } from "./fixture.ts";

const db = await testDatabase();
await seedOrgs(db);

test("rows that are copied out tell what the log holds, in order, whatever month they are kept in", async () => {
  const [one, two, foreign] = [randomUUID(), randomUUID(), randomUUID()];
  const days = ["2026-02-27T23:59:59.998Z", "2026-02-27T23:59:59.999Z", "2026-03-01T00:00:00.000Z", "2026-01-05T07:08:09.010Z"];
  for (const [id, org, session] of [[one, A, inA] as const, [two, A, inA] as const, [foreign, B, inB] as const]) {
    await db.store.work(session, async (tx) => void commitSend(tx, moved(org, null, id, "open", { at: days[0] as string })));
    for (const at of days.slice(1)) await send(db, org, id, `at ${at} „ż€😀”`, { at });
  }
  const memory = new SharedArrayBuffer(16_000);
  for (const into of [undefined, memory, memory, new SharedArrayBuffer(8)]) {
    const rows = readPlayedRows(await db.store.work(inA, (tx) => copyPlayedRows(tx, [one, two, foreign], into)));
    expect([...rows.keys()].sort()).toEqual([one, two].sort());
    const read = rows.get(two)?.() ?? [];
    const [log] = await db.sql(
      "select json_agg(json_build_array(seq, facts::text, decisions::text, effects::text, to_state::text, actor::text) order by seq) as rows from event_log where instance_id = $1",
      [two],
    );
    expect(read.map((row) => [row.seq, row.facts, row.decisions, row.effects, row.to, row.actor])).toEqual(log?.["rows"]);
    expect(read.map(({ at }) => at)).toEqual(days);
    expect(read[1]).toMatchObject({ instanceId: two, machine: "test.thing", release: 1, seed: "00", override: null });
    expect(JSON.parse(read[1]?.event ?? "")).toEqual(moved(A, null, two, "open").event.event);
  }
  const all = readPlayedRows(await db.store.work(system, (tx) => copyPlayedRows(tx, [foreign])));
  expect(
    all
      .get(foreign)?.()
      .map((row) => row.seq),
  ).toEqual([1, 2, 3, 4]);
  await expect(db.store.work(inA, (tx) => copyPlayedRows(tx, ["' or true"]))).rejects.toMatchObject({ code: "internal" });
});
