/** Acts on deals and orders that several scenarios begin with, each over the API, each expected to succeed. */
import { expect } from "vitest";
import type { ProductApi } from "./product-api.ts";

interface Decided {
  readonly decisions: readonly { readonly reasons: readonly { readonly code: string }[] }[];
}

/** Reason codes of everything that was decided, in order. */
export const codesOf = (problem: Decided): string[] => problem.decisions.flatMap(({ reasons }) => reasons.map(({ code }) => code));

/** The code of an order's instance key. */
export const codeOf = (order: string): string => order.slice(order.indexOf(":") + 1);

/** A ledger entry of the order's customer; gives its id. */
export async function recordPayment(api: ProductApi, order: string, amount: string, more: object = {}): Promise<string> {
  const record = (await api.as("manager.jtr").get(`/records/purchase-orders/${codeOf(order)}`)).body;
  const entry = await api.as("costing.jtr").post("/records/payments-ledger", {
    entry_type: "payment",
    customer_id: record.data.customer_id,
    currency: "USD",
    amount,
    value_date: "2026-02-02",
    po_id: record.id,
    method: "transfer",
    reference: `EFT ${amount}`,
    ...more,
  });
  expect(entry.status, entry.text).toBe(201);
  return entry.body.id;
}

/** The warehouse confirms every line of the order in one lot each. */
export async function confirmByWarehouse(api: ProductApi, order: string, metres: readonly string[], org = "JTR"): Promise<void> {
  const code = codeOf(order);
  const lines = metres.map((meters, index) => ({ line_no: index + 1, lots: [{ lot: `L${index}`, roll: `${code}-${index}`, meters }] }));
  const answer = await api.wms("warehouse.confirmed", { org, id: `${code}.1`, subject: { type: "purchase_order", ref: code }, sequence: 1, data: { lines } });
  expect(answer.status, answer.text).toBe(202);
}

/** The warehouse ships the order. */
export async function shipByWarehouse(api: ProductApi, order: string, org = "JTR"): Promise<void> {
  const code = codeOf(order);
  const answer = await api.wms("shipment.shipped", {
    org,
    id: code,
    subject: { type: "purchase_order", ref: code },
    data: { carrier: "DHL", tracking_id: `TRK-${code}`, shipped_at: "2026-02-02T09:00:00+03:00" },
  });
  expect(answer.status, answer.text).toBe(202);
}
