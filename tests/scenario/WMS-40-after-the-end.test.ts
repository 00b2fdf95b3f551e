/** However a deal ends, nothing of it waits for people any more: no task, no request, no document, no decision, no button, no row in a tab. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, confirmByWarehouse, recordPayment, shipByWarehouse } from "#tests/support/order-acts.ts";
import { type Caller, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let owner: Caller;
let manager: Caller;
let admin: Caller;
beforeAll(async () => {
  api = await productApi();
  [owner, manager, admin] = [api.as("owner.jtr"), api.as("manager.jtr"), api.as("admin.jtr")];
});

const MACHINES = ["deal", "deal-line", "purchase-order", "proforma", "contract", "approval-request", "shortage-decision", "supply-request"];
/** What may be done to what has ended: papers are kept and handed out, a proforma that was paid is still read. */
const KEEPING = ["po.add_document", "proforma.download"];
const byDeal = (id: string) => `filter=${encodeURIComponent(JSON.stringify({ deal_id: id }))}`;

/** A deal with these lines, submitted; gives its key and id. */
async function openDeal(customer: string, lines: readonly object[]): Promise<{ deal: string; id: string }> {
  const [{ id: customer_id }] = (await owner.list(`/records/customers?q=${customer}`)) as [{ id: string }];
  const payload = {
    customer_id,
    currency: "USD",
    lines: lines.map((line) => ({ quality_code: "LINEN-01", unit_price: "4.20", currency: "USD", qty_m: "10", ...line })),
  };
  const { status, body, text } = await owner.post("/instances", { machine: "deal", event: { type: "deal.create", payload } });
  expect(status, text).toBe(201);
  return { deal: body.key, id: body.record.id };
}
async function discountAsked(id: string): Promise<string> {
  const [line] = await owner.list(`/records/deal-lines?${byDeal(id)}`);
  await owner.send(`deal-line:${line.id}`, "line.request_discount", { discount_pct: "5", reason: "volume" });
  const [request] = await owner.list(`/records/approval-requests?filter=${encodeURIComponent(JSON.stringify({ subject_id: line.id }))}`);
  return `approval-request:${request.id}`;
}
async function sendBack(order: string, count: number): Promise<readonly string[]> {
  const code = codeOf(order);
  for (let line_no = 1; line_no <= count; line_no++)
    expect(
      (
        await api.wms("central_stock_check.completed", {
          id: `C-${code}-${line_no}.1`,
          subject: { type: "central_stock_check", ref: `C-${code}-${line_no}` },
          sequence: 1,
          data: { po_code: code, line_no, checked_at: api.running.engine.clock.now(), checked_by: "w", result: "not_found", proposed_next_step: "wait" },
        })
      ).status,
    ).toBe(202);
  const lines = Array.from({ length: count }, (_, index) => ({ line_no: index + 1, needed_m: "10.00" }));
  const answer = await api.wms("po.sent_back", {
    id: `${code}.5`,
    subject: { type: "purchase_order", ref: code },
    sequence: 5,
    data: { reason: "no_on_hand", lines },
  });
  expect(answer.status, answer.text).toBe(202);
  const { id } = (await manager.get(`/records/purchase-orders/${code}`)).body;
  return (await manager.list(`/records/shortage-decisions?filter=${encodeURIComponent(JSON.stringify({ po_id: id }))}`)).map(
    (row) => `shortage-decision:${row.id}`,
  );
}
async function paperOf(type: "proforma" | "contract", id: string): Promise<string> {
  const [row] = await owner.list(`/records/${type}s?${byDeal(id)}`);
  return `${type}:${row.code ?? row.id}`;
}

/** Everything in the org that waits for a person, said in words. */
async function waiting(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const account of ["owner.jtr", "manager.jtr", "admin.jtr", "pricing.jtr", "costing.jtr", "manager.multi"])
    for (const task of await api.as(account, { org: "JTR" }).list("/tasks?limit=200")) found.push(`task ${task.kind}: ${task.title}`);
  for (const machine of MACHINES)
    for (const { id, key, state } of await admin.list(`/instances?machine=${machine}&limit=200`))
      for (const caller of [owner, manager, admin])
        for (const event of (await caller.instance(id)).events)
          if (event.permitted && event.allowed && !KEEPING.includes(event.type)) found.push(`${event.type} on ${key} in ${JSON.stringify(state)}`);
  for (const [slug, tabs] of [
    ["fulfillment", null],
    ["credit", ["blocked", "requests"]],
    ["pricing", ["approvals"]],
    ["supply-tracking", null],
  ] as const) {
    const { body } = await manager.get(`/reports/${slug}`);
    for (const { id, count } of body.tabs) if (count > 0 && (tabs === null || (tabs as readonly string[]).includes(id))) found.push(`${slug}/${id}: ${count}`);
  }
  for (const { name, instance } of await admin.list("/timers?limit=200"))
    if (MACHINES.some((machine) => instance.machine.endsWith(`.${machine}`)) && !name.endsWith("next_day")) found.push(`timer ${name} of ${instance.key}`);
  return [...new Set(found)];
}

describe("when a deal ends", () => {
  it("[WMS-40][WMS-25] before it is won, its lines close and what was asked for them is withdrawn", async () => {
    const draft = await openDeal("Fjord", [{}]);
    await owner.send(draft.deal, "deal.cancel", { reason: "typed twice" });
    const lost = await openDeal("Fjord", [{}]);
    await owner.send(lost.deal, "deal.submit");
    const asked = await discountAsked(lost.id);
    await owner.send(lost.deal, "deal.lose", { loss_reason: "price", notes: "too dear" });
    expect((await manager.instance(asked)).state).toBe("withdrawn");
    const refused = await openDeal("Fjord", [{}]);
    await owner.send(refused.deal, "deal.submit");
    await manager.send(await discountAsked(refused.id), "approval.reject", { note: "no" });
    expect((await owner.list("/tasks?limit=200")).map(({ kind }) => kind)).toContain("line_rejected");
    await owner.send(refused.deal, "deal.cancel", { reason: "no price" });
    expect(await waiting()).toEqual([]);
  });

  it("[WMS-40][WMS-44] after it is won, its papers and payments end with it: cancelled as a whole, blocked, or order by order", async () => {
    const cash = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }] });
    const proforma = await paperOf("proforma", cash.dealId);
    const { initial } = (await owner.instance(proforma)).events.find(({ type }: { type: string }) => type === "balance.acknowledge");
    await owner.send(proforma, "balance.acknowledge", initial);
    await owner.send(proforma, "proforma.send", {});
    const contract = await paperOf("contract", cash.dealId);
    await owner.send(contract, "contract.sent", { channel: "mail" });
    const blocked = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "10" }] });
    await api.setClock("2026-02-11T09:00:00+03:00");
    const kinds = (await owner.list("/tasks?limit=200")).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["proforma_unpaid", "release_wait"]));
    await manager.send(cash.deal, "deal.cancel", { reason: "The customer withdrew" });
    expect([(await manager.instance(contract)).state, (await manager.instance(proforma)).state.lifecycle]).toEqual(["void", "void"]);
    await manager.send(blocked.deal, "deal.cancel", { reason: "Never paid" });
    expect((await manager.refused(blocked.deal, "credit.override", { reason_code: "STRATEGIC_CUSTOMER" })).code).toBe("event_not_available");
    const order = (await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }] })).orders[0] as string;
    await owner.send(order, "po.cancel");
    expect((await manager.refused(order, "payment.override", { reason_code: "STRATEGIC_CUSTOMER" })).code).toBe("event_not_available");
    expect(await waiting()).toEqual([]);
  });

  it("[WMS-40][WMS-47] an order that is cancelled takes its shortages, its requests for supply and its tasks along; so does one that loses its last line", async () => {
    const short = (await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }, { qty_m: "20" }] })).orders[0] as string;
    const [first] = await sendBack(short, 2);
    await manager.send(first as string, "shortage.decide", { outcome: "wait_supply", note: "next week" });
    await api.setClock("2026-02-12T09:00:00+03:00");
    expect((await admin.list("/tasks?limit=200")).map(({ kind }) => kind)).toContain("shortage_overdue");
    await manager.send(short, "po.cancel", { reason: "Not waiting" });
    const cash = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }] });
    const order = cash.orders[0] as string;
    const entry = await recordPayment(api, order, "42.00");
    await manager.send(order, "payment.confirm", { ledger_entry_ids: [entry] });
    const [only] = await sendBack(order, 1);
    await manager.send(order, "payment.void", { reason: "cheque bounced" });
    expect((await manager.list("/tasks?limit=200")).map(({ kind }) => kind)).toContain("payment_voided");
    await manager.send(only as string, "shortage.decide", { outcome: "cancel_line", note: "none left" });
    expect((await manager.instance(order)).state.logistics).toBe("cancelled");
    const late = (await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] })).orders[0] as string;
    await confirmByWarehouse(api, late, ["10"]);
    await api.setClock("2026-02-13T09:00:00+03:00");
    await manager.send(late, "po.cancel", { reason: "Too late" });
    const approved = (await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] })).orders[0] as string;
    await confirmByWarehouse(api, approved, ["10"]);
    await manager.send(approved, "shipment.approve");
    await api.setClock("2026-02-15T09:00:00+03:00");
    expect((await owner.list("/tasks?limit=200")).map(({ kind }) => kind)).toContain("ship_date_missing");
    await manager.send(approved, "po.cancel", { reason: "No date" });
    expect(await waiting()).toEqual([]);
  });

  it("[WMS-41] delivered, it is finished", async () => {
    const cash = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }] });
    const order = cash.orders[0] as string;
    await manager.send(order, "payment.confirm", { ledger_entry_ids: [await recordPayment(api, order, "42.00")] });
    await manager.send(order, "contract.override", { reason_code: "MANAGEMENT_DECISION" });
    await confirmByWarehouse(api, order, ["10"]);
    await manager.send(order, "shipment.approve");
    await owner.send(order, "ship_date.set", { ship_date: "2026-02-16" });
    await shipByWarehouse(api, order);
    const code = codeOf(order);
    const delivered = { id: code, subject: { type: "purchase_order", ref: code }, data: { delivered_at: "2026-02-15T12:00:00+03:00", documents: [] } };
    expect((await api.wms("shipment.delivered", delivered)).status).toBe(202);
    expect((await manager.instance(cash.deal)).state.commercial).toBe("fulfilled");
    // The proforma of an order that was paid before it was sent may still be sent: nobody is waited for.
    const [paper] = await owner.list(`/records/proformas?${byDeal(cash.dealId)}`);
    expect((await waiting()).filter((line) => !line.includes(paper.code))).toEqual([]);
  });
});
