/** Large imports over the API: a job that tells how far it is, is all or nothing, can be stopped, and can be taken back. */
import { describe, expect, it } from "vitest";
import { settleDeadImports } from "#engine/service/import/import-job.ts";
import { productApi } from "#tests/support/product-api.ts";

const api = await productApi();
const WHY = { reason: "The file of last month" };
const COLUMNS = ["customer_tax_id", "value_date", "currency", "amount", "method", "reference", "po_code", "proforma_code"];
const rep = api.as("costing.jtr");
const [fjord] = await api.as("owner.jtr").list("/records/customers?q=Fjord");
const tax: string = fjord?.data.tax_id;
/** Whoever gets thousands of entries: other customers' figures are looked at. */
const [atlas] = await api.as("owner.jtr").list("/records/customers?q=Atlas");
const row = (reference: string, amount = "10.00", customer = tax) => [customer, "2026-02-01", "USD", amount, "transfer", reference, "", ""];
const csv = (rows: readonly (readonly string[])[]) => [COLUMNS, ...rows].map((each) => each.join(",")).join("\r\n");
const many = (name: string, count: number) => Array.from({ length: count }, (_, n) => row(`${name}-${n}`, `${n + 1}.00`, atlas?.data.tax_id));
const start = async (text: string, query = "?background=true", headers = {}) => {
  const answer = await api.as("costing.jtr", { headers }).upload(`/records/payments-ledger/import${query}`, "text/csv", text);
  expect(answer.status, answer.text.slice(0, 500)).toBe(202);
  return answer.body;
};
const ended = async (id: string) => {
  for (let tries = 0; tries < 600; tries++) {
    const { body } = await rep.get(`/imports/${id}`);
    if (!["checking", "writing"].includes(body.status)) return body;
    await new Promise((wake) => setTimeout(wake, 20));
  }
  return expect.fail("The import does not end");
};
const held = async (reference: string) => (await rep.list(`/records/payments-ledger?filter=${encodeURIComponent(JSON.stringify({ reference }))}`)).length;
const position = async () => {
  const { body } = await api.as("manager.jtr").get("/reports/credit?tab=positions&limit=100");
  return JSON.stringify(body.tab.rows.find(({ cells }: { cells: { customer: string } }) => cells.customer.startsWith("Fjord")).cells);
};

describe("[WMS-39] a large file", () => {
  it("is written by a job that counts, and the same file again changes nothing", async () => {
    const text = csv([...many("J", 3_000), row("J-0", "1.00", atlas?.data.tax_id)]);
    const job = await start(text, "?atomic=true&name=payments.csv");
    expect(job).toMatchObject({ status: "checking", total: 3_001, fileName: "payments.csv", atomic: true, org: "JTR", type: "payments-ledger" });
    expect(await ended(job.id)).toMatchObject({ status: "done", done: 3_001, created: 3_000, unchanged: 1, failed: 0, error: null, rows: [] });
    expect(await held("J-2999")).toBe(1);
    const again = await ended((await start(text)).id);
    expect(again).toMatchObject({ status: "done", created: 0, unchanged: 3_001 });
    expect((await rep.list("/imports?type=payments-ledger")).map(({ id }) => id).sort()).toEqual([again.id, job.id].sort());
  });

  it("is refused as a whole where a row does not fit, and every such row is told", async () => {
    const rows = many("B", 2_100).map((cells, n) => (n % 700 === 699 ? [cells[0], ...["2026-02-01", "USD", "ten"], ...cells.slice(4)].map(String) : cells));
    const refused = await ended((await start(csv(rows), "?atomic=true")).id);
    expect(refused).toMatchObject({ status: "refused", created: 2_097, failed: 3, error: "3 rows do not fit; nothing was written." });
    expect(refused.rows.map(({ row: at }: { row: number }) => at)).toEqual([701, 1_401, 2_101]);
    expect(await held("B-0")).toBe(0);
    const errors = await rep.get(`/imports/${refused.id}/errors.csv`);
    expect(errors.headers["content-type"]).toContain("text/csv");
    expect(
      errors.text
        .trim()
        .split("\r\n")
        .map((line) => line.split(",").slice(0, 2).join()),
    ).toEqual(["row,column", "701,amount", "1401,amount", "2101,amount"]);
    const partly = await ended((await start(csv(rows))).id);
    expect(partly).toMatchObject({ status: "done", created: 2_097, failed: 3 });
    expect(await held("B-0")).toBe(1);
  });

  it("is only tried where that is asked for", async () => {
    const tried = await ended((await start(csv([row("T-1"), row("T-2", "x")]), "?background=true&dryRun=true")).id);
    expect(tried).toMatchObject({ status: "done", dryRun: true, created: 1, failed: 1 });
    expect(await held("T-1")).toBe(0);
    expect((await rep.list("/imports")).map(({ id }) => id)).not.toContain(tried.id);
    expect((await rep.post(`/imports/${tried.id}/rollback`, WHY)).body).toMatchObject({ status: 409, code: "import_kept" });
  });

  it("starts once for one key, and asks for a job in the words of RFC 7240 too", async () => {
    const headers = { "idempotency-key": "import-once-1", prefer: "respond-async" };
    const first = await start(csv([row("K-1")]), "", headers);
    expect((await start(csv([row("K-1")]), "", headers)).id).toBe(first.id);
    expect(await ended(first.id)).toMatchObject({ created: 1, unchanged: 0 });
  });

  it("can be stopped, and then nothing of it is there", async () => {
    const job = await start(csv(many("C", 10_000)), "?atomic=true");
    const stopped = await rep.post(`/imports/${job.id}/cancel`);
    expect(stopped.body).toMatchObject({ status: "cancelled" });
    await new Promise((wake) => setTimeout(wake, 500));
    expect((await rep.get(`/imports/${job.id}`)).body.status).toBe("cancelled");
    expect(await held("C-0")).toBe(0);
    expect((await rep.post(`/imports/${job.id}/cancel`)).body.status).toBe("cancelled");
  });
});

describe("[WMS-39] an import", () => {
  it("is taken back with all that it meant; what was there before stays", async () => {
    const before = await position();
    const answer = await rep.upload("/records/payments-ledger/import", "text/csv", csv([row("R-1", "500.00"), row("R-2", "250.00")]));
    expect(answer.body).toMatchObject({ created: 2 });
    expect(await position()).not.toBe(before);
    const silent = await rep.post(`/imports/${answer.body.import}/rollback`, { reason: " " });
    expect(silent).toMatchObject({ status: 422, body: { code: "payload_invalid", errors: [{ path: "/reason" }] } });
    const back = await rep.post(`/imports/${answer.body.import}/rollback`, WHY);
    expect([back.status, back.body.status], back.text.slice(0, 500)).toEqual([200, "rolled_back"]);
    // The ledger is only added to: each entry stands beside the one that voids it.
    const entries = await rep.list(`/records/payments-ledger?filter=${encodeURIComponent(JSON.stringify({ reference: "R-1" }))}`);
    expect(entries.map(({ data }) => [data.entry_type, data.amount]).sort()).toEqual([
      ["payment", "500.00"],
      ["void", "-500.00"],
    ]);
    expect(entries.find(({ data }) => data.entry_type === "void")?.data.voids_id).toBe(entries.find(({ data }) => data.entry_type === "payment")?.id);
    expect([await held("R-2"), await held("J-1")]).toEqual([2, 1]);
    expect(await position()).toBe(before);
    expect((await rep.post(`/imports/${answer.body.import}/rollback`, WHY)).body.status).toBe("rolled_back");
    const audit = (await api.as("admin.jtr").list(`/audit?subjectType=import&subject=${answer.body.import}`)).map(({ action, detail }) => [
      action,
      detail.reason,
    ]);
    expect(audit).toEqual([
      ["import_rolled_back", WHY.reason],
      ["import_written", undefined],
    ]);
    // The same rows may come again.
    expect((await rep.upload("/records/payments-ledger/import", "text/csv", csv([row("R-1", "500.00")]))).body).toMatchObject({ created: 1 });
  });

  it("counts its rows as done at once, and one that wrote nothing cannot be taken back", async () => {
    const file = csv([row("N-1", "10.00"), row("N-2", "20.00")]);
    const first = (await rep.upload("/records/payments-ledger/import", "text/csv", file)).body;
    const second = (await rep.upload("/records/payments-ledger/import", "text/csv", file)).body;
    expect(second).toMatchObject({ created: 0, unchanged: 2 });
    expect((await rep.get(`/imports/${first.import}`)).body).toMatchObject({ status: "done", done: 2, total: 2 });
    const refused = await rep.post(`/imports/${second.import}/rollback`, WHY);
    expect(refused.body, refused.text).toMatchObject({ status: 409, code: "import_kept", detail: "The import wrote nothing that could be taken back." });
    expect((await rep.get(`/imports/${second.import}`)).body).toMatchObject({ status: "done", done: 2, total: 2 });
    expect((await rep.post(`/imports/${first.import}/rollback`, WHY)).body.status).toBe("rolled_back");
  });

  it("tells how far it is while it is taken back", async () => {
    const job = (await rep.list("/imports")).find(({ status, created }) => status === "done" && created === 2_097);
    const seen = new Set<number>();
    const shown = new Set<string>();
    let isOver = false;
    const back = rep.post(`/imports/${job.id}/rollback`, WHY).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      const { status, done } = (await rep.get(`/imports/${job.id}`)).body;
      if (status === "rolling_back") seen.add(done);
      const listed = (await rep.list("/imports")).find(({ id }) => id === job.id);
      shown.add(`${listed.status} ${listed.takeBack}`);
    }
    expect((await back).body).toMatchObject({ status: "rolled_back", done: 2_100, total: 2_100 });
    expect([...seen].filter((done) => done > 0 && done < 2_100)).not.toEqual([]);
    expect([...shown], "as another sees it").toContain("rolling_back false");
    expect([...shown].filter((each) => each !== "rolling_back false" && each !== "done true" && each !== "rolled_back false")).toEqual([]);
  });

  it("stays where a record of it was used since, and says which", async () => {
    const prices = api.as("pricing.jtr");
    const columns = ["customer_tax_id", "quality_code", "currency", "unit_price", "valid_from", "valid_to"];
    const text = [columns, [tax, "LINEN-01", "EUR", "3.10", "2026-05-01", ""], [tax, "LINEN-01", "EUR", "3.20", "2026-08-01", ""]]
      .map((cells) => cells.join(","))
      .join("\n");
    const answer = await prices.upload("/records/customer-prices/import", "text/csv", text);
    expect(answer.body, answer.text.slice(0, 500)).toMatchObject({ created: 2 });
    const { id } = answer.body.rows[1];
    const { body: held2, headers } = await prices.get(`/records/customer-prices/${id}`);
    const changed = await prices.patch(`/records/customer-prices/${id}`, { unit_price: "3.30" }, { "if-match": String(headers["etag"] ?? held2.etag) });
    expect(changed.status, changed.text.slice(0, 300)).toBe(200);
    // Who may write a file may not yet take one back.
    expect((await prices.post(`/imports/${answer.body.import}/rollback`, WHY)).body).toMatchObject({ code: "permission_denied", permission: "data.import" });
    const shown = async (account: string) => (await api.as(account).list("/imports")).find((each) => each.id === answer.body.import)?.takeBack;
    expect([await shown("pricing.jtr"), await shown("admin.jtr")]).toEqual([false, true]);
    const { done } = (await prices.get(`/imports/${answer.body.import}`)).body;
    const kept = await api.as("admin.jtr").post(`/imports/${answer.body.import}/rollback`, WHY);
    expect(kept.body).toMatchObject({ status: 409, code: "import_kept", rows: [{ row: 3, recordId: id, because: "changed" }] });
    expect((await prices.get(`/imports/${answer.body.import}`)).body, "nobody holds it any more").toMatchObject({ status: "done", done });
    expect((await prices.get(`/records/customer-prices/${answer.body.rows[0].id}`)).status).toBe(200);
  });

  it("whose process is gone is told as stopped within a minute, and can be sent again", async () => {
    const answer = await rep.upload("/records/payments-ledger/import", "text/csv", csv([row("S-1", "1.00")]));
    const heardOf = async (seconds: number) => {
      await api.database.sql(
        `update import_job set status = 'writing', error = null, updated_at = '${new Date(Date.parse(api.running.engine.clock.now()) - seconds * 1_000).toISOString()}' where id = '${answer.body.import}'`,
      );
      return (await rep.get(`/imports/${answer.body.import}`)).body;
    };
    expect(await heardOf(40)).toMatchObject({ status: "writing", error: null });
    expect(await settleDeadImports(api.running.engine)).toBe(0);
    expect(await heardOf(50)).toMatchObject({ status: "failed", error: expect.stringContaining("has stopped") });
    expect(await settleDeadImports(api.running.engine)).toBe(1);
    expect((await rep.get(`/imports/${answer.body.import}`)).body).toMatchObject({ status: "failed", error: expect.stringContaining("has stopped") });
  });

  it("[WMS-01] is nobody else's: not another org's, nor one's who may not import the type", async () => {
    const [job] = await rep.list("/imports");
    for (const account of ["owner.mod", "owner.jtr"]) {
      for (const [method, path] of [
        ["get", ""],
        ["get", "/errors.csv"],
        ["post", "/rollback"],
        ["post", "/cancel"],
      ] as const)
        expect([account, path, (await api.as(account)[method](`/imports/${job.id}${path}`, ...(path === "/rollback" ? [WHY] : []))).status]).toEqual([
          account,
          path,
          404,
        ]);
      expect(await api.as(account).list("/imports")).toEqual([]);
    }
    for (const id of ["nonsense", "00000000-0000-7000-8000-000000000000"]) expect((await rep.get(`/imports/${id}`)).status).toBe(404);
  });
});
