/** Acts of costing that several scenarios begin with, each over the API, each expected to succeed. */
import { expect } from "vitest";
import type { ProductApi } from "./product-api.ts";

export interface Captured {
  readonly key: string;
  readonly id: string;
  /** Id of its first line. */
  readonly line: string;
}

/** Records of a type, as costing sees them. */
export const costingRows = async (api: ProductApi, type: string, filter: object = {}) =>
  await api.as("costing.jtr").list(`/records/${type}?filter=${encodeURIComponent(JSON.stringify(filter))}&limit=200`);

/** The rate of a pair that the fixture has. */
export const rateOf = async (api: ProductApi, pair: string): Promise<string> => (await costingRows(api, "fx-rates", { pair }))[0].id;

/** An invoice of 1,000 m LINEN-01 at 10 USD, in draft. */
export async function captureInvoice(api: ProductApi, no: string, more: object = {}): Promise<Captured> {
  const payload = {
    supplier: "Mill",
    invoice_no: no,
    invoice_date: "2026-02-02",
    currency: "USD",
    lines: [{ quality_code: "LINEN-01", qty_m: "1000", unit_price: "10" }],
    ...more,
  };
  const created = await api.as("costing.jtr").post("/instances", { machine: "supplier-invoice", event: { type: "invoice.create", payload } });
  expect(created.status, created.text.slice(0, 1500)).toBe(201);
  const { id } = created.body.record;
  const [line] = await costingRows(api, "supplier-invoice-lines", { invoice_id: id });
  return { key: created.body.key, id, line: line.id };
}

/** An invoice in lira, posted. */
export async function liraInvoice(api: ProductApi, no: string, metres: string, price: string): Promise<Captured> {
  const invoice = await captureInvoice(api, no, { currency: "TRY", lines: [{ quality_code: "LINEN-01", qty_m: metres, unit_price: price }] });
  await api.as("costing.jtr").send(invoice.key, "invoice.post", {});
  return invoice;
}

/** The warehouse receives rolls. */
export async function receiveRolls(api: ProductApi, receipt: string, lines: readonly object[], owner = "JTR"): Promise<void> {
  const answer = await api.wms("receipt.posted", {
    id: receipt,
    subject: { type: "receipt", ref: receipt },
    data: { receipt_no: receipt, owner_org: owner, lines },
  });
  expect(answer.status, answer.text).toBe(202);
}

export const roll = (name: string, meters: string, more: object = {}) => ({ quality_code: "LINEN-01", lot: "L1", roll: name, meters, ...more });
