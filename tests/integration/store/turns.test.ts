import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createTurns } from "#engine/store/turns.ts";
import { testDatabase } from "#tests/support/database.ts";
import { inA, seedOrgs } from "./fixture.ts";

const db = await testDatabase({ poolSize: 8 });
await seedOrgs(db);

const ALL = 100;
const isInVain = async (): Promise<boolean> => false;

it("WMS-72: work that holds a row of its own and then wants everybody's is done by each of them, though each meets all the others", {
  timeout: 60_000,
}, async () => {
  const workers = [1, 2, 3, 4, 5, 6];
  const done = workers.map((own) =>
    db.store.work(
      inA,
      async (tx) => {
        await tx.query("select pg_advisory_xact_lock($1::bigint)", [own]);
        await sleep(100);
        for (const other of [ALL, ...workers]) await tx.query("select pg_advisory_xact_lock($1::bigint)", [other]);
        return own;
      },
      isInVain,
    ),
  );
  expect(await Promise.all(done)).toEqual(workers);
});

describe("turns", () => {
  it("come one after the other, and nobody else comes in between", async () => {
    const turns = createTurns();
    expect(turns.enter("a")).toBeNull();
    const said: string[] = [];
    const first = await turns.take("a");
    const second = turns.take("a").then((leave) => {
      said.push("second");
      leave();
    });
    const other = turns.enter("a")?.then(() => said.push("other"));
    expect(turns.enter("b"), "other orgs do not wait").toBeNull();
    await sleep(20);
    said.push("first");
    first();
    await Promise.all([second, other]);
    expect(said).toEqual(["first", "second", "other"]);
    expect(turns.enter("a")).toBeNull();
  });

  it("that do not end are waited for no longer than patience lasts", async () => {
    const turns = createTurns(50);
    await turns.take("a");
    await turns.enter("a");
    const leave = await turns.take("a");
    leave();
    expect(turns.enter("b")).toBeNull();
  });
});
