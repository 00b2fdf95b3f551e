/** Two people at the same thing at the same moment: one act of the two counts, and nothing is left in between. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, codesOf, confirmByWarehouse, recordPayment } from "#tests/support/order-acts.ts";
import { type Answer, type Caller, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let manager: Caller;
let multi: Caller;
beforeAll(async () => {
  api = await productApi();
  [manager, multi] = [api.as("manager.jtr"), api.as("manager.multi", { org: "JTR" })];
});

const where = (filter: object) => `filter=${encodeURIComponent(JSON.stringify(filter))}`;
const act = (caller: Caller, instance: string, type: string, payload: object = {}) => caller.post(`/instances/${instance}/events`, { type, payload });
const statuses = (...answers: readonly Answer[]) => answers.map(({ status }) => status).sort();
/** What the warehouse was told of an order. */
const outbox = async (code: string, event: string) =>
  (await api.as("admin.jtr").list("/outbox?limit=200")).filter((row) => {
    const text = JSON.stringify(row);
    return row.kind === "emit" && text.includes(code) && text.includes(`"${event}"`);
  });

describe("at the same moment", () => {
  it("[WMS-18][WMS-47] the two last shortages of an order are decided, and the order goes on, whatever the pair", async () => {
    for (let round = 0; round < 4; round++) {
      const order = (await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }, { qty_m: "20" }] })).orders[0] as string;
      const code = codeOf(order);
      const lines = [1, 2].map((line_no) => ({ line_no, needed_m: "4" }));
      const back = await api.wms("po.sent_back", {
        id: `${code}.1`,
        subject: { type: "purchase_order", ref: code },
        sequence: 1,
        data: { reason: "other", lines },
      });
      expect(back.status, back.text).toBe(202);
      const { id } = (await manager.get(`/records/purchase-orders/${code}`)).body;
      const [one, two] = (await manager.list(`/records/shortage-decisions?${where({ po_id: id })}`)).map((row) => `shortage-decision:${row.id}`);
      const outcome = { outcome: round % 2 === 0 ? "partial_ship" : "cancel_line", note: "both at once" };
      const answers = await Promise.all([act(manager, one as string, "shortage.decide", outcome), act(multi, two as string, "shortage.decide", outcome)]);
      expect(statuses(...answers)).toEqual([200, 200]);
      expect((await manager.instance(order)).state.logistics).toEqual(round % 2 === 0 ? { released_to_wms: "queued" } : "cancelled");
      expect(await outbox(code, "shortage.decided")).toHaveLength(1);
    }
  });

  it("[WMS-33][WMS-35] a payment is confirmed, a shipment approved once; the second click is told what is possible now", async () => {
    const cash = (await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }] })).orders[0] as string;
    const entries = { ledger_entry_ids: [await recordPayment(api, cash, "42.00")] };
    const paid = await Promise.all([act(manager, cash, "payment.confirm", entries), act(multi, cash, "payment.confirm", entries)]);
    expect(statuses(...paid)).toEqual([200, 409]);
    expect(paid.find(({ status }) => status === 409)?.body).toMatchObject({ code: "event_not_available", events: expect.arrayContaining(["payment.void"]) });
    expect(await outbox(codeOf(cash), "po.created")).toHaveLength(1);
    const credit = (await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] })).orders[0] as string;
    await confirmByWarehouse(api, credit, ["10"]);
    const one = act(manager, credit, "shipment.approve", { note: "mine" });
    const bulk = multi.post("/bulk/events", { items: [{ instance: credit, type: "shipment.approve", payload: {} }] });
    const [single, many] = await Promise.all([one, bulk]);
    expect([single.status, many.body.results[0].status].sort()).toEqual([200, 409]);
    expect(await outbox(codeOf(credit), "shipment.approved")).toHaveLength(1);
  });

  it("[WMS-03][WMS-40] a deal is won once, with one order, one proforma and one contract", async () => {
    const owner = api.as("owner.jtr");
    const [customer] = await owner.list("/records/customers?q=Boreal");
    const lines = [{ quality_code: "LINEN-01", unit_price: "4.20", currency: "USD", qty_m: "10" }];
    const made = await owner.post("/instances", {
      machine: "deal",
      event: { type: "deal.create", payload: { customer_id: customer.id, currency: "USD", lines } },
    });
    await owner.send(made.body.key, "deal.submit");
    const won = await Promise.all([act(owner, made.body.key, "deal.win"), act(manager, made.body.key, "deal.win"), act(owner, made.body.key, "deal.win")]);
    expect(statuses(...won)).toEqual([200, 409, 409]);
    for (const type of ["purchase-orders", "proformas", "contracts"])
      expect([type, (await owner.list(`/records/${type}?${where({ deal_id: made.body.record.id })}`)).length]).toEqual([type, 1]);
  });

  it("[WMS-30][WMS-34] a deal is cancelled or its order is paid and released: never both", async () => {
    for (let round = 0; round < 4; round++) {
      const { deal, orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }] });
      const order = orders[0] as string;
      const entries = { ledger_entry_ids: [await recordPayment(api, order, "42.00")] };
      const [cancel, confirm] = await Promise.all([
        act(api.as("admin.jtr"), deal, "deal.cancel", { reason: "no" }),
        act(manager, order, "payment.confirm", entries),
      ]);
      expect(statuses(cancel, confirm)).toEqual([200, 409]);
      const state = [(await manager.instance(deal)).state.commercial, (await manager.instance(order)).state.logistics];
      expect(state).toEqual(cancel.status === 200 ? ["cancelled", "cancelled"] : ["won", { released_to_wms: "queued" }]);
      expect(await outbox(codeOf(order), "po.created")).toHaveLength(cancel.status === 200 ? 0 : 1);
    }
  });

  it("[WMS-60] the same request for credit is open once", async () => {
    const [customer] = await manager.list("/records/customers?q=Fjord");
    const [profile] = await manager.list(`/records/customer-org-profiles?${where({ customer_id: customer.id })}`);
    const event = {
      type: "approval.request",
      payload: {
        type: "credit_request",
        subject: { type: "customer-org-profiles", id: profile.id },
        payload: { currency: "USD", limit: "70000.00" },
        reason: "season",
      },
    };
    const asked = await Promise.all([manager, multi, api.as("owner.jtr")].map((caller) => caller.post("/instances", { machine: "approval-request", event })));
    expect(statuses(...asked), asked.map(({ text }) => text.slice(0, 300)).join("\n")).toEqual([201, 409, 409]);
    for (const { status, body } of asked) if (status === 409) expect(codesOf(body)).toEqual(["REQUEST_OPEN"]);
    expect(await manager.list(`/records/approval-requests?${where({ request_type: "credit_request", "@state": "requested" })}`)).toHaveLength(1);
  });
});
