/** Money by org and currency: payments reduce what is open, rates have their instants, currencies and orgs never mix. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toOrgContext } from "#engine/service/auth/principals.ts";
import { evaluate } from "#engine/service/work/expression.ts";
import { inWork } from "#engine/service/work/in-work.ts";
import { systemScope } from "#engine/service/work/scope.ts";
import { loadOrg, type OrgRow } from "#engine/store/people.ts";
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

describe("a long ledger", () => {
  type Entry = { id: string; type: string; cur: string; cents: number; due: string | null; po: string | null; left: number };
  const add = async (customer: string, entries: readonly Entry[], voids: readonly { of: Entry; cents: number }[]) => {
    const row = (id: string, of: Entry, more: object) => ({ id, data: { customer_id: customer, currency: of.cur, value_date: "2026-01-02", ...more } });
    const rows = [
      ...entries.map((e) => row(e.id, e, { entry_type: e.type, amount: (e.cents / 100).toFixed(2), due_date: e.due, po_id: e.po })),
      ...voids.map(({ of, cents }) => row(randomUUID(), of, { entry_type: "void", amount: (cents / 100).toFixed(2), voids_id: of.id })),
    ];
    await api.database.sql(
      `insert into record (org_id, id, type, data, created_at, created_by, updated_at, updated_by)
       select (select id from org where code = 'JTR'), (e ->> 'id')::uuid, 'payments-ledger', e -> 'data', '2026-02-02', 'test', '2026-02-02', 'test' from jsonb_array_elements($1::jsonb) e`,
      [JSON.stringify(rows)],
    );
  };
  const known = async (customer: string) => {
    const row = await api.running.engine.store.work({ orgs: "system", actorId: "system" }, async (tx) => {
      const [org] = await tx.query<{ id: string }>("select id from org where code = 'JTR'");
      return await loadOrg(tx, org?.id ?? "");
    });
    const context = toOrgContext(row as OrgRow);
    return await inWork(api.running.engine, systemScope(context), context, async (work) => {
      const values = await evaluate(
        work,
        {},
        { position: `fact("credit-position", {customer: "${customer}", deal: null})`, charges: `fact("charges", {customer: "${customer}"})` },
      );
      const by: Record<string, unknown> = {};
      for (const { currency, open_exposure, overdue } of values.position as { currency: string; open_exposure: number; overdue: number }[]) {
        const open = (values.charges as { currency: string; open_amount: number }[]).filter((charge) => charge.currency === currency);
        by[currency] = [open_exposure, overdue, open.reduce((sum, { open_amount }) => sum + Math.round(Number(open_amount) * 100), 0) / 100].map(Number);
      }
      return by;
    });
  };
  /** What the specification says, charge by charge: payments named for an order cover its charges or wait for them, the rest covers the oldest. */
  const expected = (entries: readonly Entry[]) => {
    const isCredit = (e: Entry) => e.type === "payment" || e.cents < 0;
    const by: Record<string, unknown> = {};
    const charged = new Set(entries.filter((e) => !isCredit(e)).map(({ po }) => po));
    for (const cur of new Set(entries.map((e) => e.cur))) {
      const [credits, debits] = [true, false].map((is) => entries.filter((e) => e.cur === cur && isCredit(e) === is)) as [Entry[], Entry[]];
      const worth = (e: Entry) => Math.abs(e.left);
      const own = debits.map((e) => ({ ...e, rest: e.left })).sort((a, b) => ((a.due ?? "~") < (b.due ?? "~") ? -1 : (a.due ?? "~") > (b.due ?? "~") ? 1 : 0));
      let pool = 0;
      const named = new Map<string, number>();
      for (const credit of credits) {
        if (credit.po === null) pool += worth(credit);
        else if (own.some(({ po }) => po === credit.po)) named.set(credit.po, (named.get(credit.po) ?? 0) + worth(credit));
        else if (charged.has(credit.po)) pool += worth(credit);
      }
      for (const charge of own) {
        const paid = Math.min(charge.rest, named.get(charge.po ?? "") ?? 0);
        charge.rest -= paid;
        if (charge.po !== null && named.has(charge.po)) named.set(charge.po, (named.get(charge.po) ?? 0) - paid);
      }
      pool += [...named.values()].reduce((sum, left) => sum + left, 0);
      for (const charge of own) {
        const paid = Math.min(charge.rest, pool);
        charge.rest -= paid;
        pool -= paid;
      }
      const sum = (cents: readonly number[]) => cents.reduce((total, each) => total + each, 0) / 100;
      const exposure = sum([...debits.map((e) => e.left), ...credits.map((e) => -worth(e))]);
      by[cur] = [exposure, sum(own.filter(({ due }) => due !== null && due < "2026-01-26").map(({ rest }) => rest)), sum(own.map(({ rest }) => rest))];
    }
    return by;
  };

  it("[WMS-13][WMS-28] covers each charge as it would one by one, whatever names an order, is voided, or has no due date", async () => {
    await api.setClock("2026-02-02T09:00:00+03:00");
    let seed = 20_260_202;
    const below = (n: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * n);
    };
    for (let run = 0; run < 40; run++) {
      const customer = randomUUID();
      const orders = Array.from({ length: 1 + below(6) }, () => randomUUID());
      const entries = Array.from({ length: below(30) }, (): Entry => {
        const type = ["charge", "charge", "opening", "payment", "payment", "payment", "adjustment"][below(7)] as string;
        const cents = (1 + below(5)) * 1_000 * (type === "adjustment" && below(2) === 0 ? -1 : 1);
        const due = type === "payment" || below(6) === 0 ? null : `2026-01-${String(15 + below(16)).padStart(2, "0")}`;
        return {
          id: randomUUID(),
          type,
          cur: below(4) === 0 ? "EUR" : "USD",
          cents,
          due,
          po: below(3) === 0 ? null : (orders[below(orders.length)] as string),
          left: cents,
        };
      });
      const voids = entries.filter(() => below(8) === 0).map((of) => ({ of, cents: below(2) === 0 ? -of.cents : -of.cents / 2 }));
      for (const { of, cents } of voids) of.left += cents;
      await add(customer, entries, voids);
      expect(await known(customer), JSON.stringify({ run, entries, voids }, null, 1)).toEqual(expected(entries));
    }
  });

  /** Charges of 100.00, every second one of an order, each paid by an entry of its own: all of it, or 90.00 of every third. */
  const pairs = (many: number): readonly Entry[] => {
    const due = (n: number) => `2025-${String(1 + (n % 12)).padStart(2, "0")}-${String(1 + (n % 28)).padStart(2, "0")}`;
    return Array.from({ length: many }, (_, n): Entry[] => {
      const po = n % 2 === 0 ? randomUUID() : null;
      const charge = { id: randomUUID(), type: "charge", cur: "USD", cents: 10_000, due: due(n), po, left: 10_000 };
      const paid = n % 3 === 0 ? 9_000 : 10_000;
      return [charge, { id: randomUUID(), type: "payment", cur: "USD", cents: paid, due: null, po, left: paid }];
    }).flat();
  };

  it("[WMS-28] of more than 10,000 entries of one customer is known: by order, and without, on connections that planned it for a few hundred", async () => {
    const [short, long] = [pairs(150), pairs(5_200)];
    const [few, many] = [randomUUID(), randomUUID()];
    await add(few, short, []);
    // Asked at once, so that each connection of the pool plans for them.
    for (const seen of await Promise.all(Array.from({ length: 10 }, () => known(few)))) expect(seen).toEqual(expected(short));
    await add(many, long, []);
    for (const seen of await Promise.all(Array.from({ length: 4 }, () => known(many)))) expect(seen).toEqual(expected(long));
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
