/** A type that has become large gets the indexes that it asks for; what is found is the same with and without them. */
import { expect, it } from "vitest";
import { importRecords } from "#engine/service/import/import-records.ts";
import { listRecords } from "#engine/service/queries/records.ts";
import { growIndexes, MANY_ROWS, SOME_ROWS } from "#engine/service/records/grow-indexes.ts";
import { planQuery } from "#engine/store/record-query.ts";
import { lendingWorld } from "#tests/support/lending-world.ts";

/** A file that is written while its caller waits. */
const PIECE = 500;

it("makes the indexes of large types alone, once, and lists as before", async () => {
  const world = await lendingWorld();
  const scope = world.as("chief");
  const more = async (from: number, many: number) => {
    for (let first = from; first < from + many; first += PIECE) {
      const rows = Array.from({ length: PIECE }, (_one, n) => `Reader ${first + n},reader${first + n}@reader.example,${(first + n) % 7}`);
      const bytes = new TextEncoder().encode(`name,email,quota\n${rows.join("\n")}\n`);
      const { body } = await importRecords(world.engine, scope, { type: "members", format: "csv", bytes });
      expect(body).toMatchObject({ created: PIECE, failed: 0 });
    }
  };
  const list = async () => {
    const filtered = await listRecords(world.engine, scope, { type: "members", filter: { email: "reader41@reader.example" } });
    const found = await listRecords(world.engine, scope, { type: "members", q: "reader 41" });
    return JSON.stringify([filtered.items, found.items.map(({ id }) => id).sort()]);
  };
  await more(0, MANY_ROWS - PIECE);
  expect(await growIndexes(world.engine), "not large yet").toEqual([]);
  await more(MANY_ROWS - PIECE, PIECE);
  const before = await list();
  expect(before).toContain("Reader 41");
  const made = await growIndexes(world.engine);
  expect(made.length).toBeGreaterThan(0);
  expect(await list()).toBe(before);
  expect(await growIndexes(world.engine), "made once").toEqual([]);
  const stopped = AbortSignal.abort();
  expect(await growIndexes(world.engine, stopped)).toEqual([]);
}, 60_000);

it("finds rows of a type of some rows without going through those of a large one that name the same", async () => {
  const world = await lendingWorld();
  const loan = "019c1cef-0000-7000-8000-000000000001";
  const fill = (type: string, many: number, data: string) =>
    world.database.sql(
      `insert into record (org_id, id, type, code, data, version, created_by, updated_by)
       select (select id from org order by code limit 1), gen_random_uuid(), $1, null, ${data}, 1, 'test', 'test' from generate_series(1, ${many}) n`,
      [type],
    );
  await fill("pickups", MANY_ROWS, `jsonb_build_object('loan_id', '${loan}')`);
  await fill("slips", SOME_ROWS - 1, "jsonb_build_object('loan_id', gen_random_uuid()::text)");
  const made = await growIndexes(world.engine);
  expect(made, "of the large type alone while the other has few").toHaveLength(1);
  await fill("slips", 1, `jsonb_build_object('loan_id', '${loan}')`);
  expect(await growIndexes(world.engine), "over the field that both have").toHaveLength(1);
  expect(await growIndexes(world.engine), "made once").toEqual([]);
  const { sql, values } = await world.engine.store.work({ orgs: "system", actorId: "system" }, async (tx) => {
    const [org] = await tx.query<{ id: string }>("select id from org order by code limit 1");
    const { catalogue } = await world.engine.programs.inForce(tx, org?.id ?? "", world.engine.clock.now());
    return planQuery(tx, catalogue, { from: "slips", where: { loan_id: loan } }, { orgs: [org?.id ?? ""] });
  });
  expect(sql).not.toContain("@>");
  await world.database.sql("set plan_cache_mode = force_generic_plan");
  const types = values.map((value) => (Array.isArray(value) ? "uuid[]" : "text")).join(", ");
  await world.database.sql(`prepare asked(${types}) as ${sql}`);
  const literals = values.map((value) => (Array.isArray(value) ? `'{${value.join(",")}}'` : `'${String(value)}'`)).join(", ");
  const plan = (await world.database.sql(`explain (format text) execute asked(${literals})`)).map((row) => Object.values(row)[0]).join("\n");
  expect(plan).toContain("record_x_");
}, 60_000);
