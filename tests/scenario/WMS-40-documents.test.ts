/** Papers of a won cash deal over the API: what they hold, when they are handed out, who sees them, and that they never change. */
import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

/** The only record of a type about something. */
async function recordOf(type: string, filter: object) {
  const [record, ...others] = await api.as("owner.jtr").list(`/records/${type}?filter=${encodeURIComponent(JSON.stringify(filter))}`);
  expect(others).toEqual([]);
  return record;
}

async function acknowledge(proforma: string): Promise<void> {
  const wrong = { total_open: "1", overdue: "1", available_limit: "1", requested_new: "1" };
  const { total_open, overdue, available_limit, requested_new } = (await api.as("owner.jtr").refused(proforma, "balance.acknowledge", wrong)).decisions[0]
    .explanation.inputs;
  await api.as("owner.jtr").send(proforma, "balance.acknowledge", { total_open, overdue, available_limit, requested_new });
}

describe("documents", () => {
  it("[WMS-40][WMS-42] the proforma of a won cash deal is rendered at once, and handed out once its balance was looked at", async () => {
    const { orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "1000" }] });
    const owner = api.as("owner.jtr");
    const order = (await owner.get(`/records/purchase-orders/${codeOf(orders[0] as string)}`)).body;
    const proforma = await recordOf("proformas", { po_id: order.id });
    const [document, ...others] = await owner.list(`/records/proformas/${proforma.id}/documents`);
    expect(others).toEqual([]);
    expect(document).toMatchObject({
      ...{ document: "credit-payments.proforma", number: 1, name: proforma.code, org: "JTR", record: { type: "proformas", code: proforma.code } },
      download: { open: false, reasons: [{ code: "BALANCE_ACK_REQUIRED" }], event: "proforma.download" },
    });
    expect(document.id).toBe(proforma.data.document_file_id);
    for (const form of ["pdf", "html"]) {
      const refused = await owner.get(`/documents/${document.id}/${form}`);
      expect(refused.status).toBe(409);
      expect(refused.body).toMatchObject({ code: "gate_blocked", reasons: [{ code: "BALANCE_ACK_REQUIRED" }] });
    }

    await acknowledge(`proforma:${proforma.code}`);
    const pdf = await owner.get(`/documents/${document.id}/pdf`);
    expect(pdf.status, pdf.text.slice(0, 300)).toBe(200);
    expect(pdf.headers["content-type"]).toBe("application/pdf");
    expect(pdf.headers["content-disposition"]).toContain(`filename="${proforma.code}.pdf"`);
    expect(pdf.bytes.subarray(0, 5).toString()).toBe("%PDF-");
    const again = await owner.get(`/documents/${document.id}/pdf`);
    expect(sha256(again.bytes)).toBe(sha256(pdf.bytes));
    expect((await owner.get(`/documents/${document.id}`)).body).toMatchObject({ pdfSha256: sha256(pdf.bytes), download: { open: true, reasons: [] } });
    const html = await owner.get(`/documents/${document.id}/html`);
    expect(sha256(html.bytes)).toBe(document.sha256);
    for (const part of ["Proforma invoice", proforma.code, codeOf(orders[0] as string), "LINEN-01", "1,000.00", "4,200.00 USD", "Boreal", "In advance"])
      expect(html.text).toContain(part);
    expect(html.headers["content-security-policy"]).toContain("sandbox");

    const audit = (await api.as("admin.jtr").list("/audit?subjectType=document&limit=50")).map(({ action, subject }) => [action, subject.id]);
    expect(audit).toEqual([
      ...Array.from({ length: 3 }, () => ["document_handed_out", document.id]),
      ...Array.from({ length: 2 }, () => ["document_refused", document.id]),
    ]);
    for (const action of ["pdf", "html", ""])
      expect((await api.as("owner.mod").get(`/documents/${document.id}/${action}`.replace(/\/$/u, ""))).status).toBe(404);
    expect((await api.as("owner.mod").get(`/records/proformas/${proforma.id}/documents`)).status).toBe(404);
  });

  it("[WMS-42][WMS-43] the mail carries the PDF that is kept", async () => {
    const { orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "20" }] });
    const order = (await api.as("owner.jtr").get(`/records/purchase-orders/${codeOf(orders[0] as string)}`)).body;
    const proforma = await recordOf("proformas", { po_id: order.id });
    await acknowledge(`proforma:${proforma.code}`);
    await api.as("owner.jtr").send(`proforma:${proforma.code}`, "proforma.send");
    await api.drain();
    const [mail] = (await api.mails()).filter(({ subject }) => subject.includes(proforma.code));
    const pdf = await api.as("owner.jtr").get(`/documents/${proforma.data.document_file_id}/pdf`);
    expect(mail.attachments).toEqual([{ name: `${proforma.code}.pdf`, mime: "application/pdf", bytes: pdf.bytes.length }]);
  });

  it("[WMS-40][WMS-41] the contract draft holds goods, terms and both sides; a waived one is never rendered", async () => {
    const { deal } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }, { qty_m: "5" }] });
    const record = (await api.as("owner.jtr").get(`/records/deals/${codeOf(deal)}`)).body;
    const contract = await recordOf("contracts", { deal_id: record.id });
    const [document] = await api.as("owner.jtr").list(`/records/contracts/${contract.id}/documents`);
    expect(document).toMatchObject({ document: "credit-payments.contract", name: `Contract ${codeOf(deal)}`, download: { open: true } });
    const html = (await api.as("owner.jtr").get(`/documents/${document.id}/html`)).text;
    for (const part of ["Contract of sale", codeOf(deal), "63.00 USD", "Payable in advance", "For the buyer", "remain the seller"])
      expect(html).toContain(part);
    expect((await api.as("owner.jtr").get(`/documents/${document.id}/pdf`)).bytes.subarray(0, 5).toString()).toBe("%PDF-");

    const manager = api.as("manager.jtr");
    const waived = await manager.post("/instances", { machine: "contract", event: { type: "contract.draft", payload: { deal_id: record.id, waived: true } } });
    expect(waived.status, waived.text).toBe(201);
    expect(await manager.list(`/records/contracts/${waived.body.record.id}/documents`)).toEqual([]);
  });

  it("[WMS-20][WMS-40] a split order's proforma is written anew with its new total, and the first version stays", async () => {
    const { orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "100" }, { qty_m: "40" }] });
    const owner = api.as("owner.jtr");
    const order = (await owner.get(`/records/purchase-orders/${codeOf(orders[0] as string)}`)).body;
    const [line, other] = order.data.lines;
    const proforma = await recordOf("proformas", { po_id: order.id });
    await api.as("manager.jtr").send(orders[0] as string, "po.split", { parts: [[line], [other]] });
    const [second, first, ...others] = await owner.list(`/records/proformas/${proforma.id}/documents`);
    expect(others).toEqual([]);
    expect([first.number, second.number]).toEqual([1, 2]);
    expect(second.id).not.toBe(first.id);
    expect((await owner.get(`/records/proformas/${proforma.id}`)).body.data.document_file_id).toBe(second.id);
    await acknowledge(`proforma:${proforma.code}`);
    const html = async (id: string) => (await owner.get(`/documents/${id}/html`)).text;
    expect(await html(first.id)).toContain("588.00 USD");
    expect(await html(second.id)).toContain("420.00 USD");
    expect(await html(second.id)).toContain("revision 2");
  });

  it("bad ids and unknown documents are told apart from nothing", async () => {
    for (const id of ["nonsense", "00000000-0000-7000-8000-000000000000"])
      for (const path of ["", "/pdf", "/html"]) expect((await api.as("owner.jtr").get(`/documents/${id}${path}`)).body).toMatchObject({ status: 404 });
    expect((await api.as("owner.jtr").get("/records/nonsense/x/documents")).status).toBe(404);
  });
});
