/** Discounts over the API: always asked for, never decided by who asked, worth what was approved and no more. */
import { beforeAll, describe, expect, it } from "vitest";
import { codesOf } from "#tests/support/order-acts.ts";
import { type Answer, type ProductApi, productApi } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});

interface OpenDeal {
  readonly deal: string;
  readonly line: string;
}

/** A submitted deal of one line. */
async function openDeal(by: string, line: object = {}): Promise<OpenDeal> {
  const caller = api.as(by);
  const [customer] = await caller.list("/records/customers?q=Fjord");
  const lines = [{ quality_code: "LINEN-01", qty_m: "100", unit_price: "4.20", currency: "USD", ...line }];
  const created = await caller.post("/instances", {
    machine: "deal",
    event: { type: "deal.create", payload: { customer_id: customer.id, currency: "USD", lines } },
  });
  expect(created.status, created.text).toBe(201);
  await caller.send(created.body.key, "deal.submit");
  const rows = await caller.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: created.body.record.id }))}`);
  return { deal: created.body.key, line: `deal-line:${rows[0].id}` };
}

const approvalsOf = async (line: string, state = "requested") => {
  const filter = encodeURIComponent(JSON.stringify({ subject_id: line.slice("deal-line:".length) }));
  const records = await api.as("manager.jtr").list(`/records/approval-requests?filter=${filter}&limit=50`);
  const open: { id: string; type: string }[] = [];
  for (const record of records) {
    const instance = await api.as("manager.jtr").instance(`approval-request:${record.id}`);
    if (instance.state === state) open.push({ id: `approval-request:${record.id}`, type: record.data.request_type });
  }
  return open;
};

describe("who asked", () => {
  const approve = (account: string, id: string | undefined) => api.as(account).post(`/instances/${id}/events`, { type: "approval.approve", payload: {} });
  const ownRequest = (answer: Answer) => [answer.status, answer.body.code, answer.body.reasons?.map(({ code }: { code: string }) => code)];

  it("[WMS-17][WMS-25] a manager who asks for a discount on a colleague's line does not approve it", async () => {
    const { line } = await openDeal("owner.jtr");
    await api.as("manager.jtr").send(line, "line.request_discount", { discount_pct: "2", reason: "to close it" });
    const [request] = await approvalsOf(line);
    expect(ownRequest(await approve("manager.jtr", request?.id))).toEqual([403, "event_not_permitted", ["OWN_REQUEST"]]);
    expect((await approve("pricing.jtr", request?.id)).status).toBe(200);
  });

  it("[WMS-17][WMS-18] nobody asks in another's name: a limit that a manager asks for is the manager's request, whoever it names", async () => {
    const manager = api.as("manager.jtr");
    const [profile] = await api.as("admin.jtr").list("/records/customer-org-profiles?limit=1");
    const payload = {
      ...{ type: "credit_request", subject: { type: "customer-org-profiles", id: profile.id }, payload: { currency: "EUR", limit: "90000.00" } },
      ...{ reason: "big season", requested_by: (await api.as("owner.jtr").get("/me")).body.id },
    };
    const asked = await manager.post("/instances", { machine: "approval-request", event: { type: "approval.request", payload } });
    expect(asked.status, asked.text.slice(0, 500)).toBe(201);
    expect(asked.body.record.data.requested_by).toBe((await manager.get("/me")).body.id);
    expect(ownRequest(await approve("manager.jtr", asked.body.key))).toEqual([403, "event_not_permitted", ["OWN_REQUEST"]]);
  });

  it("[WMS-17][WMS-26] nor one who lowers a price, be it submitted by another; a line whose metres stay as they were keeps who asked", async () => {
    const { deal, line } = await openDeal("owner.jtr");
    const manager = api.as("manager.jtr");
    const lines = (unit_price: string, note: string) => ({
      lines: [{ line_no: 1, quality_code: "LINEN-01", qty_m: "100", unit_price, currency: "USD", note }],
    });
    await manager.send(deal, "deal.edit_lines", lines("4.00", "rounded"));
    const [lowered] = await approvalsOf(line);
    expect(ownRequest(await approve("manager.jtr", lowered?.id))).toEqual([403, "event_not_permitted", ["OWN_REQUEST"]]);
    await api.as("owner.jtr").send(deal, "deal.edit_lines", lines("4.00", "only a note"));
    const [same] = await approvalsOf(line);
    expect(ownRequest(await approve("manager.jtr", same?.id))).toEqual([403, "event_not_permitted", ["OWN_REQUEST"]]);
    await api.as("owner.jtr").send(deal, "deal.edit_lines", lines("3.90", "lower still"));
    const [other] = await approvalsOf(line);
    expect((await approve("manager.jtr", other?.id)).status).toBe(200);
  });
});

describe("a discount", () => {
  it("[WMS-25][WMS-26] of half a percent makes one approval; asked again it makes none; without it the deal is not won", async () => {
    const { deal, line } = await openDeal("owner.jtr");
    const owner = api.as("owner.jtr");
    expect((await owner.instance(line)).state).toBe("approved_pricing");
    await owner.send(line, "line.request_discount", { discount_pct: "0.5", reason: "repeat order" });
    expect((await owner.instance(line)).state).toBe("approval_required");
    expect((await approvalsOf(line)).map(({ type }) => type)).toEqual(["discount"]);
    const again = await owner.post(`/instances/${line}/events`, { type: "line.request_discount", payload: { discount_pct: "0.5", reason: "repeat order" } });
    expect([200, 409]).toContain(again.status);
    expect(await approvalsOf(line)).toHaveLength(1);

    expect((await owner.instance(deal)).state.commercial).toEqual({ open: "pricing_pending" });
    const refusal = await owner.post(`/instances/${deal}/events`, { type: "deal.win", payload: {} });
    expect(
      [refusal.status, refusal.text.includes("LINE_PRICING_NOT_APPROVED") || refusal.body.code === "event_not_available"],
      refusal.text.slice(0, 1500),
    ).toEqual([409, true]);

    const [request] = await approvalsOf(line);
    const approved = await api.as("pricing.jtr").send(request?.id as string, "approval.approve", { note: "fine" });
    expect(approved.instance.state).toBe("approved");
    expect((await owner.instance(line)).state).toBe("approved_pricing");
    const row = (await owner.get(`/records/deal-lines/${line.slice("deal-line:".length)}`)).body.data;
    expect([row.unit_price, row.discount_pct, row.requested_discount_pct]).toEqual(["4.1790", "0.500", null]);
    expect((await owner.instance(deal)).state.commercial).toEqual({ open: "ready" });
    expect((await owner.send(deal, "deal.win")).instance.state.commercial).toBe("won");
  });

  it("[WMS-17] is not decided by who asked for it: OWN_REQUEST, by the event and by the inbox; owners approve nothing", async () => {
    const { line } = await openDeal("manager.jtr");
    const manager = api.as("manager.jtr");
    await manager.send(line, "line.request_discount", { discount_pct: "2", reason: "own deal" });
    const [request] = await approvalsOf(line);
    const own = await manager.refused(request?.id as string, "approval.approve", { note: "me" }, 403);
    expect(own.code).toBe("event_not_permitted");
    expect(JSON.stringify(own)).toContain("OWN_REQUEST");
    const owner = await api.as("owner.jtr").refused(request?.id as string, "approval.approve", { note: "please" }, 403);
    expect(owner.code).toBe("event_not_permitted");
    expect((await manager.list("/tasks?limit=200")).filter(({ ref, kind }) => kind === "approval" && request?.id.endsWith(ref))).toEqual([]);
    expect((await manager.instance(request?.id as string)).state).toBe("requested");
    const task = (await api.as("pricing.jtr").list("/tasks?limit=200")).find(({ ref, kind }) => kind === "approval" && request?.id.endsWith(ref));
    expect(task, "the approval is in the inbox of pricing").toBeDefined();
    const done = await api.as("pricing.jtr").post(`/tasks/${task.id}/complete`, { outcome: "approve", note: "fine" });
    expect(done.status, done.text.slice(0, 1000)).toBe(200);
    expect((await manager.instance(line)).state).toBe("approved_pricing");
    const rejectedWithoutNote = await openDeal("owner.jtr");
    await api.as("owner.jtr").send(rejectedWithoutNote.line, "line.request_discount", { discount_pct: "3", reason: "x" });
    const [second] = await approvalsOf(rejectedWithoutNote.line);
    for (const note of [undefined, null, "", " \n "])
      expect(codesOf(await api.as("pricing.jtr").refused(second?.id as string, "approval.reject", note === undefined ? {} : { note }))).toEqual([
        "NOTE_REQUIRED",
      ]);
    await api.as("pricing.jtr").send(second?.id as string, "approval.reject", { note: "too much" });
    expect((await api.as("owner.jtr").instance(rejectedWithoutNote.line)).state).toBe("rejected");
  });

  it("[WMS-25][WMS-26] approved is void when what it relied on changes: another price needs its own approval", async () => {
    const { deal, line } = await openDeal("owner.jtr", { unit_price: "4.15" });
    const owner = api.as("owner.jtr");
    expect((await owner.instance(line)).state).toBe("approval_required");
    const [request] = await approvalsOf(line);
    await api.as("pricing.jtr").send(request?.id as string, "approval.approve", { note: "4.15 is fine" });
    expect((await owner.instance(line)).state).toBe("approved_pricing");

    await owner.send(line, "line.change", { unit_price: "4.10" });
    expect((await owner.instance(line)).state).toBe("approval_required");
    expect((await approvalsOf(line)).map(({ type }) => type)).toEqual(["discount"]);
    expect((await owner.instance(deal)).state.commercial).toEqual({ open: "pricing_pending" });

    // A request that waits, and whose line moves on, decides nothing about the new figures.
    const [waiting] = await approvalsOf(line);
    await owner.send(line, "line.change", { unit_price: "4.05" });
    const late = await api.as("pricing.jtr").refused(waiting?.id as string, "approval.approve", { note: "4.10 is fine" });
    expect(late.code).toBe("event_not_available");
    expect((await api.as("pricing.jtr").instance(waiting?.id as string)).state).toBe("withdrawn");
    expect(await approvalsOf(line)).toHaveLength(1);
    expect((await api.as("pricing.jtr").list("/tasks?limit=200")).filter(({ kind }) => kind === "approval")).toHaveLength(1);
    expect((await owner.instance(line)).state).toBe("approval_required");
  });

  it("[WMS-25] asked for anew, with another discount, stands in place of what was asked before", async () => {
    const { line } = await openDeal("owner.jtr");
    const owner = api.as("owner.jtr");
    const ask = async (discount_pct: string) => {
      await owner.send(line, "line.request_discount", { discount_pct, reason: "volume" });
      const open = await approvalsOf(line);
      expect(open.map(({ type }) => type)).toEqual(["discount"]);
      return open[0]?.id as string;
    };
    const asked = [await ask("10"), await ask("12"), await ask("26"), await ask("26")];
    expect(asked[3]).toBe(asked[2]);
    expect((await approvalsOf(line, "withdrawn")).map(({ id }) => id).sort()).toEqual([asked[0], asked[1]].sort());
    const rank = async (id: string | undefined) => (await api.as("manager.jtr").get(`/records/approval-requests/${id?.split(":")[1]}`)).body.data.min_rank;
    // Up to 10 % anybody with the permission; above it rank 50; above 25 % rank 80.
    expect([await rank(asked[0]), await rank(asked[1]), await rank(asked[2])]).toEqual([10, 50, 80]);
    const low = await api.as("pricing.jtr").refused(asked[2] as string, "approval.approve", { note: "x" }, 403);
    expect(low.reasons[0].code).toBe("SECURITY_LEVEL_TOO_LOW");
    await api.as("admin.jtr").send(asked[2] as string, "approval.approve", { note: "season" });
    const row = (await owner.get(`/records/deal-lines/${line.slice("deal-line:".length)}`)).body.data;
    expect([row.unit_price, row.discount_pct]).toEqual(["3.1080", "26.000"]);
  });

  it("[WMS-26] approving the discount of a discounted line in another currency leaves the currency to approve", async () => {
    const { deal, line } = await openDeal("owner.jtr", { unit_price: "3.00", currency: "EUR" });
    const owner = api.as("owner.jtr");
    expect((await owner.instance(line)).state).toBe("approval_required");
    const requests = await approvalsOf(line);
    expect(requests.map(({ type }) => type).sort()).toEqual(["currency_exception", "discount"]);
    const of = (type: string) => requests.find((each) => each.type === type)?.id as string;
    await api.as("pricing.jtr").send(of("discount"), "approval.approve", { note: "ok" });
    expect((await owner.instance(line)).state).toBe("approval_required");
    await api.as("pricing.jtr").send(of("currency_exception"), "approval.approve", { note: "ok" });
    expect((await owner.instance(line)).state).toBe("approved_pricing");
    expect((await owner.send(deal, "deal.win")).instance.state.commercial).toBe("won");
    expect((await owner.instance(deal)).record.data).toMatchObject({ total: "300.00", currency: "EUR" });
  });

  it("[WMS-26] a price in a currency without a rate is an exception to approve, not a quality without a price", async () => {
    await api.setClock("2026-02-01T12:00:00+03:00");
    const { deal, line } = await openDeal("owner.jtr", { unit_price: "3.50", currency: "EUR" });
    await api.setClock("2026-02-02T09:00:00+03:00");
    const owner = api.as("owner.jtr");
    expect([(await owner.instance(line)).state, (await owner.instance(line)).record.data.pricing_reasons]).toEqual([
      "approval_required",
      ["CURRENCY_EXCEPTION"],
    ]);
    const requests = await approvalsOf(line);
    expect(requests.map(({ type }) => type)).toEqual(["currency_exception"]);
    await api.as("pricing.jtr").send(requests[0]?.id as string, "approval.approve", { note: "ok" });
    // By then there is a rate, by which it is also a discount.
    expect((await owner.instance(line)).state).toBe("approval_required");
    expect(codesOf(await owner.refused(deal, "deal.win"))).toContain("LINE_PRICING_NOT_APPROVED");
    expect((await approvalsOf(line)).map(({ type }) => type)).toEqual(["discount"]);
  });

  it("[WMS-26][WMS-05] a deal in two currencies has an order in each, and no sum over them", async () => {
    const { deal } = await openDeal("owner.jtr");
    const owner = api.as("owner.jtr");
    const totalOf = async () => (await owner.instance(deal)).record.data.total;
    expect(await totalOf(), "an open deal tells what it comes to").toBe("420.00");
    const more = { line_no: 2, quality_code: "LINEN-01", qty_m: "10", unit_price: "3.00", currency: "EUR" };
    await owner.send(deal, "deal.edit_lines", { lines: [more] });
    const id = (await owner.instance(deal)).record.id;
    const rows = await owner.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: id, line_no: 2 }))}`);
    expect(await totalOf()).toBeNull();
    for (const request of await approvalsOf(`deal-line:${rows[0].id}`)) await api.as("pricing.jtr").send(request.id, "approval.approve", { note: "ok" });
    await owner.send(deal, "deal.win");
    expect(await totalOf()).toBeNull();
    const orders = await owner.list(`/records/purchase-orders?filter=${encodeURIComponent(JSON.stringify({ deal_id: id }))}`);
    expect(orders.map(({ data }) => `${data.total} ${data.currency}`).sort()).toEqual(["30.00 EUR", "420.00 USD"]);
  });
});

it("[WMS-26] a deal's total is in its lines' currency as soon as they are priced, whatever it was begun in; of two currencies there is none", async () => {
  const totalOf = async (deal: string) => {
    const { record } = await api.as("owner.jtr").instance(deal);
    return [record.data.total, record.data.currency];
  };
  const { deal } = await openDeal("owner.jtr", { currency: "EUR", unit_price: "3.90" });
  expect(await totalOf(deal)).toEqual(["390.00", "EUR"]);
  await api
    .as("owner.jtr")
    .send(deal, "deal.edit_lines", { lines: [{ line_no: 2, quality_code: "LINEN-01", qty_m: "10", unit_price: "4.20", currency: "USD" }] });
  expect(await totalOf(deal)).toEqual([null, "EUR"]);
});

describe("a line that is entered", () => {
  const LINEN = { quality_code: "LINEN-01", unit_price: "4.20", currency: "USD" };
  const linesOf = async (deal: string) => {
    const { record } = await api.as("owner.jtr").instance(deal);
    const rows = await api.as("owner.jtr").list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: record.id }))}&sort=line_no`);
    return { total: record.data.total, lines: rows.map(({ data }) => `${data.line_no}: ${data.qty_m}`) };
  };

  it("[WMS-26] without a number is a new one, under the next that no line of the deal ever had; with its number it is changed", async () => {
    const { deal } = await openDeal("owner.jtr");
    const owner = api.as("owner.jtr");
    await owner.send(deal, "deal.edit_lines", { lines: [{ ...LINEN, qty_m: "10" }] });
    expect(await linesOf(deal)).toEqual({ total: "462.00", lines: ["1: 100.00", "2: 10.00"] });
    await owner.send(deal, "deal.edit_lines", {
      lines: [
        { ...LINEN, qty_m: "5" },
        { ...LINEN, line_no: 1, qty_m: "120" },
        { ...LINEN, line_no: 7, qty_m: "1" },
        { ...LINEN, qty_m: "6" },
      ],
    });
    expect((await linesOf(deal)).lines).toEqual(["1: 120.00", "2: 10.00", "7: 1.00", "8: 5.00", "9: 6.00"]);
    await owner.send(deal, "deal.remove_lines", { line_nos: [9, 2] });
    await owner.send(deal, "deal.edit_lines", { lines: [{ ...LINEN, qty_m: "3" }] });
    expect((await linesOf(deal)).lines).toContain("10: 3.00");
    const twice = [1, 1, 4, 4, 2].map((line_no) => ({ ...LINEN, line_no, qty_m: "9" }));
    expect((await owner.refused(deal, "deal.edit_lines", { lines: twice })).decisions[0].reasons).toMatchObject([
      { code: "LINE_TWICE", message: "Given more than once: line 1, 4." },
    ]);
  });

  it("[WMS-26][WMS-73] that is changed keeps what is left out, and loses what is emptied; its stock owner is changed as well", async () => {
    const { deal } = await openDeal("owner.jtr", { color: "white", note: "cut in two", stock_owner_org: "MOD" });
    const owner = api.as("owner.jtr");
    const { id } = (await owner.instance(deal)).record;
    const lineOf = async () => {
      const [line] = await owner.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: id }))}`);
      const { color, note, stock_owner_org, qty_m } = line.data;
      return [color, note, stock_owner_org === "JTR" ? "JTR" : "another", qty_m];
    };
    const edit = (more: object) => owner.send(deal, "deal.edit_lines", { lines: [{ ...LINEN, line_no: 1, qty_m: "100", ...more }] });
    expect(await lineOf()).toEqual(["white", "cut in two", "another", "100.00"]);
    await edit({ qty_m: "90" });
    expect(await lineOf(), "left out").toEqual(["white", "cut in two", "another", "90.00"]);
    await edit({ color: null });
    expect(await lineOf(), "emptied").toEqual([null, "cut in two", "another", "100.00"]);
    await edit({ note: null, stock_owner_org: "PARTNER" });
    expect(await lineOf(), "named as it is read").toEqual([null, null, "another", "100.00"]);
    await edit({ stock_owner_org: null });
    expect(await lineOf(), "nobody is named: who has the stock").toEqual([null, null, "JTR", "100.00"]);
    await edit({ stock_owner_org: "PARTNER" });
    expect(await lineOf(), "the partner who has stock").toEqual([null, null, "another", "100.00"]);
    await edit({ stock_owner_org: "JTR" });
    expect(await lineOf()).toEqual([null, null, "JTR", "100.00"]);

    const [line] = await owner.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: id }))}`);
    await owner.send(`deal-line:${line.id}`, "line.change", { color: "red", note: "rush" });
    expect(await lineOf()).toEqual(["red", "rush", "JTR", "100.00"]);
    const change = (await owner.instance(`deal-line:${line.id}`)).events.find(({ type }: { type: string }) => type === "line.change");
    expect(change.initial).toMatchObject({ color: "red", note: "rush", qty_m: "100.00", unit_price: "4.2000", currency: "USD", stock_owner_org: "JTR" });
    await owner.send(`deal-line:${line.id}`, "line.change", { ...change.initial, note: null });
    expect(await lineOf()).toEqual(["red", null, "JTR", "100.00"]);
    expect((await owner.instance(`deal-line:${line.id}`)).state).toBe("approved_pricing");
  });

  it("[WMS-26] in a draft it is the same, and the numbers that a new deal is given stay what they are", async () => {
    const owner = api.as("owner.jtr");
    const [customer] = await owner.list("/records/customers?q=Fjord");
    const begin = (lines: object[]) =>
      owner.post("/instances", { machine: "deal", event: { type: "deal.create", payload: { customer_id: customer.id, currency: "USD", lines } } });
    const created = await begin([
      { ...LINEN, line_no: 2, qty_m: "20" },
      { ...LINEN, qty_m: "30" },
    ]);
    expect(created.status, created.text).toBe(201);
    await owner.send(created.body.key, "deal.edit_lines", { lines: [{ ...LINEN, qty_m: "40" }] });
    expect((await linesOf(created.body.key)).lines).toEqual(["2: 20.00", "3: 30.00", "4: 40.00"]);
  });
});

describe("a list price", () => {
  const priceOf = async (quality: string) => {
    const [{ id: quality_id }] = await api.as("pricing.jtr").list(`/records/qualities?q=${quality}`);
    const [{ id }] = await api.as("pricing.jtr").list(`/records/price-list?filter=${encodeURIComponent(JSON.stringify({ quality_id }))}`);
    return `quality-price:${id}`;
  };
  const stands = async (price: string) => {
    const { state, record } = await api.as("pricing.jtr").instance(price);
    return [state, record.data.price_state, record.data.list_price];
  };
  const staleAfter = async (days: number | null) => {
    expect((await api.as("admin.jtr").patch("/settings/pricing", { stale_after_days: days })).status).toBe(200);
  };

  it("[WMS-22] with a day to come waits for it; the one in force stays until then, and removing takes both", async () => {
    const pricing = api.as("pricing.jtr");
    const linen = await priceOf("LINEN-01");
    await pricing.send(linen, "price.set", { list_price: "4.60", effective_from: "2026-02-06" });
    await pricing.send(linen, "price.set", { list_price: "4.50", effective_from: "2026-02-04" });
    expect(await stands(linen)).toEqual(["fresh", "fresh", "4.2000"]);
    const shown = (await pricing.get("/reports/pricing?tab=list")).body.tab.rows.map(({ cells }: { cells: { quality: string; next: string } }) => cells);
    expect(shown.find(({ quality }: { quality: string }) => quality === "LINEN-01")?.next).toBe("4.5000 from 2026-02-04");
    const { line } = await openDeal("owner.jtr");
    expect((await api.as("owner.jtr").instance(line)).record.data).toMatchObject({ list_price_at_entry: "4.2000" });
    await api.setClock("2026-02-03T23:59:00+03:00");
    expect((await stands(linen))[2]).toBe("4.2000");
    await api.setClock("2026-02-04T00:00:00+03:00");
    const { record } = await pricing.instance(linen);
    expect(record.data).toMatchObject({ list_price: "4.5000", effective_from: "2026-02-04", confirmed_on: "2026-02-04" });
    expect(record.data.upcoming).toMatchObject([{ list_price: "4.6000", effective_from: "2026-02-06" }]);
    expect((await api.as("owner.jtr").instance(line)).record.data).toMatchObject({ list_price_at_entry: "4.2000" });
    await pricing.send(linen, "price.remove", { reason: "Discontinued" });
    await api.setClock("2026-02-06T09:00:00+03:00");
    expect(await stands(linen)).toEqual(["no_price", "no_price", null]);
    await pricing.send(linen, "price.set", { list_price: "4.20", effective_from: "2026-02-07" });
    expect(await stands(linen)).toEqual(["no_price", "no_price", null]);
    await api.setClock("2026-02-07T00:00:00+03:00");
    expect(await stands(linen)).toEqual(["fresh", "fresh", "4.2000"]);
  });

  it("[WMS-23] follows the age that the org says, within minutes of its change and both ways, and the log tells it", async () => {
    const [linen, velvet] = [await priceOf("LINEN-01"), await priceOf("VELVET-02")];
    await staleAfter(90);
    await api.setClock("2026-02-10T09:05:00+03:00");
    expect([await stands(linen), await stands(velvet)]).toEqual([
      ["fresh", "fresh", "4.2000"],
      ["fresh", "fresh", "6.5000"],
    ]);
    // The timer was armed for 30 days; the price may be 90 days old, and its timer follows.
    await api.setClock("2026-03-16T09:00:00+03:00");
    expect((await stands(linen))[0]).toBe("fresh");
    await staleAfter(20);
    await api.setClock("2026-03-16T09:05:00+03:00");
    expect([(await stands(linen))[0], (await stands(velvet))[0]]).toEqual(["stale", "stale"]);
    const { items } = (await api.as("pricing.jtr").get(`/instances/${linen}/history?limit=50`)).body;
    // Its timer follows the setting; where it had none to follow, the schedule would have found it.
    expect(items.filter(({ to }: { to: string }) => to === "stale")).toMatchObject([{ event: { type: "after.fresh.stale" }, at: "2026-03-16T06:05:00.000Z" }]);
    await staleAfter(null);
  });
});
