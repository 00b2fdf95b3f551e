/** A proforma over the API: its code, the balance that has to be acknowledged, the warning line, its life; the daily pack of deliveries. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, codesOf, confirmByWarehouse, recordPayment, shipByWarehouse } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});
const reset = async () => {
  expect((await api.post("/api/test/reset", {})).status).toBeLessThan(300);
};

/** The proforma's instance of an order. */
async function proformaOf(order: string) {
  const owner = api.as("owner.jtr");
  const record = (await owner.get(`/records/purchase-orders/${codeOf(order)}`)).body;
  const [proforma] = await owner.list(`/records/proformas?filter=${encodeURIComponent(JSON.stringify({ po_id: record.id }))}`);
  return { key: `proforma:${proforma.code}`, code: proforma.code as string };
}
interface Figures {
  readonly total_open: string;
  readonly overdue: string;
  readonly available_limit: string;
  readonly requested_new: string;
}
/** The figures of now, as the refusal of wrong ones shows them. */
async function figures(proforma: string): Promise<Figures> {
  const wrong = { total_open: "1", overdue: "1", available_limit: "1", requested_new: "1" };
  const refusal = await api.as("owner.jtr").refused(proforma, "balance.acknowledge", wrong);
  expect(codesOf(refusal)).toEqual(["BALANCE_CHANGED"]);
  const { total_open, overdue, available_limit, requested_new } = refusal.decisions[0].explanation.inputs;
  return { total_open, overdue, available_limit, requested_new };
}
async function acknowledge(proforma: string): Promise<Figures> {
  const current = await figures(proforma);
  await api.as("owner.jtr").send(proforma, "balance.acknowledge", current);
  return current;
}

describe("codes", () => {
  it("[WMS-06][WMS-07][WMS-08] deals, orders and proformas begin with their org, and cannot be guessed from one another", async () => {
    await reset();
    const won = [];
    for (let n = 0; n < 3; n++) won.push(await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "1" }] }));
    const eight = "[2-9A-HJKMNP-TV-Z]{8}";
    const codes: string[] = [];
    for (const { deal, orders } of won) {
      const deals = deal.slice("deal:".length);
      const { code } = await proformaOf(orders[0] as string);
      expect(deals).toMatch(new RegExp(`^JTRDL${eight}$`, "u"));
      expect(codeOf(orders[0] as string)).toMatch(new RegExp(`^JTRPO${eight}$`, "u"));
      expect(code).toMatch(new RegExp(`^JTR2026PI${eight}$`, "u"));
      codes.push(deals.slice(-8), codeOf(orders[0] as string).slice(-8), code.slice(-8));
    }
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe("the balance check", () => {
  it("[WMS-42] nothing is sent or downloaded before the balance is acknowledged, and only with the figures of now", async () => {
    await reset();
    const { orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "1000" }] });
    const { key } = await proformaOf(orders[0] as string);
    const owner = api.as("owner.jtr");
    expect(codesOf(await owner.refused(key, "proforma.send"))).toEqual(["BALANCE_ACK_REQUIRED"]);
    expect(codesOf(await owner.refused(key, "proforma.download"))).toEqual(["BALANCE_ACK_REQUIRED"]);
    const form = async (type: string) => (await owner.instance(key)).events.find((event: { type: string }) => event.type === type).initial;
    const shown = await form("balance.acknowledge");
    expect({ ...(await acknowledge(key)), currency: "USD" }).toEqual(shown);
    expect(shown).toMatchObject({ total_open: "0.00", overdue: "0.00", requested_new: "4200.00" });
    expect(await form("proforma.send")).toMatchObject({ warning_line: null });
    await owner.send(key, "proforma.download");
    expect((await owner.send(key, "proforma.send")).instance.state.lifecycle).toBe("sent");
  });

  it("[WMS-43] an overdue balance puts a warning line into the mail: as edited, and never empty", async () => {
    await reset();
    const { orders } = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "100" }] });
    const owner = api.as("owner.jtr");
    const record = (await owner.get(`/records/purchase-orders/${codeOf(orders[0] as string)}`)).body;
    const drafted = await owner.post("/instances", { machine: "proforma", event: { type: "proforma.draft", payload: { po_id: record.id } } });
    expect(drafted.status, drafted.text).toBe(201);
    const { key } = drafted.body;
    expect(await acknowledge(key)).toEqual({ total_open: "1200.00", overdue: "1200.00", available_limit: "28380.00", requested_new: "420.00" });
    const draft = (await owner.instance(key)).events.find(({ type }: { type: string }) => type === "proforma.send").initial;
    expect(draft).toMatchObject({ subject: `Proforma ${codeOf(key)} of JTR Textiles` });
    expect(draft.warning_line).toBe("Please settle the outstanding 1,200.00 USD before the shipment of this order.");
    expect(codesOf(await owner.refused(key, "proforma.send", { ...draft, warning_line: "" }))).toEqual(["WARNING_LINE_REQUIRED"]);
    await owner.send(key, "proforma.send", {});
    await owner.send(key, "proforma.send", { warning_line: "Please settle 1,200 first." });
    const html = (await api.mails()).filter(({ subject }) => subject.includes(codeOf(key))).map((mail) => String(mail.html));
    expect(html).toHaveLength(2);
    expect(html[0]).toContain("1,200.00 USD");
    expect(html[1]).toContain("Please settle 1,200 first.");
    expect(html[1]).not.toContain("1,200.00 USD");
  });
});

describe("the life of a proforma", () => {
  it("[WMS-44][WMS-45] drafted, sent, paid: a payment confirmed before it was sent waits for the sending", async () => {
    await reset();
    const { orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "1000" }] });
    const order = orders[0] as string;
    const { key } = await proformaOf(order);
    const owner = api.as("owner.jtr");
    const lifecycle = async () => (await owner.instance(key)).state.lifecycle;
    expect(await lifecycle()).toBe("drafted");
    const entry = await recordPayment(api, order, "4200.00");
    expect(await lifecycle()).toBe("drafted");
    await api.as("manager.jtr").send(order, "payment.confirm", { ledger_entry_ids: [entry] });
    expect(await lifecycle()).toBe("drafted");
    await acknowledge(key);
    await owner.send(key, "proforma.send");
    await api.drain();
    expect(await lifecycle()).toBe("paid_confirmed");
    const walked = (await owner.list(`/instances/${key}/history`)).map(({ to }) => to.lifecycle).filter((state, index, all) => state !== all[index - 1]);
    expect(walked).toEqual(["drafted", "sent", "paid_confirmed"]);
    // Who confirmed it is who confirmed the payment, not who sent the proforma afterwards.
    const manager = (await api.as("manager.jtr").get("/me")).body.id;
    expect((await owner.get(`/records/proformas/${codeOf(key)}`)).body.data.paid_confirmed_by).toBe(manager);
    expect((await owner.get(`/records/purchase-orders/${codeOf(order)}`)).body.data.paid_by).toBe(manager);
  });
});

describe("the daily pack", () => {
  it("[WMS-71] lists the day's deliveries at 19:00 with their documents, marks missing ones, and is sent once", async () => {
    await reset();
    const delivered = async (documents: readonly object[]) => {
      const { orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
      const order = orders[0] as string;
      await confirmByWarehouse(api, order, ["10"]);
      await api.as("manager.jtr").send(order, "shipment.approve", { note: "ok" });
      await shipByWarehouse(api, order);
      const data = { delivered_at: "2026-02-02T15:00:00+03:00", documents };
      const answer = await api.wms("shipment.delivered", { id: codeOf(order), subject: { type: "purchase_order", ref: codeOf(order) }, data });
      expect(answer.status, answer.text).toBe(202);
      return codeOf(order);
    };
    const complete = await delivered([{ kind: "irsaliye", ref: "IRS-77" }]);
    const owner = api.as("owner.jtr");
    const note = await owner.upload("/files?name=irsaliye-77.pdf", "application/pdf", Buffer.from("%PDF-1.4 note"));
    expect(note.status, note.text).toBe(201);
    await owner.send(`purchase-order:${complete}`, "po.add_document", { kind: "irsaliye", ref: "IRS-77", file_id: note.body.id });
    const bare = await delivered([]);
    const packs = async () => (await api.mails()).filter(({ subject, html }) => subject.includes("Daily Pack") && String(html).includes(complete));
    await api.setClock("2026-02-02T18:59:00+03:00");
    expect(await packs()).toEqual([]);
    await api.setClock("2026-02-02T19:01:00+03:00");
    const [pack, ...others] = await packs();
    expect(others).toEqual([]);
    expect(pack.html).toContain("IRS-77");
    expect(pack.attachments).toEqual([{ name: "irsaliye-77.pdf", mime: "application/pdf", bytes: 13 }]);
    expect(pack.html).toContain(bare);
    expect(String(pack.text)).toMatch(new RegExp(`${bare}.*documents missing`, "u"));
    expect(pack.to).toEqual(["admin.jtr@gatehouse.example"]);
    await api.setClock("2026-02-02T19:30:00+03:00");
    expect(await packs()).toHaveLength(1);
  });

  it("[WMS-71] a delivery that is heard of later is in the next day's pack, by the org's clocks, and in no other; other papers do not stand for the irsaliye", async () => {
    await reset();
    const delivered = async (delivered_at: string, documents: readonly object[]) => {
      const { orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
      const order = orders[0] as string;
      await confirmByWarehouse(api, order, ["10"]);
      await api.as("manager.jtr").send(order, "shipment.approve", { note: "ok" });
      await shipByWarehouse(api, order);
      const data = { delivered_at, documents };
      const answer = await api.wms("shipment.delivered", { id: codeOf(order), subject: { type: "purchase_order", ref: codeOf(order) }, data });
      expect(answer.status, answer.text).toBe(202);
      return codeOf(order);
    };
    const packs = async () =>
      (await api.mails())
        .filter(({ subject, to }) => subject.includes("Daily Pack") && to.includes("admin.jtr@gatehouse.example"))
        .map(({ text }) => String(text));
    const first = await delivered("2026-02-02T15:00:00+03:00", [{ kind: "invoice_reference", ref: "INV-1", url: "https://papers.example/inv-1" }]);
    // The run of 19:00 is made up for in the morning: it knows what was known then.
    await api.setClock("2026-02-03T08:00:00+03:00");
    const late = await delivered("2026-02-02T16:30:00+03:00", []);
    expect(await packs()).toHaveLength(1);
    await api.setClock("2026-02-03T19:01:00+03:00");
    const [monday, tuesday, ...more] = await packs();
    expect(more).toEqual([]);
    expect(monday).toMatch(new RegExp(`2026-02-02[^]*${first}.*2026-02-02 15:00.*invoice reference INV-1 https://papers.example/inv-1; irsaliye missing`, "u"));
    expect(monday).not.toContain(late);
    expect(tuesday).toMatch(new RegExp(`2026-02-03[^]*${late}.*2026-02-02 16:30.*documents missing`, "u"));
    expect(tuesday).not.toContain(first);

    // A paper that comes after its delivery was told is in the next pack, alone, and in no other.
    const papered = async (order: string, kind: string, ref: string) => {
      const { body } = await api.as("owner.jtr").upload(`/files?name=${ref}.pdf`, "application/pdf", Buffer.from(`%PDF-1.4 ${ref}`));
      await api.as("owner.jtr").send(`purchase-order:${order}`, "po.add_document", { kind, ref, file_id: body.id });
    };
    await api.setClock("2026-02-03T19:40:00+03:00");
    await papered(first, "irsaliye", "IRS-LATE");
    await papered(late, "other", "CMR-LATE");
    await api.setClock("2026-02-04T19:01:00+03:00");
    const wednesday = (await packs())[2] ?? "";
    expect(wednesday).toMatch(new RegExp(`${first}.*2026-02-02 15:00 \\| irsaliye IRS-LATE\n`, "u"));
    expect(wednesday).toMatch(new RegExp(`${late}.*2026-02-02 16:30 \\| other CMR-LATE; irsaliye missing\n`, "u"));
    const sent = (await api.mails()).filter(({ text }) => text === wednesday);
    expect(sent[0]?.attachments.map(({ name }: { name: string }) => name).sort()).toEqual(["CMR-LATE.pdf", "IRS-LATE.pdf"]);
    // What came after 19:00 is not told by a run of 19:00 that is made late.
    await papered(late, "irsaliye", "IRS-NEXT");
    await api.setClock("2026-02-05T19:01:00+03:00");
    await api.setClock("2026-02-06T19:01:00+03:00");
    const [thursday, friday] = (await packs()).slice(3);
    expect(thursday).toMatch(new RegExp(`${late}.*\\| irsaliye IRS-NEXT\n`, "u"));
    expect([thursday?.includes(first), friday?.includes("No deliveries in this time.")]).toEqual([false, true]);
    // What is heard of in the very instant of a run, after it, is in the next.
    await api.setClock("2026-02-07T19:00:00+03:00");
    const instant = await delivered("2026-02-07T18:00:00+03:00", []);
    await papered(first, "other", "CMR-INSTANT");
    await api.setClock("2026-02-08T19:00:00+03:00");
    const [saturday, sunday] = (await packs()).slice(5);
    expect(saturday).toContain("No deliveries in this time.");
    expect(sunday).toMatch(new RegExp(`${instant}.*documents missing`, "u"));
    expect(sunday).toContain("CMR-INSTANT");
  });
});
