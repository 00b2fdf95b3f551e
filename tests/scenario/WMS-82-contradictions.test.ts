/** Events of the warehouse that contradict themselves or their subject, or name what is not there: refused by path, nothing of them written, the key kept for the mended one. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "#tests/support/order-acts.ts";
import { type Answer, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let order: string;
let other: string;
let twoLines: string;
beforeAll(async () => {
  api = await productApi();
  const made = async (...qty: string[]) => codeOf((await wonDeal(api, { customer: "Fjord", lines: qty.map((qty_m) => ({ qty_m })) })).orders[0] as string);
  [order, other, twoLines] = [await made("10"), await made("10"), await made("10", "20")];
});

const pathsOf = ({ status, body }: Answer) => [status, body.code, (body.errors ?? []).map(({ path }: { path: string }) => path)];
const about = (ref: string) => ({ type: "purchase_order", ref });
const T = "2026-02-02T09:00:00+03:00";
const lot = (roll: string, meters = "10") => ({ lot: "L", roll, meters });

/** What of the warehouse is written down. */
async function mirrors(): Promise<string> {
  const manager = api.as("manager.jtr");
  const types = ["order-mirrors", "reservation-mirrors", "po-allocations-mirror", "central-stock-checks", "stock-by-quality-cache", "shortage-decisions"];
  const rows = await Promise.all(types.map((type) => manager.get(`/records/${type}?limit=200`)));
  const states = await Promise.all([order, other, twoLines].map(async (code) => (await manager.instance(`purchase-order:${code}`)).state));
  const admin = api.as("admin.jtr");
  const costs = await Promise.all(["receipts", "receipt-lines", "cost-layers", "price-list"].map((type) => admin.get(`/records/${type}?limit=200`)));
  return JSON.stringify([...rows.map(({ text }) => text), states, ...costs.map(({ text }) => text)]);
}

describe("a contradiction", () => {
  it("[WMS-82][WMS-50] between po_code and subject is refused in every event that carries both; agreeing, it is taken", async () => {
    const before = await mirrors();
    const events: readonly (readonly [string, object])[] = [
      ["reservation.changed", { lines: [{ line_no: 1, reserved_m: "5" }] }],
      ["order.changed", { wms_status: "queued" }],
      ["picking.started", { started_at: T }],
      ["order.prepared", { packages: 1 }],
      ["warehouse.confirmed", { lines: [{ line_no: 1, lots: [lot("R1")] }] }],
      ["po.sent_back", { reason: "other", lines: [{ line_no: 1, needed_m: "5" }] }],
      ["shipment.shipped", { tracking_id: "T-1", shipped_at: T }],
      ["shipment.tracking_changed", { tracking_id: "T-2" }],
      ["shipment.delivered", { delivered_at: T, documents: [] }],
    ];
    for (const [event, data] of events)
      expect([event, ...pathsOf(await api.wms(event, { id: `${order}.9`, subject: about(order), sequence: 9, data: { po_code: other, ...data } }))]).toEqual([
        event,
        422,
        "payload_invalid",
        ["/data/po_code"],
      ]);
    expect(await mirrors()).toBe(before);
    const mended = { id: `${order}.9`, subject: about(order), sequence: 9, data: { po_code: order, wms_status: "queued" } };
    expect((await api.wms("order.changed", mended)).status).toBe(202);
  });

  it("[WMS-49][WMS-50] of a central stock check: another check, a line that is not there, an order that it was not made for", async () => {
    const check = (id: string, sequence: number, more: object) =>
      api.wms("central_stock_check.updated", {
        id: `${id}.${sequence}`,
        subject: { type: "central_stock_check", ref: id },
        sequence,
        data: { po_code: order, line_no: 1, checked_at: T, checked_by: "Ayla", result: "partial", ...more },
      });
    expect((await check("CH-1", 1, { check_id: "CH-1" })).status).toBe(202);
    const before = await mirrors();
    expect(pathsOf(await check("CH-1", 2, { check_id: "CH-2" }))).toEqual([422, "payload_invalid", ["/data/check_id"]]);
    expect(pathsOf(await check("CH-3", 2, { line_no: 7 }))).toEqual([422, "payload_invalid", ["/data/line_no"]]);
    expect(pathsOf(await check("CH-1", 2, { po_code: other }))).toEqual([422, "payload_invalid", ["/data/po_code"]]);
    expect(await mirrors()).toBe(before);
    expect((await check("CH-1", 2, {})).status).toBe(202);
  });

  it("[WMS-82] what does not fit is told where it stands in the envelope, alone and in a batch, beside the event's index", async () => {
    const envelope = api.envelope("reservation.changed", {
      id: `${order}.19`,
      subject: about(order),
      sequence: 19,
      data: {
        lines: [
          { line_no: 1, reserved_m: "1" },
          { line_no: 2, reserved_m: "much" },
        ],
      },
    });
    const wanted = ["/data/lines/1/reserved_m"];
    const alone = await api.signed("/api/v1/contracts/crm-wms/events", JSON.stringify(envelope));
    expect(
      alone.body.errors.map(({ path }: { path: string }) => path),
      alone.text,
    ).toEqual(wanted);
    const batch = await api.signed("/api/v1/contracts/crm-wms/batch", [{}, envelope].map((each) => JSON.stringify(each)).join("\n"), {
      type: "application/x-ndjson",
    });
    const second = JSON.parse(batch.text.trim().split("\n")[1] as string);
    expect([second.index, second.status, second.body.errors.map(({ path }: { path: string }) => path)]).toEqual([1, 422, wanted]);
  });

  it("[WMS-19] of lines and rolls: a line unknown or twice, a roll twice", async () => {
    const before = await mirrors();
    const reserved = (...numbers: number[]) =>
      api.wms("reservation.changed", {
        id: `${order}.20`,
        subject: about(order),
        sequence: 20,
        data: { lines: numbers.map((line_no) => ({ line_no, reserved_m: "1" })) },
      });
    expect(pathsOf(await reserved(1, 4))).toEqual([422, "payload_invalid", ["/data/lines/1/line_no"]]);
    expect(pathsOf(await reserved(1, 1))).toEqual([422, "payload_invalid", ["/data/lines"]]);
    const confirmed = (...lines: object[]) => api.wms("warehouse.confirmed", { id: `${twoLines}.20`, subject: about(twoLines), sequence: 20, data: { lines } });
    const line = (line_no: number, ...rolls: string[]) => ({ line_no, lots: rolls.map((roll) => lot(roll)) });
    for (const wrong of [
      [line(1, "A"), line(1, "B"), line(2, "C")],
      [line(1, "A"), line(2, "A")],
      [line(1, "A", "A"), line(2, "B")],
    ])
      expect(pathsOf(await confirmed(...wrong))).toEqual([422, "payload_invalid", ["/data/lines"]]);
    expect(await mirrors()).toBe(before);
    expect((await confirmed(line(1, "A"), line(2, "B"))).status).toBe(202);
  });
});

describe("stock and receipts", () => {
  const item = (more: object) => ({ owner_org: "JTR", quality_code: "LINEN-01", on_hand_m: "900", reserved_m: "0", available_m: "900", ...more });
  const stock = (id: string, ...items: object[]) =>
    api.wms("stock.changed", { id, subject: { type: "stock", ref: id }, data: { transaction_batch_id: id, items } });

  it("[WMS-81] an owner that is no org of the sender is refused; so are two figures for one stock of which none is newer", async () => {
    const before = await mirrors();
    expect(pathsOf(await stock("B1", item({ sequence: 50 }), item({ owner_org: "XYZ", sequence: 50 })))).toEqual([
      422,
      "payload_invalid",
      ["/data/items/1/owner_org"],
    ]);
    for (const twice of [
      [item({}), item({ on_hand_m: "800" })],
      [item({ sequence: 51 }), item({ sequence: 51, on_hand_m: "800" })],
    ])
      expect(pathsOf(await stock("B2", ...twice))).toEqual([422, "payload_invalid", ["/data/items"]]);
    const used = { transaction_batch_id: "B3", lines: [{ owner_org: "XYZ", quality_code: "LINEN-01", meters: "1" }] };
    expect(pathsOf(await api.wms("stock.consumed", { id: "B3", subject: { type: "stock", ref: "B3" }, data: used }))).toEqual([
      422,
      "payload_invalid",
      ["/data/lines/0/owner_org"],
    ]);
    expect(await mirrors()).toBe(before);
  });

  it("[WMS-83] of several figures for one stock in one event the newest counts, in whatever order, and counts once", async () => {
    for (const [id, items] of [
      ["B4", [60, 61]],
      ["B5", [63, 62]],
    ] as const) {
      expect((await stock(id, ...items.map((sequence) => item({ sequence, on_hand_m: String(sequence), available_m: String(sequence) })))).status).toBe(202);
      const newest = `${Math.max(...items)}.00`;
      const filter = encodeURIComponent(JSON.stringify({ owner_org: "JTR", on_hand_m: newest }));
      expect([id, (await api.as("manager.jtr").list(`/records/stock-by-quality-cache?filter=${filter}`)).length]).toEqual([id, 1]);
      const [price] = await api.as("pricing.jtr").list(`/records/price-list?filter=${encodeURIComponent(JSON.stringify({ on_hand_m: newest }))}`);
      expect(price, "the stock of the price list counts it once").toBeDefined();
    }
  });

  it("[WMS-76] a receipt that names another one, an unknown owner or supply request, or a roll twice is refused as a whole", async () => {
    const before = await mirrors();
    const supply = await api.as("manager.jtr").post("/instances", {
      machine: "supply-request",
      event: { type: "supply.create", payload: { kind: "import", quality_code: "SATIN-03", qty_m: "10", supply_ref: "SUP-1" } },
    });
    expect(supply.status, supply.text).toBe(201);
    const received = (more: object) =>
      api.wms("receipt.posted", {
        id: "RC-9",
        subject: { type: "receipt", ref: "RC-9" },
        data: { receipt_no: "RC-9", owner_org: "JTR", lines: [{ quality_code: "LINEN-01", lot: "L", roll: "R", meters: "5" }], ...more },
      });
    const line = { quality_code: "LINEN-01", lot: "L", roll: "R", meters: "5" };
    for (const [more, path] of [
      [{ receipt_no: "RC-8" }, "/receipt_no"],
      [{ owner_org: "ABC" }, "/owner_org"],
      [{ supply_ref: "NONE" }, "/supply_ref"],
      [{ supply_ref: "SUP-1" }, "/supply_ref"],
      [{ lines: [line, { ...line, meters: "6" }] }, "/lines"],
    ] as const)
      expect([path, ...pathsOf(await received(more))]).toEqual([path, 422, "payload_invalid", [`/data${path}`]]);
    expect(await mirrors()).toBe(before);
    expect((await received({})).status).toBe(202);
    const refused = await api.as("admin.jtr").list("/contracts/crm-wms/receipts?result=rejected&limit=200");
    expect(refused.filter(({ cause }) => cause === "PAYLOAD_INVALID").length).toBeGreaterThan(20);
  });

  it("[WMS-11][WMS-70] a request for supply of a quality that is not there names its path, by code or id, and makes nothing", async () => {
    const create = (payload: object) =>
      api
        .as("manager.jtr")
        .post("/instances", { machine: "supply-request", event: { type: "supply.create", payload: { kind: "import", qty_m: "10", ...payload } } });
    const before = (await api.as("manager.jtr").get("/records/supply-requests?limit=200")).text;
    expect(pathsOf(await create({ quality_code: "NO-SUCH" }))).toEqual([422, "payload_invalid", ["/quality_code"]]);
    expect(pathsOf(await create({ quality_id: "019c1cef-bf00-7563-94d2-9fe00e3cf449" }))).toEqual([422, "payload_invalid", ["/quality_id"]]);
    const neither = await create({});
    expect([neither.status, neither.body.code]).toEqual([422, "payload_invalid"]);
    expect((await api.as("manager.jtr").get("/records/supply-requests?limit=200")).text).toBe(before);
  });
});
