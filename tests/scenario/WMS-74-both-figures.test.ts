/** The hold of a partner's stock: who holds both orgs sees both sides' figures on the approval screen; who holds one learns nothing of the other. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, codesOf, confirmByWarehouse } from "#tests/support/order-acts.ts";
import { type Caller, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let multi: Caller;
let mod: Caller;
let order: string;
let internal: string;
beforeAll(async () => {
  api = await productApi();
  multi = api.as("manager.multi", { org: "MOD" });
  mod = api.as("manager.mod");
  const lines = [{ qty_m: "500", unit_price: "5.00", stock_owner_org: "PARTNER" }];
  order = (await wonDeal(api, { by: "owner.mod", customer: "Gala", lines })).orders[0] as string;
  await confirmByWarehouse(api, order, ["500"], "MOD");
  internal = (await api.as("admin.jtr").list("/records/customers?q=MOD internal"))[0].id;
});

/** An entry in the owner's books for the org that buys there. */
async function entered(amount: string, more: object): Promise<void> {
  const entry = { customer_id: internal, currency: "USD", amount, value_date: "2025-12-01", reference: `R ${amount}`, ...more };
  expect((await api.as("costing.jtr").post("/records/payments-ledger", entry)).status).toBe(201);
}
const opening = (amount: string, due_date: string) => entered(amount, { entry_type: "opening", due_date });

async function panel(caller: Caller): Promise<Record<string, unknown>> {
  const { body } = await caller.get(`/reports/fulfillment/${codeOf(order)}`);
  const shown = body.panels.find(({ title }: { title: string }) => title === "Partner stock");
  return Object.fromEntries(shown.fields.map(({ title, value }: { title: string; value: unknown }) => [title, value]));
}
/** Everything that a person of one org can be told about the order, as bytes. */
async function toldTo(caller: Caller): Promise<string> {
  const paths = [
    `/reports/fulfillment/${codeOf(order)}`,
    `/instances/${order}`,
    `/records/purchase-orders/${codeOf(order)}`,
    "/reports/fulfillment?tab=shipment",
  ];
  const told = await Promise.all(paths.map(async (path) => (await caller.get(path)).text));
  for (const key of ["intercompany-hold", "suggested-next-action"])
    told.push((await caller.post(`/decisions/${key}`, { record: { type: "purchase-orders", id: codeOf(order) } })).text);
  for (const type of ["shipment.approve", "shipment.override"]) {
    const body = { type, payload: type === "shipment.override" ? { reason_code: "MANAGEMENT_DECISION", scopes: ["intercompany"] } : {} };
    told.push((await caller.post(`/instances/${order}/explain`, body)).text, (await caller.post(`/instances/${order}/events`, body)).text);
  }
  return told.join("\n").replaceAll(/"(?:instance|requestId)":"urn:[^"]*"/gu, "");
}

function firstDifference(one: string, other: string): readonly string[] | null {
  if (one === other) return null;
  const at = [...one].findIndex((letter, index) => letter !== other[index]);
  return [one, other].map((text) => text.slice(Math.max(0, at - 200), at + 200));
}

describe("[WMS-74] the figures of the hold", () => {
  it("[WMS-74] both sides are shown to who holds both orgs; one org's reader gets the same bytes whatever the other's books say", async () => {
    expect(await panel(multi)).toMatchObject({
      "Stock owner": "JTR",
      "Limit with the owner": ["100000.00 USD"],
      "Overdue with the owner": ["0.00 USD"],
      "Asked by this order": "2500.00 USD",
    });
    await opening("1200.50", "2026-01-01");
    expect(codesOf(await multi.refused(order, "shipment.approve"))).toEqual(["INTERCOMPANY_HOLD"]);
    expect(await panel(multi)).toMatchObject({
      "Intercompany hold": "On hold",
      "Limit with the owner": ["100000.00 USD"],
      "Exposure with the owner": ["1200.50 USD"],
      "Overdue with the owner": ["1200.50 USD"],
      "Available with the owner": ["98799.50 USD"],
      "Asked by this order": "2500.00 USD",
    });
    const overdue = await toldTo(mod);
    expect(overdue).toContain("INTERCOMPANY_HOLD");
    expect(overdue).not.toMatch(/JTR|1200\.50|98799|100000/u);

    await entered("1200.50", { entry_type: "payment", method: "transfer", value_date: "2026-02-01" });
    await opening("99000.00", "2026-12-01");
    expect(await panel(multi)).toMatchObject({ "Exposure with the owner": ["99000.00 USD"], "Overdue with the owner": ["0.00 USD"] });
    const overLimit = await toldTo(mod);
    expect(firstDifference(overdue, overLimit)).toBeNull();

    const lifted = { type: "shipment.override", payload: { reason_code: "MANAGEMENT_DECISION", scopes: ["intercompany"] } };
    expect((await multi.post(`/instances/${order}/events`, lifted)).status).toBe(200);
    for (const path of [`/instances/${order}/history`, `/instances/${order}/attempts`, `/audit?limit=200`]) {
      const { status, text } = await api.as("admin.mod").get(path);
      expect(status, path).toBe(200);
      expect(text, path).not.toMatch(/JTR|99000|"internal_any_/u);
    }
  });

  it("[WMS-74] a replay that comes out otherwise tells one org's reader what came out, not of what", async () => {
    const admin = api.as("admin.mod");
    const draft = (await admin.post("/drafts", { name: "always held" })).body.id;
    const place = `/drafts/${draft}/definitions/table/fulfilment.intercompany-hold`;
    const { content } = (await admin.get(place)).body;
    const rows = content.rows.map((row: { then: object }) => ({ ...row, then: { ...row.then, hold: "true" } }));
    expect((await admin.put(place, { ...content, rows, tests: [] })).status).toBe(200);
    const { id } = (await admin.post("/replays", { against: { draft } })).body;
    do await api.drain();
    while (["queued", "running"].includes((await admin.get(`/replays/${id}`)).body.status));
    const found = await admin.get(`/replays/${id}/diffs`);
    const held = found.body.items.find(({ diff }: { diff: { facts: object } }) => "fulfilment.intercompany-hold" in diff.facts);
    const [decision] = held.diff.decisions;
    const key = "fulfilment.intercompany-hold";
    expect(decision).toMatchObject({ key, recorded: { outcome: "pass", fired: [] }, replayed: { outcome: "block", fired: [] }, conditions: [] });
    expect(held.diff.facts["fulfilment.intercompany-hold"]).toEqual({});
    expect(found.text).not.toMatch(/JTR|99000|"internal_any_/u);
  });
});
