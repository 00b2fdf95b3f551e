/** Forms without a session: what a stranger with a link can see and do, and what only people of the org see. */
import { beforeAll, describe, expect, it } from "vitest";
import { type ProductApi, productApi } from "#tests/support/product-api.ts";
import { xlsxFile, xlsxOf } from "#tests/support/xlsx-file.ts";

const api: ProductApi = await productApi();
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const COLUMNS = ["quality_code", "color", "qty_m", "note"];
let customer = "";
beforeAll(async () => {
  customer = (await api.as("owner.jtr").list("/records/customers?q=Fjord"))[0]?.id;
});

async function issue(expiresAt: string | null = null, customer_id: string | null = customer): Promise<{ url: string; id: string; code: string }> {
  const event = { type: "token.issue", payload: { customer_id, expires_at: expiresAt } };
  const answer = await api.as("owner.jtr").post("/instances", { machine: "order-form-token", event });
  expect(answer.status, answer.text).toBe(201);
  return { url: answer.body.url, id: answer.body.id, code: answer.body.record.code };
}

async function call(method: string, url: string, payload?: string | Buffer, headers: Record<string, string> = {}) {
  const answer = await api.running.server?.inject({
    method: method as "GET",
    url,
    headers: { accept: "application/json", ...headers },
    ...(payload === undefined ? {} : { payload }),
  });
  if (answer === undefined) return expect.fail("no server");
  const isJson = /json/u.test(String(answer.headers["content-type"]));
  return { status: answer.statusCode, headers: answer.headers, text: answer.body, body: isJson ? answer.json() : null };
}
const get = (url: string) => call("GET", url);
const submit = (url: string, body: unknown) => call("POST", url, JSON.stringify(body), { "content-type": "application/json" });
const sheet = (url: string, rows: readonly (readonly (string | number)[])[]) => call("POST", `${url}/rows`, xlsxFile(rows), { "content-type": XLSX });
const lines = [{ quality_code: "LINEN-01", qty_m: "10.00", color: "white" }];

describe("a link", () => {
  it("[WMS-51] opens the form without a session, again and again; others are not there, all with one answer", async () => {
    const form = await issue();
    expect(form.url).toMatch(/^\/order-form\/[A-Za-z0-9_-]{43}$/u);
    for (let times = 0; times < 3; times++) {
      const seen = await get(form.url);
      expect(seen.status, seen.text).toBe(200);
      expect(seen.body).toMatchObject({ ref: form.code, page: { customer_name: "Fjord Hotels", max_lines: 20 }, sheet: { field: "lines", columns: COLUMNS } });
      expect(seen.body.schema.properties).not.toHaveProperty("ip_hash");
      expect(seen.headers).toMatchObject({ "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow", "cache-control": "no-store" });
      expect(seen.headers["set-cookie"]).toBeUndefined();
    }
    const strip = ({ status, body }: { status: number; body: Record<string, unknown> }) => ({ status, body: { ...body, instance: null } });
    const unknown = strip(await get(`/order-form/${"A".repeat(43)}`));
    expect(unknown).toMatchObject({ status: 404, body: { code: "form_not_found" } });
    for (const other of ["/order-form/x", `/other/${form.url.split("/").at(-1)}`]) expect(strip(await get(other))).toEqual(unknown);
  });

  it("takes only what it says it takes: another method is a problem for programs too, with what the address allows", async () => {
    const form = await issue();
    for (const [url, allow] of [
      [form.url, "GET, HEAD, POST"],
      [`${form.url}/rows`, "POST"],
      [`${form.url}/files`, "POST"],
    ] as const) {
      for (const method of ["PUT", "PATCH", "DELETE"] as const) {
        const answer = await api.running.server?.inject({ method, url, headers: { accept: "application/json" } });
        expect([answer?.statusCode, answer?.headers["allow"], answer?.json().code], `${method} ${url}`).toEqual([405, allow, "method_not_allowed"]);
        expect(answer?.headers["content-type"]).toContain("application/problem+json");
      }
    }
  });

  it("[WMS-52] expires as the org's settings say where nobody says otherwise, and never where that is asked for", async () => {
    const expiresAt = async (payload: object): Promise<string | null> => {
      const answer = await api.as("owner.jtr").post("/instances", { machine: "order-form-token", event: { type: "token.issue", payload } });
      expect(answer.status, answer.text).toBe(201);
      return answer.body.record.data.expires_at;
    };
    expect(await expiresAt({ customer_id: customer })).toBe("2026-02-16T06:00:00.000Z");
    expect(await expiresAt({ customer_id: customer, expires_at: null })).toBeNull();
    expect(await expiresAt({ customer_id: customer, never_expires: true })).toBeNull();
    const settings = (days: number | null) => api.as("admin.jtr").patch("/settings/order-form", { token_ttl_days: days });
    expect((await settings(3)).status).toBe(200);
    expect(await expiresAt({ customer_id: customer })).toBe("2026-02-05T06:00:00.000Z");
    // Back to the default.
    expect((await settings(null)).status).toBe(200);
    expect(await expiresAt({ customer_id: customer })).toBe("2026-02-16T06:00:00.000Z");
  });

  it("is told once: neither the instance nor its history has it", async () => {
    const form = await issue();
    const token = form.url.split("/").at(-1) as string;
    const reader = api.as("owner.jtr");
    for (const path of [`/instances/${form.id}`, `/instances/${form.id}/history`]) expect((await reader.get(path)).text).not.toContain(token);
  });

  it("[WMS-52] ends at its instant, or never; a new link takes the old one's place", async () => {
    const start = api.running.engine.clock.now();
    const [ends, stays, old] = [await issue("2026-02-16T00:00:00Z"), await issue(null), await issue(null)];
    const again = await api.as("owner.jtr").send(old.id, "token.regenerate", { expires_at: null });
    expect((await get(old.url)).status).toBe(404);
    expect((await get(again.url)).status).toBe(200);
    await api.setClock("2026-02-16T00:00:00Z");
    const gone = await get(ends.url);
    expect(gone).toMatchObject({ status: 410, body: { code: "form_gone", reasons: [{ code: "FORM_EXPIRED" }] } });
    expect((await submit(ends.url, { lines })).status).toBe(410);
    expect((await get(stays.url)).status).toBe(200);
    await api.setClock(start);
  });
});

describe("a submission", () => {
  it("[WMS-53] [WMS-55] of two at once one is taken, and then the link is gone", async () => {
    const form = await issue();
    const both = await Promise.all([submit(form.url, { lines }), submit(form.url, { lines })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect(both.find(({ status }) => status === 200)?.body).toEqual({ ref: form.code });
    for (const late of [await get(form.url), await submit(form.url, { lines })])
      expect(late).toMatchObject({ status: 410, body: { reasons: [{ code: "FORM_ALREADY_SUBMITTED" }] } });
    const submissions = await api.as("owner.jtr").list("/records/order-form-submissions");
    expect(submissions.filter((each) => each.data.request_ref === form.code)).toHaveLength(1);
  });

  it("is refused with reasons, without how they were decided or who could help", async () => {
    const form = await issue();
    const refused = await submit(form.url, { lines: [] });
    expect(refused).toMatchObject({ status: 409, body: { code: "gate_blocked", reasons: [{ code: "NO_LINES", message: expect.any(String) }] } });
    expect(Object.keys(refused.body.reasons[0])).toEqual(["code", "message"]);
    for (const member of ["decisions", "unlock", "state"]) expect(refused.body).not.toHaveProperty(member);
    expect((await submit(form.url, { lines: "no list" })).body.code).toBe("payload_invalid");
    const bad = await submit(form.url, { lines: [...lines, { quality_code: "NO-SUCH", qty_m: "0" }] });
    expect(bad.body.errors).toEqual([
      { path: "/lines/1", message: expect.stringContaining("quality") },
      { path: "/lines/1", message: expect.stringContaining("quantity") },
    ]);
    const vast = await submit(form.url, { lines: [{ quality_code: "LINEN-01", qty_m: "9999999999999999.00" }] });
    const absurd = await submit(form.url, { lines: [{ quality_code: "LINEN-01", qty_m: "12345678901234567.00" }] });
    expect(absurd).toMatchObject({ status: 422, body: { errors: [{ path: "/lines/0/qty_m", message: expect.stringContaining("16 digits") }] } });
    expect(vast).toMatchObject({ status: 409, body: { reasons: [{ code: "BAD_QUANTITY" }], errors: [{ path: "/lines/0" }] } });
    expect((await get(form.url)).status).toBe(200);
  });
});

it("[WMS-55] a submission whose answer was lost gets it again with its key; with another key, body or form it does not", async () => {
  const [form, other] = [await issue(), await issue()];
  const keyed = (url: string, key: string, body: unknown = { lines }) =>
    call("POST", url, JSON.stringify(body), { "content-type": "application/json", "idempotency-key": key });
  const twice = await Promise.all([keyed(form.url, "first"), keyed(form.url, "first")]);
  for (const taken of [...twice, await keyed(form.url, "first")]) expect([taken.status, taken.body]).toEqual([200, { ref: form.code }]);
  expect((await keyed(form.url, "second")).status).toBe(410);
  expect((await submit(form.url, { lines })).status).toBe(410);
  expect((await keyed(form.url, "first", { lines: [...lines, ...lines] })).body.code).toBe("idempotency_key_reused");
  expect((await keyed(other.url, "first")).body).toEqual({ ref: other.code });
});

describe("[WMS-57] a spreadsheet", () => {
  const rows = (count: number) => Array.from({ length: count }, (_each, n) => ["LINEN-01", "white", n + 1.5, ""]);

  it("fills 20 lines and says so; nothing is kept", async () => {
    const form = await issue();
    const read = await sheet(form.url, [COLUMNS, ...rows(20)]);
    expect(read.status, read.text).toBe(200);
    expect(read.body).toMatchObject({ field: "lines", count: 20 });
    expect(read.body.rows[19]).toEqual({ line_no: 20, quality_code: "LINEN-01", color: "white", qty_m: "20.5" });
    expect((await submit(form.url, { lines: read.body.rows })).status).toBe(200);
  });

  it("is refused as a whole: 21 rows, another header, bad cells with their rows", async () => {
    const form = await issue();
    for (const count of [21, 60, 500]) {
      expect(await sheet(form.url, [COLUMNS, ...rows(count)])).toMatchObject({
        status: 422,
        body: { code: "import_invalid", reasons: [{ code: "TOO_MANY_LINES" }] },
      });
    }
    expect(await sheet(form.url, [["quality", "color", "qty_m", "note"], ...rows(2)])).toMatchObject({
      status: 422,
      body: { columns: COLUMNS, reasons: [{ code: "EXCEL_HEADER_MISMATCH" }], errors: [{ row: 1 }] },
    });
    const bad = await sheet(form.url, [COLUMNS, ...rows(1), ["NO-SUCH", "", 5, ""], ["LINEN-01", "", 0, ""]]);
    expect(bad.status).toBe(422);
    expect(bad.body.errors).toEqual([expect.objectContaining({ row: 3, code: "UNKNOWN_QUALITY" }), expect.objectContaining({ row: 4, code: "BAD_QUANTITY" })]);
    const cells = await sheet(form.url, [COLUMNS, ...rows(1), ["LINEN-01", "", "many", ""]]);
    expect(cells.body.errors).toEqual([expect.objectContaining({ row: 3, path: "/3/qty_m" })]);
  });

  it("tells every bad cell at once, each of its own row", async () => {
    const form = await issue();
    const read = await sheet(form.url, [
      COLUMNS,
      ...rows(1),
      ["NO-SUCH", "", 5, ""],
      ["LINEN-01", "", "many", ""],
      ["LINEN-01", "", 0, ""],
      ["", "", 1.234, ""],
      ["LINEN-01", "", "", ""],
      ["SATIN-09", "", 5, ""],
    ]);
    expect(read.body.errors.map(({ row, path, code, message }: Record<string, unknown>) => [row, path, code ?? message])).toEqual([
      [3, "/3", "UNKNOWN_QUALITY"],
      [4, "/4/qty_m", "must be a decimal with at most 2 digits after the point"],
      [5, "/5", "BAD_QUANTITY"],
      [6, "/6/quality_code", "is required"],
      [6, "/6/qty_m", "must be a decimal with at most 2 digits after the point"],
      [7, "/7/qty_m", "is required"],
      [8, "/8", "UNKNOWN_QUALITY"],
    ]);
    // The rows of the file are not the lines of the form: at a row nothing is said of others.
    expect(read.body.errors[0].message).toBe("This quality is not offered.");
    expect(read.body.detail).toBe("Some cells do not fit. Nothing was taken over.");
    const sent = await submit(form.url, { lines: [...lines, { ...lines[0], quality_code: "NO-SUCH" }] });
    expect(sent.body.errors).toEqual([{ path: "/lines/1", message: "This quality is not offered." }]);
    expect(sent.body.detail).toBe("Not offered: the quality in line 2.");
  });

  it("tells rows as the spreadsheet numbers them, also below empty ones", async () => {
    const form = await issue();
    const inSheet = await sheet(form.url, [COLUMNS, ...rows(1), ["", "", "", ""], [], ["NO-SUCH", "", 5, ""]]);
    expect(inSheet.body.errors).toEqual([expect.objectContaining({ row: 5, path: "/5", code: "UNKNOWN_QUALITY" })]);
    const inText = await call("POST", `${form.url}/rows`, `\n${COLUMNS.join(",")}\nLINEN-01,,5,\n\n,,,\nLINEN-01,,many,\n`, { "content-type": "text/csv" });
    expect(inText.body.errors).toEqual([expect.objectContaining({ row: 6, path: "/6/qty_m" })]);
  });

  it("takes nothing over that the sheet shows and the file does not say: errors, formulas without a value, merged cells", async () => {
    const form = await issue();
    const cells = `<row r="1">${COLUMNS.map((name) => `<c t="inlineStr"><is><t>${name}</t></is></c>`).join("")}</row>
      <row r="2"><c r="A2" t="str"><f>"LINEN-"&amp;"01"</f><v>LINEN-01</v></c><c r="C2"><f>B2*2</f></c></row>
      <row r="3"><c r="A3" t="inlineStr"><is><t>LINEN-01</t></is></c><c r="C3"><v>5</v></c><c r="D3" t="e"><v>#REF!</v></c></row>
      <row r="4"><c r="A4" t="inlineStr"><is><t>LINEN-01</t></is></c><c r="B4" t="inlineStr"><is><t>white</t></is></c><c r="C4"><v>5</v></c></row>
      <row r="5"><c r="A5" t="inlineStr"><is><t>LINEN-01</t></is></c><c r="B5"/><c r="C5"><v>6</v></c></row>`;
    const file = xlsxOf(`<sheetData>${cells}</sheetData><mergeCells count="1"><mergeCell ref="B4:B5"/></mergeCells>`);
    const read = await call("POST", `${form.url}/rows`, file, { "content-type": XLSX });
    expect(read.status).toBe(422);
    expect(read.body.errors).toEqual([
      { row: 2, path: "/2/qty_m", message: expect.stringContaining("formula") },
      { row: 3, path: "/3/note", message: expect.stringContaining("#REF!") },
      { row: 5, path: "/5/color", message: expect.stringContaining("B4:B5") },
    ]);
  });

  it("may be CSV; what is no table is refused, quickly", async () => {
    const form = await issue();
    const csv = (text: string) => call("POST", `${form.url}/rows`, text, { "content-type": "text/csv" });
    expect((await csv(`${COLUMNS.join(";")}\nLINEN-01;white;12.5;\n`)).body).toMatchObject({ count: 1, rows: [{ qty_m: "12.5" }] });
    expect((await csv(`${COLUMNS.join(",")}\n`)).status).toBe(422);
    expect(await call("POST", `${form.url}/rows`, "PK no", { "content-type": XLSX })).toMatchObject({ status: 422, body: { code: "import_invalid" } });
    expect((await call("POST", `${form.url}/rows`, "{}", { "content-type": "application/json" })).status).toBe(415);
    expect((await call("POST", `${form.url}/rows`, Buffer.alloc(6 * 1024 * 1024), { "content-type": "text/csv" })).status).toBe(413);
  });
});

describe("[WMS-58] a file", () => {
  const upload = (url: string, name: string, bytes: string | Buffer = "%PDF-1.7", mime = "application/pdf") =>
    call("POST", `${url}/files?name=${encodeURIComponent(name)}`, bytes, { "content-type": mime });

  it("is kept for people of the org, under what was uploaded, and reaches nobody else", async () => {
    const form = await issue();
    const kept = await upload(form.url, "spec.pdf");
    expect(kept.status, kept.text).toBe(201);
    expect(kept.body).toMatchObject({ name: "spec.pdf", mime: "application/pdf", size: 8 });
    const attachment = { file_id: kept.body.id, file_name: "other.exe", mime: "text/html", bytes: 1, note: "For the cutter only" };
    const taken = await submit(form.url, { lines, contact: { name: "Ida", email: "ida@fjord.example" }, attachments: [attachment] });
    expect(taken.status, taken.text).toBe(200);
    const [held] = (await api.as("owner.jtr").list("/records/attachments")).filter((each) => each.data.file_id === kept.body.id);
    expect(held?.data).toMatchObject({ file_name: "spec.pdf", mime: "application/pdf", bytes: 8, note: "For the cutter only" });
    expect((await api.as("owner.jtr").get(`/files/${kept.body.id}`)).text).toBe("%PDF-1.7");
    expect((await call("GET", `/api/v1/files/${kept.body.id}`)).status).toBe(401);
    const mails = (await api.mails()).filter((mail) => JSON.stringify(mail.to).includes("ida@fjord.example"));
    expect(mails.length).toBeGreaterThan(0);
    for (const mail of mails) expect(JSON.stringify(mail)).not.toMatch(/spec\.pdf|cutter/u);
  });

  it("of another kind, too large, or of another form is refused", async () => {
    const [form, other] = [await issue(), await issue()];
    expect(await upload(form.url, "run.exe")).toMatchObject({ status: 409, body: { reasons: [{ code: "ATTACHMENT_TYPE" }] } });
    expect(await upload(form.url, "big.pdf", Buffer.alloc(11 * 1024 * 1024))).toMatchObject({ body: { reasons: [{ code: "ATTACHMENTS_TOO_LARGE" }] } });
    // A byte above the limit does not read as the limit.
    expect((await upload(form.url, "big.pdf", Buffer.alloc(10 * 1024 * 1024 + 1))).body.detail).toBe("The files have 10.01 MB together; 10.00 MB are taken.");
    expect((await upload(form.url, "", "x")).body.code).toBe("query_invalid");
    expect((await upload(form.url, "empty.pdf", "")).body.code).toBe("payload_invalid");
    expect((await upload("/order-form/none", "a.pdf")).body.code).toBe("form_not_found");
    const elsewhere = await upload(other.url, "theirs.pdf");
    const named = await submit(form.url, { lines, attachments: [{ file_id: elsewhere.body.id, file_name: "theirs.pdf", bytes: 8 }] });
    expect(named).toMatchObject({ status: 422, body: { code: "payload_invalid", errors: [{ path: "/attachments/0/file_id" }] } });
    expect(await submit(form.url, { lines, attachments: [{ file_name: "run.exe", bytes: 1 }] })).toMatchObject({
      body: { reasons: [{ code: "ATTACHMENT_TYPE" }] },
    });
    const promised = await submit(form.url, { lines, attachments: [{ file_name: "never-sent.pdf", bytes: 1 }] });
    expect(promised).toMatchObject({ status: 422, body: { code: "payload_invalid", errors: [{ path: "/attachments/0/file_id" }] } });
    expect((await submit(form.url, { lines, attachments: [{ file_name: "a.pdf", bytes: -1 }] })).body.code).toBe("payload_invalid");
    expect((await get(form.url)).status).toBe(200);
  });

  it("is what its name says, by its first bytes, and is kept as that; marks that turn a name around are left out", async () => {
    const form = await issue();
    const bytes = { png: "\x89PNG\r\n\x1a\n", jpg: "\xff\xd8\xff\xe0", docx: "PK\x03\x04", pdf: "%PDF-1.7" };
    for (const [kind, head] of Object.entries(bytes)) {
      expect((await upload(form.url, `a.${kind}`, Buffer.from(`${head}...`, "latin1"), "text/html")).body).toMatchObject({
        mime: expect.not.stringContaining("html"),
      });
      const wrong = await upload(form.url, `b.${kind.toUpperCase()}`, "MZ\x90 a program");
      expect(wrong).toMatchObject({ status: 422, body: { code: "payload_invalid", errors: [{ path: "/name" }] } });
    }
    expect((await upload(form.url, "in\u202efdp.exe.pdf")).body).toMatchObject({ name: "infdp.exe.pdf" });
  });
});

it("strangers have a limit of their own, by address", async () => {
  const slow = await productApi({ GATEHOUSE_RATE_LIMIT: "100" });
  const answers = [];
  for (let n = 0; n < 22; n++) answers.push(await slow.running.server?.inject({ url: "/order-form/none", headers: { accept: "application/json" } }));
  expect(answers.slice(0, 20).every((answer) => answer?.statusCode === 404)).toBe(true);
  expect(answers[21]).toMatchObject({ statusCode: 429, headers: { "retry-after": expect.any(String) } });
});
