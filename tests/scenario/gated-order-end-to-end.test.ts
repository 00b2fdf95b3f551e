/** One gated order end to end over the API: won, paid, signed, released, confirmed, approved, shipped, mailed once. */
import { beforeAll, describe, expect, it } from "vitest";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});

const codesOf = (problem: { decisions: { reasons: { code: string }[] }[] }) => problem.decisions.flatMap(({ reasons }) => reasons.map(({ code }) => code));

describe("a cash order", () => {
  it("[WMS-31][WMS-33][WMS-34][WMS-40][WMS-41][WMS-63][WMS-64][WMS-72] passes every gate in turn, and mails its customer once", async () => {
    const { deal, orders, codes } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "1000" }] });
    expect(orders).toHaveLength(1);
    const order = orders[0] as string;
    const code = codes[0] as string;
    const owner = api.as("owner.jtr");
    const manager = api.as("manager.jtr");

    // Payment pending: not released, reasons and ways through are named, nothing leaves.
    const blocked = await owner.refused(order, "po.release");
    expect(blocked.code).toBe("gate_blocked");
    expect(codesOf(blocked)).toEqual(["PAYMENT_PENDING"]);
    expect(JSON.stringify(blocked.decisions[0].unlock)).toContain("payment.confirm");
    const way = blocked.decisions[0].unlock
      .flatMap(({ acts }: { acts: { event: string; permission: string; who: { name: string }[] }[] }) => acts)
      .find(({ event }: { event: string }) => event === "payment.confirm");
    expect(way.permission).toBe("payment.approve");
    expect(way.who.map(({ name }: { name: string }) => name)).toContain("Manager JTR");
    await api.drain();
    expect((await api.as("admin.jtr").list("/outbox")).filter(({ kind }) => kind === "emit")).toEqual([]);

    // The owner may not confirm; nor may pricing or the admin; there is no confirmation on the deal.
    for (const account of ["owner.jtr", "pricing.jtr", "admin.jtr"]) {
      const refusal = await api.as(account).post(`/instances/${order}/events`, { type: "payment.confirm", payload: { ledger_entry_ids: [] } });
      expect(refusal.status, account).toBe(403);
      expect(refusal.body.code).toBe("event_not_permitted");
    }
    expect((await manager.refused(deal, "payment.confirm")).code).toBe("event_not_available");

    // Without a ledger entry the confirmation is refused by its gate.
    expect(codesOf(await manager.refused(order, "payment.confirm", { ledger_entry_ids: [] }))).toEqual(["NO_LEDGER_ENTRY"]);
    const record = (await owner.get(`/records/purchase-orders/${code}`)).body;
    const entry = await api.as("costing.jtr").post("/records/payments-ledger", {
      entry_type: "payment",
      customer_id: record.data.customer_id,
      currency: "USD",
      amount: "4200.00",
      value_date: "2026-02-02",
      po_id: record.id,
      method: "transfer",
      reference: "EFT 1",
    });
    expect(entry.status, entry.text).toBe(201);
    const confirmed = await manager.send(order, "payment.confirm", { ledger_entry_ids: [entry.body.id], note: "seen on the statement" });
    expect(confirmed.instance.state.payment).toBe("confirmed");

    // Released by itself as soon as the gate opens: one outbox event, with the contract's key.
    expect((await manager.instance(order)).state.logistics).toEqual({ released_to_wms: "queued" });
    await api.drain();
    const released = (await api.as("admin.jtr").list("/outbox")).filter(({ kind }) => kind === "emit");
    expect(released.map(({ key }) => key)).toEqual([`crm:po:${code}:created:v1`]);

    // The warehouse confirms; the shipment waits for the signed contract.
    const confirmation = {
      id: `${code}.1`,
      subject: { type: "purchase_order", ref: code },
      sequence: 1,
      data: { lines: [{ line_no: 1, lots: [{ lot: "L1", roll: "R1", meters: "1000" }] }] },
    };
    const accepted = await api.wms("warehouse.confirmed", confirmation);
    expect(accepted.status, accepted.text).toBe(202);
    expect(accepted.body).toMatchObject({ result: "accepted" });
    const repeated = await api.wms("warehouse.confirmed", confirmation);
    expect([repeated.status, repeated.body.result]).toEqual([200, "duplicate"]);
    expect(codesOf(await manager.refused(order, "shipment.approve"))).toEqual(["CONTRACT_NOT_SIGNED"]);

    const [contract] = await owner.list(`/instances?machine=contract&limit=5`);
    // The ways through name where each act is done.
    const approval = (await manager.instance(order)).events.find(({ type }: { type: string }) => type === "shipment.approve");
    const places = approval.gates[0].unlock.map(({ acts }: { acts: { event: string; instance: string }[] }) => acts.map((act) => [act.event, act.instance]));
    expect(places).toEqual(expect.arrayContaining([[["contract.signed_received", contract.id]], [["contract.waive", contract.id]]]));
    const file = await owner.upload("/files?name=signed.pdf", "application/pdf", "%PDF-1.4 signed");
    expect(file.status, file.text).toBe(201);
    await owner.send(contract.id, "contract.signed_received", { file_id: file.body.id, signed_on: "2026-02-02" });
    const approved = await manager.send(order, "shipment.approve", { note: "ok" });
    expect(approved.instance.state.logistics).toBe("shipment_approved");

    // Shipped: one mail to the customer, none on a repetition.
    const shipped = {
      id: code,
      subject: { type: "purchase_order", ref: code },
      data: { carrier: "DHL", tracking_id: "TRK-1", shipped_at: "2026-02-02T09:00:00+03:00" },
    };
    expect((await api.wms("shipment.shipped", shipped)).status).toBe(202);
    expect((await api.wms("shipment.shipped", shipped)).body.result).toBe("duplicate");
    const toCustomer = (await api.mails()).filter(({ to }) => to.some((address: string) => address.includes("boreal")));
    expect(toCustomer.map(({ subject }) => subject)).toHaveLength(1);
    expect(`${toCustomer[0].subject} ${toCustomer[0].html}`).toContain(code);
    expect(toCustomer[0].html).toContain("TRK-1");

    const history = await manager.list(`/instances/${order}/history`);
    expect(history.map(({ seq }) => seq)).toEqual(history.map((_, index) => index + 1));
    expect((await api.as("admin.jtr").post("/audit/verify")).body).toMatchObject({ ok: true });
  });
});
