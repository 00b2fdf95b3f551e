/** Deals of many lines over the API: what the lines tell their deal is told once an act, and the deal comes out as it does line by line. */
import { beforeAll, expect, it } from "vitest";
import { type ProductApi, productApi } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});

const lines = (many: number, unit_price: string) =>
  Array.from({ length: many }, (_, n) => ({ line_no: n + 1, quality_code: "LINEN-01", qty_m: "10.00", unit_price, currency: "USD" }));

const AT_ONCE = 50;

async function dealOf(many: number, unit_price: string): Promise<string> {
  const owner = api.as("owner.jtr");
  const [customer] = await owner.list("/records/customers?q=Fjord");
  const created = await owner.post("/instances", {
    machine: "deal",
    event: { type: "deal.create", payload: { customer_id: customer.id, currency: "USD", lines: lines(Math.min(many, AT_ONCE), unit_price) } },
  });
  expect(created.status, created.text).toBe(201);
  for (let from = AT_ONCE; from < many; from += AT_ONCE) {
    await owner.send(created.body.key, "deal.edit_lines", { lines: lines(many, unit_price).slice(from, from + AT_ONCE) });
  }
  return created.body.key;
}

const told = async (deal: string): Promise<number> => {
  const { id } = await api.as("owner.jtr").instance(deal);
  const [row] = await api.database.sql<{ n: number }>("select count(*)::int as n from event_log where instance_id = $1 and type = 'lines.changed'", [id]);
  return row?.n ?? -1;
};

it("[WMS-25][WMS-26] twelve lines are priced in one act, and tell their deal once; so do prices that change, down to approvals", async () => {
  const owner = api.as("owner.jtr");
  const deal = await dealOf(12, "4.20");
  await owner.send(deal, "deal.submit");
  expect(await told(deal)).toBe(1);
  let shown = await owner.instance(deal);
  expect([shown.state.commercial, shown.record.data.total]).toEqual([{ open: "ready" }, "504.00"]);
  await owner.send(deal, "deal.edit_lines", { lines: lines(12, "4.00").slice(0, 5) });
  shown = await owner.instance(deal);
  expect([shown.state.commercial, shown.record.data.total]).toEqual([{ open: "pricing_pending" }, "494.00"]);
  await owner.send(deal, "deal.edit_lines", { lines: lines(12, "4.20").slice(0, 5) });
  shown = await owner.instance(deal);
  expect([shown.state.commercial, shown.record.data.total]).toEqual([{ open: "ready" }, "504.00"]);
  expect(await told(deal)).toBeLessThanOrEqual(5);
});

it("[WMS-03][WMS-33] a deal of more lines than an order holds is won with as many orders as it takes", async () => {
  const owner = api.as("owner.jtr");
  const deal = await dealOf(130, "4.20");
  await owner.send(deal, "deal.submit");
  await owner.send(deal, "deal.win");
  const { record } = await owner.instance(deal);
  const orders = await owner.list(`/records/purchase-orders?filter=${encodeURIComponent(JSON.stringify({ deal_id: record.id }))}`);
  expect(orders.map(({ data }) => [data.lines.length, data.lines[0].line_no, data.total]).sort()).toEqual([
    [100, 1, "4200.00"],
    [30, 101, "1260.00"],
  ]);
  expect(record.data.total).toBe("5460.00");
}, 120_000);

it("[WMS-25][WMS-26] a deal of more lines than one transaction moves goes on by itself, and is told once for each hundred of them", async () => {
  const owner = api.as("owner.jtr");
  const deal = await dealOf(320, "4.20");
  await owner.send(deal, "deal.submit");
  await expect.poll(async () => (await owner.instance(deal)).state.commercial, { timeout: 60_000, interval: 250 }).toEqual({ open: "ready" });
  const shown = await owner.instance(deal);
  expect(shown.record.data.total).toBe("13440.00");
  const waiting = "select count(*)::int as n from outbox where kind = 'remote' and status <> 'delivered'";
  await expect.poll(async () => (await api.database.sql<{ n: number }>(waiting))[0]?.n, { timeout: 30_000 }).toBe(0);
  expect(await told(deal)).toBeLessThanOrEqual(3);
}, 180_000);

it("[WMS-72] what was told once an act replays to the same bytes", async () => {
  const qa = api.as("qa", { org: "JTR" });
  const started = await qa.post("/replays", { against: { release: 1 }, machines: ["deal", "deal-line"], missingFacts: "recorded" });
  expect(started.status, started.text).toBe(202);
  await expect
    .poll(async () => (await qa.get(`/replays/${started.body.id}`)).body, { timeout: 30_000 })
    .toMatchObject({ status: "done", changed: 0, unknown: 0, total: expect.any(Number), events: expect.any(Number) });
  const { body } = await qa.get(`/replays/${started.body.id}`);
  expect([body.same, body.events > 200]).toEqual([body.total, true]);
}, 120_000);
