/** Imports over the API: templates, rows one by one or all together, dry runs, and the same file again. */
import { describe, expect, it } from "vitest";
import { csvRows } from "#engine/service/import/csv.ts";
import { xlsxRows } from "#engine/service/import/xlsx.ts";
import { productApi } from "#tests/support/product-api.ts";
import { xlsxFile, xlsxOf } from "#tests/support/xlsx-file.ts";

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

  it("say what is wrong by the file's own column, with what stands there; a row that an earlier one contradicts is never dropped", async () => {
    const errorsIn = async (...rows: readonly (readonly string[])[]) =>
      ((await load(csv(...rows), "?dryRun=true")).body.rows as { errors?: { column: string; message: string }[] }[]).map(({ errors = [] }) =>
        errors.map(({ column, message }) => `${column}: ${message}`).join(" | "),
      );
    expect((await load(csv(row("K-1")))).body).toMatchObject({ created: 1 });
    const again = row("K-1");
    expect(await errorsIn(again, again.with(4, "cash"), again.with(4, ""))).toEqual(["", expect.stringMatching(/^method: .*differs from the row/u), ""]);
    expect(await errorsIn(row("K-2", '"1.234,50"'), row("K-3").with(1, "01.02.2026"), row("K\u00004"), [...row("K-5"), "more"])).toEqual([
      expect.stringMatching(/^amount: "1\.234,50" must be a decimal .*point/u),
      expect.stringMatching(/^value_date: "01\.02\.2026" must be a date, such as 2026-02-28/u),
      expect.stringMatching(/^reference: .*cannot be stored/u),
      expect.stringMatching(/^: .*more cells than the first row/u),
    ]);
    const prices = api.as("pricing.jtr");
    const price = (amount: string) => `customer_tax_id,quality_code,currency,unit_price,valid_from,valid_to\n${tax},LINEN-01,USD,${amount},2026-05-01,\n`;
    expect((await prices.upload("/records/customer-prices/import", "text/csv", price("4.00"))).body).toMatchObject({ created: 1 });
    expect((await prices.upload("/records/customer-prices/import?dryRun=true", "text/csv", price("4.10"))).body.rows[0].errors).toEqual([
      { column: "customer_tax_id, quality_code, currency, valid_from", message: "A record with the same values exists." },
    ]);
  });

  it("come from a workbook too", async () => {
    const file = xlsxFile([COLUMNS, [tax, "2026-02-01", "USD", 12.5, "transfer", "X-1", "", ""]]);
    expect((await rep.upload("/records/payments-ledger/import", XLSX, file)).body).toMatchObject({ created: 1 });
    expect(await held("X-1")).toBe(1);
  });
});

describe("a workbook", () => {
  const HEAD = '<row r="1"><c t="inlineStr"><is><t>day</t></is></c></row>';
  const read = (file: Buffer) => [...xlsxRows(file)].map(({ row, cells }) => [row, ...cells]);
  const dated = (workbook: string) =>
    xlsxOf(`<sheetData>${HEAD}<row r="3"><c r="A3" s="1"><v>44000</v></c></row></sheetData>`, {
      "xl/styles.xml": '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
      "xl/workbook.xml": `<workbook>${workbook}<sheets><sheet name="Rows" sheetId="1" r:id="r1"/></sheets></workbook>`,
    });

  it("counts its days from where it says that it does", () => {
    expect(read(dated(""))).toEqual([
      [1, "day"],
      [3, "2020-06-18"],
    ]);
    expect(read(dated('<workbookPr date1904="1"/>'))[1]).toEqual([3, "2024-06-19"]);
    expect(read(dated('<workbookPr date1904="false"/>'))[1]).toEqual([3, "2020-06-18"]);
  });

  it("is read by its first sheet that is shown, whatever its parts are called and however its elements are named", () => {
    const sheet = (text: string) =>
      `<x:worksheet xmlns:x="m"><x:sheetData><x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>${text}</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`;
    const file = xlsxOf("", {
      "xl/workbook.xml":
        '<workbook><sheets><sheet name="Old" state="hidden" sheetId="1" r:id="r1"/><sheet name="New" sheetId="3" r:id="r3"/><sheet name="More" sheetId="2" r:id="r2"/></sheets></workbook>',
      "xl/_rels/workbook.xml.rels":
        '<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Target="/xl/worksheets/mine.xml" Id="r3"/><Relationship Id="r2" Target="worksheets/sheet2.xml"/></Relationships>',
      "xl/worksheets/mine.xml": sheet("new"),
      "xl/worksheets/sheet2.xml": sheet("more"),
    });
    expect(read(file)).toEqual([[1, "new"]]);
  });

  it("is told by its own row numbers, row by row, where a cell shows what the file does not say", async () => {
    const cell = (at: string, text: string) => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`;
    const cells = (at: number, ...texts: readonly string[]) =>
      texts.map((text, index) => (text === "" ? "" : cell(`${"ABCDEFGH"[index]}${at}`, text))).join("");
    const file = xlsxOf(`<sheetData><row r="1">${cells(1, ...COLUMNS)}</row>
      <row r="4">${cells(4, tax, "2026-02-01", "USD", "10.00", "transfer", "F-1")}</row>
      <row r="6">${cells(6, tax, "2026-02-01", "USD")}<c r="D6"><f>D4*2</f></c>${cell("F6", "F-2")}</row></sheetData>`);
    const answer = await rep.upload("/records/payments-ledger/import?atomic=true", XLSX, file);
    expect([answer.status, answer.body.errors]).toEqual([422, [{ path: "/6/amount", message: expect.stringContaining("formula") }]]);
    expect(await held("F-1")).toBe(0);
  });
});

describe("CSV", () => {
  const read = (bytes: Buffer) => [...csvRows(bytes)].map(({ row, cells }) => [row, ...cells]);
  it("is split as its header is: commas, semicolons, tabs; what stands in quotes does not count", () => {
    expect(read(Buffer.from("\ufeffa;b\n1,5;2\n"))).toEqual([
      [1, "a", "b"],
      [2, "1,5", "2"],
    ]);
    expect(read(Buffer.from('a,"b;c;d"\n1,2\n'))[1]).toEqual([2, "1", "2"]);
    expect(read(Buffer.from("a\tb\n\n1\t2\n"))[1]).toEqual([3, "1", "2"]);
    expect(read(Buffer.from("sep=;\r\na;b,c\r\n1;2\r\n"))).toEqual([
      [2, "a", "b,c"],
      [3, "1", "2"],
    ]);
  });
  it("may be the Unicode text of a spreadsheet program, and says how to save what it is not", () => {
    expect(read(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("a\tş\n1\t2\n", "utf16le")]))).toEqual([
      [1, "a", "ş"],
      [2, "1", "2"],
    ]);
    expect(() => read(Buffer.from([0x61, 0xfe, 0x0a]))).toThrow(/CSV UTF-8/u);
    expect(() => read(Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.from([0xff, 0x00])]))).toThrow(/\.xlsx/u);
  });
});

it("what is no table, or not for this caller, is refused", async () => {
  expect((await rep.upload("/records/payments-ledger/import", XLSX, "PK no")).body.code).toBe("import_invalid");
  expect((await rep.upload("/records/payments-ledger/import", "application/json", "{}")).body.code).toBe("media_type_unsupported");
  expect((await load("")).body.code).toBe("import_invalid");
  expect((await rep.upload("/records/none/import", "text/csv", "a\n1")).status).toBe(404);
  expect((await load(csv(row("D-1")), "?defaults=[]")).body.code).toBe("query_invalid");
});
