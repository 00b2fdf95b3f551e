/** What stock costs, over the API: invoices with a chosen rate, receipts, layers, consumption, the average in TRY, freight that comes later. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Captured, captureInvoice, costingRows, rateOf, receiveRolls, roll } from "#tests/support/costing-acts.ts";
import { codesOf } from "#tests/support/order-acts.ts";
import { type Caller, type ProductApi, productApi } from "#tests/support/product-api.ts";

let api: ProductApi;
let costing: Caller;
let usd: string;
beforeAll(async () => {
  api = await productApi();
});

const reset = async () => {
  expect((await api.post("/api/test/reset", {})).status).toBeLessThan(300);
  costing = api.as("costing.jtr");
  usd = await rateOf(api, "USDTRY");
};
const rows = (type: string, filter: object = {}) => costingRows(api, type, filter);
const capture = (no: string, more: object = {}) => captureInvoice(api, no, more);
const receive = (receipt: string, lines: readonly object[]) => receiveRolls(api, receipt, lines);
async function posted(no: string, more: object = {}, rate: object = { fx_rate_id: usd }): Promise<Captured> {
  const invoice = await capture(no, more);
  await costing.send(invoice.key, "invoice.post", rate);
  return invoice;
}
const consume = async (batch: string, lines: readonly object[]) => {
  const answer = await api.wms("stock.consumed", { id: batch, subject: { type: "stock", ref: "LINEN-01" }, data: { transaction_batch_id: batch, lines } });
  expect(answer.status, answer.text).toBe(202);
};
const taken = (meters: string, name?: string) => ({ owner_org: "JTR", quality_code: "LINEN-01", meters, ...(name === undefined ? {} : { roll: name }) });
const layer = async (name: string) => (await rows("cost-layers", { roll: name }))[0]?.data;
const average = async () => {
  const [linen] = await rows("qualities", { code: "LINEN-01" });
  const found = await rows("stock-by-quality-cache", { owner_org: "JTR", quality_id: linen.id });
  return found[0]?.data.wac_try;
};

describe("supplier invoices", () => {
  it("[WMS-75] stores the chosen rate, who chose it and when, and the value in TRY; without a rate nothing is posted", async () => {
    await reset();
    const invoice = await capture("M-1");
    expect((await costing.get(`/records/supplier-invoices/${invoice.id}`)).body.data).toMatchObject({ amount: "10000.00" });
    expect(codesOf(await costing.refused(invoice.key, "invoice.post", {}))).toEqual(["FX_MISSING"]);
    const euros = await rows("fx-rates", { pair: "EURTRY" });
    expect(codesOf(await costing.refused(invoice.key, "invoice.post", { fx_rate_id: euros[0].id }))).toEqual(["FX_MISSING"]);
    const later = await costing.post("/records/fx-rates", { pair: "USDTRY", rate: "44", effective_at: "2026-02-03T00:00:00+03:00" });
    expect(later.status, later.text).toBe(201);
    expect(codesOf(await costing.refused(invoice.key, "invoice.post", { fx_rate_id: later.body.id }))).toEqual(["FX_MISSING"]);
    // Nor is one of this evening, one that was superseded before the invoice's day, or a coming one for an invoice dated ahead.
    const rate = async (value: string, effective_at: string) =>
      (await costing.post("/records/fx-rates", { pair: "USDTRY", rate: value, effective_at })).body.id;
    const [tonight, old] = [await rate("45", "2026-02-02T18:00:00+03:00"), await rate("30", "2026-01-01T00:00:00+03:00")];
    for (const fx_rate_id of [tonight, old]) expect(codesOf(await costing.refused(invoice.key, "invoice.post", { fx_rate_id }))).toEqual(["FX_MISSING"]);
    const ahead = await capture("M-2", { invoice_date: "2026-12-31" });
    expect(codesOf(await costing.refused(ahead.key, "invoice.post", { fx_rate_id: later.body.id }))).toEqual(["FX_MISSING"]);
    const before = await posted("M-3", { invoice_date: "2026-02-01" }, { fx_rate_id: old });
    const freight = { kind: "freight", amount: "10", currency: "USD" };
    expect(codesOf(await costing.refused(before.key, "cost.adjust", { ...freight, fx_rate_id: tonight }))).toEqual(["FX_MISSING"]);

    await costing.send(invoice.key, "invoice.post", { fx_rate_id: usd });
    const record = (await costing.get(`/records/supplier-invoices/${invoice.id}`)).body.data;
    expect(record).toMatchObject({ amount_try: "430000.00", fx_rate_id: usd, fx_rate: "43.000000" });
    expect(Date.parse(record.fx_selected_at)).toBe(Date.parse("2026-02-02T09:00:00+03:00"));
    expect(record.fx_selected_by).toBe((await costing.get("/me")).body.id);
    await api.as("manager.jtr").refused(invoice.key, "invoice.void", {}, 403);
  });

  it("[WMS-75] lira need no rate; a second invoice of the same supplier and number is refused", async () => {
    await reset();
    const invoice = await posted("T-1", { currency: "TRY" }, {});
    expect((await costing.get(`/records/supplier-invoices/${invoice.id}`)).body.data).toMatchObject({ amount_try: "10000.00", fx_rate_id: null });
    // Below the list stands what was looked for, each currency by itself.
    await capture("U-2");
    const totals = async (query: string) =>
      (await costing.get(`/reports/costing?tab=invoices${query}`)).body.tab.totals.map(
        ({ currency, total }: { currency: string; total: string }) => `${total} ${currency}`,
      );
    expect([await totals(""), await totals("&q=T-1")]).toEqual([["10000.00 TRY", "10000.00 USD"], ["10000.00 TRY"]]);
    const again = await costing.post("/instances", {
      machine: "supplier-invoice",
      event: {
        type: "invoice.create",
        payload: {
          supplier: "Mill",
          invoice_no: "T-1",
          invoice_date: "2026-02-02",
          currency: "TRY",
          lines: [{ quality_code: "LINEN-01", qty_m: "1", unit_price: "1" }],
        },
      },
    });
    expect(again.status, again.text).toBe(409);
  });
});

describe("receipts and layers", () => {
  it("[WMS-76] a matched roll gets its unit cost in TRY; more than is invoiced is refused; a matched invoice is not voided", async () => {
    await reset();
    const invoice = await posted("M-1");
    await receive("RC-1", [roll("R1", "400"), roll("R2", "700")]);
    const [first, second] = [(await rows("receipt-lines", { roll: "R1" }))[0], (await rows("receipt-lines", { roll: "R2" }))[0]];
    const match = (line: string, qty: string) => ({ receipt_line: line, invoice_line: invoice.line, qty_m: qty });
    await costing.send(invoice.key, "receipt.match", match(first.id, "400"));
    expect(await layer("R1")).toMatchObject({
      unit_cost_orig: "10.0000",
      currency: "USD",
      unit_cost_try: "430.000000",
      received_m: "400.00",
      remaining_m: "400.00",
      owner_org: "JTR",
    });
    expect((await costing.get(`/records/supplier-invoice-lines/${invoice.line}`)).body.data.matched_m).toBe("400.00");

    expect(codesOf(await costing.refused(invoice.key, "receipt.match", match(second.id, "700")))).toEqual(["MATCH_OVER_INVOICE"]);
    expect(codesOf(await costing.refused(invoice.key, "receipt.match", match(first.id, "1")))).toEqual(["ALREADY_MATCHED"]);
    expect(codesOf(await costing.refused(invoice.key, "invoice.void", { reason: "wrong" }))).toEqual(["RECEIPT_MATCHED"]);
    await costing.send(invoice.key, "receipt.match", match(second.id, "600"));
    expect(await layer("R2")).toMatchObject({ received_m: "600.00", unit_cost_try: "430.000000" });
  });

  it("[WMS-76] a receipt that names the invoice is matched at once as far as it fits; the same receipt twice changes nothing", async () => {
    await reset();
    const invoice = await posted("M-1");
    const lines = [
      roll("R1", "400", { invoice_ref: "M-1" }),
      roll("R2", "700", { invoice_ref: "M-1#1" }),
      roll("R3", "5", { invoice_ref: "unknown" }),
      roll("R4", "600", { invoice_ref: invoice.key.slice("supplier-invoice:".length) }),
    ];
    const told = await api.wms("receipt.posted", {
      id: "RC-1",
      subject: { type: "receipt", ref: "RC-1" },
      data: { receipt_no: "RC-1", owner_org: "JTR", lines },
    });
    expect([told.status, told.body.notices?.map(({ path, message }: { path: string; message: string }) => `${path} ${message.split(":")[0]}`).sort()]).toEqual([
      202,
      ["/data/lines/1/invoice_ref is an invoice that has not so many metres left", "/data/lines/2/invoice_ref names no supplier invoice"],
    ]);
    const tasks = await api.as("costing.jtr").list("/tasks?status=open&limit=50");
    expect(tasks.map(({ title }) => title)).toContain("Match the receipt RC-1 by hand: an invoice that it names cannot take it");
    expect((await rows("cost-layers")).map(({ data }) => `${data.roll} ${data.remaining_m}`).sort()).toEqual(["R1 400.00", "R4 600.00"]);
    expect((await rows("receipt-lines", { roll: "R2" }))[0].data).toMatchObject({ matched_m: "0.00" });
    const data = { receipt_no: "RC-1", owner_org: "JTR", lines };
    const again = await api.wms("receipt.posted", { id: "RC-1", subject: { type: "receipt", ref: "RC-1" }, data });
    expect([again.status, again.body.result, again.body.notices], again.text).toEqual([200, "duplicate", told.body.notices]);
    expect(await rows("cost-layers")).toHaveLength(2);
    expect((await costing.instance(invoice.key)).state).toBe("posted");
  });

  it("[WMS-76] consumption takes from the named roll, oldest first where none is named, and is known to a roll matched later", async () => {
    await reset();
    const invoice = await posted("M-1");
    await receive("RC-1", [roll("R1", "100", { invoice_ref: "M-1" }), roll("R2", "200", { invoice_ref: "M-1" }), roll("R9", "300")]);
    await consume("B1", [taken("50", "R2"), taken("10", "R2"), taken("40", "R9")]);
    expect([(await layer("R1")).remaining_m, (await layer("R2")).remaining_m]).toEqual(["100.00", "140.00"]);
    await consume("B2", [taken("120")]);
    expect([(await layer("R1")).remaining_m, (await layer("R2")).remaining_m]).toEqual(["0.00", "120.00"]);
    const [late] = await rows("receipt-lines", { roll: "R9" });
    expect(late.data.consumed_m).toBe("40.00");
    await costing.send(invoice.key, "receipt.match", { receipt_line: late.id, invoice_line: invoice.line, qty_m: "300" });
    expect(await layer("R9")).toMatchObject({ received_m: "300.00", remaining_m: "260.00" });

    // Heard of before its receipt: taken off the roll when that comes, once.
    await consume("B3", [taken("30", "R5"), taken("20.5", "R5")]);
    await consume("B4", [taken("10", "R5")]);
    await receive("RC-2", [roll("R5", "50", { invoice_ref: "M-1" })]);
    expect(await layer("R5")).toMatchObject({ received_m: "50.00", remaining_m: "0.00" });
    // A roll of two receipts: the older one gives first, whichever is matched.
    await api.setClock("2026-02-03T09:00:00+03:00");
    await receive("RC-3", [roll("R5", "100")]);
    await api.setClock("2026-02-04T09:00:00+03:00");
    await receive("RC-4", [roll("R5", "60", { invoice_ref: "M-1" })]);
    const lines = async () => (await rows("receipt-lines", { roll: "R5" })).map(({ data }) => `${data.meters} ${data.consumed_m}`).sort();
    expect(await lines()).toEqual(["100.00 10.50", "50.00 50.00", "60.00 0.00"]);
    await consume("B5", [taken("99.5", "R5")]);
    expect(await lines()).toEqual(["100.00 100.00", "50.00 50.00", "60.00 10.00"]);
    expect((await rows("cost-layers", { roll: "R5" })).map(({ data }) => `${data.received_m} ${data.remaining_m}`).sort()).toEqual([
      "50.00 0.00",
      "60.00 50.00",
    ]);
  });

  it("[WMS-76][WMS-22] of a quality that the org has not seen, in whatever order, is kept and makes the quality known; an unknown one is refused", async () => {
    await reset();
    const pricing = api.as("pricing.jtr");
    expect((await pricing.post("/records/qualities", { code: "HEMP-09", name: "Hemp" })).status).toBe(201);
    const hemp = (more: object) => ({ quality_code: "HEMP-09", ...more });
    const used = (id: string, line: object) =>
      api.wms("stock.consumed", { id, subject: { type: "stock", ref: "HEMP-09" }, data: { transaction_batch_id: id, lines: [{ owner_org: "JTR", ...line }] } });
    expect((await used("H0", { quality_code: "NOPE-1", roll: "H1", meters: "5" })).status).toBe(422);
    expect((await used("H1", hemp({ roll: "H1", meters: "15" }))).status).toBe(202);
    await receive("RC-H", [{ ...roll("H1", "100"), ...hemp({}) }]);
    expect((await rows("receipt-lines", { roll: "H1" }))[0]?.data).toMatchObject({ meters: "100.00", consumed_m: "15.00" });
    const [open, ...more] = await pricing.list(`/records/price-list?filter=${encodeURIComponent(JSON.stringify({ quality_code: "HEMP-09" }))}`);
    expect([open?.data.on_hand_m, open?.data.list_price ?? null, more]).toEqual(["0.00", null, []]);
    expect(await api.as("owner.jtr").list("/records/qualities?q=HEMP"), "without a price it is not offered").toEqual([]);

    await reset();
    expect((await pricing.post("/records/qualities", { code: "HEMP-09", name: "Hemp" })).status).toBe(201);
    await receive("RC-H", [{ ...roll("H1", "100"), ...hemp({}) }]);
    expect((await used("H1", hemp({ roll: "H1", meters: "15" }))).status).toBe(202);
    expect((await rows("receipt-lines", { roll: "H1" }))[0]?.data).toMatchObject({ meters: "100.00", consumed_m: "15.00" });
    const stock = { owner_org: "JTR", quality_code: "HEMP-09", on_hand_m: "85.00", reserved_m: "0.00", available_m: "85.00" };
    const told = await api.wms("stock.changed", { id: "HS", subject: { type: "stock", ref: "HEMP-09" }, data: { transaction_batch_id: "HS", items: [stock] } });
    expect(told.status, told.text).toBe(202);
    const prices = await pricing.list(`/records/price-list?filter=${encodeURIComponent(JSON.stringify({ quality_code: "HEMP-09" }))}`);
    expect(prices.map(({ data }) => data.on_hand_m)).toEqual(["85.00"]);
  });

  it("[WMS-76] what is taken of no named roll before there is stock stays open, and comes off the next metres that get a cost", async () => {
    await reset();
    await posted("M-2");
    const open = async () => (await rows("early-consumptions")).map(({ data }) => [data.roll ?? null, data.meters]);
    await consume("E1", [taken("30"), taken("40.5")]);
    await consume("E2", [taken("9.5")]);
    expect(await open()).toEqual([[null, "80.00"]]);
    const shown = await costing.get("/reports/costing?tab=early");
    expect(shown.body.tab.rows.map(({ cells }: { cells: object }) => cells)).toMatchObject([{ quality: "LINEN-01", owner: "JTR", meters: "80.00" }]);
    // Two rolls of one receipt: the first gives all it has, the second the rest.
    await receive("RE-1", [roll("E-1", "50", { invoice_ref: "M-2" }), roll("E-2", "100", { invoice_ref: "M-2" })]);
    expect([(await layer("E-1")).remaining_m, (await layer("E-2")).remaining_m]).toEqual(["0.00", "70.00"]);
    expect(await open()).toEqual([[null, "0.00"]]);
    // More than is there: what there is goes at once, the rest waits.
    await consume("E3", [taken("75")]);
    expect([(await layer("E-2")).remaining_m, await open()]).toEqual(["0.00", [[null, "5.00"]]]);
    await receive("RE-2", [roll("E-3", "20", { invoice_ref: "M-2" })]);
    expect([(await layer("E-3")).remaining_m, await open()]).toEqual(["15.00", [[null, "0.00"]]]);
  });
});

describe("the average", () => {
  it("[WMS-77] of 400 m at 430 and 600 m at 480 is 460.000000, and the stock mirror shows it", async () => {
    await reset();
    await posted("M-1");
    await posted("M-2", { currency: "TRY", lines: [{ quality_code: "LINEN-01", qty_m: "600", unit_price: "480" }] }, {});
    await receive("RC-1", [roll("R1", "400", { invoice_ref: "M-1" })]);
    expect(await average()).toBe("430.000000");
    await receive("RC-2", [roll("R2", "600", { invoice_ref: "M-2" })]);
    expect(await average()).toBe("460.000000");
    const stock = { owner_org: "JTR", quality_code: "LINEN-01", on_hand_m: "1000.00", reserved_m: "0.00", available_m: "1000.00", sequence: 99 };
    await api.wms("stock.changed", { id: "S1", subject: { type: "stock", ref: "LINEN-01" }, data: { transaction_batch_id: "S1", items: [stock] } });
    expect(await average()).toBe("460.000000");
    await consume("B1", [taken("400", "R1")]);
    expect(await average()).toBe("480.000000");
  });

  it("[WMS-78] freight goes to what remains; the share of what is consumed is variance; the audit knows who", async () => {
    await reset();
    const invoice = await posted("M-1");
    await receive("RC-1", [roll("R1", "400", { invoice_ref: "M-1" })]);
    await consume("B1", [taken("100", "R1")]);
    expect(await average()).toBe("430.000000");
    await api.as("manager.jtr").refused(invoice.key, "cost.adjust", { kind: "freight", amount: "6000", currency: "TRY" }, 403);
    expect(codesOf(await costing.refused(invoice.key, "cost.adjust", { kind: "freight", amount: "6000", currency: "USD" }))).toEqual(["FX_MISSING"]);
    await costing.send(invoice.key, "cost.adjust", { kind: "freight", amount: "6000", currency: "TRY", note: "Truck" });
    expect(await layer("R1")).toMatchObject({ remaining_m: "300.00", unit_cost_try: "430.000000", adjust_try: "15.000000" });
    expect(await average()).toBe("445.000000");
    const [adjustment] = await rows("cost-adjustments", { invoice_id: invoice.id });
    expect(adjustment.data).toMatchObject({
      kind: "freight",
      amount_try: "6000.00",
      per_m_try: "15.000000",
      remaining_try: "4500.00",
      variance_try: "1500.00",
      adjusted_by: (await costing.get("/me")).body.id,
    });
    expect((await costing.instance(invoice.key)).state).toBe("adjusted");
    const history = await costing.list(`/instances/${invoice.key}/history`);
    expect(history.at(-1)).toMatchObject({ event: { type: "cost.adjust" }, actor: { kind: "person" } });

    await costing.send(invoice.key, "cost.adjust", { kind: "duty", amount: "100", currency: "USD", fx_rate_id: usd });
    expect((await layer("R1")).adjust_try).toBe("25.750000");
  });
});
