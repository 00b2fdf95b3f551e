/** What the warehouse says of an order's lines: lines the order does not have, lines left out, a second send-back, codes that name nothing. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "#tests/support/order-acts.ts";
import { type Answer, type Caller, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let manager: Caller;
beforeAll(async () => {
  api = await productApi();
  manager = api.as("manager.jtr");
});

const released = async (...metres: readonly string[]) =>
  (await wonDeal(api, { customer: "Fjord", lines: metres.map((qty_m) => ({ qty_m })) })).orders[0] as string;
const post = (event: string, order: string, sequence: number, data: object) =>
  api.wms(event, { id: `${codeOf(order)}.${sequence}`, sequence, subject: { type: "purchase_order", ref: codeOf(order) }, data });
const sendBack = (order: string, sequence: number, lines: readonly object[], reason = "no_on_hand") => post("po.sent_back", order, sequence, { reason, lines });
const lots = (line_no: number, meters: string, roll: string) => ({ line_no, lots: [{ lot: "L", roll, meters }] });
let checks = 0;
const check = (order: string, line_no: number, more: object = {}) => {
  const ref = `CK-${++checks}`;
  const data = { po_code: codeOf(order), line_no, checked_at: "2026-02-02T09:30:00+03:00", checked_by: "Ayla", result: "not_found", ...more };
  return api.wms("central_stock_check.completed", { id: `${ref}.1`, sequence: 1, subject: { type: "central_stock_check", ref }, data });
};
const refusal = ({ status, body }: Answer) => [status, body.code];
const logistics = async (order: string) => (await manager.instance(order)).state.logistics;
const about = (order: string) => manager.get(`/records/purchase-orders/${codeOf(order)}`).then(({ body }) => body);
const decide = async (order: string, line: number, payload: object) => {
  const { id } = await about(order);
  const all = await manager.list(`/records/shortage-decisions?filter=${encodeURIComponent(JSON.stringify({ po_id: id }))}`);
  const open = all.find(({ data }) => data.line_no === line && (data.outcome ?? null) === null);
  await manager.send(`shortage-decision:${open.id}`, "shortage.decide", payload);
};

describe("lines of a send-back", () => {
  it("[WMS-47][WMS-48] are lines of the order, each once, and at least one; whatever the reason", async () => {
    const order = await released("100", "50");
    expect((await check(order, 9)).status).toBe(422);
    expect(refusal(await sendBack(order, 1, [{ line_no: 9 }]))).toEqual([422, "unknown_line"]);
    for (const reason of ["no_on_hand", "other"]) expect(refusal(await sendBack(order, 1, [], reason))).toEqual([422, "no_lines"]);
    expect(refusal(await sendBack(order, 1, [{ line_no: 1 }, { line_no: 1 }], "other"))).toEqual([422, "line_named_twice"]);
    for (const needed_m of ["0", "100.01"]) expect(refusal(await sendBack(order, 1, [{ line_no: 1, needed_m }], "other"))).toEqual([422, "bad_quantity"]);
    expect(await logistics(order)).toEqual({ released_to_wms: "queued" });
    expect((await sendBack(order, 1, [{ line_no: 1, needed_m: "100.00" }], "other")).status).toBe(202);
    expect(await logistics(order)).toBe("shortage_open");
  });

  it("[WMS-47] a second send-back is decided by itself: what was decided of the first is not decided again", async () => {
    const order = await released("100", "50");
    for (const line of [1, 2]) await check(order, line);
    await sendBack(order, 1, [
      { line_no: 1, needed_m: "40.00" },
      { line_no: 2, needed_m: "5.00" },
    ]);
    for (const line of [1, 2]) await decide(order, line, { outcome: "partial_ship" });
    const lines = async () => (await about(order)).data.lines.map(({ qty_m }: { qty_m: string }) => qty_m);
    expect([await logistics(order), await lines()]).toEqual([{ released_to_wms: "queued" }, ["60.00", "45.00"]]);
    await sendBack(order, 2, [{ line_no: 1, needed_m: "10.00" }]);
    await decide(order, 1, { outcome: "partial_ship" });
    expect(await lines()).toEqual(["50.00", "45.00"]);
    const sent = (await api.as("admin.jtr").list("/outbox?limit=200")).filter(
      (row) => JSON.stringify(row).includes("shortage.decided") && JSON.stringify(row).includes(codeOf(order)),
    );
    expect(sent).toHaveLength(2);
  });
});

describe("what the warehouse confirms", () => {
  it("[WMS-47][WMS-49] is every line of the order and no other; a later confirmation takes the place of the former", async () => {
    const order = await released("100", "50");
    expect(refusal(await post("warehouse.confirmed", order, 1, { lines: [lots(1, "100", "r1")] }))).toEqual([422, "line_not_reported"]);
    expect(refusal(await post("warehouse.confirmed", order, 1, { lines: [lots(1, "100", "r1"), lots(2, "50", "r2"), lots(7, "1", "r7")] }))).toEqual([
      422,
      "unknown_line",
    ]);
    expect(await logistics(order)).toEqual({ released_to_wms: "queued" });
    expect((await post("warehouse.confirmed", order, 1, { lines: [lots(1, "70", "r1"), lots(2, "50", "r2")] })).status).toBe(202);
    await check(order, 1);
    expect((await sendBack(order, 2, [{ line_no: 1 }])).status).toBe(202);
    const { id } = await about(order);
    const rows = (type: string) => manager.list(`/records/${type}?filter=${encodeURIComponent(JSON.stringify({ po_id: id }))}`);
    // Ordered minus confirmed.
    expect((await rows("shortage-decisions")).map(({ data }) => data.needed_m)).toEqual(["30.00"]);
    await decide(order, 1, { outcome: "central_transfer" });
    expect((await post("warehouse.confirmed", order, 3, { lines: [lots(1, "100", "r9"), lots(2, "50", "r2")] })).status).toBe(202);
    const rolls = (await rows("po-allocations-mirror")).map(({ data }) => `${data.line_no} ${data.roll} ${data.meters}`).sort();
    expect(rolls).toEqual(["1 r9 100.00", "2 r2 50.00"]);
  });
});

describe("codes that name nothing", () => {
  it("[WMS-49][WMS-50][WMS-81] are named by their path, the same for what another org has, and nothing is written", async () => {
    const order = await released("10");
    const foreign = (await wonDeal(api, { by: "owner.mod", customer: "Gala", lines: [{ qty_m: "10", unit_price: "5.00", stock_owner_org: "MOD" }] })).codes[0];
    const before = (await manager.get("/records/central-stock-checks")).text;
    const paths = ({ status, body }: Answer) => [status, body.code, body.errors.map(({ path }: { path: string }) => path)];
    for (const po_code of ["JTRPOZZZZZZZZ", foreign]) expect(paths(await check(order, 1, { po_code }))).toEqual([422, "payload_invalid", ["/data/po_code"]]);
    expect((await manager.get("/records/central-stock-checks")).text).toBe(before);
    const item = (quality_code: string) => ({ owner_org: "JTR", quality_code, on_hand_m: "1", reserved_m: "0", available_m: "1", sequence: 900 });
    const stock = await api.wms("stock.changed", {
      id: "TB-X",
      subject: { type: "stock", ref: "X" },
      data: { transaction_batch_id: "TB-X", items: [item("LINEN-01"), item("NO-SUCH")] },
    });
    expect(paths(stock)).toEqual([422, "payload_invalid", ["/data/items/1/quality_code"]]);
    const used = { owner_org: "JTR", quality_code: "NO-SUCH", meters: "1" };
    const consumed = await api.wms("stock.consumed", {
      id: "TB-Y",
      subject: { type: "stock", ref: "Y" },
      data: { transaction_batch_id: "TB-Y", lines: [used] },
    });
    expect(paths(consumed)).toEqual([422, "payload_invalid", ["/data/lines/0/quality_code"]]);
    const line = { quality_code: "NO-SUCH", lot: "L", roll: "R", meters: "1" };
    const receipt = await api.wms("receipt.posted", {
      id: "RC-X",
      subject: { type: "receipt", ref: "RC-X" },
      data: { receipt_no: "RC-X", owner_org: "JTR", lines: [line] },
    });
    expect(paths(receipt)).toEqual([422, "payload_invalid", ["/data/lines/0/quality_code"]]);
    expect(JSON.stringify(await manager.list("/records/stock-by-quality-cache"))).not.toContain('"sequence":900');
  });
});
