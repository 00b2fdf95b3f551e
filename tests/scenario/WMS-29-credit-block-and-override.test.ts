/** Credit over the API: at the limit and over it, overdue, what a block refuses, who may lift it and how, what clears it. */
import { beforeAll, describe, expect, it } from "vitest";
import { codesOf, confirmByWarehouse, recordPayment } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
const reset = async () => {
  expect((await api.post("/api/test/reset", {})).status).toBeLessThan(300);
};
beforeAll(async () => {
  api = await productApi();
});

const atlas = (unitPrice: string, qty = "1") => wonDeal(api, { customer: "Atlas", lines: [{ qty_m: qty, unit_price: unitPrice }] });
const dealRecord = async (deal: string) => (await api.as("manager.jtr").get(`/records/deals/${deal.slice("deal:".length)}`)).body.data;

describe("the limit", () => {
  it("[WMS-29] a credit customer exactly at the limit passes: 48,000 of 50,000 and a deal of 2,000.00", async () => {
    await reset();
    const { deal, orders } = await atlas("5", "400");
    const won = await api.as("manager.jtr").instance(deal);
    expect(won.state.credit).toBe("clear");
    expect(await dealRecord(deal)).toMatchObject({ credit_blocked: false, credit_reasons: [], credit_currencies: [] });
    expect((await api.as("manager.jtr").instance(orders[0] as string)).state).toMatchObject({
      payment: "not_required",
      logistics: { released_to_wms: "queued" },
    });
  });

  it("[WMS-29][WMS-30] 2,000.01 is over it: blocked in USD alone, and neither a person nor time releases the order", async () => {
    await reset();
    const { deal, orders } = await atlas("2000.01");
    const manager = api.as("manager.jtr");
    expect((await manager.instance(deal)).state.credit).toBe("blocked");
    expect(await dealRecord(deal)).toMatchObject({ credit_blocked: true, credit_reasons: ["OVER_LIMIT"], credit_currencies: ["USD"] });
    const history = await manager.list(`/instances/${deal}/history`);
    const decision = history.flatMap(({ decisions }) => decisions).find(({ key }) => key === "credit-payments.credit-block");
    expect(decision).toMatchObject({ outcome: "block", output: { credit_blocked: true, reasons: ["OVER_LIMIT"], blocked_currencies: ["USD"] } });
    const position = await api.as("manager.jtr").post("/decisions/credit-block", { record: { type: "deals", id: deal.slice("deal:".length) } });
    expect(position.body.output.blocked_currencies, position.text.slice(0, 1500)).toEqual(["USD"]);

    const order = orders[0] as string;
    const refusal = await api.as("owner.jtr").refused(order, "po.release");
    expect(refusal.code).toBe("gate_blocked");
    expect(codesOf(refusal)).toEqual(["CREDIT_BLOCKED", "PAYMENT_PENDING"]);
    expect(JSON.stringify(refusal.decisions[0].unlock)).toContain("credit.override");
    await api.drain();
    expect((await api.as("admin.jtr").list("/outbox")).filter(({ kind }) => kind === "emit")).toEqual([]);
  });

  it("[WMS-28][WMS-29] one overdue cent blocks whatever the limit leaves: Cobalt", async () => {
    await reset();
    const { deal, orders } = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "10" }] });
    expect(await dealRecord(deal)).toMatchObject({ credit_blocked: true, credit_reasons: ["OVERDUE"], credit_currencies: ["USD"] });
    expect(codesOf(await api.as("owner.jtr").refused(orders[0] as string, "po.release"))).toContain("CREDIT_BLOCKED");
  });
});

describe("an override", () => {
  it("[WMS-30][WMS-37][WMS-38] is the manager's, with a reason, one at a time; it is logged with what it lifted and mailed once", async () => {
    await reset();
    const { deal, orders } = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "10" }] });
    const manager = api.as("manager.jtr");
    const payload = { reason_code: "STRATEGIC_CUSTOMER", note: "agreed with the CFO" };

    for (const account of ["owner.jtr", "pricing.jtr", "costing.jtr", "admin.jtr", "exec"]) {
      const refusal = await api.as(account, { org: "JTR" }).post(`/instances/${deal}/events`, { type: "credit.override", payload });
      expect([account, refusal.status, refusal.body.code]).toEqual([account, 403, "event_not_permitted"]);
    }
    expect(codesOf(await manager.refused(deal, "credit.override", {}))).toEqual(["REASON_REQUIRED"]);
    expect(codesOf(await manager.refused(deal, "credit.override", { reason_code: "BECAUSE" }))).toEqual(["REASON_UNKNOWN"]);
    expect(codesOf(await manager.refused(deal, "credit.override", { reason_code: "OTHER" }))).toEqual(["NOTE_REQUIRED"]);
    const bulk = await manager.post("/bulk/events", { items: [{ instance: deal, type: "credit.override", payload }] });
    expect(bulk.status).toBe(207);
    expect(bulk.body.results).toMatchObject([{ status: 422, body: { code: "override_single_only", reasons: [{ code: "OVERRIDE_SINGLE_ONLY" }] } }]);
    expect((await manager.instance(deal)).state.credit).toBe("blocked");
    expect((await api.mails()).filter(({ subject }) => /override/iu.test(subject))).toEqual([]);

    const moved = await manager.send(deal, "credit.override", payload);
    expect(moved.instance.state.credit).toBe("override_cleared");
    const [row] = (await manager.list(`/instances/${deal}/history`)).filter(({ event }) => event.type === "credit.override");
    expect(row).toMatchObject({ event: { payload } });
    expect(row.actor).toMatchObject({ name: "Manager JTR", kind: "person" });
    expect(await dealRecord(deal)).toMatchObject({ credit_blocked: false, overridden_reasons: ["OVERDUE"] });
    expect(row.override).toEqual({ gate: "credit", reason: "STRATEGIC_CUSTOMER", note: "agreed with the CFO", lifted: ["OVERDUE"] });

    // The credit blocker is gone; the payment gate stays (two gates, G-06).
    expect(codesOf(await api.as("owner.jtr").refused(orders[0] as string, "po.release"))).toEqual(["PAYMENT_PENDING"]);
    const mails = (await api.mails()).filter(({ subject }) => /override/iu.test(subject));
    expect(mails).toHaveLength(1);
    const audited = await api.as("admin.jtr").list("/audit?limit=200");
    expect(audited.filter(({ action }) => action === "event_blocked").flatMap(({ detail }) => detail.reasons)).toEqual(
      expect.arrayContaining(["REASON_REQUIRED", "REASON_UNKNOWN", "NOTE_REQUIRED"]),
    );
    expect(audited.filter(({ action }) => action === "event_refused")).toHaveLength(5);
    expect((await api.as("admin.jtr").post("/audit/verify")).body).toMatchObject({ ok: true });
  });
});

describe("time and money", () => {
  it("[WMS-28][WMS-30] a block after the release refuses the shipment's approval; a payment clears it by re-evaluation", async () => {
    await reset();
    const { deal, orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "1000" }] });
    const order = orders[0] as string;
    const manager = api.as("manager.jtr");
    expect((await manager.instance(order)).state).toMatchObject({ payment: "not_required", logistics: { released_to_wms: "queued" } });
    await confirmByWarehouse(api, order, ["1000"]);
    const record = await dealRecord(deal);
    const charge = await api.as("costing.jtr").post("/records/payments-ledger", {
      entry_type: "opening",
      customer_id: record.customer_id,
      currency: "EUR",
      amount: "10.00",
      value_date: "2025-12-01",
      due_date: "2026-01-02",
      reference: "old invoice",
    });
    expect(charge.status, charge.text).toBe(201);
    expect(await dealRecord(deal)).toMatchObject({ credit_blocked: true, credit_reasons: ["OVERDUE"], credit_currencies: ["EUR"] });
    expect(codesOf(await manager.refused(order, "shipment.approve"))).toEqual(["CREDIT_BLOCKED", "PAYMENT_PENDING"]);

    await recordPayment(api, order, "10.00", { currency: "EUR", po_id: null });
    expect((await manager.instance(deal)).state.credit).toBe("clear");
    expect(await dealRecord(deal)).toMatchObject({ credit_blocked: false, credit_reasons: [] });
    expect((await manager.instance(order)).state.payment).toBe("not_required");
    expect((await manager.send(order, "shipment.approve", { note: "ok" })).instance.state.logistics).toBe("shipment_approved");
  });

  it("[WMS-28] the last grace day is not overdue, the day after is", async () => {
    await reset();
    const { deal } = await wonDeal(api, { customer: "Atlas", lines: [{ qty_m: "10" }] });
    expect(await dealRecord(deal)).toMatchObject({ credit_blocked: false });
    await api.setClock("2026-03-08T09:00:00+03:00");
    expect(await dealRecord(deal)).toMatchObject({ credit_blocked: false });
    await api.setClock("2026-03-09T09:00:00+03:00");
    expect(await dealRecord(deal)).toMatchObject({ credit_blocked: true, credit_reasons: ["OVERDUE"], credit_currencies: ["USD"] });
  });
});
