/** Tables are counted before statements are planned for them: a plan without statistics may go through all rows for each row. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { countUncounted } from "#engine/store/statistics.ts";
import { type TestDatabase, testDatabase } from "#tests/support/database.ts";

const addThings = ({ sql }: TestDatabase) =>
  sql(
    "insert into record (org_id, id, type, data, created_by, updated_by) select $1, gen_random_uuid(), 'things', '{}', 'test', 'test' from generate_series(1, 300)",
    [randomUUID()],
  );
const isKnown = async ({ sql }: TestDatabase) => (await sql("select from pg_stats where tablename = 'record' and attname = 'org_id'")).length === 1;

it("counts tables that have rows and were never counted, once", async () => {
  const database = await testDatabase();
  await countUncounted(database.store);
  await addThings(database);
  expect(await isKnown(database)).toBe(false);
  expect(await countUncounted(database.store)).toEqual(["record"]);
  expect(await isKnown(database)).toBe(true);
  expect(await countUncounted(database.store), "once").toEqual([]);
});

it("counts those that only vacuum has seen", async () => {
  const database = await testDatabase();
  await countUncounted(database.store);
  await database.sql("alter table record set (autovacuum_enabled = false)");
  await addThings(database);
  await database.sql("vacuum record");
  expect(await isKnown(database)).toBe(false);
  // PostgreSQL tells of its changes a moment later.
  await expect.poll(() => countUncounted(database.store), { timeout: 20_000 }).toEqual(["record"]);
  expect(await isKnown(database)).toBe(true);
  expect(await countUncounted(database.store), "once").toEqual([]);
});
