/** What a person or a file may write into the ledger and the price lists, and what it may not: each refusal names row and column. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "#tests/support/order-acts.ts";
import { type Answer, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
const ids: Record<string, string> = {};
beforeAll(async () => {
  api = await productApi();
  for (const name of ["Atlas", "Fjord", "Cobalt"]) ids[name] = (await api.as("owner.jtr").list(`/records/customers?q=${name}`))[0].id;
});

const exposure = async (customer: string): Promise<readonly string[]> => {
  const page = await api.as("manager.jtr").get("/reports/exposure");
  const row = page.body.tab.rows.find(({ cells }: { readonly cells: { readonly customer: string } }) => cells.customer.startsWith(customer));
  return row.cells.exposure;
};
const entry = (more: object): Promise<Answer> =>
  api.as("costing.jtr").post("/records/payments-ledger", {
    entry_type: "payment",
    customer_id: ids["Atlas"],
    currency: "USD",
    amount: "100.00",
    value_date: "2026-02-02",
    method: "transfer",
    reference: "R-1",
    ...more,
  });
/** The field that a refusal names, and what it says of it. */
const refusal = ({ status, body }: Answer): readonly unknown[] => [status, body.errors?.[0]?.path, body.errors?.[0]?.message];

describe("an entry of the ledger", () => {
  it("[WMS-13] is worth something, and of the customer whose order it names", async () => {
    const before = await exposure("Atlas");
    for (const amount of ["0.00", "-5.00"]) {
      for (const entry_type of ["payment", "opening", "charge"])
        expect(refusal(await entry({ entry_type, amount }))).toEqual([422, "/amount", "must be more than 0"]);
    }
    const { codes } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
    const order = (await api.as("manager.jtr").get(`/records/purchase-orders/${codes[0]}`)).body;
    expect(refusal(await entry({ po_id: order.id }))).toEqual([422, "/po_id", "is an order of another customer"]);
    expect((await entry({ po_id: order.id, customer_id: ids["Fjord"] })).status).toBe(201);
    expect(await exposure("Atlas")).toEqual(before);
  });

  it("[WMS-13] is voided once, in its currency, for its customer, by at most its amount", async () => {
    const paid = await entry({ reference: "R-2" });
    const before = await exposure("Atlas");
    const voids = (more: object) => entry({ entry_type: "void", amount: "-100.00", voids_id: paid.body.id, reference: "V", ...more });
    expect(refusal(await voids({ voids_id: null }))).toEqual([422, "/voids_id", "must name the entry that is voided"]);
    for (const more of [{ currency: "EUR" }, { customer_id: ids["Fjord"] }])
      expect(refusal(await voids(more))).toEqual([422, "/voids_id", "must name an entry of this customer in this currency"]);
    const tooMuch = "must take back, with the opposite sign, at most what is left of the entry";
    for (const amount of ["-100.01", "100.00", "0.00"]) expect(refusal(await voids({ amount }))).toEqual([422, "/amount", tooMuch]);
    expect(await exposure("Atlas")).toEqual(before);
    const part = await voids({ amount: "-40.00" });
    expect(part.status, part.text).toBe(201);
    expect(refusal(await voids({ amount: "-60.01" }))).toEqual([422, "/amount", tooMuch]);
    expect((await voids({ amount: "-60.00" })).status).toBe(201);
    expect(refusal(await voids({ amount: "-0.01" }))).toEqual([422, "/amount", tooMuch]);
    expect(refusal(await entry({ entry_type: "void", amount: "40.00", voids_id: part.body.id }))[1]).toBe("/voids_id");
    expect((await exposure("Atlas"))[0]).toBe("48000.00 USD");
  });
});
