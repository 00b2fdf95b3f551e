/** What a person or a file may write into the ledger and the price lists, and what it may not: each refusal names row and column. */
import { beforeAll, describe, expect, it } from "vitest";
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

const PAYMENTS = "customer_tax_id,value_date,currency,amount,method,reference,po_code,proforma_code";
const PRICES = "customer_tax_id,quality_code,currency,unit_price,valid_from,valid_to";
const upload = (type: string, header: string, rows: readonly string[]): Promise<Answer> =>
  api.as("admin.jtr").upload(`/records/${type}/import?atomic=true`, "text/csv", [header, ...rows].join("\r\n"));
/** Counts of a file that was written; of one that was refused, its rows with what is wrong. */
const outcome = ({ status, body }: Answer): unknown =>
  status === 200
    ? [body.created, body.unchanged]
    : body.rows?.flatMap(({ row, errors }: { readonly row: number; readonly errors: readonly { readonly column: string; readonly message: string }[] }) =>
        errors.map(({ column, message }) => [row, column, message]),
      );

describe("a file", () => {
  it("[WMS-13][WMS-39] of payments: a row is known by reference, day, currency and amount, however its amount is written", async () => {
    const before = (await exposure("Cobalt"))[0];
    expect(outcome(await upload("payments-ledger", PAYMENTS, ["1000000003,2026-02-02,USD,200,transfer,EFT-9,,"]))).toEqual([1, 0]);
    expect([before, (await exposure("Cobalt"))[0]]).toEqual(["1200.00 USD", "1000.00 USD"]);
    const again = ["1000000003,2026-02-02,USD,200.00,transfer,EFT-9,,", "1000000003,2026-02-02,USD,200.0,,EFT-9,,"];
    expect(outcome(await upload("payments-ledger", PAYMENTS, again))).toEqual([0, 2]);
    expect((await exposure("Cobalt"))[0]).toBe("1000.00 USD");
    // Not dropped in silence: the same reference, day, currency and amount of somebody else.
    const others = await upload("payments-ledger", PAYMENTS, ["1000000006,2026-02-02,USD,200.00,transfer,EFT-9,,"]);
    expect(outcome(others)).toEqual([
      [2, "customer_tax_id", "differs from the row with the same reference, value_date, currency, amount that was written before"],
    ]);
    const twice = ["1000000006,2026-02-02,USD,5,transfer,EFT-10,,", "1000000001,2026-02-02,USD,5.00,transfer,EFT-10,,"];
    expect(outcome(await upload("payments-ledger", PAYMENTS, twice))).toEqual([
      [3, "customer_tax_id", "differs from the row with the same reference, value_date, currency, amount that was written before"],
    ]);
    const other = [
      "1000000003,2026-02-03,USD,200,transfer,EFT-9,,",
      "1000000003,2026-02-02,EUR,200,transfer,EFT-9,,",
      "1000000003,2026-02-02,USD,200.01,transfer,EFT-9,,",
    ];
    expect(outcome(await upload("payments-ledger", PAYMENTS, other))).toEqual([3, 0]);
  });

  it("[WMS-13][WMS-39] with one bad row writes nothing: each is named with its column", async () => {
    const before = await exposure("Cobalt");
    const rows = [
      "1000000003,2026-02-02,USD,1.00,transfer,GOOD,,",
      "1000000003,2026-02-02,USD,0,transfer,B-1,,",
      "1000000003,2026-02-02,USD,-3.00,transfer,B-2,,",
      '1000000003,2026-02-02,USD,"1.000,50",transfer,B-3,,',
      "1000000003,2026-02-02,USD,1.00,transfer,,,",
      "1000000005,2026-02-02,USD,1.00,transfer,B-5,,",
      "1000000003,02.02.2026,USD,1.00,transfer,B-6,,",
      "1000000003,2026-02-02,USD,1.00,transfer,B-7,MODPO22222222,",
    ];
    expect(outcome(await upload("payments-ledger", PAYMENTS, rows))).toEqual([
      [3, "amount", "must be more than 0"],
      [4, "amount", "must be more than 0"],
      [5, "amount", expect.stringContaining('"1.000,50" must be a decimal with at most 2 digits after the point')],
      [6, "reference", "is needed: it tells a payment from another one of the same day and amount"],
      [7, "customer_tax_id", '"1000000005" is not known'],
      [8, "value_date", '"02.02.2026" must be a date, such as 2026-02-28'],
      [9, "po_code", '"MODPO22222222" is not known'],
    ]);
    expect(await exposure("Cobalt")).toEqual(before);
  });

  it("[WMS-13][WMS-39] names all that is wrong with a row at once: names, forms and what is missing, then what belongs together", async () => {
    expect(
      outcome(await upload("payments-ledger", PAYMENTS, ['1000000005,02.02.2026,,"1,5",barter,B-8,NOPE,', "1000000003,2026-02-02,USD,-1.00,transfer,,,"])),
    ).toEqual([
      [2, "customer_tax_id", '"1000000005" is not known'],
      [2, "value_date", '"02.02.2026" must be a date, such as 2026-02-28'],
      [2, "currency", "is required"],
      [2, "amount", expect.stringContaining('"1,5" must be a decimal')],
      [2, "method", expect.stringContaining('"barter" must be one of')],
      [2, "po_code", '"NOPE" is not known'],
      [3, "amount", "must be more than 0"],
      [3, "reference", "is needed: it tells a payment from another one of the same day and amount"],
    ]);
    const leads = "company_name,first_name,last_name,email,phone,phone_type,country,source";
    expect(outcome(await upload("leads", leads, [",Ada,,a@,0532,mobile,TRX,fair"]))).toEqual([
      [2, "company_name", "is required"],
      [2, "last_name", "is required"],
      [2, "email", '"a@" must be an e-mail address'],
      [2, "phone", expect.stringContaining("must match pattern")],
      [2, "country", expect.stringContaining("must NOT have more than 2 characters")],
    ]);
  });

  it("[WMS-39] of leads: somebody who can be reached, by an international number of a known kind; the same file again adds nobody", async () => {
    const header = "company_name,first_name,last_name,email,phone,phone_type,country,source";
    expect((await api.as("admin.jtr").get("/imports/templates/leads.csv")).text.trim()).toBe(header);
    const bad = ["Kilim,,Kaya,,,,TR,fair", "Kilim,,Kaya,,0532 000 00 00,mobile,TR,fair", "Kilim,,Kaya,,+905320000000,,TR,", "Kilim,Ada,,a@kilim.example,,,TR,"];
    expect(outcome(await upload("leads", header, bad))).toEqual([
      [2, "email", "or a phone number is required"],
      [3, "phone", expect.stringContaining("must match pattern")],
      [4, "phone_type", "is required with a phone number"],
      [5, "last_name", "is required"],
    ]);
    const rows = ["Kilim,Ada,Kaya,a@kilim.example,+905320000000,mobile,TR,fair", "Kilim,Bora,Kaya,b@kilim.example,,,TR,fair"];
    expect(outcome(await upload("leads", header, rows))).toEqual([2, 0]);
    expect(outcome(await upload("leads", header, rows))).toEqual([0, 2]);
    expect((await api.as("owner.jtr").list("/records/leads")).map(({ title }) => title)).toEqual(["Kilim", "Kilim"]);
    expect(await api.as("owner.mod").list("/records/leads")).toEqual([]);
    expect((await api.as("costing.jtr").get("/records/leads")).status).toBe(404);
  });

  it("[WMS-39] of customer prices: valid for a time that is one, above 0, and once for each day it begins", async () => {
    expect((await api.as("pricing.jtr").get("/imports/templates/customer-pricing.csv")).text.trim()).toBe(PRICES);
    expect(
      outcome(await upload("customer-prices", PRICES, ["1000000006,LINEN-01,USD,4.00,2026-02-01,2026-01-31", "1000000006,LINEN-01,USD,0,2026-02-01,"])),
    ).toEqual([
      [2, "valid_to", "must not be before valid_from"],
      [3, "unit_price", "must be more than 0"],
    ]);
    expect(outcome(await upload("customer-prices", PRICES, ["1000000006,LINEN-01,USD,4.00,2026-02-01,2026-02-28"]))).toEqual([1, 0]);
    expect(outcome(await upload("customer-prices", PRICES, ["1000000006,LINEN-01,USD,4,2026-02-01,2026-02-28"]))).toEqual([0, 1]);
    const line = async (customer: string, unit_price: string): Promise<unknown> => {
      const owner = api.as("owner.jtr");
      const lines = [{ quality_code: "LINEN-01", qty_m: "10", unit_price, currency: "USD" }];
      const deal = await owner.post("/instances", {
        machine: "deal",
        event: { type: "deal.create", payload: { customer_id: ids[customer], currency: "USD", lines } },
      });
      await owner.send(deal.body.key, "deal.submit");
      const [row] = await owner.list(`/records/deal-lines?filter=${encodeURIComponent(JSON.stringify({ deal_id: deal.body.record.id }))}`);
      return [(await owner.instance(`deal-line:${row.id}`)).state, row.data.list_price_at_entry];
    };
    expect(await line("Fjord", "4.00")).toEqual(["approved_pricing", "4.0000"]);
    expect(await line("Fjord", "3.9999")).toEqual(["approval_required", "4.0000"]);
    expect(await line("Atlas", "4.00")).toEqual(["approval_required", "4.2000"]);
    await api.setClock("2026-02-28T23:59:00+03:00");
    expect(await line("Fjord", "4.00")).toEqual(["approved_pricing", "4.0000"]);
    await api.setClock("2026-03-01T00:00:00+03:00");
    expect(await line("Fjord", "4.00")).toEqual(["approval_required", "4.2000"]);
  });
});
