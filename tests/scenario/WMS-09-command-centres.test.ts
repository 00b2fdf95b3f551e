/** The pages that a manager closes orders from, read as data: what stands under which tab, and what can be done there. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, confirmByWarehouse, recordPayment } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});

type Row = { readonly code: string; readonly cells: Readonly<Record<string, unknown>>; readonly instance?: { readonly key: string } };
const report = async (account: string, path: string) => {
  const answer = await api.as(account).get(`/reports/${path}`);
  expect(answer.status, `${path} for ${account}: ${answer.text.slice(0, 800)}`).toBe(200);
  return answer.body;
};
const rowsOf = async (account: string, view: string, tab: string): Promise<readonly Row[]> => (await report(account, `${view}?tab=${tab}`)).tab.rows;
const codesAt = async (view: string, tab: string, account = "manager.jtr") => (await rowsOf(account, view, tab)).map(({ code }) => code);
const order = async (customer: string, qty = "1000", line: object = {}) => {
  const { orders } = await wonDeal(api, { customer, lines: [{ qty_m: qty, ...line }] });
  return orders[0] as string;
};
const stateOf = async (instance: string) => (await api.as("manager.jtr").instance(instance)).state;

describe("/fulfillment", () => {
  it("[WMS-10] has five gates as tabs, and each holds the order that waits there", async () => {
    const cash = await order("Boreal");
    const credit = await order("Fjord");
    const confirmed = await order("Fjord", "900");
    await confirmByWarehouse(api, confirmed, ["900"]);
    const dated = await order("Fjord", "800");
    await confirmByWarehouse(api, dated, ["800"]);
    await api.as("manager.jtr").send(dated, "shipment.approve");
    const short = await order("Fjord", "700");
    const code = codeOf(short);
    const check = { po_code: code, line_no: 1, checked_at: "2026-02-02T09:30:00+03:00", checked_by: "Ayla", result: "not_found" };
    const sent = [
      await api.wms("central_stock_check.completed", { id: "CK1.1", subject: { type: "central_stock_check", ref: "CK1" }, sequence: 1, data: check }),
      await api.wms("po.sent_back", {
        id: `${code}.1`,
        subject: { type: "purchase_order", ref: code },
        sequence: 1,
        data: { reason: "no_on_hand", lines: [{ line_no: 1, needed_m: "200" }] },
      }),
    ];
    for (const { status, text } of sent) expect(status, text).toBe(202);

    const { tabs } = await report("manager.jtr", "fulfillment");
    expect(tabs.map(({ title }: { title: string }) => title)).toEqual([
      "Warehouse Confirmation",
      "Payment Confirmation",
      "Shipment Approval",
      "Ship Date Required",
      "Shortage Decisions",
    ]);
    expect(await codesAt("fulfillment", "warehouse")).toEqual([codeOf(credit)]);
    expect(await codesAt("fulfillment", "payment")).toEqual([codeOf(cash)]);
    expect(await codesAt("fulfillment", "approval")).toEqual([codeOf(confirmed)]);
    expect(await codesAt("fulfillment", "ship-date")).toEqual([codeOf(dated)]);
    expect((await rowsOf("manager.jtr", "fulfillment", "shortages")).map(({ cells }) => [cells["po"], cells["needed"]])).toEqual([[code, "200.00"]]);
    expect(tabs.map(({ count }: { count: number }) => count)).toEqual([1, 1, 1, 1, 1]);
  });

  it("[WMS-09] leads a manager from the unpaid order to its ship date without another page", async () => {
    const cash = await order("Boreal", "600");
    const code = codeOf(cash);
    const manager = api.as("manager.jtr");
    const deal = (await manager.get(`/records/purchase-orders/${code}`)).body.data.deal_id;
    /** The page of the order must offer the act before it is done. */
    const act = async (type: string, payload: object = {}) => {
      const page = await report("manager.jtr", `fulfillment/${code}`);
      const offered = [...page.primary, ...page.secondary].find((event: { type: string }) => event.type === type);
      expect(offered?.allowed, `${type}: ${JSON.stringify(offered)?.slice(0, 600)}`).toBe(true);
      await manager.send(cash, type, payload);
    };
    expect(await codesAt("fulfillment", "payment")).toContain(code);
    await act("payment.confirm", { ledger_entry_ids: [await recordPayment(api, cash, "2520.00")], note: "seen" });
    const owner = api.as("owner.jtr");
    for (const contract of await owner.list("/instances?machine=contract&limit=50")) {
      const record = (await owner.get(`/records/contracts/${contract.record.id}`)).body;
      if (record.data.deal_id !== deal) continue;
      const file = await owner.upload("/files?name=signed.pdf", "application/pdf", "%PDF-1.4 signed");
      await owner.send(contract.id, "contract.signed_received", { file_id: file.body.id, signed_on: "2026-02-02" });
    }
    await api.drain();
    expect((await stateOf(cash)).logistics).toEqual({ released_to_wms: "queued" });
    expect(await codesAt("fulfillment", "warehouse")).toContain(code);
    await confirmByWarehouse(api, cash, ["600"]);
    expect(await codesAt("fulfillment", "approval")).toContain(code);
    await act("shipment.approve");
    expect(await codesAt("fulfillment", "ship-date")).toContain(code);
    await act("ship_date.set", { ship_date: "2026-02-09" });
    expect((await stateOf(cash)).logistics).toBe("ship_date_set");
    expect(await codesAt("fulfillment", "ship-date")).not.toContain(code);
  });
});

describe("/supply-tracking", () => {
  it("[WMS-11] shows a request under its milestone with the estimated arrival", async () => {
    const manager = api.as("manager.jtr");
    const created = await manager.post("/instances", {
      machine: "supply-request",
      event: { type: "supply.create", payload: { kind: "import", quality_code: "LINEN-01", qty_m: "500" } },
    });
    expect(created.status, created.text.slice(0, 1500)).toBe(201);
    await manager.send(created.body.key, "supply.ordered", { supplier: "Baltic Mills" });
    const ref = (await manager.get(`/records/supply-requests/${created.body.record.id}`)).body.data.supply_ref ?? created.body.record.code;
    const milestone = await api.wms("supply.milestone", {
      id: `${ref}.1`,
      subject: { type: "supply_request", ref },
      sequence: 1,
      data: { milestone: "in_transit", eta: "2026-02-10" },
    });
    expect(milestone.status, milestone.text).toBe(202);
    const rows = await rowsOf("manager.jtr", "supply-tracking", "in-transit");
    expect(rows.map(({ cells }) => cells)).toMatchObject([{ quality: "LINEN-01", eta: "2026-02-10" }]);
    expect(await rowsOf("manager.jtr", "supply-tracking", "created")).toEqual([]);
    // The page opens on whatever is open, the nearest arrival first.
    const { body } = await manager.get("/reports/supply-tracking");
    expect([body.tab.id, body.tab.rows.map((row: { cells: object }) => row.cells)]).toMatchObject(["open", [{ state: "in_transit", eta: "2026-02-10" }]]);
  });

  it("[WMS-11] a receipt ends the request that it names or that alone is on its way; one that is not on its way refuses it", async () => {
    const manager = api.as("manager.jtr");
    const request = async (supply_ref: string, quality_code: string, to: "ordered" | "in_transit"): Promise<string> => {
      const created = await manager.post("/instances", {
        machine: "supply-request",
        event: { type: "supply.create", payload: { kind: "import", quality_code, qty_m: "500", supply_ref } },
      });
      expect(created.status, created.text).toBe(201);
      await manager.send(created.body.key, "supply.ordered", { supplier: "Baltic Mills" });
      if (to === "in_transit") await manager.send(created.body.key, "supply.milestone", { to });
      return created.body.key;
    };
    const receive = (receipt_no: string, quality_code: string, more: object = {}) =>
      api.wms("receipt.posted", {
        id: receipt_no,
        subject: { type: "receipt", ref: receipt_no },
        data: { receipt_no, owner_org: "JTR", lines: [{ quality_code, lot: "L", roll: `${receipt_no}-1`, meters: "200" }], ...more },
      });
    const stateOf = async (key: string) => (await manager.instance(key)).state;

    const early = await request("SUP-E", "SATIN-03", "ordered");
    const refused = await receive("RC-E", "SATIN-03", { supply_ref: "SUP-E" });
    expect([refused.status, refused.body.code], refused.text).toEqual([409, "event_not_allowed"]);
    expect(await manager.list(`/records/receipts?filter=${encodeURIComponent(JSON.stringify({ receipt_no: "RC-E" }))}`)).toEqual([]);
    expect((await manager.list("/tasks?status=open&limit=50")).map(({ title }) => title)).toContain(
      "The warehouse could not post the receipt RC-E of SUP-E: look at the request",
    );
    await manager.send(early, "supply.milestone", { to: "in_transit" });
    // The refusal kept no key: the same receipt again, and the rest of the delivery later.
    expect((await receive("RC-E", "SATIN-03", { supply_ref: "SUP-E" })).status).toBe(202);
    expect(await stateOf(early)).toBe("received");
    expect((await receive("RC-E2", "SATIN-03", { supply_ref: "SUP-E" })).status).toBe(202);

    const alone = await request("SUP-A", "VELVET-02", "in_transit");
    expect((await receive("RC-A", "VELVET-02")).body.instances).toMatchObject([{ key: alone, state: "received" }]);
    const two = [await request("SUP-1", "VELVET-02", "in_transit"), await request("SUP-2", "VELVET-02", "in_transit")] as const;
    const open = await receive("RC-2", "VELVET-02");
    expect([open.status, open.body.instances, open.body.notices?.[0]?.path]).toEqual([202, [], "/data/lines/0/quality_code"]);
    await manager.send(two[1], "supply.soft_arrival_confirmed", { note: "at the port" });
    expect((await receive("RC-3", "VELVET-02")).body.instances).toMatchObject([{ key: two[1], state: "received" }]);
    expect(await stateOf(two[0])).toBe("in_transit");
  });
});

describe("/pricing", () => {
  it("[WMS-12] has one approval, one stale price in stock and one missing", async () => {
    const owner = api.as("owner.jtr");
    const [customer] = await owner.list("/records/customers?q=Fjord");
    const deal = await owner.post("/instances", {
      machine: "deal",
      event: {
        type: "deal.create",
        payload: { customer_id: customer.id, currency: "USD", lines: [{ quality_code: "LINEN-01", qty_m: "100", unit_price: "4.20", currency: "USD" }] },
      },
    });
    await owner.send(deal.body.key, "deal.submit");
    const [line] = await owner.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: deal.body.record.id }))}`);
    await owner.send(`deal-line:${line.id}`, "line.request_discount", { discount_pct: "5", reason: "volume" });
    const { tabs } = await report("pricing.jtr", "pricing");
    expect(tabs.slice(0, 3).map(({ title, count }: { title: string; count: number }) => [title, count])).toEqual([
      ["Approval inbox", 1],
      ["Stale", 1],
      ["Missing", 1],
    ]);
    expect((await rowsOf("pricing.jtr", "pricing", "stale")).map(({ cells }) => cells["quality"])).toEqual(["VELVET-02"]);
    expect((await rowsOf("pricing.jtr", "pricing", "missing")).map(({ cells }) => cells["quality"])).toEqual(["JUTE-04"]);
  });

  it("[WMS-22] a quality without a price is not there for sales: not listed, not found, not taken into a deal", async () => {
    const owner = api.as("owner.jtr");
    const listed = await owner.get("/records/qualities?limit=100");
    expect(listed.status).toBe(200);
    expect(listed.text).toContain("LINEN-01");
    expect(listed.text).not.toContain("JUTE-04");
    expect((await owner.get("/records/qualities?q=JUTE")).body.items).toEqual([]);
    expect((await owner.get("/records/qualities/JUTE-04")).status).toBe(404);
    expect((await owner.get("/search?q=JUTE-04")).text).not.toContain('JUTE-04"');
    expect((await api.as("owner.jtr").get("/reports/qualities")).text).not.toContain("JUTE");
    const [customer] = await owner.list("/records/customers?q=Fjord");
    const tried = await owner.post("/instances", {
      machine: "deal",
      event: {
        type: "deal.create",
        payload: { customer_id: customer.id, currency: "USD", lines: [{ quality_code: "JUTE-04", qty_m: "10", unit_price: "1.00", currency: "USD" }] },
      },
    });
    expect([tried.status, tried.text.includes("UNKNOWN_QUALITY")], tried.text.slice(0, 800)).toEqual([409, true]);
    expect((await api.as("pricing.jtr").get("/records/qualities?q=JUTE")).text).toContain("JUTE-04");
    // Nor are the life of its price, what happened in it, and what was tried.
    const [price] = (await api.as("pricing.jtr").list("/instances?machine=quality-price&limit=50")).filter(({ state }) => state === "no_price");
    expect((await owner.get("/instances?machine=quality-price&limit=50")).text).not.toContain(price.id);
    for (const part of ["", "/history", "/attempts"]) {
      expect((await api.as("pricing.jtr").get(`/instances/${price.id}${part}`)).status, part).toBe(200);
      const hidden = await owner.get(`/instances/${price.id}${part}`);
      expect([hidden.status, hidden.body.code], part).toEqual([404, "instance_not_found"]);
    }
  });
});

describe("/credit", () => {
  it("[WMS-60] queues customers to review and credit requests, and reviews several at once with a result for each", async () => {
    const owner = api.as("owner.jtr");
    const manager = api.as("manager.jtr");
    for (const company of ["Novel Rugs", "Opal Carpets"]) {
      const link = await owner.post("/instances", { machine: "order-form-token", event: { type: "token.issue", payload: {} } });
      expect(link.status, link.text.slice(0, 1500)).toBe(201);
      const contact = { name: "Nina", email: `nina@${company.replace(" ", "").toLowerCase()}.example`, company };
      const sent = await api.post(link.body.url, { contact, lines: [{ quality_code: "LINEN-01", qty_m: "50" }] }, { accept: "application/json" });
      expect(sent.status, sent.text.slice(0, 1500)).toBeLessThan(300);
    }
    const [fjord] = await owner.list("/records/customers?q=Fjord");
    const [profile] = await owner.list(`/records/customer-org-profiles?filter=${encodeURIComponent(JSON.stringify({ customer_id: fjord.id }))}`);
    const asked = await owner.post("/instances", {
      machine: "approval-request",
      event: {
        type: "approval.request",
        payload: {
          type: "credit_request",
          subject: { type: "customer-org-profiles", id: profile.id },
          payload: { currency: "USD", limit: "90000.00" },
          reason: "season",
        },
      },
    });
    expect(asked.status, asked.text.slice(0, 1500)).toBe(201);
    const { tabs } = await report("manager.jtr", "credit");
    const counts = Object.fromEntries(tabs.map(({ title, count }: { title: string; count: number }) => [title, count]));
    expect(counts).toMatchObject({ "Customers Pending Review": 2, "Credit Requests Pending Approval": 1 });
    const rows = await rowsOf("manager.jtr", "credit", "review");
    const bulk = await manager.post("/bulk/events", {
      items: rows.map((row) => ({ instance: row.instance?.key, type: "review.approve", payload: { payment_mode: "cash" } })),
    });
    expect(bulk.status, bulk.text.slice(0, 1500)).toBe(207);
    expect(bulk.body.results.map(({ status }: { status: number }) => status)).toEqual([200, 200]);
    expect(await rowsOf("manager.jtr", "credit", "review")).toEqual([]);
  });
});
