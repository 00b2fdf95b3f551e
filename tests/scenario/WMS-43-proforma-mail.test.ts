/** The mail of a proforma as a person edits it: its warning line in every currency, its recipients, and a second proforma after a wrong one. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, codesOf } from "#tests/support/order-acts.ts";
import { type Caller, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let owner: Caller;
beforeAll(async () => {
  api = await productApi();
  owner = api.as("owner.jtr");
});

/** A proforma of a won deal's first order, its balance acknowledged. */
async function drafted(customer: string, by = "owner.jtr", line: object = {}): Promise<string> {
  const { orders } = await wonDeal(api, { by, customer, lines: [{ qty_m: "100", ...line }] });
  const caller = api.as(by);
  const order = (await caller.get(`/records/purchase-orders/${codeOf(orders[0] as string)}`)).body;
  const started = await caller.post("/instances", { machine: "proforma", event: { type: "proforma.draft", payload: { po_id: order.id } } });
  expect(started.status, started.text.slice(0, 500)).toBeLessThan(300);
  const { key } = started.body;
  await caller.send(key, "balance.acknowledge", await initial(key, "balance.acknowledge", caller));
  return key;
}
const initial = async (key: string, type: string, caller = owner) =>
  (await caller.instance(key)).events.find((event: { type: string }) => event.type === type).initial;
const overdue = async (customer: string, currency: string, amount: string) => {
  const [{ id }] = (await owner.list(`/records/customers?q=${customer}`)) as [{ id: string }];
  const entry = { entry_type: "opening", customer_id: id, currency, amount, value_date: "2025-12-01", due_date: "2025-12-15", reference: "old" };
  expect((await api.as("costing.jtr").post("/records/payments-ledger", entry)).status).toBe(201);
};
/** Sends and waits for the mail: mails of one instant have no order. */
const send = async (key: string, payload: object) => {
  await owner.send(key, "proforma.send", payload);
  await api.drain();
};
const sent = async (key: string) => (await api.mails()).filter(({ subject, text }) => `${subject} ${text}`.includes(codeOf(key)));

describe("the warning line", () => {
  it("[WMS-43] names each overdue currency with its amount, also one that the proforma is not in, and is sent as edited", async () => {
    await overdue("Cobalt", "EUR", "12345.6");
    const both = await drafted("Cobalt");
    const euro = "Please settle the outstanding 12,345.60 EUR before the shipment of this order.";
    expect((await initial(both, "proforma.send")).warning_line).toBe(`${euro} Please settle the outstanding 1,200.00 USD before the shipment of this order.`);
    await overdue("Fjord", "EUR", "12345.6");
    const other = await drafted("Fjord");
    expect((await initial(other, "proforma.send")).warning_line).toBe(euro);
    for (const line of ["", "  ", "\n\t"])
      expect(codesOf(await owner.refused(other, "proforma.send", { warning_line: line }))).toContain("WARNING_LINE_REQUIRED");
    await send(other, { warning_line: null });
    await send(other, { warning_line: "Please pay <b>EUR</b> first." });
    const [first, second] = await sent(other);
    expect(first.html).toContain("12,345.60 EUR");
    expect(second.html).toContain("Please pay &lt;b&gt;EUR&lt;/b&gt; first.");
    expect(second.text).toContain("Please pay <b>EUR</b> first.");
    expect(second.text).not.toContain("12,345.60");
  });

  it("[WMS-43] stays in a mail whose text was written anew; an empty text is the template's", async () => {
    const key = await drafted("Cobalt");
    await send(key, { body: `Dear all,\n${codeOf(key)} is yours.`, body_edited: true, warning_line: "Pay seven." });
    await send(key, { body: `${codeOf(key)}: Pay eight.`, body_edited: true, warning_line: "Pay eight." });
    await send(key, { body: "  ", body_edited: true });
    const [edited, within, blank] = await sent(key);
    for (const part of [edited.html, edited.text]) {
      expect(part).toContain("Dear all,");
      expect(part).toContain("Pay seven.");
    }
    expect(within.text.match(/Pay eight\./gu)).toHaveLength(1);
    expect(blank.text).toContain("1,200.00 USD");
    expect(blank.text).toContain("LINEN-01");
  });

  it("[WMS-43] is not there when nothing is overdue, and may be empty", async () => {
    const key = await drafted("Boreal");
    expect((await initial(key, "proforma.send")).warning_line).toBeNull();
    await send(key, { warning_line: "" });
    const [mail] = await sent(key);
    expect(mail.html).not.toMatch(/settle|border-left:3px solid #d97706/u);
  });
});

describe("who gets it", () => {
  it("[WMS-43][WMS-44] without an address it is not sent and stays drafted; as edited it goes to whom it names", async () => {
    const mod = api.as("owner.mod");
    const key = await drafted("Gala", "owner.mod", { unit_price: "5.00", stock_owner_org: "MOD" });
    const [{ id }] = (await mod.list("/records/customers?q=Gala")) as [{ id: string }];
    const [profile] = await mod.list(`/records/customer-org-profiles?filter=${encodeURIComponent(JSON.stringify({ customer_id: id }))}`);
    expect((await api.as("admin.mod").patch(`/records/customer-org-profiles/${profile.id}`, { contact_emails: [] })).status).toBe(200);
    for (const payload of [{}, { to: [] }]) expect(codesOf(await mod.refused(key, "proforma.send", payload))).toContain("NO_RECIPIENT");
    expect((await mod.instance(key)).state.lifecycle).toBe("drafted");
    expect((await mod.refused(key, "proforma.send", { to: ["nobody"] }, 422)).code).toBe("payload_invalid");
    await mod.send(key, "proforma.send", { to: ["desk@gala.example"] });
    const [mail, ...more] = await sent(key);
    expect(more).toEqual([]);
    expect(mail.to).toEqual(["desk@gala.example"]);
    expect(`${mail.subject}${mail.html}${mail.text}`).not.toMatch(/JTR/u);
  });
});

describe("a wrong proforma", () => {
  it("[WMS-44] is made void by who may, and another one is drafted in its place, with a code of its own", async () => {
    const { orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "20" }] });
    const order = (await owner.get(`/records/purchase-orders/${codeOf(orders[0] as string)}`)).body;
    const [{ code }] = (await owner.list(`/records/proformas?filter=${encodeURIComponent(JSON.stringify({ po_id: order.id }))}`)) as [{ code: string }];
    expect((await owner.refused(`proforma:${code}`, "proforma.void", { reason: "x" }, 403)).code).toBe("event_not_permitted");
    await api.as("manager.jtr").send(`proforma:${code}`, "proforma.void", { reason: "wrong address" });
    const draft = () => owner.post("/instances", { machine: "proforma", event: { type: "proforma.draft", payload: { po_id: order.id } } });
    const [again, repeated] = [await draft(), await draft()];
    expect([again.status, repeated.status]).toEqual([201, 200]);
    expect(again.body.key).not.toBe(`proforma:${code}`);
    expect(repeated.body.key).toBe(again.body.key);
    expect(again.body.state.lifecycle).toBe("drafted");
  });
});
