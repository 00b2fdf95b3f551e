/** Questions about few rows and their states look at few instances, however many others are in the same state. */
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Query } from "#engine/schema/query.ts";
import { commitSend } from "#engine/store/commit-send.ts";
import { planQuery } from "#engine/store/record-query.ts";
import { createRecord } from "#engine/store/records.ts";
import { testDatabase } from "#tests/support/database.ts";
import { A, addThing, catalogue, inA, moved, PARTS, seedOrgs, T0 } from "./fixture.ts";

const MANY = 1_500;
const db = await testDatabase();
await seedOrgs(db);
const asked = randomUUID();
const addThings = (count: number, state: string, colourOf: (n: number) => string): Promise<void> =>
  db.store.work(inA, async (tx) => {
    for (let n = 0; n < count; n++) {
      const thing = await addThing(tx, A, { name: `${state} ${n}`, colour: colourOf(n) });
      const start = moved(A, null, randomUUID(), state);
      commitSend(tx, { ...start, instance: { ...start.instance, recordId: thing.id } });
      const data = { number: `${state} ${n}`, thing_id: thing.id, price: "1.0000" };
      if (n < 3) await createRecord(tx, catalogue, PARTS, { orgId: A, id: randomUUID(), code: null, data, actorId: "ann", at: T0 });
    }
  });
// What PostgreSQL knows of the tables is from before the state became common.
await addThings(500, "shut", () => randomUUID());
await db.store.asOwner((execute) => execute("analyze record, instance"));
await addThings(MANY, "open", (n) => (n < 3 ? asked : randomUUID()));

interface Node {
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly Node[];
}
const readOf = (table: string, node: Node): number =>
  (node["Relation Name"] === table ? (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"] : 0) +
  (node.Plans ?? []).reduce((sum, plan) => sum + readOf(table, plan), 0);

/** The rows that are found, and the rows of a table that are looked at for them: planned without values, as the engine's statements are. */
async function look(query: Query, table: string): Promise<{ readonly found: number; readonly looked: number }> {
  return await db.store.work(inA, async (tx) => {
    const { sql, values } = planQuery(tx, catalogue, query, {});
    const name = `look_${randomUUID().replaceAll("-", "")}`;
    const [row] = await tx.query<{ "QUERY PLAN": readonly { readonly Plan: Node }[] }>({ name, text: `explain (analyze, format json) ${sql}` }, [...values]);
    const plan = row?.["QUERY PLAN"][0]?.Plan;
    if (plan === undefined) throw new Error("There is no plan.");
    return { found: plan["Actual Rows"], looked: readOf(table, plan) };
  });
}

test.each<[string, Query, number]>([
  ["equal", { from: "things", where: { colour: asked, "@state": "open" } }, 3],
  ["one of", { from: "things", where: { colour: asked, "@state": { $in: ["open", "held"] } } }, 3],
  ["other than", { from: "things", where: { colour: asked, "@state": { $ne: "open" } } }, 0],
  ["of one id", { from: "things", where: { $and: [{ "@id": { $eq: randomUUID() } }, { "@state": "open" }] } }, 0],
])("a state that many have, asked of few rows: %s", async (_, query, found) => {
  const seen = await look(query, "instance");
  expect(seen.found).toBe(found);
  expect(seen.looked).toBeLessThan(20);
});

test("the state of a row that few others refer to is looked up by its key", async () => {
  const join = { thing: { type: "things", on: "thing_id", kind: "inner" as const, where: { "@state": "open" } } };
  const query: Query = { from: "parts", where: { number: "open 1" }, join, select: { thing: "thing.name" } };
  const [records, instances] = [await look(query, "record"), await look(query, "instance")];
  expect(records.found).toBe(1);
  expect(records.looked).toBeLessThan(20);
  expect(instances.looked).toBeLessThan(20);
});
