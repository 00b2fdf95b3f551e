/** What is missing is replaced: the shortage's decision opens a line for the substitute, which is priced and ordered like any other. */
import { describe, expect, it } from "vitest";
import { codeOf, codesOf, confirmByWarehouse } from "#tests/support/order-acts.ts";
import { productApi, wonDeal } from "#tests/support/product-api.ts";

const api = await productApi();
const filter = (value: object) => encodeURIComponent(JSON.stringify(value));

/** A released order of 700 m of which the warehouse misses 200 m; its shortage. */
async function shortOrder(n: number): Promise<{ readonly order: string; readonly dealId: string; readonly shortage: string }> {
  const { orders, dealId } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "700" }] });
  const order = orders[0] as string;
  const code = codeOf(order);
  const check = { po_code: code, line_no: 1, checked_at: "2026-02-02T09:30:00+03:00", checked_by: "Ayla", result: "not_found" };
  const subject = { type: "purchase_order", ref: code };
  const sent = [
    await api.wms("central_stock_check.completed", { id: `S${n}.1`, subject: { type: "central_stock_check", ref: `S${n}` }, sequence: 1, data: check }),
    await api.wms("po.sent_back", { id: `${code}.1`, subject, sequence: 1, data: { reason: "no_on_hand", lines: [{ line_no: 1, needed_m: "200" }] } }),
  ];
  for (const { status, text } of sent) expect(status, text).toBe(202);
  const [row] = await api
    .as("manager.jtr")
    .list(`/records/shortage-decisions?filter=${filter({ po_id: (await api.as("manager.jtr").get(`/records/purchase-orders/${code}`)).body.id })}`);
  return { order, dealId, shortage: `shortage-decision:${row.id}` };
}

describe("a substitute", () => {
  it("[WMS-18][WMS-47] is a new line in draft for what is missing; the rest is shipped; priced, it gets an order of its own", async () => {
    const { order, dealId, shortage } = await shortOrder(1);
    const manager = api.as("manager.jtr");
    for (const account of ["owner.jtr", "pricing.jtr"]) await api.as(account).refused(shortage, "shortage.decide", { outcome: "substitute" }, 403);
    expect(codesOf(await manager.refused(shortage, "shortage.decide", { outcome: "substitute", quality_code: "NOPE" }))).toEqual(["UNKNOWN_QUALITY"]);
    await manager.send(shortage, "shortage.decide", { outcome: "substitute", quality_code: "SATIN-03", note: "agreed by phone" });

    const kept = await manager.get(`/records/purchase-orders/${codeOf(order)}`);
    expect(kept.body.data).toMatchObject({ lines: [{ line_no: 1, qty_m: "500.00" }], total: "2100.00" });
    expect((await manager.instance(order)).state.logistics).toEqual({ released_to_wms: "queued" });
    const rows = await manager.list(`/records/deal-lines?filter=${filter({ deal_id: dealId })}&sort=line_no`);
    expect(rows.map(({ data }) => [data.line_no, data.quality_code, data.qty_m, data.unit_price, data.substitutes_line_no])).toEqual([
      [1, "LINEN-01", "700.00", "4.2000", null],
      [2, "SATIN-03", "200.00", "3.1000", 1],
    ]);
    const line = `deal-line:${rows[1].id}`;
    expect((await manager.instance(line)).state).toBe("draft");
    const tasks = await api.as("owner.jtr").list("/tasks?limit=100");
    expect(tasks.map(({ title }) => title)).toContain("Price the substitute for 200.00 m of Fjord Hotels");

    // SATIN-03 is stale: its price is approved first; until then nothing is ordered.
    const orders = () => manager.list(`/records/purchase-orders?filter=${filter({ deal_id: dealId })}`);
    await api.as("owner.jtr").send(line, "line.price", {});
    expect((await manager.instance(line)).state).toBe("approval_required");
    expect(await orders()).toHaveLength(1);
    const [request] = await manager.list(`/records/approval-requests?filter=${filter({ subject_id: rows[1].id })}`);
    await api.as("pricing.jtr").send(`approval-request:${request.id}`, "approval.approve", { note: "fine" });
    const made = (await orders()).filter(({ code }) => code !== codeOf(order));
    expect(made.map(({ data }) => [data.lines, data.total, data.currency])).toEqual([[[{ line_no: 2, qty_m: "200.00" }], "620.00", "USD"]]);
    expect((await manager.instance(`purchase-order:${made[0].code}`)).state.logistics).toEqual({ released_to_wms: "queued" });
    const snapshots = await manager.list(`/records/price-snapshots?filter=${filter({ deal_line_id: rows[1].id })}`);
    expect(snapshots.map(({ data }) => [data.unit_price, data.qty_m])).toEqual([["3.1000", "200.00"]]);

    await confirmByWarehouse(api, `purchase-order:${made[0].code}`, ["200"]).catch(() => undefined);
    await api.drain();
    const emitted = (await api.as("admin.jtr").list("/outbox?limit=200")).filter(({ kind }) => kind === "emit").map(({ key }) => key);
    expect(emitted).toContain(`crm:po:${made[0].code}:created:v1`);
    expect(emitted.filter((key) => key.startsWith(`crm:shortage:${codeOf(order)}.`))).toHaveLength(1);
  });

  it("[WMS-18][WMS-29] that would be over the limit blocks the deal before its order is released", async () => {
    const { order, dealId, shortage } = await shortOrder(2);
    const manager = api.as("manager.jtr");
    await manager.send(shortage, "shortage.decide", { outcome: "substitute", qty_m: "20000" });
    const [, second] = await manager.list(`/records/deal-lines?filter=${filter({ deal_id: dealId })}&sort=line_no`);
    expect(second.data).toMatchObject({ quality_code: "LINEN-01", qty_m: "20000.00", unit_price: "4.2000" });
    const deal = (await manager.get(`/records/purchase-orders/${codeOf(order)}`)).body.data.deal_id;
    const dealOf = async () => (await manager.list(`/instances?record=deals:${deal}`))[0];
    expect((await dealOf()).state.credit).toBe("clear");
    await api.as("owner.jtr").send(`deal-line:${second.id}`, "line.price", {});
    expect((await dealOf()).state.credit).toBe("blocked");
    const made = (await manager.list(`/records/purchase-orders?filter=${filter({ deal_id: dealId })}`)).find(({ code }) => code !== codeOf(order));
    expect((await manager.instance(`purchase-order:${made.code}`)).state).toMatchObject({ logistics: "awaiting_release", payment: "pending" });
  });
});
