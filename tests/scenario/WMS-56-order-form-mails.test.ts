/** What a submitted form sends, to whom, and what its customer is told when the lines change afterwards. */
import { describe, expect, it } from "vitest";
import { codesOf } from "#tests/support/order-acts.ts";
import { productApi } from "#tests/support/product-api.ts";

const api = await productApi();
const owner = api.as("owner.jtr");
const [fjord] = await owner.list("/records/customers?q=Fjord");
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/u;

async function submitted(email: string, ...metres: readonly string[]): Promise<{ deal: string; code: string; ref: string }> {
  const link = await owner.post("/instances", { machine: "order-form-token", event: { type: "token.issue", payload: { customer_id: fjord.id } } });
  expect(link.status, link.text.slice(0, 600)).toBe(201);
  const lines = metres.map((qty_m) => ({ quality_code: "LINEN-01", qty_m, color: "white" }));
  const sent = await api.post(link.body.url, { contact: { name: "Nora", email }, lines }, { accept: "application/json" });
  expect(sent.status, sent.text.slice(0, 600)).toBeLessThan(300);
  await api.drain();
  const [deal] = await owner.list(`/records/deals?filter=${encodeURIComponent(JSON.stringify({ request_ref: link.body.record.code }))}`);
  expect(deal, "the deal of the form").toBeDefined();
  return { deal: `deal:${deal.code}`, code: deal.code, ref: link.body.record.code };
}

const received = async (to: string) => (await api.mails()).filter((mail) => JSON.stringify(mail.to).includes(to));

describe("on submission", () => {
  it("[WMS-59] the customer is confirmed without the deal's code or any id, and staff is told once", async () => {
    const { code, ref } = await submitted("nora@fjord.example", "100");
    const [mail, ...more] = await received("nora@fjord.example");
    expect(more).toEqual([]);
    const whole = `${mail.subject}\n${mail.html}\n${mail.text}`;
    expect(ref).toMatch(/^RF-/u);
    expect(whole).toContain(ref);
    expect(whole).not.toContain(code);
    expect(whole).not.toMatch(UUID);
    expect(whole).not.toMatch(/JTRDL/u);
    const staff = (await api.as("admin.jtr").list("/mails?limit=200")).filter(({ type }) => type === "order_form_submitted");
    expect(staff).toHaveLength(1);
    expect(staff[0]).toMatchObject({ state: "sent" });
    expect(staff[0].recipients).toEqual(expect.arrayContaining(["manager.jtr@gatehouse.example"]));
    expect(JSON.stringify(staff[0].recipients)).not.toMatch(/\.mod@|fjord/u);
  });
});

describe("files that come along", () => {
  it("[WMS-58][WMS-59] are named with their notes to staff, and to nobody else", async () => {
    const link = await owner.post("/instances", { machine: "order-form-token", event: { type: "token.issue", payload: { customer_id: fjord.id } } });
    const upload = await api.running.server?.inject({
      method: "POST",
      url: `${link.body.url}/files?name=${encodeURIComponent("../../spec.pdf")}`,
      headers: { "content-type": "application/pdf" },
      payload: "%PDF-1.7",
    });
    const file = upload?.json();
    expect(file).toMatchObject({ name: "spec.pdf" });
    const attachments = [{ file_id: file.id, file_name: "other.pdf", note: "for the cutter only" }];
    const lines = [{ quality_code: "LINEN-01", qty_m: "5" }];
    const sent = await api.post(link.body.url, { contact: { name: "Quin", email: "quin@fjord.example" }, lines, attachments }, { accept: "application/json" });
    expect(sent.status, sent.text).toBe(200);
    const about = (await api.mails()).filter(({ text, subject }) => `${subject} ${text}`.includes(link.body.record.code));
    const [customer, staff] = [true, false].map((isCustomer) => about.filter(({ to }) => to.includes("quin@fjord.example") === isCustomer));
    expect(customer).toHaveLength(1);
    expect(JSON.stringify(customer)).not.toMatch(/spec\.pdf|cutter|other\.pdf/u);
    expect(staff?.map(({ text }) => text.includes("- spec.pdf: for the cutter only"))).toEqual([true]);
  });
});

describe("after an edit", () => {
  it("[WMS-56] the submitter gets one table of what changed; without a new change there is nothing to send", async () => {
    const { deal, ref } = await submitted("olaf@fjord.example", "100", "40");
    const before = await owner.refused(deal, "order_form.resend");
    expect([before.code, codesOf(before)]).toEqual(["gate_blocked", ["NO_NEW_CHANGES"]]);
    const record = (await owner.get(`/records/deals/${deal.slice("deal:".length)}`)).body;
    const rows = await owner.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: record.id }))}`);
    const first = rows.find(({ data }) => data.line_no === 1);
    await owner.send(`deal-line:${first.id}`, "line.change", { qty_m: "120" });
    await owner.send(deal, "order_form.resend");
    const mails = (await received("olaf@fjord.example")).filter(({ html }) => html.includes("120"));
    expect(mails).toHaveLength(1);
    const [mail] = mails;
    expect(`${mail.subject} ${mail.html}`).toContain(ref);
    const cells = [...mail.html.matchAll(/<t[dh][^>]*>\s*([^<]*?)\s*<\/t[dh]>/gu)].map(([, text]) => text);
    expect(cells.join("|")).toContain("1|changed|qty_m|100|120");
    expect(mail.html).not.toMatch(UUID);
    const again = await owner.refused(deal, "order_form.resend");
    expect(codesOf(again)).toEqual(["NO_NEW_CHANGES"]);
    expect((await received("olaf@fjord.example")).filter(({ html }) => html.includes("120"))).toHaveLength(1);
  });

  it("[WMS-56] lines are told by their place in the form, whatever numbers came with them", async () => {
    const link = await owner.post("/instances", { machine: "order-form-token", event: { type: "token.issue", payload: { customer_id: fjord.id } } });
    const lines = [7, 3, 3].map((line_no) => ({ line_no, quality_code: "LINEN-01", qty_m: "10" }));
    const sent = await api.post(link.body.url, { contact: { name: "Odd", email: "odd@fjord.example" }, lines }, { accept: "application/json" });
    expect(sent.status, sent.text).toBe(200);
    await api.drain();
    const [deal] = await owner.list(`/records/deals?filter=${encodeURIComponent(JSON.stringify({ request_ref: link.body.record.code }))}`);
    const held = await owner.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: deal.id }))}`);
    expect(held.map(({ data }) => data.line_no).sort()).toEqual([1, 2, 3]);
    expect(codesOf(await owner.refused(`deal:${deal.code}`, "order_form.resend"))).toEqual(["NO_NEW_CHANGES"]);
  });

  it("[WMS-56] another quality, a colour and a line more are told as such; what nobody could be told is not taken for told", async () => {
    const { deal } = await submitted("pia@fjord.example", "100", "7");
    const line = (line_no: number, more: object) => ({
      line_no,
      quality_code: "LINEN-01",
      color: "white",
      qty_m: "100",
      unit_price: "4.20",
      currency: "USD",
      ...more,
    });
    const edited = [line(1, { color: "blue" }), line(2, { quality_code: "SATIN-03", qty_m: "5", unit_price: "3.10" }), line(3, { qty_m: "9" })];
    await owner.send(deal, "deal.edit_lines", { lines: edited });
    const { id } = (await owner.get(`/records/deals/${deal.slice("deal:".length)}`)).body;
    const rows = await owner.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: id }))}`);
    const second = rows.find(({ data }) => data.line_no === 2);
    expect(second.data).toMatchObject({ quality_code: "SATIN-03", qty_m: "5.00", unit_price: "3.1000", list_price_at_entry: "3.1000" });
    // SATIN-03 is stale: the other quality is priced by its own list.
    expect((await owner.instance(`deal-line:${second.id}`)).state).toBe("approval_required");
    await owner.send(deal, "order_form.resend", { note: "as said" });
    const [mail] = (await received("pia@fjord.example")).filter(({ subject }) => subject.startsWith("Changes"));
    for (const change of [
      "line 1, color: white -> blue (changed)",
      "line 2, quality_code: LINEN-01 -> SATIN-03 (changed)",
      "line 2, qty_m: 7 -> 5 (changed)",
      "line 3, added: LINEN-01 9",
      "as said",
    ])
      expect(mail.text).toContain(change);

    const link = await owner.post("/instances", { machine: "order-form-token", event: { type: "token.issue", payload: { customer_id: fjord.id } } });
    await api.post(link.body.url, { lines: [{ quality_code: "LINEN-01", qty_m: "5" }] }, { accept: "application/json" });
    await api.drain();
    const [silent] = await owner.list(`/records/deals?filter=${encodeURIComponent(JSON.stringify({ request_ref: link.body.record.code }))}`);
    await owner.send(`deal:${silent.code}`, "deal.edit_lines", { lines: [line(1, { qty_m: "6" })] });
    for (let times = 0; times < 2; times++) expect(codesOf(await owner.refused(`deal:${silent.code}`, "order_form.resend"))).toEqual(["NO_RECIPIENT"]);
  });
});

describe("a line that is removed", () => {
  const linesOf = async (code: string) => {
    const deal = (await owner.get(`/records/deals/${code}`)).body;
    const lines = await owner.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: deal.id }))}&sort=line_no`);
    return { total: deal.data.total, lines: lines.map(({ id, data }) => ({ id, no: data.line_no, qty: data.qty_m })) };
  };
  const stateOf = async (id: string) => (await owner.list(`/instances?record=deal-lines:${id}`))[0]?.state;

  it("[WMS-56][WMS-26] leaves total, gates and orders, takes its approvals along, and the customer is told", async () => {
    const { deal, code } = await submitted("rita@fjord.example", "100", "200", "50");
    await owner.send(deal, "deal.edit_lines", { lines: [{ line_no: 2, quality_code: "LINEN-01", qty_m: "200", unit_price: "1.00", color: "white" }] });
    const before = await linesOf(code);
    const [first, second] = before.lines;
    expect([await stateOf(second?.id), (await owner.instance(deal)).state.commercial]).toEqual(["approval_required", { open: "pricing_pending" }]);

    expect((await owner.refused(deal, "deal.remove_lines", { line_nos: [9] })).decisions[0].reasons).toMatchObject([
      { code: "UNKNOWN_LINE", message: "The deal has no line 9." },
    ]);
    expect((await api.as("owner.mod").post(`/instances/${deal}/events`, { type: "deal.remove_lines", payload: { line_nos: [2] } })).status).toBe(404);
    await owner.send(deal, "deal.remove_lines", { line_nos: [2] });
    expect([await stateOf(second?.id), (await owner.instance(deal)).state.commercial]).toEqual(["removed", { open: "ready" }]);
    expect((await linesOf(code)).total).toBe("630.00");
    const open = await api.as("manager.jtr").list("/instances?machine=approval-request&state=requested&limit=200");
    expect(JSON.stringify(open)).not.toContain(second?.id);
    await owner.refused(deal, "deal.remove_lines", { line_nos: [2] });

    await owner.send(deal, "order_form.resend");
    await api.drain();
    const [told] = (await received("rita@fjord.example")).filter(({ text }) => /removed/iu.test(text));
    expect(told?.text).toMatch(/line 2, removed: LINEN-01 200\n/u);

    // Named again it comes back under its number; a removed number is never another line's.
    await owner.send(deal, "deal.edit_lines", { lines: [{ line_no: 2, quality_code: "LINEN-01", qty_m: "20", unit_price: "4.20", color: "white" }] });
    expect([(await linesOf(code)).lines.length, (await linesOf(code)).total, await stateOf(second?.id)]).toEqual([3, "714.00", "approved_pricing"]);
    const [line] = await owner.list(`/instances?record=deal-lines:${first?.id}`);
    await owner.send(line?.id, "line.remove");
    expect((await linesOf(code)).total).toBe("294.00");

    await owner.send(deal, "deal.win", { waive_proforma: false });
    const [order] = await owner.list(
      `/records/purchase-orders?q=${""}&limit=200&filter=${encodeURIComponent(JSON.stringify({ deal_id: (await owner.get(`/records/deals/${code}`)).body.id }))}`,
    );
    expect([order?.data.total, order?.data.lines.map(({ line_no }: { line_no: number }) => line_no)]).toEqual(["294.00", [2, 3]]);
    await owner.refused(line?.id, "line.remove");
    await owner.refused(deal, "deal.remove_lines", { line_nos: [3] });
  });
});
