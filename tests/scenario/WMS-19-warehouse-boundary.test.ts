/** What belongs to the warehouse stays there: mirrors are read-only, its client is no user, its override lifts its own gate alone. */
import { describe, expect, it } from "vitest";
import { codeOf, confirmByWarehouse } from "#tests/support/order-acts.ts";
import { productApi, wonDeal } from "#tests/support/product-api.ts";

const api = await productApi();
const orderOf = async (customer: string, qty = "50") => (await wonDeal(api, { customer, lines: [{ qty_m: qty }] })).orders[0] as string;
const EVERYBODY = ["super", "admin.jtr", "owner.jtr", "manager.jtr", "pricing.jtr", "costing.jtr", "exec", "designer", "qa"];

describe("rolls and lots", () => {
  it("[WMS-19] are a mirror that nobody writes", async () => {
    const order = await orderOf("Fjord");
    const lines = [{ line_no: 1, lots: [{ lot: "L1", roll: "R1", meters: "50" }] }];
    const subject = { type: "purchase_order", ref: codeOf(order) };
    expect((await api.wms("warehouse.confirmed", { id: `${codeOf(order)}.1`, subject, sequence: 1, data: { lines } })).status).toBe(202);
    const po = await api.as("owner.jtr").get(`/instances/${order}`);
    const mirror = po.body.related.find(({ type }: { type: string }) => type === "po-allocations-mirror");
    expect(mirror).toMatchObject({ readOnly: true, items: [{ line_no: 1, lot: "L1", roll: "R1", meters: "50.00" }] });
    const rows = await api.as("manager.jtr").list("/records/po-allocations-mirror");
    expect(rows.map(({ data }) => [data.line_no, data.lot, data.meters])).toEqual([[1, "L1", "50.00"]]);
    const body = { ...rows[0].data, roll: "R-9" };
    for (const account of EVERYBODY) {
      const caller = api.as(account);
      for (const answer of [
        await caller.post("/records/po-allocations-mirror", body),
        await caller.patch(`/records/po-allocations-mirror/${rows[0].id}`, { meters: "1" }, { "if-match": '"1"' }),
        await caller.del(`/records/po-allocations-mirror/${rows[0].id}`),
      ]) {
        expect(answer.status, `${account}: ${answer.text.slice(0, 200)}`).toBe(405);
      }
    }
    const kept = await api.as("manager.jtr").list("/records/po-allocations-mirror");
    expect(kept).toEqual(rows);
  });

  it("[WMS-21] have no act and no address here: no event allocates, the warehouse's client cannot sign in nor read", async () => {
    const definitions = await api.as("designer").list("/definitions?kind=machine&limit=200");
    expect(definitions.length).toBeGreaterThan(5);
    const documented = await api.as("designer").get("/definitions/machine/fulfilment.purchase-order");
    const events: Record<string, { by?: string | readonly string[]; permission?: string }> = documented.body.content.events;
    const byPeople = Object.entries(events).filter(([, { by = "person" }]) => [by].flat().includes("person"));
    expect(byPeople.map(([type]) => type).filter((type) => /allocat|lot|roll|pick/u.test(type))).toEqual([]);
    const { paths } = (await api.as("designer").get("/../openapi.json")).body;
    expect(Object.keys(paths).length).toBeGreaterThan(50);
    expect(Object.keys(paths).filter((path) => /allocat|rolls?\b|lots?\b|pick/u.test(path))).toEqual([]);
    expect((await api.post("/api/v1/auth/login", { email: "wms", password: "Gatehouse-Demo-1" })).status).toBe(401);
    expect((await api.post("/api/v1/auth/login", { email: "wms", password: "fixture-secret" })).status).toBe(401);
    const order = await orderOf("Fjord");
    for (const path of [
      "/reports/fulfillment",
      "/instances?limit=5",
      `/instances/${order}`,
      "/records/purchase-orders",
      "/records/customers",
      "/tasks",
      "/settings",
    ]) {
      const answer = await api.as("wms").get(path);
      expect([path, answer.status, answer.body.code]).toEqual([path, 401, "not_signed_in"]);
    }
    expect((await api.as("wms").post(`/instances/${order}/events`, { type: "shipment.approve", payload: {} })).status).toBe(401);
    const asked = await api.as("wms").post("/decisions/abra-sendback-gate", { facts: { path: "no_on_hand" } });
    expect(asked.status, asked.text.slice(0, 300)).toBe(200);
  });
});

describe("what the warehouse may ask", () => {
  const asked = async (order: string, headers: Readonly<Record<string, string>> = {}) =>
    (await api.as("wms", { headers }).get(`/instances/purchase-order/${codeOf(order)}`)).body;

  it("[WMS-19][WMS-21] about an order is where it stands, the codes of what is in its way, and its ship date: nothing else", async () => {
    const order = await orderOf("Fjord");
    const first = { po_code: codeOf(order), state: { logistics: { released_to_wms: "queued" } }, blockers: ["WAREHOUSE_NOT_CONFIRMED"], ship_date: null };
    expect(await asked(order)).toEqual(first);
    const cash = await orderOf("Boreal");
    const blockers = ["WAREHOUSE_NOT_CONFIRMED", "PAYMENT_PENDING", "CONTRACT_NOT_SIGNED"];
    expect(await asked(cash)).toEqual({ po_code: codeOf(cash), state: { logistics: "awaiting_release" }, blockers, ship_date: null });
    await confirmByWarehouse(api, order, ["50"]);
    await api.as("manager.jtr").send(order, "shipment.approve", { note: "ok" });
    await api.as("manager.jtr").send(order, "ship_date.set", { ship_date: "2026-02-09" });
    expect(await asked(order)).toEqual({ po_code: codeOf(order), state: { logistics: "ship_date_set" }, blockers: [], ship_date: "2026-02-09" });
    // In whichever of its orgs the order is; named in the other one, or by another machine, it is not there.
    const mod = (await wonDeal(api, { by: "owner.mod", customer: "Gala", lines: [{ qty_m: "5", unit_price: "5.00", stock_owner_org: "MOD" }] }))
      .orders[0] as string;
    expect((await asked(mod)).po_code).toBe(codeOf(mod));
    expect((await asked(mod, { "x-org": "MOD" })).po_code).toBe(codeOf(mod));
    expect((await asked(mod, { "x-org": "JTR" })).code).toBe("instance_not_found");
    const deal = (await api.as("owner.jtr").list("/records/deals"))[0].code;
    for (const path of [`deal/${deal}`, "purchase-order/JTRPO22222222", "nonsense/x"]) {
      const { status, body } = await api.as("wms").get(`/instances/${path}`);
      expect([path, status, body.code]).toEqual([path, 404, "instance_not_found"]);
    }
    // People read the same address as the instance that it names, within their orgs.
    expect((await api.as("owner.jtr").get(`/instances/purchase-order/${codeOf(order)}`)).body.key).toBe(order);
    expect((await api.as("owner.mod").get(`/instances/purchase-order/${codeOf(order)}`)).status).toBe(404);
  });
});

describe("the warehouse's own override", () => {
  const override = (order: string, sequence: number, data: object) =>
    api.wms("shipment_gate.overridden", {
      id: `${codeOf(order)}.${sequence}`,
      subject: { type: "purchase_order", ref: codeOf(order) },
      sequence,
      actor: { wms_user: "depo1", role: "WMS Manager" },
      data,
    });

  it("[WMS-20] approves the shipment of an order it has not confirmed, with a reason, in the log and by mail", async () => {
    const order = await orderOf("Fjord");
    const without = await override(order, 1, { gate: "logistics" });
    expect(without.status, without.text.slice(0, 500)).toBe(422);
    expect(without.text).toMatch(/REASON/iu);
    const unknown = await override(order, 2, { gate: "logistics", reason_code: "BECAUSE" });
    expect(unknown.status, unknown.text.slice(0, 500)).toBe(422);
    const done = await override(order, 3, { gate: "logistics", reason_code: "WAREHOUSE_OPERATIONAL", note: "truck waits" });
    expect(done.status, done.text).toBe(202);
    const manager = api.as("manager.jtr");
    expect((await manager.instance(order)).state.logistics).toBe("shipment_approved");
    const history = await manager.get(`/instances/${order}/history`);
    for (const part of ["depo1", "WAREHOUSE_OPERATIONAL", "truck waits"]) expect(history.text).toContain(part);
    await api.drain();
    const mails = await api.as("admin.jtr").list("/mails?limit=200");
    expect(mails.filter(({ type, subject, ref }) => type === "override_used" && `${subject} ${ref}`.includes(codeOf(order))).length).toBe(1);
  });

  it("[WMS-20] is logged with what it lifted: the confirmation, the approval or the ship date", async () => {
    const lifted = async (order: string) =>
      (await api.as("manager.jtr").list(`/instances/${order}/history`))
        .filter(({ event }) => event.type === "shipment_gate.overridden")
        .map(({ seq, override: { lifted } }) => ({ seq, lifted }))
        .toSorted((a, b) => a.seq - b.seq)
        .map((row) => row.lifted);
    const data = { gate: "logistics", reason_code: "CARRIER_CUTOFF" };
    const early = await orderOf("Fjord");
    for (const sequence of [1, 2]) expect((await override(early, sequence, data)).status).toBe(202);
    expect(await lifted(early)).toEqual([["WAREHOUSE_NOT_CONFIRMED"], ["SHIP_DATE_NOT_SET"]]);
    const confirmed = await orderOf("Fjord");
    await confirmByWarehouse(api, confirmed, ["50"]);
    expect((await override(confirmed, 90, data)).status).toBe(202);
    expect(await lifted(confirmed)).toEqual([["SHIPMENT_NOT_APPROVED"]]);
  });

  it("[WMS-20] lifts no commercial gate: with an open credit block it is refused", async () => {
    const order = await orderOf("Fjord", "60");
    const { data } = (await api.as("manager.jtr").get(`/records/purchase-orders/${codeOf(order)}`)).body;
    const overdue = { entry_type: "charge", customer_id: data.customer_id, currency: "USD", amount: "10.00", value_date: "2026-01-01", due_date: "2026-01-05" };
    expect((await api.as("costing.jtr").post("/records/payments-ledger", { ...overdue, reference: "LATE-1" })).status).toBe(201);
    await api.drain();
    const refused = await override(order, 1, { gate: "logistics", reason_code: "WAREHOUSE_OPERATIONAL" });
    expect(refused.status, refused.text.slice(0, 1500)).toBe(422);
    expect(refused.text).toMatch(/CREDIT_BLOCKED/u);
    const before = (await api.as("manager.jtr").instance(order)).state.logistics;
    expect(before).not.toBe("shipment_approved");
  });
});
