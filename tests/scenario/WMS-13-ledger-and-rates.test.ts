/** Money by org and currency: payments reduce what is open, rates have their instants, currencies and orgs never mix. */
import { describe, expect, it } from "vitest";
import { productApi, wonDeal } from "#tests/support/product-api.ts";

const api = await productApi();

type Cells = Readonly<Record<string, readonly string[]>>;
/** The row of a customer on /credit, as text per currency. */
const positionOf = async (customer: string, account = "manager.jtr"): Promise<Cells> => {
  const answer = await api.as(account).get("/reports/credit?tab=positions");
  expect(answer.status, answer.text.slice(0, 500)).toBe(200);
  const row = answer.body.tab.rows.find(({ cells }: { cells: Record<string, string> }) => cells["customer"] === customer);
  expect(row, `${customer} on ${answer.text.slice(0, 800)}`).toBeDefined();
  return row.cells;
};
const customerOf = async (name: string) => (await api.as("owner.jtr").list(`/records/customers?q=${name}`))[0];
const COLUMNS = "customer_tax_id,value_date,currency,amount,method,reference,po_code,proforma_code";
const upload = (account: string, ...rows: readonly string[]) =>
  api.as(account).upload("/records/payments-ledger/import?atomic=true", "text/csv", [COLUMNS, ...rows].join("\r\n"));

describe("the ledger", () => {
  it("[WMS-15] holds currencies apart: a payment in euros leaves the dollars as they are", async () => {
    expect((await positionOf("Atlas Tekstil"))["exposure"]).toEqual(["48000.00 USD", "0.00 EUR"]);
    const { id } = await customerOf("Atlas");
    const paid = await api.as("costing.jtr").post("/records/payments-ledger", {
      entry_type: "payment",
      customer_id: id,
      currency: "EUR",
      amount: "48000.00",
      value_date: "2026-02-02",
      method: "transfer",
      reference: "EUR-1",
    });
    expect(paid.status, paid.text).toBe(201);
    const after = await positionOf("Atlas Tekstil");
    expect([after["exposure"], after["available"]]).toEqual([
      ["48000.00 USD", "-48000.00 EUR"],
      ["2000.00 USD", "68000.00 EUR"],
    ]);
  });

  it("[WMS-15] holds orgs apart: the same customer's payment in one org is not seen in the other", async () => {
    const seen = await api.as("manager.mod").get("/reports/credit?tab=positions");
    expect(seen.text).not.toContain("Atlas");
    const [delta] = await api.as("owner.mod").list("/records/customers?q=Delta");
    const entry = { entry_type: "payment", customer_id: delta.id, currency: "USD", amount: "900.00", value_date: "2026-02-02", method: "transfer" };
    const of = async (account: string) => (await positionOf("Delta Trading", account))["exposure"];
    expect([await of("manager.mod"), await of("admin.jtr")]).toEqual([["0.00 USD"], []]);
    const paid = await api.as("costing.jtr").post("/records/payments-ledger", { ...entry, reference: "JTR-1" });
    expect(paid.status, paid.text).toBe(201);
    expect([await of("manager.mod"), await of("admin.jtr")]).toEqual([["0.00 USD"], ["-900.00 USD"]]);
    const there = await api.as("admin.mod").post("/records/payments-ledger", { ...entry, amount: "70.00", reference: "MOD-1" });
    expect(there.status, there.text).toBe(201);
    expect([await of("manager.mod"), await of("admin.jtr")]).toEqual([["-70.00 USD"], ["-900.00 USD"]]);
    expect((await api.as("manager.mod").list("/records/payments-ledger")).map(({ data }) => data.reference)).toEqual(["MOD-1"]);
    const [gala] = await api.as("owner.mod").list("/records/customers?q=Gala");
    const foreign = await api.as("costing.jtr").post("/records/payments-ledger", { ...entry, customer_id: gala.id, reference: "JTR-2" });
    expect([foreign.status, foreign.body.errors[0].path]).toEqual([422, "/customer_id"]);
  });

  it("[WMS-13] is reduced by an applied file, once: the same file again changes nothing", async () => {
    const { data } = await customerOf("Atlas");
    const row = `${data.tax_id},2026-02-01,USD,8000.00,transfer,BULK-1,,`;
    const first = await upload("costing.jtr", row);
    expect(first.body, first.text).toMatchObject({ created: 1, unchanged: 0, failed: 0 });
    expect((await positionOf("Atlas Tekstil"))["exposure"]).toEqual(["40000.00 USD", "-48000.00 EUR"]);
    const again = await upload("costing.jtr", row);
    expect(again.body, again.text).toMatchObject({ created: 0, unchanged: 1, failed: 0 });
    expect((await positionOf("Atlas Tekstil"))["exposure"]).toEqual(["40000.00 USD", "-48000.00 EUR"]);
    const refused = await upload("costing.jtr", `${data.tax_id},2026-02-01,USD,1.00,transfer,BULK-2,,`, `${data.tax_id},2026-02-01,XYZ,1.00,transfer,BULK-3,,`);
    expect([refused.status, refused.body.code, refused.body.rows?.[0]?.row], refused.text.slice(0, 600)).toEqual([422, "import_invalid", 3]);
    expect((await positionOf("Atlas Tekstil"))["exposure"]).toEqual(["40000.00 USD", "-48000.00 EUR"]);
    expect((await upload("owner.jtr", row)).status).toBe(403);
  });
});

describe("exchange rates", () => {
  /** The rate that a deal won at this instant is valued with. */
  const at = async (instant: string) => {
    await api.setClock(instant);
    const { codes } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "1" }] });
    const { tab } = (await api.as("costing.jtr").get("/reports/profitability")).body;
    return tab.rows.find((row: { code: string }) => row.code === codes[0]).cells.fx_rate;
  };

  it("[WMS-14] take effect at their instant, keep their history with who and when, and are set by costing alone", async () => {
    const costing = api.as("costing.jtr");
    const rate = { pair: "USDTRY", rate: "43.500000", effective_at: "2026-02-03T09:00:00+03:00", note: "Tuesday" };
    expect((await api.as("owner.jtr").post("/records/fx-rates", rate)).status).toBe(403);
    const set = await costing.post("/records/fx-rates", rate);
    expect(set.status, set.text).toBe(201);
    for (const effective_at of [rate.effective_at, "2026-02-03T06:00:00Z", "2026-02-03T07:00:00.000+01:00"])
      expect((await costing.post("/records/fx-rates", { ...rate, effective_at })).body.code).toBe("unique_taken");
    // The rate that the fixture begins with has an instant of its own, too.
    for (const effective_at of ["2026-02-02T00:00:00+03:00", "2026-02-01T21:00:00Z"])
      expect((await costing.post("/records/fx-rates", { ...rate, rate: "44", effective_at })).body.code).toBe("unique_taken");
    expect((await costing.patch(`/records/fx-rates/${set.body.id}`, { rate: "50" }, { "if-match": `"${set.body.version}"` })).status).toBe(405);
    expect((await costing.post("/records/fx-rates", { ...rate, rate: "0", effective_at: "2026-02-04T09:00:00+03:00" })).status).toBe(422);
    expect(await at("2026-02-03T08:59:00+03:00")).toBe("43.000000");
    expect(await at("2026-02-03T09:00:00+03:00")).toBe("43.500000");
    const history = await costing.list("/records/fx-rates?limit=50");
    const dollars = history.filter(({ data }) => data.pair === "USDTRY").map(({ data }) => data.rate);
    expect(dollars.sort()).toEqual(["43.000000", "43.500000"]);
    const versions = await costing.list(`/records/fx-rates/${set.body.id}/versions`);
    expect(versions).toMatchObject([{ version: 1, op: "create" }]);
    expect(Date.parse(versions[0].at)).toBe(Date.parse("2026-02-02T06:00:00Z"));
    expect(JSON.stringify(versions[0].by)).toMatch(/costing|[0-9a-f-]{36}/u);
    // What the page shows is what its file holds: this tab's rows, in this order, and nothing a spreadsheet runs.
    const note = "=cmd|'/C calc'!A0, \u0130\u015f";
    expect((await costing.post("/records/fx-rates", { ...rate, pair: "EURTRY", effective_at: "2026-02-03T10:00:00+03:00", note })).status).toBe(201);
    const file = async (query: string) => (await costing.get(`/reports/fx-rates/export?${query}`)).text.split("\r\n").slice(0, -1);
    const [heads, ...lines] = await file("tab=usdtry&sort=rate");
    expect(heads).toBe("Org,Effective from,Rate,Note,Set by,Set");
    expect(lines.map((line) => line.split(",").slice(1, 4).join(" "))).toEqual([
      "2026-02-01T21:00:00.000Z 43.000000 Opening rate",
      "2026-02-03T06:00:00.000Z 43.500000 Tuesday",
    ]);
    expect((await file(`tab=eurtry&filter=${encodeURIComponent(JSON.stringify({ rate: "43.500000" }))}`)).slice(1)).toEqual([
      expect.stringContaining(`,"'${note}",`),
    ]);
    expect((await api.as("owner.jtr").get("/reports/fx-rates/export?tab=usdtry")).status).toBe(403);
    expect((await api.as("manager.jtr").get("/reports/fx-rates/export?tab=nonsense")).status).toBe(404);
    const page = await costing.get("/reports/fx-rates?tab=usdtry");
    expect(page.text).toContain("Costing JTR");
  });
});
