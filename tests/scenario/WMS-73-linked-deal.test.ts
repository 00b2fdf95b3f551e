/** MOD sells what JTR owns: the deal that follows in JTR, once and with the selling price suggested; and the hold, who lifts it and when it lifts itself. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, codesOf, confirmByWarehouse } from "#tests/support/order-acts.ts";
import { type Caller, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let multi: Caller;
let mod: Caller;
beforeAll(async () => {
  api = await productApi();
  multi = api.as("manager.multi", { org: "MOD" });
  mod = api.as("manager.mod");
});

interface Line {
  readonly qty_m: string;
  readonly unit_price: string;
  readonly stock_owner_org: string;
}
const partner = (qty_m: string, unit_price = "5.00"): Line => ({ qty_m, unit_price, stock_owner_org: "PARTNER" });
async function confirmed(...lines: readonly Line[]): Promise<string> {
  const order = (await wonDeal(api, { by: "owner.mod", customer: "Gala", lines })).orders[0] as string;
  const metres = lines.map(({ qty_m }) => qty_m);
  await confirmByWarehouse(api, order, metres, "MOD");
  return order;
}
/** Deals of JTR that followed an order, with what they are of. */
async function linkedTo(order: string) {
  await api.drain();
  const { id } = (await mod.get(`/records/purchase-orders/${codeOf(order)}`)).body;
  const admin = api.as("admin.jtr");
  const deals = (await admin.list("/records/deals?limit=200")).filter(({ data }) => data.linked_po_id === id);
  return await Promise.all(
    deals.map(async ({ id: deal, code, org, data }) => {
      const lines = await admin.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: deal }))}`);
      const { kind, customer_name, total, currency } = data;
      return {
        ...{ code, org, kind, customer_name, total, currency, state: (await admin.instance(`deal:${code}`)).state.commercial },
        lines: lines.map((line) => [line.data.quality_code, line.data.qty_m, line.data.unit_price, line.data.suggested_unit_price, line.data.stock_owner_org]),
      };
    }),
  );
}
const override = (caller: Caller, order: string, more: object = {}) =>
  caller.post(`/instances/${order}/events`, { type: "shipment.override", payload: { reason_code: "MANAGEMENT_DECISION", scopes: ["intercompany"], ...more } });

describe("the linked deal", () => {
  it("[WMS-73] follows the approval once, with the partner's lines alone and the selling price suggested; MOD sees nothing of it", async () => {
    const order = await confirmed(partner("500"), { qty_m: "20", unit_price: "5.00", stock_owner_org: "MOD" }, partner("7", "5.10"));
    expect(await linkedTo(order)).toEqual([]);
    await multi.send(order, "shipment.approve", { note: "go" });
    const [deal, ...more] = await linkedTo(order);
    expect(more).toEqual([]);
    expect(deal).toMatchObject({ org: "JTR", kind: "internal_linked", customer_name: "MOD internal", total: "2535.70", currency: "USD", state: "won" });
    expect(deal?.code).toMatch(/^JTRDL/u);
    expect(deal?.lines.sort()).toEqual([
      ["LINEN-01", "500.00", "5.0000", "5.0000", "JTR"],
      ["LINEN-01", "7.00", "5.1000", "5.1000", "JTR"],
    ]);
    expect((await mod.refused(order, "shipment.approve")).code).toBe("event_not_available");
    await mod.send(order, "shipment.approval_revoked", { reason: "wrong day" });
    await mod.send(order, "shipment.approve");
    expect((await linkedTo(order)).map(({ code }) => code)).toEqual([deal?.code]);
    for (const account of ["owner.mod", "manager.mod", "admin.mod"]) {
      const seen = await api.as(account).get("/records/deals?limit=200");
      expect(seen.text).not.toMatch(/JTR|internal_linked/u);
    }
    expect((await api.as("manager.multi", { org: "all" }).list("/records/deals?limit=200")).filter(({ data }) => data.kind === "internal_linked")).toHaveLength(
      1,
    );
    const own = await confirmed({ qty_m: "20", unit_price: "5.00", stock_owner_org: "MOD" });
    await mod.send(own, "shipment.approve");
    expect(await linkedTo(own)).toEqual([]);
  });
});

describe("an order that is cancelled after its approval", () => {
  it("[WMS-73] takes its linked deal with it, so that nothing of it counts in the partner's books", async () => {
    const exposure = async () => {
      const { body } = await api.as("manager.jtr").get("/reports/credit?tab=positions&limit=100");
      return JSON.stringify(body.tab.rows.find(({ cells }: { cells: { customer: string } }) => cells.customer.startsWith("MOD"))?.cells);
    };
    const before = await exposure();
    const order = await confirmed(partner("40"));
    await mod.send(order, "shipment.approve");
    expect((await linkedTo(order)).map(({ state }) => state)).toEqual(["won"]);
    expect(await exposure()).not.toBe(before);
    await mod.send(order, "po.cancel", { reason: "The customer withdrew" });
    expect((await linkedTo(order)).map(({ state }) => state)).toEqual(["cancelled"]);
    expect(await exposure()).toBe(before);
    const never = await confirmed(partner("5"));
    await mod.send(never, "po.cancel", { reason: "Before any approval" });
    expect(await linkedTo(never)).toEqual([]);
    expect((await api.as("admin.mod").list("/outbox?limit=200")).filter(({ state }) => state === "dead")).toEqual([]);
  });
});

describe("the hold", () => {
  it("[WMS-74] stops an approval without figures or names; who holds both orgs overrides it with a reason; a payment lifts it", async () => {
    const [{ id }] = (await api.as("admin.jtr").list("/records/customers?q=MOD internal")) as [{ id: string }];
    const entry = (more: object) => api.as("costing.jtr").post("/records/payments-ledger", { customer_id: id, currency: "USD", amount: "100.00", ...more });
    const due = { entry_type: "opening", value_date: "2025-12-01", due_date: "2026-01-01", reference: "old" };
    expect((await entry(due)).status).toBe(201);
    const order = await confirmed(partner("10"));
    for (const caller of [mod, multi]) {
      const refused = await caller.refused(order, "shipment.approve");
      expect(codesOf(refused)).toEqual(["INTERCOMPANY_HOLD"]);
    }
    const shown = [await mod.get(`/reports/fulfillment/${codeOf(order)}`), await override(mod, order)];
    for (const { text } of shown) expect(text).not.toMatch(/JTR|100\.00/u);
    expect(codesOf(shown[1]?.body)).toEqual(["NEEDS_BOTH_ORG_GRANTS"]);
    expect(codesOf((await override(multi, order, { reason_code: null })).body)).toEqual(["REASON_REQUIRED"]);
    for (const scopes of [[], ["credit"], ["payment", "contract"]])
      expect(codesOf((await override(multi, order, { scopes })).body)).toContain("INTERCOMPANY_HOLD");
    expect((await mod.instance(order)).state.logistics).toBe("warehouse_confirmed");
    expect(await linkedTo(order)).toEqual([]);
    const lifted = await override(multi, order, { note: "agreed" });
    expect(lifted.status, lifted.text.slice(0, 500)).toBe(200);
    expect((await mod.get(`/records/purchase-orders/${codeOf(order)}`)).body.data.overrides).toMatchObject([
      { scope: "intercompany", reason_code: "MANAGEMENT_DECISION", note: "agreed", by: "Manager Multi" },
    ]);
    expect(await linkedTo(order)).toHaveLength(1);
    const [told, ...others] = await api.as("admin.mod").list(`/mails?record=${codeOf(order)}&type=override_used`);
    expect(others).toEqual([]);
    expect(told.text).toContain("intercompany");
    expect(`${told.subject}${told.html}${told.text}`).not.toMatch(/JTR/u);

    const held = await confirmed(partner("10"));
    await mod.refused(held, "shipment.approve");
    expect((await entry({ entry_type: "payment", value_date: "2026-02-02", method: "transfer", reference: "paid" })).status).toBe(201);
    await mod.send(held, "shipment.approve");
    expect(await linkedTo(held)).toHaveLength(1);
  });
});
