/** Credit at its edges: other currencies, customers and orgs, whose grace counts, and what clears a block or brings it back. */
import { beforeEach, describe, expect, it } from "vitest";
import { codeOf, codesOf } from "#tests/support/order-acts.ts";
import { type Answer, productApi, wonDeal } from "#tests/support/product-api.ts";

const api = await productApi();
beforeEach(async () => {
  expect((await api.post("/api/test/reset", {})).status).toBeLessThan(300);
});

const customerOf = async (name: string, account = "admin.jtr") => (await api.as(account).list(`/records/customers?q=${name}`))[0];
const dealOf = async (deal: string, account = "manager.jtr") => (await api.as(account).get(`/records/deals/${codeOf(deal)}`)).body.data;
const creditOf = async (deal: string) => (await api.as("manager.jtr").instance(deal)).state.credit;
const overdue = async () => {
  const { tab } = (await api.as("manager.jtr").get("/reports/credit?tab=overdue")).body;
  return tab.rows.map(({ cells }: { readonly cells: { readonly customer: string; readonly overdue: unknown } }) => [cells.customer, cells.overdue]);
};
const entry = async (customer: string, more: object) => {
  const answer = await api.as("costing.jtr").post("/records/payments-ledger", {
    ...{ entry_type: "payment", customer_id: (await customerOf(customer)).id, currency: "USD", value_date: "2026-02-02", method: "transfer", reference: "E" },
    ...more,
  });
  expect(answer.status, answer.text).toBe(201);
};

/** A deal of one line in a currency of which there is no list price: its exception is approved. */
async function exceptional(customer: string, currency: string, qty_m: string, unit_price: string): Promise<string> {
  const owner = api.as("owner.jtr");
  const lines = [{ quality_code: "LINEN-01", qty_m, unit_price, currency }];
  const created = await owner.post("/instances", {
    machine: "deal",
    event: { type: "deal.create", payload: { customer_id: (await customerOf(customer)).id, currency, lines } },
  });
  await owner.send(created.body.key, "deal.submit");
  const requests = await api.as("admin.jtr").list(`/instances?machine=approval-request&state=requested&limit=50`);
  for (const { id } of requests) await api.as("admin.jtr").send(id, "approval.approve", { note: "ok" });
  await owner.send(created.body.key, "deal.win");
  return created.body.key;
}

describe("the limit", () => {
  it("[WMS-15][WMS-29] is one for each currency and org; a currency without one has 0", async () => {
    const euros = await exceptional("Atlas", "EUR", "5000", "4");
    expect(await dealOf(euros)).toMatchObject({ credit_blocked: false, credit_reasons: [] });
    const over = await exceptional("Atlas", "EUR", "1", "4");
    expect(await dealOf(over)).toMatchObject({ credit_blocked: true, credit_reasons: ["OVER_LIMIT"], credit_currencies: ["EUR"] });
    const lira = await exceptional("Fjord", "TRY", "1", "200");
    expect(await dealOf(lira)).toMatchObject({ credit_blocked: true, credit_reasons: ["OVER_LIMIT"], credit_currencies: ["TRY"] });
    const delta = (qty_m: string) => wonDeal(api, { by: "owner.mod", customer: "Delta", lines: [{ qty_m, unit_price: "5.00" }] });
    expect(await dealOf((await delta("2000")).deal, "manager.mod")).toMatchObject({ credit_blocked: false });
    expect(await dealOf((await delta("0.01")).deal, "manager.mod")).toMatchObject({ credit_blocked: true, credit_reasons: ["OVER_LIMIT"] });
  });

  it("[WMS-27][WMS-30] is free again for other deals when one is cancelled; a request raises it, and clears what it blocked", async () => {
    const large = await wonDeal(api, { customer: "Atlas", lines: [{ qty_m: "1000", unit_price: "5" }] });
    const small = await wonDeal(api, { customer: "Atlas", lines: [{ qty_m: "1" }] });
    expect([await creditOf(large.deal), await creditOf(small.deal)]).toEqual(["blocked", "blocked"]);
    await api.as("manager.jtr").send(large.deal, "deal.cancel", { reason: "customer withdrew" });
    expect(await creditOf(small.deal)).toBe("clear");
    expect((await api.as("manager.jtr").instance(small.orders[0] as string)).state).toMatchObject({
      payment: "not_required",
      logistics: { released_to_wms: "queued" },
    });

    const again = await wonDeal(api, { customer: "Atlas", lines: [{ qty_m: "1000", unit_price: "5" }] });
    expect(await creditOf(again.deal)).toBe("blocked");
    const owner = api.as("owner.jtr");
    const [profile] = await owner.list(
      `/records/customer-org-profiles?filter=${encodeURIComponent(JSON.stringify({ customer_id: (await customerOf("Atlas")).id }))}`,
    );
    const ask = (payload: object) =>
      owner.post("/instances", {
        machine: "approval-request",
        event: {
          type: "approval.request",
          payload: { type: "credit_request", subject: { type: "customer-org-profiles", id: profile.id }, payload, reason: "season" },
        },
      });
    for (const bad of [
      {},
      { currency: "USD" },
      { limit: "5" },
      { currency: "GBP", limit: "5" },
      { currency: "USD", limit: "-5" },
      { currency: "USD", limit: "abc" },
    ]) {
      const refused: Answer = await ask(bad);
      expect([refused.status, refused.body.reasons?.[0]?.code], JSON.stringify(bad)).toEqual([409, "LIMIT_INVALID"]);
    }
    const request = await ask({ currency: "USD", limit: "53004.20" });
    expect(request.status, request.text).toBe(201);
    expect(codesOf((await ask({ currency: "USD", limit: "53004.20" })).body)).toEqual(["REQUEST_OPEN"]);
    for (const account of ["owner.jtr", "pricing.jtr"]) await api.as(account).refused(request.body.key, "approval.approve", { note: "x" }, 403);
    await api.as("manager.jtr").send(request.body.key, "approval.approve", { note: "good payer" });
    // Exactly at the new limit.
    expect(await creditOf(again.deal)).toBe("clear");
    expect((await api.as("manager.jtr").get("/reports/credit?tab=over-limit")).body.tab.rows).toEqual([]);
  });
});

describe("overdue", () => {
  it("[WMS-27][WMS-28] to the last cent, by the grace of the customer, else of the org, else of the house", async () => {
    const { deal, orders } = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "10" }] });
    expect(await overdue()).toEqual([["Cobalt Living", ["1200.00 USD"]]]);
    await entry("Cobalt", { amount: "1199.99" });
    expect(await overdue()).toEqual([["Cobalt Living", ["0.01 USD"]]]);
    expect(await creditOf(deal)).toBe("blocked");
    await entry("Cobalt", { amount: "0.01" });
    expect([await overdue(), await creditOf(deal)]).toEqual([[], "clear"]);
    expect((await api.as("manager.jtr").instance(orders[0] as string)).state).toMatchObject({
      payment: "not_required",
      logistics: { released_to_wms: "queued" },
    });

    await entry("Cobalt", { entry_type: "opening", amount: "5.00", due_date: "2026-01-10" });
    expect(await creditOf(deal)).toBe("blocked");
    const org = async (grace_days: number) => expect((await api.as("admin.jtr").patch("/settings/credit-payments", { grace_days })).status).toBe(200);
    await org(23);
    expect(await overdue()).toEqual([]);
    await org(22);
    expect(await overdue()).toEqual([["Cobalt Living", ["5.00 USD"]]]);
    const [profile] = await api
      .as("admin.jtr")
      .list(`/records/customer-org-profiles?filter=${encodeURIComponent(JSON.stringify({ customer_id: (await customerOf("Cobalt")).id }))}`);
    const own = async (grace_days: number | null) =>
      expect((await api.as("admin.jtr").patch(`/records/customer-org-profiles/${profile.id}`, { grace_days })).status).toBe(200);
    await own(23);
    expect([await overdue(), await creditOf(deal)]).toEqual([[], "clear"]);
    await own(0);
    expect([await overdue(), await creditOf(deal)]).toEqual([[["Cobalt Living", ["5.00 USD"]]], "blocked"]);
    for (const account of ["owner.jtr", "manager.jtr"]) expect((await api.as(account).patch("/settings/credit-payments", { grace_days: 99 })).status).toBe(403);
  });
});

describe("a day", () => {
  it("[WMS-27][WMS-28] begins at midnight of the org: it ends a block whose reason is gone, and adds a reason that came with it", async () => {
    const { deal, orders } = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "10" }] });
    expect((await dealOf(deal)).credit_reasons).toEqual(["OVERDUE"]);
    expect((await api.as("admin.jtr").patch("/settings/credit-payments", { grace_days: 60 })).status).toBe(200);
    await api.setClock("2026-02-02T23:59:59+03:00");
    await api.drain();
    expect(await creditOf(deal)).toBe("blocked");
    await api.setClock("2026-02-03T00:00:01+03:00");
    await api.drain();
    expect(await creditOf(deal)).toBe("clear");
    expect((await api.as("manager.jtr").instance(orders[0] as string)).state.logistics).toEqual({ released_to_wms: "queued" });

    const large = await wonDeal(api, { customer: "Atlas", lines: [{ qty_m: "1000", unit_price: "5" }] });
    await entry("Atlas", { entry_type: "opening", currency: "EUR", amount: "1.00", due_date: "2025-12-06" });
    expect((await dealOf(large.deal)).credit_reasons).toEqual(["OVER_LIMIT"]);
    await api.setClock("2026-02-05T00:00:01+03:00");
    await api.drain();
    expect((await dealOf(large.deal)).credit_reasons).toEqual(["OVERDUE", "OVER_LIMIT"]);
  });
});

describe("money", () => {
  it("[WMS-13][WMS-28] that was paid for an order, also by its proforma, waits for that order's charge; a cancelled one sets it free", async () => {
    await entry("Boreal", { entry_type: "opening", amount: "300.00", due_date: "2026-01-10" });
    const { orders, dealId } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "100" }] });
    const [proforma] = await api.as("manager.jtr").list(`/records/proformas?filter=${encodeURIComponent(JSON.stringify({ deal_id: dealId }))}`);
    await entry("Boreal", { amount: "420.00", proforma_id: proforma.id });
    expect(await overdue()).toContainEqual(["Boreal Home", ["300.00 USD"]]);
    const other = (await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "1" }] })).orders[0] as string;
    const both = await api.as("costing.jtr").post("/records/payments-ledger", {
      ...{ entry_type: "payment", customer_id: (await customerOf("Boreal")).id, currency: "USD", amount: "1", value_date: "2026-02-02" },
      ...{ po_id: (await api.as("manager.jtr").instance(other)).record.id, proforma_id: proforma.id },
    });
    expect([both.status, both.body.errors?.[0]]).toMatchObject([422, { path: "/proforma_id", message: "is the proforma of another order" }]);
    await api.as("manager.jtr").send(orders[0] as string, "po.cancel", { reason: "withdrawn" });
    expect(await overdue()).toEqual([["Cobalt Living", ["1200.00 USD"]]]);
  });

  it("[WMS-13][WMS-28] credited by an adjustment covers what is due as a payment does", async () => {
    const { deal } = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "10" }] });
    await entry("Cobalt", { entry_type: "adjustment", amount: "-1199.99", note: "credit note" });
    expect([await overdue(), await creditOf(deal)]).toEqual([[["Cobalt Living", ["0.01 USD"]]], "blocked"]);
    await entry("Cobalt", { entry_type: "adjustment", currency: "EUR", amount: "-0.01" });
    expect(await creditOf(deal)).toBe("blocked");
    await entry("Cobalt", { entry_type: "adjustment", amount: "-0.01" });
    expect([await overdue(), await creditOf(deal)]).toEqual([[], "clear"]);
  });
});

describe("an override of credit", () => {
  it("[WMS-30] covers what it saw: a reason that is new blocks again", async () => {
    const { deal, orders } = await wonDeal(api, { customer: "Atlas", lines: [{ qty_m: "1000", unit_price: "5" }] });
    const manager = api.as("manager.jtr");
    await manager.send(deal, "credit.override", { reason_code: "STRATEGIC_CUSTOMER", note: "n" });
    await entry("Atlas", { entry_type: "opening", amount: "100.00", due_date: "2026-06-01" });
    expect(await creditOf(deal)).toBe("override_cleared");
    expect(codesOf(await api.as("owner.jtr").refused(orders[0] as string, "po.release"))).toEqual(["PAYMENT_PENDING"]);
    await entry("Atlas", { entry_type: "opening", currency: "EUR", amount: "5.00", due_date: "2026-01-01" });
    expect([await creditOf(deal), (await dealOf(deal)).credit_reasons]).toEqual(["blocked", ["OVERDUE", "OVER_LIMIT"]]);
    await entry("Atlas", { currency: "EUR", amount: "5.00" });
    await entry("Atlas", { amount: "3100.00" });
    expect(await creditOf(deal)).toBe("clear");
    expect((await manager.instance(orders[0] as string)).state).toMatchObject({ payment: "not_required", logistics: { released_to_wms: "queued" } });
  });
});
