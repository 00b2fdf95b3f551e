/** The page that a shipment is approved on, and the checks of the central stock it shows, read as data. */
import { beforeAll, describe, expect, it } from "vitest";
import { detail } from "#app/doors/views.server.ts";
import { principalOfPerson } from "#engine/service/auth/principals.ts";
import { chooseScope } from "#engine/service/work/scope.ts";
import { findPersonByEmail } from "#engine/store/people.ts";
import { codeOf, confirmByWarehouse, recordPayment } from "#tests/support/order-acts.ts";
import { type Answer, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let blocked = "";
let checked = "";
beforeAll(async () => {
  api = await productApi();
  const order = async (customer: string, qty: string) => (await wonDeal(api, { customer, lines: [{ qty_m: qty }] })).orders[0] as string;
  blocked = await order("Boreal", "1000");
  checked = await order("Fjord", "1000");
});

type Field = { readonly title: string; readonly value: unknown };
type Offer = {
  readonly type: string;
  readonly allowed: boolean;
  readonly payloadSchema?: { readonly properties: Record<string, { readonly items?: object }> };
};

const screenOf = async (order: string, account = "manager.jtr") => {
  const answer = await api.as(account).get(`/reports/fulfillment/${codeOf(order)}`);
  expect(answer.status, answer.text.slice(0, 800)).toBe(200);
  const panel = (title: string) => {
    const found = answer.body.panels.find((each: { title: string }) => each.title === title);
    return Object.fromEntries(found.fields.map((field: Field) => [field.title, field.value]));
  };
  const offer = (type: string): Offer & { gates?: unknown } => [...answer.body.primary, ...answer.body.secondary].find((each: Offer) => each.type === type);
  return { body: answer.body, panel, offer };
};

/** The page as a person gets it: which acts it offers, and what it says of those that are shut. */
const pageOf = async (order: string, account: string) => {
  const { engine } = api.running;
  const principal = await engine.store.work({ orgs: "system", actorId: "system" }, async (tx) => {
    const person = await findPersonByEmail(tx, `${account}@gatehouse.example`);
    return person === null ? null : await principalOfPerson(tx, person, engine.clock.now());
  });
  if (principal === null) return expect.fail(`There is no person ${account}`);
  const scope = chooseScope(principal, { channel: "ui" });
  const { guided } = await detail(engine, scope, "fulfillment", "approval", codeOf(order));
  return (type: string) => {
    const act = guided.acts.find((each) => each.type === type);
    return { allowed: act?.allowed, blockers: act?.gates.flatMap(({ decision }) => decision.reasons.map(({ code }) => code)) };
  };
};

interface Check {
  readonly result: string;
}

describe("the approval screen", () => {
  it("[WMS-35][WMS-36] shows mode, position per currency, payment and what to do next; a blocked order names its blockers", async () => {
    await recordPayment(api, blocked, "4200.00");
    const { body, panel, offer } = await screenOf(blocked);
    expect(panel("Payment")).toMatchObject({ "Payment mode": "Cash", Payment: "Pending", "Recorded payments": ["4200.00 USD"] });
    expect(Object.keys(panel("Credit"))).toEqual(["Credit", "Limit", "Exposure", "Overdue", "Available"]);
    expect([body.suggestion.outcome, body.suggestion.title]).toEqual(["CONFIRM_PAYMENT", "Confirm payment"]);
    expect(body.suggestion.decision.explanation).toBeDefined();
    expect(offer("payment.confirm").allowed).toBe(true);
    // The form offers this customer's payments in this currency, nobody else's and no charges.
    expect(offer("payment.confirm").payloadSchema?.properties["ledger_entry_ids"]?.items).toMatchObject({
      "x-ref": "payments-ledger",
      "x-filter": { customer_id: body.instance.record.data.customer_id, currency: "USD", entry_type: "payment" },
    });
    expect(offer("shipment.approve")?.allowed ?? false).toBe(false);
    expect(offer("po.release").allowed).toBe(false);
    expect(JSON.stringify(offer("po.release"))).toContain("PAYMENT_PENDING");
  });

  it("[WMS-35] enables Approve Shipment once the warehouse has confirmed, for who may; the position is per currency", async () => {
    await confirmByWarehouse(api, checked, ["1000"]);
    const { body, panel, offer } = await screenOf(checked);
    expect(panel("Payment")).toMatchObject({ "Payment mode": "Credit", Payment: "Not required" });
    expect(panel("Credit")).toMatchObject({ Limit: ["25000.00 EUR", "60000.00 USD"], Overdue: ["0.00 EUR", "0.00 USD"] });
    expect(offer("shipment.approve").allowed).toBe(true);
    expect(body.suggestion.outcome).toBe("APPROVE_SHIPMENT");
    const warehouse = async (order: string) => {
      const { checklist } = await api.as("manager.jtr").instance(order);
      return checklist.find(({ id }: { id: string }) => id === "warehouse");
    };
    expect((await warehouse(checked)).ok).toBe(true);
    await api.as("manager.jtr").send(checked, "shipment.approve", { note: "seen" });
    expect(await warehouse(checked), "what is behind the order is no item any more").toBeUndefined();
    await api.as("manager.jtr").send(checked, "shipment.approval_revoked", { reason: "not yet" });
    const queued = (await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "20" }] })).orders[0] as string;
    expect((await warehouse(queued)).decision.reasons.map(({ message }: { message: string }) => message)).toEqual([
      "The warehouse has not confirmed lots and metres.",
    ]);
    const asOwner = await screenOf(checked, "owner.jtr");
    expect(asOwner.offer("shipment.approve")?.allowed ?? false).toBe(false);
    expect((await api.as("owner.mod").get(`/reports/fulfillment/${codeOf(checked)}`)).status).toBe(404);
  });
});

describe("what the page offers", () => {
  it("[WMS-35][WMS-41] a paid order without its signed contract: the approval is shut and its blocker listed, the override with its form is open", async () => {
    const { orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "100" }] });
    const order = orders[0] as string;
    await recordPayment(api, order, "420.00");
    await api.as("manager.jtr").send(order, "payment.confirm");
    await confirmByWarehouse(api, order, ["100"]);
    const act = await pageOf(order, "manager.jtr");
    expect(act("shipment.approve")).toEqual({ allowed: false, blockers: ["CONTRACT_NOT_SIGNED"] });
    expect(act("shipment.override").allowed).toBe(true);
  });

  it("[WMS-35][WMS-41] a contract that was made void is missed in plain words, and an override of its gate opens the approval", async () => {
    const { orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "50" }] });
    const order = orders[0] as string;
    const manager = api.as("manager.jtr");
    await recordPayment(api, order, "210.00");
    await manager.send(order, "payment.confirm");
    await confirmByWarehouse(api, order, ["50"]);
    const { deal_id } = (await manager.get(`/records/purchase-orders/${codeOf(order)}`)).body.data;
    const [contract] = await manager.list(`/records/contracts?filter=${encodeURIComponent(JSON.stringify({ deal_id }))}`);
    await manager.send(`contract:${contract.id}`, "contract.void", { reason: "wrong terms" });
    const refusal = await manager.refused(order, "shipment.approve");
    expect(refusal.decisions[0].reasons).toMatchObject([
      { code: "CONTRACT_NOT_SIGNED", message: "There is no contract; a cash order needs one that is signed or waived." },
    ]);
    await manager.send(order, "contract.override", { reason_code: "MANAGEMENT_DECISION" });
    expect((await screenOf(order)).body.suggestion.outcome).toBe("APPROVE_SHIPMENT");
    expect((await manager.send(order, "shipment.approve")).instance.state.logistics).toBe("shipment_approved");
  });

  it("[WMS-35][WMS-28] an order whose customer became overdue after its release lists both of its blockers", async () => {
    const { orders, deal } = await wonDeal(api, { customer: "Atlas", lines: [{ qty_m: "10" }] });
    const order = orders[0] as string;
    await confirmByWarehouse(api, order, ["10"]);
    const { customer_id } = (await api.as("manager.jtr").get(`/records/deals/${codeOf(deal)}`)).body.data;
    const opening = { entry_type: "opening", customer_id, currency: "EUR", amount: "0.01", value_date: "2025-12-01", due_date: "2026-01-25" };
    expect((await api.as("costing.jtr").post("/records/payments-ledger", { ...opening, reference: "last grace day is 1 February" })).status).toBe(201);
    expect((await pageOf(order, "manager.jtr"))("shipment.approve")).toEqual({ allowed: false, blockers: ["CREDIT_BLOCKED", "PAYMENT_PENDING"] });
  });

  it("[WMS-35][WMS-70] is where the mail to who may approve leads, with what is suggested next", async () => {
    const order = (await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] })).orders[0] as string;
    await confirmByWarehouse(api, order, ["10"]);
    await api.drain();
    const mail = (await api.mails()).findLast(({ text }) => text.includes(codeOf(order)));
    expect(mail?.text).not.toContain("\n\n\n");
    for (const part of [mail?.text, mail?.html]) {
      expect(part).toMatch(new RegExp(`http://localhost:\\d+/fulfillment/approval/${codeOf(order)}`, "u"));
      expect(part).toContain("Suggested next: Approve Shipment.");
    }
  });
});

describe("a check of the central stock", () => {
  const send = (name: string, sequence: number, data: object, check = "CK-9"): Promise<Answer> =>
    api.wms(`central_stock_check.${name}`, {
      id: `${check}.${sequence}`,
      subject: { type: "central_stock_check", ref: check },
      sequence,
      data: { po_code: codeOf(checked), line_no: 1, checked_at: "2026-02-02T09:30:00+03:00", checked_by: "Ayla", ...data },
    });
  const checksOn = async () => (await screenOf(checked)).panel("Central stock checks")["Checks"];

  it("[WMS-49] is stored with every field as sent; without a text of arrival it is null; without a result it is refused", async () => {
    const all = { result: "found", available_qty: "300.00", proposed_next_step: "Reserve 300 m", eta_text: "two weeks" };
    const full = await send("completed", 1, all);
    expect(full.status, full.text).toBe(202);
    const bare = await send("completed", 1, { result: "not_found" }, "CK-10");
    expect(bare.status, bare.text).toBe(202);
    const rows = await api.as("manager.jtr").list("/records/central-stock-checks");
    const row = (result: string) => rows.find(({ data }) => data.result === result);
    expect((await api.as("manager.jtr").get(`/records/central-stock-checks/${row("found").id}`)).body.data).toMatchObject({ ...all, checked_by: "Ayla" });
    expect(new Date(row("found").data.checked_at).toISOString()).toBe("2026-02-02T06:30:00.000Z");
    expect([row("not_found").data.eta_text, row("not_found").data.available_qty]).toEqual([null, null]);
    const without = await send("completed", 1, { result: undefined }, "CK-11");
    expect([without.status, without.body.code], without.text).toEqual([422, "payload_invalid"]);
    expect(without.text).toContain("result");
  });

  it("[WMS-46][WMS-50] shows on the order and on its deal; a later event replaces it, a late one changes nothing", async () => {
    const shown = JSON.stringify(await checksOn());
    for (const part of ["found", "300.00 m", "2026-02-02 09:30", "Ayla; proposed: Reserve 300 m; expected: two weeks", "Line 1: not found, 2026"])
      expect(shown).toContain(part);
    const deal = (await api.as("manager.jtr").get(`/records/purchase-orders/${codeOf(checked)}`)).body.data.deal_id;
    // What the deal's page shows beside it.
    const { code } = (await api.as("manager.jtr").get(`/records/deals/${deal}`)).body;
    const onDeal = async (): Promise<readonly Check[]> => {
      const { related } = await api.as("manager.jtr").instance(`deal:${code}`);
      const group = related.find(({ type }: { type: string }) => type === "central-stock-checks");
      expect(group.show).toEqual(["line_no", "result", "available_qty", "checked_at", "checked_by"]);
      return group.items;
    };
    expect((await onDeal()).map(({ result }) => result).sort()).toEqual(["found", "not_found"]);
    expect((await onDeal()).find(({ result }) => result === "found")).toMatchObject({ available_qty: "300.00", checked_by: "Ayla", line_no: 1 });
    expect((await send("updated", 3, { result: "partial", available_qty: "120.00" })).status).toBe(202);
    expect(JSON.stringify(await checksOn())).toContain("partial");
    expect((await onDeal()).map(({ result }) => result).sort()).toEqual(["not_found", "partial"]);
    const late = await send("updated", 2, { result: "not_found" });
    expect([late.status, late.body.result], late.text).toEqual([200, "stale_ignored"]);
    expect(JSON.stringify(await checksOn())).toContain("partial");
  });
});
