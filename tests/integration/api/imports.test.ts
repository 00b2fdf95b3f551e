/** Imports over the API: templates, rows one by one or all together, dry runs, and the same file again. */
import { describe, expect, it } from "vitest";
import { productApi } from "#tests/support/product-api.ts";
import { xlsxFile } from "#tests/support/xlsx-file.ts";

const api = await productApi();
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const COLUMNS = ["customer_tax_id", "value_date", "currency", "amount", "method", "reference", "po_code", "proforma_code"];
const rep = api.as("costing.jtr");
const [fjord] = await api.as("owner.jtr").list("/records/customers?q=Fjord");
const tax: string = fjord?.data.tax_id;
const csv = (...rows: readonly (readonly string[])[]) => [COLUMNS, ...rows].map((row) => row.join(",")).join("\r\n");
const row = (reference: string, amount = "10.00", customer = tax) => [customer, "2026-02-01", "USD", amount, "transfer", reference, "", ""];
const load = (text: string, query = "") => rep.upload(`/records/payments-ledger/import${query}`, "text/csv", text);
const held = async (reference: string) => (await rep.list(`/records/payments-ledger?filter=${encodeURIComponent(JSON.stringify({ reference }))}`)).length;

describe("[WMS-39] a template", () => {
  it("is given by the type and by its own name, with the columns of the pack", async () => {
    for (const path of ["/records/payments-ledger/import/template.csv", "/imports/templates/payments.csv"]) {
      const answer = await rep.get(path);
      expect([answer.status, answer.text.trim()]).toEqual([200, COLUMNS.join(",")]);
      expect(answer.headers["content-disposition"]).toContain("payments.csv");
    }
    expect((await rep.get("/imports/templates/customer-pricing.csv")).status).not.toBe(404);
    expect((await rep.get("/imports/templates/none.csv")).status).toBe(404);
    expect((await rep.get("/records/none/import/template.csv")).status).toBe(404);
  });

  it("that a file does not fit is answered with the columns that are expected, and nothing is written", async () => {
    const answer = await load(csv(row("H-1")).replace("value_date", "date"));
    expect(answer).toMatchObject({ status: 422, body: { code: "import_invalid", columns: COLUMNS } });
    for (const column of COLUMNS) expect(answer.body.detail).toContain(column);
    expect(await held("H-1")).toBe(0);
  });
});

describe("rows", () => {
  it("are written one by one and told by number; the same file again changes nothing", async () => {
    const text = csv(row("R-1"), row("R-2", "ten"), row("R-3", "3.00", "NOBODY"));
    const first = await load(text);
    expect(first.status, first.text).toBe(200);
    expect(first.body).toMatchObject({ total: 3, created: 1, failed: 2 });
    expect(first.body.rows.map(({ row: at, result }: { row: number; result: string }) => [at, result])).toEqual([
      [2, "created"],
      [3, "failed"],
      [4, "failed"],
    ]);
    expect(first.body.rows[1].errors[0].column).toBe("amount");
    expect(first.body.rows[2].errors[0].column).toBe("customer_tax_id");
    expect((await load(text)).body).toMatchObject({ created: 0, unchanged: 1, failed: 2 });
    expect(await held("R-1")).toBe(1);
  });

  it("are all or nothing where that is asked for, and only tried in a dry run", async () => {
    const bad = await load(csv(row("A-1"), row("A-2", "ten")), "?atomic=true");
    expect(bad).toMatchObject({ status: 422, body: { code: "import_invalid", rows: [{ row: 3 }] } });
    expect((await load(csv(row("A-1")), "?dryRun=true")).body).toMatchObject({ dryRun: true, created: 1 });
    expect(await held("A-1")).toBe(0);
    expect((await load(csv(row("A-1"), row("A-2")), "?atomic=true")).body).toMatchObject({ created: 2, failed: 0 });
    expect(await held("A-2")).toBe(1);
  });

  it("come from a workbook too", async () => {
    const file = xlsxFile([COLUMNS, [tax, "2026-02-01", "USD", 12.5, "transfer", "X-1", "", ""]]);
    expect((await rep.upload("/records/payments-ledger/import", XLSX, file)).body).toMatchObject({ created: 1 });
    expect(await held("X-1")).toBe(1);
  });
});

it("what is no table, or not for this caller, is refused", async () => {
  expect((await rep.upload("/records/payments-ledger/import", XLSX, "PK no")).body.code).toBe("import_invalid");
  expect((await rep.upload("/records/payments-ledger/import", "application/json", "{}")).body.code).toBe("media_type_unsupported");
  expect((await load("")).body.code).toBe("import_invalid");
  expect((await rep.upload("/records/none/import", "text/csv", "a\n1")).status).toBe(404);
  expect((await load(csv(row("D-1")), "?defaults=[]")).body.code).toBe("query_invalid");
});
