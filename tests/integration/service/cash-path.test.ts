/** The product's packs from the first line of a cash order to its shipment: what must wait for the payment waits, and everything leaves once. */
import { beforeAll, describe, expect, it } from "vitest";
import type { JsonObject } from "#engine/schema/json.ts";
import { receiveContractEvent } from "#engine/service/contract/receive-contract-event.ts";
import { createRecord } from "#engine/service/editing/records.ts";
import type { InstanceView } from "#engine/service/instances/instance-view.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { getInstance, listInstances } from "#engine/service/queries/instance.ts";
import { listMails } from "#engine/service/queries/mails.ts";
import { listOutbox } from "#engine/service/queries/outbox.ts";
import { listRecords } from "#engine/service/queries/records.ts";
import { type ProductWorld, productWorld } from "#tests/support/product-world.ts";

let world: ProductWorld;
beforeAll(async () => {
  world = await productWorld();
}, 120_000);

const send = async (who: string, instance: string, type: string, payload: JsonObject = {}) =>
  (await sendEvent(world.engine, await world.as(who), { instance, type, payload })).body;
const view = async (instance: string): Promise<InstanceView> => await getInstance(world.engine, await world.as("manager.jtr"), { instance });

describe("cash path", () => {
  it("runs from the deal to the shipped mail", async () => {
    const owner = await world.as("owner.jtr");
    const customers = await listRecords(world.engine, owner, { type: "customers", q: "Boreal" });
    const customer = customers.items[0]?.id ?? "";
    const start = {
      type: "deal.create",
      payload: { customer_id: customer, currency: "USD", lines: [{ quality_code: "LINEN-01", qty_m: "1000.00", unit_price: "4.20", currency: "USD" }] },
    };
    const { body: deal } = await startInstance(world.engine, owner, { machine: "deal", event: start });
    expect(deal.key).toMatch(/^deal:JTRDL[2-9A-HJKMNP-TV-Z]{8}$/);
    await send("owner.jtr", deal.id, "deal.submit");
    expect((await view(deal.id)).states).toContain("commercial.open.ready");
    await send("owner.jtr", deal.id, "deal.win");
    expect((await view(deal.id)).states).toEqual(expect.arrayContaining(["commercial.won", "credit.clear"]));

    const orders = await listInstances(world.engine, owner, { machine: "purchase-order" });
    expect(orders.items).toHaveLength(1);
    const order = await view(orders.items[0]?.id ?? "");
    expect(order.states).toEqual(expect.arrayContaining(["payment.pending", "logistics.awaiting_release"]));
    await expect(send("owner.jtr", order.id, "po.release")).rejects.toMatchObject({ code: "gate_blocked", data: { reasons: [{ code: "PAYMENT_PENDING" }] } });
    expect(await outboxKeys("emit")).toEqual([]);

    const costing = await world.as("costing.jtr");
    const entry = await createRecord(world.engine, costing, {
      type: "payments-ledger",
      data: {
        entry_type: "payment",
        customer_id: customer,
        currency: "USD",
        amount: "4200.00",
        value_date: "2026-02-02",
        po_id: order.record?.id,
        method: "transfer",
        reference: "T1",
      },
    });
    await send("manager.jtr", order.id, "payment.confirm", { ledger_entry_ids: [entry.body.id] });
    expect((await view(order.id)).states).toEqual(expect.arrayContaining(["payment.confirmed", "logistics.released_to_wms.queued"]));
    const code = order.record?.code ?? "";
    expect(await outboxKeys("emit")).toEqual([`crm:po:${code}:created:v1`]);

    expect(
      await fromWarehouse(code, "warehouse.confirmed", 1, { lines: [{ line_no: 1, lots: [{ lot: "L1", roll: "R1", meters: "1000.00" }] }] }),
    ).toMatchObject({ status: 202 });
    expect((await view(order.id)).states).toContain("logistics.warehouse_confirmed");
    await expect(send("manager.jtr", order.id, "shipment.approve")).rejects.toMatchObject({
      code: "gate_blocked",
      data: { reasons: [{ code: "CONTRACT_NOT_SIGNED" }] },
    });
    const contracts = await listInstances(world.engine, owner, { machine: "contract" });
    await send("manager.jtr", contracts.items[0]?.id ?? "", "contract.waive", { reason_code: "STRATEGIC_CUSTOMER" });
    await send("manager.jtr", order.id, "shipment.approve");
    await send("owner.jtr", order.id, "ship_date.set", { ship_date: "2026-02-03" });
    expect((await view(order.id)).states).toContain("logistics.ship_date_set");

    const shipped = { carrier: "Aras", tracking_id: "TR123", shipped_at: "2026-02-02T06:00:00Z" };
    expect(await fromWarehouse(code, "shipment.shipped", null, shipped)).toMatchObject({
      status: 202,
      body: { instances: [{ machine: "purchase-order", record: code }] },
    });
    expect(await fromWarehouse(code, "shipment.shipped", null, shipped)).toMatchObject({ status: 200, body: { result: "duplicate" } });
    expect((await view(order.id)).states).toContain("logistics.shipped");
    const mails = await listMails(world.engine, await world.as("manager.jtr"), { type: "shipped" });
    expect(mails.items).toMatchObject([{ state: "queued", org: "JTR", record: { code } }]);
    expect(mails.items[0]?.text).toContain("TR123");
    const kept = await outboxKeys("emit");
    expect(new Set(kept).size).toBe(kept.length);
  });
});

async function outboxKeys(kind: string): Promise<readonly string[]> {
  return (await listOutbox(world.engine, await world.as("admin.jtr"), { kind })).items.map((row) => row.key);
}

async function fromWarehouse(code: string, event: string, sequence: number | null, data: JsonObject) {
  const [entity, action] = event.split(".");
  return await receiveContractEvent(world.engine, await world.as("wms"), {
    contract: "crm-wms",
    envelope: {
      event,
      idempotency_key: `wms:${entity}:${code}${sequence === null ? "" : `.${sequence}`}:${action}:v1`,
      org_code: "JTR",
      occurred_at: "2026-02-02T09:00:00+03:00",
      ...(sequence === null ? {} : { sequence }),
      schema_version: "v1",
      subject: { type: "purchase_order", ref: code },
      data,
    },
  });
}
