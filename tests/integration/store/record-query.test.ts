import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import type { Query } from "#engine/schema/query.ts";
import { commitSend } from "#engine/store/commit-send.ts";
import { ensureIndexes, indexesOf } from "#engine/store/record-indexes.ts";
import { countRecords, queryRecords } from "#engine/store/record-query.ts";
import { createRecord } from "#engine/store/records.ts";
import type { Session } from "#engine/store/tx.ts";
import { testDatabase } from "#tests/support/database.ts";
import { A, addThing, B, catalogue, inA, inB, inBoth, moved, PARTS, seedOrgs, T0, THINGS } from "./fixture.ts";

const db = await testDatabase();
await seedOrgs(db);
const DATA = [
  { name: "alpha one", colour: "red", amount: "9.00", pieces: 1, urgent: true, tags: ["x", "y"], due: "2026-01-01", address: { city: "Łódź" } },
  { name: "beta two", colour: "red", amount: "20.10", pieces: 2, urgent: false, tags: ["y"], due: "2026-02-01" },
  { name: "gamma", colour: null, amount: 100, pieces: 3, due: "2026-03-01" },
  { name: "delta", amount: "0.20", pieces: 10 },
];
const things = await db.store.work(inA, async (tx) => {
  const made = [];
  for (const [n, data] of DATA.entries()) made.push(await addThing(tx, A, data, `2026-02-0${n + 1}T00:00:00.000Z`));
  return made;
});
await db.store.work(inB, (tx) => addThing(tx, B, { name: "alpha one", colour: "red", amount: "1000.00" }, "2026-02-09T00:00:00.000Z"));
await db.store.work(inA, async (tx) => {
  for (const [n, price] of ["1.5000", "2.2500"].entries()) {
    await createRecord(tx, catalogue, PARTS, {
      orgId: A,
      id: randomUUID(),
      code: null,
      data: { number: `P${n}`, thing_id: things[0]!.id, price },
      actorId: "ann",
      at: T0,
    });
  }
  const id = randomUUID();
  const start = moved(A, null, id, "open");
  commitSend(tx, {
    ...start,
    instance: { ...start.instance, recordId: things[0]!.id, snapshot: { ...start.instance.snapshot, value: { shop: "waiting", pay: { due: "late" } } } },
    event: { ...start.event, to: { shop: "waiting", pay: { due: "late" } } },
  });
});

const names = async (query: Omit<Query, "from">, session: Session = inA): Promise<unknown[]> =>
  (await db.store.work(session, (tx) => queryRecords(tx, catalogue, { from: "things", ...query }))).items.map((row) => row["name"]);

test("filters compare numbers as numbers, exactly, and nulls as nulls", async () => {
  const cases: [NonNullable<Query["where"]>, string[]][] = [
    [{ amount: { $gt: "9" } }, ["gamma", "beta two"]],
    [{ amount: { $gte: 9, $lt: "100.00" } }, ["beta two", "alpha one"]],
    [{ amount: "0.2" }, ["delta"]],
    [{ amount: { $in: ["9", 100] } }, ["gamma", "alpha one"]],
    [{ pieces: { $gt: 2 } }, ["delta", "gamma"]],
    [{ colour: "red" }, ["beta two", "alpha one"]],
    [{ colour: null }, ["delta", "gamma"]],
    [{ colour: { $ne: "red" } }, ["delta", "gamma"]],
    [{ colour: { $nin: ["blue", "red"] } }, ["delta", "gamma"]],
    [{ due: { $null: true } }, ["delta"]],
    [{ due: { $gte: "2026-02-01" } }, ["gamma", "beta two"]],
    [{ urgent: true }, ["alpha one"]],
    [{ urgent: false }, ["beta two"]],
    [{ tags: { $has: "y" } }, ["beta two", "alpha one"]],
    [{ name: { $contains: "TA" } }, ["delta", "beta two"]],
    [{ "address.city": "Łódź" }, ["alpha one"]],
    [{ $or: [{ name: "gamma" }, { pieces: 10 }] }, ["delta", "gamma"]],
    [{ $not: { colour: "red" } }, ["delta", "gamma"]],
    [{ "@code": things[1]!.code! }, ["beta two"]],
    [{ "@id": { $in: [things[2]!.id, "not a uuid"] } }, ["gamma"]],
    [{ "@createdAt": { $gte: "2026-02-03T00:00:00Z" } }, ["delta", "gamma"]],
    [{ "@org": "AAA", "@version": 1 }, ["delta", "gamma", "beta two", "alpha one"]],
    [{ "@state": "pay" }, ["alpha one"]],
    [{ "@state.pay": "due.late" }, ["alpha one"]],
    [{ "@state": { $in: ["shop.waiting", "gone"] } }, ["alpha one"]],
    [{ "@state": { $ne: "shop" } }, ["delta", "gamma", "beta two"]],
    [{ "@state": null }, ["delta", "gamma", "beta two"]],
  ];
  for (const [where, expected] of cases) expect(await names({ where }), JSON.stringify(where)).toEqual(expected);
});

test("rows carry their data, their meta fields and the state of their instance", async () => {
  const { items } = await db.store.work(inA, (tx) => queryRecords(tx, catalogue, { from: "test.things", where: { name: "alpha one" } }));
  expect(items).toMatchObject([
    {
      ...DATA[0],
      id: things[0]!.id,
      code: things[0]!.code,
      type: "things",
      org: "AAA",
      org_id: A,
      version: 1,
      created_at: "2026-02-01T00:00:00.000Z",
      state: { shop: "waiting", pay: { due: "late" } },
      states: ["shop", "shop.waiting", "pay", "pay.due", "pay.due.late"],
    },
  ]);
});

test("pages by keyset, in any order, see every row once, over several orgs too", async () => {
  const orders: NonNullable<Query["orderBy"]>[] = [
    ["@createdAt"],
    [{ field: "amount", direction: "desc" }],
    ["colour", { field: "pieces", direction: "desc" }],
    [{ field: "due", direction: "asc" }],
    ["@code"],
  ];
  for (const orderBy of [undefined, ...orders]) {
    const query: Query = { from: "things", ...(orderBy === undefined ? {} : { orderBy }) };
    const whole = await db.store.work(inBoth, (tx) => queryRecords(tx, catalogue, query));
    const paged: unknown[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof queryRecords>> = await db.store.work(inBoth, (tx) => queryRecords(tx, catalogue, query, { limit: 2, cursor }));
      paged.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    expect(paged, JSON.stringify(orderBy)).toEqual(whole.items);
    expect(whole.items).toHaveLength(5);
  }
  expect((await names({ orderBy: [{ field: "amount", direction: "asc" }] })) as string[]).toEqual(["delta", "alpha one", "beta two", "gamma"]);
});

test("sums, groups and joins are exact", async () => {
  const run = async (query: Query, session: Session = inA) => (await db.store.work(session, (tx) => queryRecords(tx, catalogue, query))).items;
  expect(await run({ from: "things", select: { total: { sum: "amount" }, n: { count: true }, first: { min: "due" }, most: { max: "amount" } } })).toEqual([
    { total: "129.30", n: 4, first: "2026-01-01", most: "100" },
  ]);
  expect(await run({ from: "things", where: { name: "none" }, select: { total: { sum: "amount" }, names: { list: "name" } } })).toEqual([
    { total: "0", names: [] },
  ]);
  expect(
    await run({
      from: "things",
      groupBy: ["colour"],
      select: { colour: "colour", total: { sum: "amount" }, names: { list: "name" } },
      orderBy: [{ field: "total", direction: "desc" }],
    }),
  ).toEqual([
    { colour: null, total: "100.20", names: ["gamma", "delta"] },
    { colour: "red", total: "29.10", names: ["alpha one", "beta two"] },
  ]);
  expect(await run({ from: "things", groupBy: ["@org"], select: { org: "@org", n: { count: true } } }, inBoth)).toEqual([
    { org: "AAA", n: 4 },
    { org: "BBB", n: 1 },
  ]);
  expect(
    await run({
      from: "parts",
      join: { thing: { type: "things", on: "thing_id" } },
      where: { "thing.colour": "red" },
      select: { number: "number", price: "price", thing: "thing.name", code: "thing.@code", pay: "thing.@state.pay", shop: "thing.@state.shop" },
      orderBy: ["number"],
    }),
  ).toMatchObject([
    { number: "P0", price: "1.5000", thing: "alpha one", code: things[0]!.code, pay: "due.late", shop: "waiting" },
    { number: "P1", price: "2.2500", thing: "alpha one" },
  ]);
  // Every row has its id, but where the query gives the name to something else.
  expect(await run({ from: "things", where: { name: "alpha one" }, select: { name: "name" } })).toEqual([{ id: things[0]!.id, name: "alpha one" }]);
  expect(await run({ from: "things", where: { name: "alpha one" }, select: { id: "colour" } })).toEqual([{ id: "red" }]);
  expect(
    await run({
      from: "things",
      join: { part: { type: "parts", back: "thing_id" } },
      groupBy: ["name"],
      select: { name: "name", parts: { count: "part.number" }, price: { sum: "part.price" } },
      orderBy: ["name"],
      limit: 2,
    }),
  ).toEqual([
    { name: "alpha one", parts: 2, price: "3.7500" },
    { name: "beta two", parts: 0, price: "0" },
  ]);
  // Aggregates over some rows of a group, the first of two paths that has a value, and only groups whose two sums differ.
  const split: Query = {
    from: "things",
    groupBy: ["colour ?? name"],
    select: {
      what: "colour ?? name",
      few: { sum: "amount", where: { pieces: { $lt: 2 } } },
      many: { sum: "amount", where: { pieces: { $gte: 2 } } },
      late: { max: "due", where: { urgent: false } },
    },
    orderBy: ["what"],
  };
  const groups = [
    { what: "delta", few: "0", many: "0.20", late: null },
    { what: "gamma", few: "0", many: "100", late: null },
    { what: "red", few: "9.00", many: "20.10", late: "2026-02-01" },
  ];
  expect(await run(split)).toEqual(groups);
  expect(await run({ ...split, having: { many: { $ne: { $output: "few" } }, what: { $ne: "gamma" } } })).toEqual([groups[0], groups[2]]);
  expect(await run({ ...split, having: { $or: [{ late: { $null: false } }, { many: { $lt: 1 } }] } })).toEqual([groups[0], groups[2]]);
  await expect(run({ ...split, having: { few: { $ne: { $output: "data" } } } })).rejects.toMatchObject({ code: "query_invalid" });
  await expect(run({ ...split, groupBy: ["colour ?? pieces"], select: { n: { count: true } } })).rejects.toMatchObject({ code: "query_invalid" });
});

test("arguments are values, never SQL; unknown paths and wrong values are refused by name", async () => {
  const run = (query: Query, args = {}) => db.store.work(inA, (tx) => queryRecords(tx, catalogue, query, { args }));
  expect((await run({ from: "things", where: { name: { $arg: "name" } } }, { name: "x' or true --" })).items).toEqual([]);
  for (const [where, path] of [
    [{ "name' or true": 1 }, "name' or true"],
    [{ nothing: 1 }, "nothing"],
    [{ amount: { $gt: "many" } }, "amount"],
    [{ "@createdAt": { $lt: "0000-01-01T00:00:00Z" } }, "@createdAt"],
    [{ "@createdAt": { $lt: "+012026-01-01T00:00:00Z" } }, "@createdAt"],
    [{ name: { $like: "x" } }, "name"],
    [{ name: { $arg: "gone" } }, "gone"],
  ] as const) {
    await expect(run({ from: "things", where: where as never })).rejects.toMatchObject({ code: "query_invalid", data: { errors: [{ path: `/${path}` }] } });
  }
  await expect(run({ from: "things", select: { "'); drop table record; --": "name" } })).resolves.toBeDefined();
  await expect(run({ from: "nowhere" })).rejects.toMatchObject({ code: "query_invalid" });
});

test("indexes of a type are made once; search finds words by their beginning", async () => {
  // Before there is an index, row by row.
  const slow = await db.store.work(inA, (tx) => queryRecords(tx, catalogue, { from: "things" }, { search: "on ALP" }));
  expect(slow.items.map((row) => row["name"])).toEqual(["alpha one"]);
  const made = await ensureIndexes(db.store, [THINGS, PARTS].flatMap(indexesOf));
  expect(made.length).toBe(4);
  expect(await ensureIndexes(db.store, [THINGS, PARTS].flatMap(indexesOf))).toEqual([]);
  const found = await db.store.work(inA, (tx) => queryRecords(tx, catalogue, { from: "things" }, { search: "On alp" }));
  expect(found.items.map((row) => row["name"])).toEqual(["alpha one"]);
  expect((await db.store.work(inA, (tx) => queryRecords(tx, catalogue, { from: "things" }, { search: things[1]!.code!.slice(0, 6) }))).items).toHaveLength(1);
});

test("words are found over several orgs in one order, be they rare or common, page by page", async () => {
  await db.sql(
    `insert into record (org_id, id, type, code, data, version, created_at, created_by, updated_at, updated_by)
     select case when n % 3 = 0 then $1::uuid else $2::uuid end, gen_random_uuid(), 'things', 'S' || n,
       jsonb_build_object('name', 'heap ' || case when n % 3500 = 0 then 'needle' || n else 'straw' end
         || case when n = 551 or n % 3 = 0 and n between 601 and 700 then ' wool' else '' end || case when n % 20 = 0 then ' felt' else '' end
         || case n when 10499 then ' 7e2qxr1' when 10498 then ' under_qxr1' when 10497 then ' İpek QXR1' else case when n between 10300 and 10400 then ' QXR1' else '' end end)
         || case when n % 4 = 0 and n between 41 and 80 then jsonb_build_object('amount', (n % 7)::text) else '{}' end, 1, timestamptz '2025-05-05' + n * interval '1 second', 'x', now(), 'x'
     from generate_series(1, 10500) n`,
    [A, B],
  );
  const codes = async (search: string, options: Parameters<typeof queryRecords>[3] = {}): Promise<unknown[]> => {
    const found: unknown[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await db.store.work(inBoth, (tx) =>
        queryRecords(tx, catalogue, { from: "things" }, { search, limit: 7, cursor: cursor ?? null, ...options }),
      );
      found.push(...page.items.map((row) => row["code"]));
      cursor = found.length >= 40 ? null : page.next;
    }
    return found;
  };
  const newestFirst = (from: number, count: number, step: number) => Array.from({ length: count }, (_, n) => `S${from - n * step}`);
  expect(await codes("heap needle")).toEqual(newestFirst(10_500, 3, 3_500));
  expect(await codes("heap needle", { filter: { "@code": { $ne: "S7000" } } })).toEqual(["S10500", "S3500"]);
  expect(await codes("hea")).toEqual(newestFirst(10_500, 42, 1));
  expect(await codes("heap needle", { orgs: [B] })).toEqual(["S7000", "S3500"]);
  expect(await codes("needle", { orgs: [A] })).toEqual(["S10500"]);
  // The first rows of one org fill a page by themselves; what comes before them stands further down in the other.
  const oldest = { from: "things", orderBy: [{ field: "@createdAt", direction: "asc" as const }] };
  const wool = await db.store.work(inBoth, (tx) => queryRecords(tx, catalogue, oldest, { search: "wool", limit: 3 }));
  expect(wool.items.map((row) => row["code"])).toEqual(["S551", "S603", "S606"]);
  // A word of one row in twenty is gone for through each org's order; one in a number, in an underscored or a foreign word is not passed over.
  expect(await codes("FELT", { limit: 20 })).toEqual(newestFirst(10_500, 40, 20));
  expect(await codes("qxr1")).toEqual(["S10499", "S10498", "S10497", ...newestFirst(10_400, 39, 1)]);
});

test("a page by an indexed field begins where the one before ended, whether that has a value or none", async () => {
  for (const search of [undefined, "heap"])
    for (const direction of ["asc", "desc"] as const)
      for (const orderBy of [
        [{ field: "amount", direction }],
        [
          { field: "amount", direction },
          { field: "@code", direction: "asc" as const },
        ],
      ]) {
        const filter = { "@code": { $in: Array.from({ length: 24 }, (_, n) => `S${n + 41}`) } };
        const read = (cursor: string | null, limit: number) =>
          db.store.work(inBoth, (tx) =>
            queryRecords(tx, catalogue, { from: "things", orderBy }, { filter, limit, cursor, ...(search === undefined ? {} : { search }) }),
          );
        const whole = (await read(null, 100)).items.map((row) => row["code"]);
        expect(new Set(whole).size).toBe(24);
        const paged: unknown[] = [];
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page: Awaited<ReturnType<typeof queryRecords>> = await read(cursor ?? null, 4);
          paged.push(...page.items.map((row) => row["code"]));
          cursor = page.next;
        }
        expect(paged, JSON.stringify([search, orderBy])).toEqual(whole);
      }
});

test("rows of a type without searchable fields are looked for by what is joined to them, in the list and in its count", async () => {
  const query = { from: "parts", join: { thing: { type: "things", on: "thing_id" } } };
  const of = (search: string) =>
    db.store.work(inA, async (tx) => ({
      list: (await queryRecords(tx, catalogue, query, { search })).items.length,
      count: await countRecords(tx, catalogue, query, { search }),
    }));
  const found = await of("alpha");
  expect(found.list).toBeGreaterThan(0);
  expect(found.count).toBe(found.list);
  expect(await of("nowhere")).toEqual({ list: 0, count: 0 });
});

test("[P12] what a reader of one org gets is the same bytes whatever the other org holds", async () => {
  const all = async () =>
    JSON.stringify(
      await db.store.work(inA, async (tx) => [
        await queryRecords(tx, catalogue, { from: "things" }),
        await countRecords(tx, catalogue, { from: "things", where: { colour: "red" } }),
        await queryRecords(tx, catalogue, { from: "things", select: { total: { sum: "amount" } } }, { orgs: [A, B] }),
        await queryRecords(tx, catalogue, { from: "parts", join: { thing: { type: "things", on: "thing_id" } } }, { search: "alpha" }),
      ]),
    );
  const before = await all();
  await db.store.work(inB, async (tx) => {
    for (let n = 0; n < 20; n++) await addThing(tx, B, { name: `alpha ${n}`, colour: "red", amount: "1.00" });
  });
  expect(await all()).toBe(before);
});

test("a query as of an instant reads what was there then", async () => {
  const then = await db.store.work(inA, (tx) =>
    queryRecords(tx, catalogue, { from: "things", select: { name: "name" } }, { asOf: "2026-02-02T12:00:00.000Z" }),
  );
  expect(then.items.map((row) => row["name"])).toEqual(["beta two", "alpha one"]);
});
