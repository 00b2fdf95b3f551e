/** Reports as data: what the stock is worth by owner, what an order earns, and the lists of the credit page. */
import { beforeAll, describe, expect, it } from "vitest";
import { liraInvoice, receiveRolls, roll } from "#tests/support/costing-acts.ts";
import { codeOf, recordPayment } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});
const reset = async () => {
  expect((await api.post("/api/test/reset", {})).status).toBeLessThan(300);
};
const report = async (account: string, path: string, org?: string) => {
  const answer = await api.as(account, org === undefined ? {} : { org }).get(`/reports/${path}`);
  expect(answer.status, `${path} for ${account}: ${answer.text.slice(0, 800)}`).toBe(200);
  return answer.body;
};

describe("inventory value", () => {
  it("[WMS-79] is split by owner; a reader of one org sees that org's alone", async () => {
    await reset();
    await liraInvoice(api, "A", "1000", "460");
    await liraInvoice(api, "B", "200", "500");
    await receiveRolls(api, "RC-1", [roll("R1", "1000", { invoice_ref: "A" })]);
    await receiveRolls(api, "RC-2", [roll("R2", "200", { invoice_ref: "B" })], "MOD");
    const values = (body: { summary: readonly { org: string; value: readonly { owner_org: string; value_try: string }[] }[] }) =>
      body.summary.map(({ org, value }) => `${org} ${value[0]?.owner_org} ${value[0]?.value_try}`);
    expect(values(await report("exec", "inventory-value", "all"))).toEqual(["JTR JTR 460000.00", "MOD MOD 100000.00"]);
    const seen = await report("owner.mod", "inventory-value");
    expect(values(seen)).toEqual(["MOD MOD 100000.00"]);
    expect(JSON.stringify(seen)).not.toMatch(/JTR|460/);
    const jtr = await report("costing.jtr", "inventory-value");
    expect(jtr.tab.rows.map((row: { cells: object }) => row.cells)).toMatchObject([{ owner: "JTR", metres: "1000.00", wac: "460.000000", value: "460000.00" }]);
  });
});

describe("profitability", () => {
  it("[WMS-80] shows the sale in its currency and in TRY, the rate used, the cost of the allocated rolls and the margin", async () => {
    await reset();
    await liraInvoice(api, "A", "1000", "100");
    const { orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "1000" }] });
    const order = codeOf(orders[0] as string);
    const rowOf = async (account: string) => {
      const { tab } = await report(account, "profitability");
      return tab.rows.find((row: { code: string }) => row.code === order).cells;
    };
    expect(await rowOf("costing.jtr")).toMatchObject({ sale: "4200.00", sale_try: "180600.00", cost_try: null, margin_try: null });
    await receiveRolls(api, "RC-1", [roll("R1", "1000", { invoice_ref: "A" })]);
    await api.drain();
    const lines = [{ line_no: 1, lots: [{ lot: "L1", roll: "R1", meters: "1000" }] }];
    const confirmed = await api.wms("warehouse.confirmed", { id: `${order}.1`, subject: { type: "purchase_order", ref: order }, sequence: 1, data: { lines } });
    expect(confirmed.status, confirmed.text).toBe(202);
    // A later rate does not change what the order was valued at.
    await api.as("costing.jtr").post("/records/fx-rates", { pair: "USDTRY", rate: "50", effective_at: "2026-02-02T10:00:00+03:00" });
    await api.setClock("2026-02-02T11:00:00+03:00");
    // Nor does one that is written down afterwards for a time before: the snapshot keeps its own.
    const backdated = await api.as("costing.jtr").post("/records/fx-rates", { pair: "USDTRY", rate: "51", effective_at: "2026-02-02T08:59:00+03:00" });
    expect(backdated.status, backdated.text).toBe(201);
    expect(await rowOf("exec")).toMatchObject({
      sale: "4200.00",
      "sale.currency": "USD",
      fx_rate: "43.000000",
      sale_try: "180600.00",
      cost_try: "100000.00",
      margin_try: "80600.00",
      uncosted_m: "0.00",
    });
    expect((await api.as("owner.jtr").get("/reports/profitability")).status).toBe(404);
  });
});

describe("profitability of what nothing is known to have cost", () => {
  it("[WMS-80] an order whose rolls have no cost yet says so: neither cost nor margin is zero", async () => {
    await reset();
    const { orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "1000" }] });
    const order = codeOf(orders[0] as string);
    const lines = [{ line_no: 1, lots: [{ lot: "L9", roll: "R9", meters: "1000" }] }];
    const confirmed = await api.wms("warehouse.confirmed", { id: `${order}.1`, subject: { type: "purchase_order", ref: order }, sequence: 1, data: { lines } });
    expect(confirmed.status, confirmed.text).toBe(202);
    const { tab } = await report("costing.jtr", "profitability");
    const { cells } = tab.rows.find((row: { code: string }) => row.code === order);
    expect(cells).toMatchObject({ sale_try: "180600.00", cost_try: null, margin_try: null, uncosted_m: "1000.00" });
  });
});

describe("the credit page", () => {
  it("[WMS-27] lists who is over the limit and who is overdue, and counts no one else", async () => {
    await reset();
    const tabOf = async (tab: string) => {
      const body = await report("manager.jtr", `credit?tab=${tab}`);
      return { count: body.tabs.find(({ id }: { id: string }) => id === tab).count, rows: body.tab.rows.map((row: { cells: object }) => row.cells) };
    };
    expect(await tabOf("over-limit")).toEqual({ count: 0, rows: [] });
    expect(await tabOf("overdue")).toMatchObject({ count: 1, rows: [{ customer: "Cobalt Living", overdue: ["1200.00 USD"] }] });
    const { deal } = await wonDeal(api, { customer: "Atlas", lines: [{ qty_m: "1000" }] });
    expect(await tabOf("over-limit")).toMatchObject({ count: 1, rows: [{ customer: "Atlas Tekstil", over: ["2200.00 USD"] }] });
    expect(await tabOf("blocked")).toMatchObject({ count: 1, rows: [{ code: codeOf(deal) }] });
    expect(await tabOf("review")).toMatchObject({ count: 0 });
    expect(await tabOf("requests")).toMatchObject({ count: 0 });
    const { orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "1" }] });
    await recordPayment(api, orders[0] as string, "4.20");
    expect((await tabOf("overdue")).count).toBe(1);
  });

  it("[WMS-27] a page that filters its rows is filled and goes on where it stopped", async () => {
    await reset();
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const body: { tab: { rows: readonly { cells: { customer: string } }[]; next: string | null } } = await report(
        "manager.jtr",
        `credit?tab=overdue&limit=1${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(body.tab.rows.length).toBeLessThanOrEqual(1);
      names.push(...body.tab.rows.map(({ cells }) => cells.customer));
      cursor = body.tab.next;
    } while (cursor !== null);
    expect(names).toEqual(["Cobalt Living"]);
  });

  it("[WMS-05] counts leave out rows that are hidden from the reader", async () => {
    await reset();
    for (const account of ["owner.jtr", "pricing.jtr", "admin.jtr"]) {
      const body = await report(account, "customers");
      const listed = body.tab.rows.length;
      expect(body.tabs.find(({ id }: { id: string }) => id === body.tab.id).count, account).toBe(listed);
    }
    const hidden = (await report("admin.jtr", "customers")).tab.rows.length - (await report("owner.jtr", "customers")).tab.rows.length;
    expect(hidden).toBe(1);
  });
});
