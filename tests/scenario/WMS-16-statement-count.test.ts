/** Pages ask the database a bounded number of things, however many rows they show, and no other system at all. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { codeOf } from "#tests/support/order-acts.ts";
import { productApi, wonDeal } from "#tests/support/product-api.ts";

const api = await productApi();
const { orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
const first = codeOf(orders[0] as string);
const COPIES = 199;

/** Copies of the order with its instance, as 199 more deals would have left them. */
async function copyOrder(): Promise<void> {
  const ids = Array.from({ length: COPIES }, () => [randomUUID(), randomUUID()]);
  const copies = JSON.stringify(ids.map(([record, instance], n) => ({ record, instance, code: `${first}${n}` })));
  await api.database.sql(
    `insert into public.record select (jsonb_populate_record(null::public.record, to_jsonb(r) || jsonb_build_object('id', c->>'record', 'code', c->>'code'))).*
       from public.record r, jsonb_array_elements($2::jsonb) c where r.code = $1 and r.type like '%purchase-orders'`,
    [first, copies],
  );
  await api.database.sql(
    `insert into public.instance select (jsonb_populate_record(null::public.instance, to_jsonb(i)
         || jsonb_build_object('id', c->>'instance', 'record_id', c->>'record', 'key', 'purchase-order:' || (c->>'code')))).*
       from public.instance i, jsonb_array_elements($2::jsonb) c where i.key = $1`,
    [`purchase-order:${first}`, copies],
  );
}

it("[WMS-16] 200 orders on /fulfillment take at most 15 statements, as many as one order does, and nothing is sent to the warehouse", async () => {
  const manager = api.as("manager.jtr");
  const page = async () => {
    const answer = await manager.get("/reports/fulfillment?tab=warehouse&limit=200");
    expect(answer.status, answer.text.slice(0, 500)).toBe(200);
    return { rows: answer.body.tab.rows, statements: Number(answer.headers["x-statements"]) };
  };
  await page(); // the key is marked as used once a minute
  const one = await page();
  expect(one.rows).toHaveLength(1);
  await copyOrder();
  const outbox = async () => (await api.as("admin.jtr").list("/outbox?limit=200")).length;
  const before = await outbox();
  const many = await page();
  expect(many.rows).toHaveLength(200);
  expect(many.statements).toBeLessThanOrEqual(15);
  expect(many.statements).toBe(one.statements);
  expect(await outbox()).toBe(before);
});

it("[WMS-16] so do the other lists", async () => {
  for (const [account, path] of [
    ["manager.jtr", "/reports/deals"],
    ["manager.jtr", "/reports/supply-tracking"],
    ["manager.jtr", "/reports/payments"],
    ["manager.jtr", "/tasks?limit=100"],
    ["manager.jtr", "/instances?machine=purchase-order&limit=200"],
    ["manager.jtr", "/records/purchase-orders?limit=200"],
  ] as const) {
    const answer = await api.as(account).get(path);
    expect(answer.status, answer.text.slice(0, 300)).toBe(200);
    expect(Number(answer.headers["x-statements"]), path).toBeLessThanOrEqual(20);
  }
});

/** The customer with its profile and its ledger, as so many more customers would have left them. */
async function copyCustomer(name: string, copies: number): Promise<void> {
  const ids = JSON.stringify(Array.from({ length: copies }, (_, n) => ({ customer: randomUUID(), profile: randomUUID(), n })));
  const from = `from public.record r, jsonb_array_elements($2::jsonb) c, (select id from public.record where type like '%customers' and data->>'name' like $1 and data->>'name' !~ '[0-9]$') o`;
  await api.database.sql(
    `insert into public.record select (jsonb_populate_record(null::public.record, to_jsonb(r) || jsonb_build_object('id', c->>'customer', 'code', null, 'data', r.data || jsonb_build_object('name', (r.data->>'name') || (c->>'n'))))).* ${from}
       where r.id = o.id`,
    [`${name}%`, ids],
  );
  await api.database.sql(
    `insert into public.record select (jsonb_populate_record(null::public.record, to_jsonb(r) || jsonb_build_object('id', c->>'profile', 'data', r.data || jsonb_build_object('customer_id', c->>'customer')))).* ${from}
       where r.type like '%customer-org-profiles' and r.data->>'customer_id' = o.id::text`,
    [`${name}%`, ids],
  );
  await api.database.sql(
    `insert into public.record select (jsonb_populate_record(null::public.record, to_jsonb(r) || jsonb_build_object('id', gen_random_uuid(), 'data', r.data || jsonb_build_object('customer_id', c->>'customer')))).* ${from}
       where r.type like '%payments-ledger' and r.data->>'customer_id' = o.id::text`,
    [`${name}%`, ids],
  );
}

it("[WMS-16] pages whose rows are judged and computed take as many statements for sixty rows as for six", async () => {
  const manager = api.as("manager.jtr");
  const paths = [
    "/reports/credit?tab=overdue&limit=100",
    "/reports/credit?tab=over-limit&limit=100",
    "/reports/credit?tab=positions&limit=100",
    "/records/customer-org-profiles?limit=100",
  ];
  const read = async (account: string) => {
    const found: { path: string; rows: number; statements: number }[] = [];
    for (const path of paths) {
      const answer = await api.as(account).get(path);
      expect(answer.status, answer.text.slice(0, 500)).toBe(200);
      found.push({ path, rows: (answer.body.tab?.rows ?? answer.body.items).length, statements: Number(answer.headers["x-statements"]) });
    }
    return found;
  };
  await copyCustomer("Cobalt", 5);
  await manager.get("/me");
  const few = await read("manager.jtr");
  await copyCustomer("Cobalt", 54);
  const many = await read("manager.jtr");
  expect(many[0]?.rows).toBeGreaterThan(few[0]?.rows as number);
  expect(many.map(({ statements }) => statements)).toEqual(few.map(({ statements }) => statements));
  for (const { path, statements } of many) expect(statements, path).toBeLessThanOrEqual(32);
});
