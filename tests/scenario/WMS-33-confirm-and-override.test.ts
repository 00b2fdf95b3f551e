/** Who may open a gate of an order, with what, and who may not although they hold the permission: over the API, with other orders and orgs. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, codesOf, confirmByWarehouse, recordPayment } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});

const order = async (customer: string, qty_m = "10", by = "owner.jtr"): Promise<string> =>
  (await wonDeal(api, { by, customer, lines: [{ qty_m }] })).orders[0] as string;
const stateOf = async (instance: string) => (await api.as("admin.jtr").instance(instance)).state;
const recordOf = async (instance: string) => (await api.as("admin.jtr").get(`/records/purchase-orders/${codeOf(instance)}`)).body;
const emitted = async (instance: string) => {
  await api.drain();
  return (await api.as("admin.jtr").list("/outbox?limit=200"))
    .filter(({ kind, key }) => kind === "emit" && key.includes(codeOf(instance)))
    .map(({ key }) => key);
};

describe("a payment", () => {
  it("[WMS-33] is confirmed by an entry of this order, in its currency, that is not taken back", async () => {
    const manager = api.as("manager.jtr");
    const [mine, other] = [await order("Boreal"), await order("Boreal", "20")];
    const confirm = async (entries: readonly string[]) => codesOf(await manager.refused(mine, "payment.confirm", { ledger_entry_ids: entries }));
    expect(await confirm([])).toEqual(["NO_LEDGER_ENTRY"]);
    expect(await confirm([await recordPayment(api, other, "84.00")])).toEqual(["NO_LEDGER_ENTRY"]);
    expect(await confirm([await recordPayment(api, mine, "42.00", { currency: "EUR" })])).toEqual(["NO_LEDGER_ENTRY"]);
    const paid = await recordPayment(api, mine, "42.00");
    const record = await recordOf(mine);
    const voids = (amount: string) =>
      api.as("costing.jtr").post("/records/payments-ledger", {
        ...{
          entry_type: "void",
          customer_id: record.data.customer_id,
          currency: "USD",
          amount,
          value_date: "2026-02-02",
          voids_id: paid,
          reference: "bounced",
        },
      });
    expect((await voids("-40.00")).status).toBe(201);
    const page = await api.as("manager.jtr").get(`/reports/fulfillment/${codeOf(mine)}`);
    expect(page.text).toContain("2.00");
    expect((await voids("-2.00")).status).toBe(201);
    expect(await confirm([paid])).toEqual(["NO_LEDGER_ENTRY"]);
    expect(codesOf(await manager.refused(mine, "payment.confirm", {}))).toEqual(["NO_LEDGER_ENTRY"]);
    expect((await stateOf(mine)).payment).toBe("pending");
    await manager.send(mine, "payment.confirm", { ledger_entry_ids: [await recordPayment(api, mine, "0.01", { po_id: null })] });
    expect(await stateOf(mine)).toMatchObject({ payment: "confirmed", logistics: { released_to_wms: "queued" } });
    expect(await stateOf(other)).toMatchObject({ payment: "pending", logistics: "awaiting_release" });
  });

  it("[WMS-33][WMS-45] that names no order confirms as many as it pays for, and their proformas, and no more", async () => {
    const manager = api.as("manager.jtr");
    const [first, second, third] = [await order("Boreal"), await order("Boreal"), await order("Boreal")];
    const both = { ledger_entry_ids: [await recordPayment(api, first, "84.00", { po_id: null })] };
    const { id } = await recordOf(first);
    const [proforma] = await manager.list(`/records/proformas?filter=${encodeURIComponent(JSON.stringify({ po_id: id }))}`);
    const figures = await api
      .as("owner.jtr")
      .refused(`proforma:${proforma.code}`, "balance.acknowledge", { total_open: "1", overdue: "1", available_limit: "1", requested_new: "1" });
    const [total_open, overdue, available_limit, requested_new] = figures.decisions[0].reasons[0].message.match(/-?\d+\.\d+/gu);
    await api.as("owner.jtr").send(`proforma:${proforma.code}`, "balance.acknowledge", { total_open, overdue, available_limit, requested_new });
    await api.as("owner.jtr").send(`proforma:${proforma.code}`, "proforma.send", { to: ["buyer@boreal.example"] });
    await manager.send(first, "payment.confirm", both);
    expect((await recordOf(first)).data.paid_entries).toEqual(both.ledger_entry_ids);
    expect((await manager.instance(`proforma:${proforma.code}`)).state.lifecycle).toBe("paid_confirmed");
    await manager.send(second, "payment.confirm", both);
    expect(codesOf(await manager.refused(third, "payment.confirm", both))).toEqual(["NO_LEDGER_ENTRY"]);
    await manager.send(first, "payment.void", { reason: "meant for another" });
    await manager.send(third, "payment.confirm", both);
    expect(codesOf(await manager.refused(first, "payment.confirm", both))).toEqual(["NO_LEDGER_ENTRY"]);
    await manager.send(second, "po.cancel", { reason: "withdrawn" });
    await manager.send(first, "payment.confirm", both);
  });

  it("[WMS-31][WMS-34] of one order of a deal releases that one; the other stays shut, and sends nothing", async () => {
    const owner = api.as("owner.jtr");
    const [customer] = await owner.list("/records/customers?q=Boreal");
    const lines = [
      { quality_code: "LINEN-01", qty_m: "100" },
      { quality_code: "LINEN-01", qty_m: "50" },
    ];
    const deal = await owner.post("/instances", {
      machine: "deal",
      event: { type: "deal.create", payload: { customer_id: customer.id, currency: "USD", lines } },
    });
    await owner.send(deal.body.key, "deal.submit");
    const plan = (...parts: readonly (readonly (readonly [number, string])[])[]) => ({
      po_plan: parts.map((part) => ({ lines: part.map(([line_no, qty_m]) => ({ line_no, qty_m })) })),
    });
    for (const bad of [
      plan([[1, "100"]]),
      plan([[1, "100.01"]], [[2, "50"]]),
      plan([[9, "1"]]),
      plan([[1, "100"]], [[2, "50"]], [[9, "1"]]),
      plan(
        [
          [1, "100"],
          [2, "50"],
        ],
        [],
      ),
    ])
      expect(codesOf(await owner.refused(deal.body.key, "deal.win", bad))).toEqual(["PLAN_MISMATCH"]);
    await owner.send(
      deal.body.key,
      "deal.win",
      plan(
        [[1, "60"]],
        [
          [1, "40"],
          [2, "50"],
        ],
      ),
    );
    const rows = await owner.list(`/records/purchase-orders?filter=${encodeURIComponent(JSON.stringify({ deal_id: deal.body.record.id }))}`);
    const of = (total: string): string => `purchase-order:${rows.find(({ data }) => data.total === total).code}`;
    const [first, second] = [of("252.00"), of("378.00")];
    await api.as("manager.jtr").send(first, "payment.confirm", { ledger_entry_ids: [await recordPayment(api, first, "252.00")] });
    expect(await emitted(first)).toEqual([`crm:po:${codeOf(first)}:created:v1`]);
    expect(codesOf(await owner.refused(second, "po.release"))).toEqual(["PAYMENT_PENDING"]);
    expect(await emitted(second)).toEqual([]);
    const manager = api.as("manager.jtr");
    for (const [payload, code] of [
      [{}, "REASON_REQUIRED"],
      [{ reason_code: "NOPE" }, "REASON_UNKNOWN"],
      [{ reason_code: "OTHER" }, "NOTE_REQUIRED"],
      [{ reason_code: "OTHER", note: " \n" }, "NOTE_REQUIRED"],
    ] as const)
      expect(codesOf(await manager.refused(second, "payment.override", payload))).toEqual([code]);
    for (const account of ["owner.jtr", "admin.jtr", "pricing.jtr"])
      await api.as(account).refused(second, "payment.override", { reason_code: "STRATEGIC_CUSTOMER" }, 403);
    await manager.send(second, "payment.override", { reason_code: "OTHER", note: "promised by phone" });
    expect(await emitted(second)).toEqual([`crm:po:${codeOf(second)}:created:v1`]);
    expect((await recordOf(second)).data.overrides).toMatchObject([{ scope: "payment", reason_code: "OTHER", note: "promised by phone", by: "Manager JTR" }]);
    await manager.refused(second, "payment.override", { reason_code: "STRATEGIC_CUSTOMER" });
    await manager.refused(second, "po.release");
    expect(await emitted(second)).toHaveLength(1);
  });
});

describe("an order that waits", () => {
  it("[WMS-31][WMS-33] is split into parts that are orders: none empty, none of nothing, none of another line", async () => {
    const whole = await order("Boreal", "100");
    const owner = api.as("owner.jtr");
    const parts = (...given: readonly (readonly (readonly [number, string])[])[]) => ({
      parts: given.map((part) => part.map(([line_no, qty_m]) => ({ line_no, qty_m }))),
    });
    for (const bad of [
      parts([[1, "60"]], [[1, "41"]]),
      parts([[1, "100"]], []),
      parts(
        [[1, "60"]],
        [
          [1, "40"],
          [2, "5"],
        ],
      ),
    ])
      expect(codesOf(await owner.refused(whole, "po.split", bad))).toEqual(["SPLIT_MISMATCH"]);
    expect(codesOf(await owner.refused(whole, "po.split", parts([[1, "100"]])))).toEqual(["SPLIT_NEEDS_TWO"]);
    for (const qty of ["0", "-10"]) await owner.refused(whole, "po.split", parts([[1, "110"]], [[1, qty]]), 422);
    await owner.send(whole, "po.split", parts([[1, "60"]], [[1, "40"]]));
    const { deal_id } = (await recordOf(whole)).data;
    const of = async (type: string) =>
      (await owner.list(`/records/${type}?filter=${encodeURIComponent(JSON.stringify({ deal_id }))}`)).map(({ data }) => data.total).sort();
    expect(await of("purchase-orders")).toEqual(["168.00", "252.00"]);
    expect(await of("proformas")).toEqual(["168.00", "252.00"]);
  });
});

describe("whoever owns the deal", () => {
  it("[WMS-17][WMS-18][WMS-33] approves nothing of it, neither as such nor under the name of an override, whatever they hold", async () => {
    const manager = api.as("manager.jtr");
    const own = async (instance: string, type: string, payload: object) => {
      const refusal = await manager.refused(instance, type, payload, 403);
      expect([type, refusal.code, refusal.reasons?.[0]?.code]).toEqual([type, "event_not_permitted", "OWN_REQUEST"]);
    };
    const reason_code = "STRATEGIC_CUSTOMER";
    const cash = await order("Boreal", "10", "manager.jtr");
    const entries = { ledger_entry_ids: [await recordPayment(api, cash, "42.00")] };
    await own(cash, "payment.confirm", entries);
    await own(cash, "payment.override", { reason_code });
    await own(cash, "contract.override", { reason_code });
    const { deal_id } = (await recordOf(cash)).data;
    const [contract] = await manager.list(`/records/contracts?filter=${encodeURIComponent(JSON.stringify({ deal_id }))}`);
    const [paper] = await manager.list(`/instances?record=contracts:${contract.id}`);
    await own(paper.id, "contract.waive", { reason_code });
    const blocked = await wonDeal(api, { by: "manager.jtr", customer: "Cobalt", lines: [{ qty_m: "10" }] });
    await own(blocked.deal, "credit.override", { reason_code });
    const credit = await order("Fjord", "10", "manager.jtr");
    await confirmByWarehouse(api, credit, ["10"]);
    await own(credit, "shipment.approve", {});
    await own(credit, "shipment.override", { reason_code, scopes: [] });
    await own(credit, "shipment.override", { reason_code, scopes: ["payment"] });
    await api.as("manager.multi").send(cash, "payment.confirm", entries);
    await api.as("admin.jtr").send(credit, "shipment.approve", { note: "checked" });
    expect((await stateOf(credit)).logistics).toBe("shipment_approved");
    await api.as("manager.multi").send(blocked.deal, "credit.override", { reason_code });
    await api.as("manager.multi").send(cash, "contract.override", { reason_code });
  });
});

describe("a waiver", () => {
  it("[WMS-40] of a document at the win is an override: by its holder, with a reason from the list, and a note for another reason", async () => {
    const win = async (by: string, payload: object, customer = "Boreal") => {
      const caller = api.as(by);
      const [found] = await caller.list(`/records/customers?q=${customer}`);
      const lines = [{ quality_code: "LINEN-01", qty_m: "10" }];
      const deal = await caller.post("/instances", {
        machine: "deal",
        event: { type: "deal.create", payload: { customer_id: found.id, currency: "USD", lines } },
      });
      await caller.send(deal.body.key, "deal.submit");
      const answer = await caller.post(`/instances/${deal.body.key}/events`, { type: "deal.win", payload });
      if (answer.status !== 200) return codesOf(answer.body);
      const of = (type: string) =>
        api.as("manager.jtr").list(`/records/${type}?filter=${encodeURIComponent(JSON.stringify({ deal_id: deal.body.record.id }))}`);
      const contracts = await Promise.all((await of("contracts")).map(async ({ id }) => (await api.as("manager.jtr").instance(`contract:${id}`)).state));
      return { proformas: (await of("proformas")).length, contracts };
    };
    const reason_code = "STRATEGIC_CUSTOMER";
    expect(await win("owner.jtr", {})).toEqual({ proformas: 1, contracts: ["drafted"] });
    for (const by of ["owner.jtr", "admin.jtr"]) expect(await win(by, { waive_contract: true, reason_code })).toEqual(["NO_OVERRIDE_PERMISSION"]);
    expect(await win("owner.jtr", { waive_proforma: true, reason_code })).toEqual(["NO_OVERRIDE_PERMISSION"]);
    expect(await win("manager.jtr", { waive_contract: true })).toEqual(["REASON_REQUIRED"]);
    expect(await win("manager.jtr", { waive_contract: true, reason_code: "BECAUSE" })).toEqual(["REASON_UNKNOWN"]);
    expect(await win("manager.jtr", { waive_proforma: true, reason_code: "OTHER" })).toEqual(["NOTE_REQUIRED"]);
    expect(await win("manager.jtr", { waive_contract: true, reason_code: "OTHER", note: "old customer" })).toEqual({ proformas: 1, contracts: ["waived"] });
    expect(await win("manager.jtr", { waive_contract: true, waive_proforma: true, reason_code })).toEqual({ proformas: 0, contracts: ["waived"] });
    expect(await win("owner.jtr", {}, "Fjord")).toEqual({ proformas: 0, contracts: [] });
  });
});

describe("what exposure rests on", () => {
  it("[WMS-38] is the price at the win, kept: a new list price changes nothing of it, and nobody changes the snapshot, the ledger or the log, not in the database either", async () => {
    const { codes } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "100" }] });
    const exposure = async () =>
      (await api.as("manager.jtr").get("/reports/exposure")).body.tab.rows.find(
        ({ cells }: { readonly cells: { readonly customer: string } }) => cells.customer === "Fjord Hotels",
      ).cells.exposure;
    const before = await exposure();
    const [quality] = await api.as("pricing.jtr").list("/records/qualities?q=LINEN-01");
    const [price] = await api.as("pricing.jtr").list(`/records/price-list?filter=${encodeURIComponent(JSON.stringify({ quality_id: quality.id }))}`);
    await api.as("pricing.jtr").send(`quality-price:${price.id}`, "price.set", { list_price: "5.00", currency: "USD", effective_from: "2026-02-02" });
    expect(await exposure()).toEqual(before);
    const euros = await api.as("pricing.jtr").refused(`quality-price:${price.id}`, "price.set", { list_price: "4.00", currency: "EUR" });
    expect(codesOf(euros)).toEqual(["CURRENCY_MISMATCH"]);
    expect(euros.reasons[0].message).toBe("This is the price in USD; the one in EUR is a row of its own.");
    const [snapshot] = await api.as("manager.jtr").list("/records/price-snapshots?limit=1");
    expect((await api.as("admin.jtr").patch(`/records/price-snapshots/${snapshot.id}`, { unit_price: "1" })).status).toBe(405);
    for (const act of [
      `update record set data = '{}' where id = '${snapshot.id}'`,
      `delete from record where id = '${snapshot.id}'`,
      "update record set data = data where type = 'payments-ledger' or data ? 'value_date'",
      "update event_log set at = at",
      "delete from event_log",
    ])
      await expect(api.database.sql(act), act).rejects.toThrow(/append-only/u);
    expect((await api.as("manager.jtr").get(`/records/purchase-orders/${codes[0]}`)).body.data.total).toBe("420.00");
    await api.as("pricing.jtr").send(`quality-price:${price.id}`, "price.set", { list_price: "4.20", currency: "USD", effective_from: "2026-02-02" });
  });
});

describe("a shipment", () => {
  it("[WMS-28] is charged on the day of the org's clocks on which it left, and due so many days later", async () => {
    const sent = await order("Fjord");
    await confirmByWarehouse(api, sent, ["10"]);
    await api.as("manager.jtr").send(sent, "shipment.approve", { note: "ok" });
    const ref = codeOf(sent);
    const event = { id: ref, subject: { type: "purchase_order", ref }, data: { carrier: "DHL", tracking_id: "T-1", shipped_at: "2026-02-01T22:30:00Z" } };
    expect((await api.wms("shipment.shipped", event)).status).toBe(202);
    expect((await api.wms("shipment.shipped", event)).body.result).toBe("duplicate");
    const charges = await api.as("costing.jtr").list(`/records/payments-ledger?filter=${encodeURIComponent(JSON.stringify({ reference: ref }))}`);
    expect(charges.map(({ data }) => [data.entry_type, data.value_date, data.due_date, data.amount])).toEqual([
      ["charge", "2026-02-02", "2026-03-04", "42.00"],
    ]);
  });
});

describe("the override of the approval screen", () => {
  it("[WMS-37][WMS-38] lifts nothing before the warehouse has confirmed: what it lifts is logged and mailed with the approval", async () => {
    const waiting = await order("Boreal", "10");
    const refusal = await api.as("manager.jtr").refused(waiting, "shipment.override", { reason_code: "STRATEGIC_CUSTOMER", scopes: ["payment", "contract"] });
    expect(refusal.code).toBe("event_not_available");
    expect(await stateOf(waiting)).toMatchObject({ payment: "pending", contract: "awaiting", logistics: "awaiting_release" });
  });
});
