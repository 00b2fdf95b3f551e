/**
 * Somebody of MOD alone, on two databases that differ in what JTR owns and does: the full fixture with a busy JTR, and the
 * same without any of JTR's records. Everything they can ask must be answered the same, byte for byte (WMS-01, G-08, G-43).
 */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, confirmByWarehouse } from "#tests/support/order-acts.ts";
import { type Answer, type ProductApi, wonDeal } from "#tests/support/product-api.ts";
import { MOD_ACCOUNTS as ACCOUNTS, expectSame, normal, openWorlds, type Worlds } from "#tests/support/two-worlds.ts";

let worlds: Worlds;
let full: ProductApi;
let bare: ProductApi;
let foreign: Worlds["foreign"];

beforeAll(async () => {
  worlds = await openWorlds();
  ({ full, bare, foreign } = worlds);
}, 120_000);

const TYPES = [
  "customers",
  "customer-org-profiles",
  "credit-limits",
  "deals",
  "deal-lines",
  "purchase-orders",
  "proformas",
  "contracts",
  "payments-ledger",
  "price-list",
  "price-snapshots",
  "approval-requests",
  "stock-by-quality-cache",
  "qualities",
  "fx-rates",
  "supply-requests",
  "shortage-decisions",
  "central-stock-checks",
  "po-allocations-mirror",
  "reservation-mirrors",
  "order-mirrors",
  "order-form-submissions",
  "order-form-tokens",
  "email-messages",
  "attachments",
  "nonsense",
];

const same = (ask: (api: ProductApi, account: string) => Promise<Answer>, what: string) => expectSame(worlds, ask, what);

describe("lists and totals", () => {
  it("[WMS-01] of every type, its search, filter and export are the same", { timeout: 120_000 }, async () => {
    for (const type of TYPES) {
      await same((api, account) => api.as(account).get(`/records/${type}?limit=200`), type);
      await same((api, account) => api.as(account).get(`/records/${type}?limit=200&q=Atlas`), `${type} by search`);
      await same((api, account) => api.as(account).get(`/records/${type}/export`), `export of ${type}`);
    }
    await same((api, account) => api.as(account).get("/records/customers?limit=200&q=Fjord"), "a customer of JTR alone");
    // Who may see a list takes it away only with the permission for that.
    const takes = async (account: string) => (await worlds.full.as(account).get("/records/customers/export")).status;
    expect([await takes("owner.mod"), await takes("manager.mod"), await takes("exec")]).toEqual([403, 200, 200]);
  });

  it("[WMS-01] of instances, tasks, mails, outbox, audit, receipts, settings and orgs are the same", { timeout: 120_000 }, async () => {
    const paths = [
      "/me",
      "/orgs",
      "/instances?limit=200",
      "/instances?machine=deal",
      "/tasks?limit=200",
      "/mails?limit=200",
      "/outbox?limit=200",
      "/audit?limit=200",
      "/settings",
      "/settings/credit-payments",
      "/contracts/crm-wms/receipts?limit=200",
      "/activations",
      "/releases",
      "/replays",
    ];
    const byKey = (answer: Answer): Answer => {
      const items = [...(answer.body.items ?? [])].sort((a, b) => (`${a.kind} ${a.key}` < `${b.kind} ${b.key}` ? -1 : 1));
      return { ...answer, text: answer.status === 200 ? JSON.stringify({ ...answer.body, items }) : answer.text };
    };
    // Effects of one instant have no order between transactions.
    for (const path of paths)
      await same(async (api, account) => (path.startsWith("/outbox") ? byKey : (answer: Answer) => answer)(await api.as(account).get(path)), path);
    await same((api, account) => api.as(account).post("/audit/verify"), "verification");
  });

  it("[WMS-01][WMS-02] the scope all is MOD alone", async () => {
    for (const type of ["deals", "purchase-orders", "customers", "payments-ledger"]) {
      await same((api, account) => api.as(account, { org: "all" }).get(`/records/${type}?limit=200`), `${type} of all orgs`);
      const [one, all] = [
        await full.as("manager.mod").get(`/records/${type}?limit=200`),
        await full.as("manager.mod", { org: "all" }).get(`/records/${type}?limit=200`),
      ];
      expect(all.text).toBe(one.text);
    }
  });

  it("[WMS-01] search finds nothing of it, whatever is searched", async () => {
    for (const q of ["Atlas", "Fjord", "Cobalt", foreign.deal, foreign.order, "Linen", "overdue"])
      await same((api, account) => api.as(account).get(`/search?q=${encodeURIComponent(q)}`), `search for ${q}`);
  });
});

describe("single things", () => {
  it("[WMS-01] MOD's own order reads the same whatever JTR is: instance, history, explanation, versions", async () => {
    const { at } = worlds;
    expect((await full.as("admin.jtr").list("/records/deals")).length).toBeGreaterThan(1);
    expect(await bare.as("admin.jtr").list("/records/deals")).toEqual([]);
    await same((api, account) => api.as(account).get(`/instances/${at(api).deal}`), "deal");
    await same((api, account) => api.as(account).get(`/instances/${at(api).order}`), "order");
    await same((api, account) => api.as(account).get(`/instances/${at(api).order}/history`), "history of the order");
    await same((api, account) => api.as(account).get(`/instances/${at(api).deal}/history`), "history of the deal");
    await same(
      (api, account) => api.as(account).post(`/instances/${at(api).order}/explain`, { type: "ship_date.set", payload: { ship_date: "2026-02-10" } }),
      "explanation",
    );
    await same((api, account) => api.as(account).get(`/records/deals/${codeOf(at(api).deal)}/versions`), "versions");
  });

  it("[WMS-01] what belongs to JTR answers as what nobody has: read, written, sent, explained", async () => {
    const unknown = { deal: "JTRDL22222222", order: "JTRPO22222222", id: "019c0000-0000-7000-8000-000000000000" };
    const echo = (text: string) => text.replaceAll(foreign.deal, unknown.deal).replaceAll(foreign.order, unknown.order).replaceAll(foreign.dealId, unknown.id);
    const pairs: [string, (deal: string, order: string, id: string, account: string) => Promise<Answer>][] = [
      ["deal by code", (deal, _o, _i, account) => full.as(account).get(`/records/deals/${deal}`)],
      ["deal by id", (_d, _o, id, account) => full.as(account).get(`/records/deals/${id}`)],
      ["versions", (deal, _o, _i, account) => full.as(account).get(`/records/deals/${deal}/versions`)],
      ["instance", (deal, _o, _i, account) => full.as(account).get(`/instances/deal:${deal}`)],
      ["history", (_d, order, _i, account) => full.as(account).get(`/instances/purchase-order:${order}/history`)],
      ["event", (_d, order, _i, account) => full.as(account).post(`/instances/purchase-order:${order}/events`, { type: "shipment.approve" })],
      ["explain", (_d, order, _i, account) => full.as(account).post(`/instances/purchase-order:${order}/explain`, { type: "shipment.approve" })],
      ["change", (_d, _o, id, account) => full.as(account).patch(`/records/deals/${id}`, { notes: "x" })],
      ["removal", (_d, _o, id, account) => full.as(account).del(`/records/deals/${id}`)],
      ["instances of a record", (deal, _o, _i, account) => full.as(account).get(`/instances?record=deals:${deal}`)],
      ["decision about a record", (deal, _o, _i, account) => full.as(account).post("/decisions/credit-block", { record: { type: "deals", id: deal } })],
      ["mails of an order", (_d, order, _i, account) => full.as(account).get(`/mails?record=${order}`)],
      [
        "bulk",
        (_d, order, _i, account) => full.as(account).post("/bulk/events", { items: [{ instance: `purchase-order:${order}`, type: "shipment.approve" }] }),
      ],
    ];
    for (const [what, ask] of pairs) {
      for (const account of ACCOUNTS) {
        const [theirs, nobodys] = [
          await ask(foreign.deal, foreign.order, foreign.dealId, account),
          await ask(unknown.deal, unknown.order, unknown.id, account),
        ];
        expect(echo(normal({ ...theirs, text: echo(theirs.text) })), `${what} as ${account}`).toBe(normal(nobodys));
      }
    }
  });

  it("[WMS-01] an org without a grant answers as an org that does not exist", async () => {
    for (const path of ["/records/deals", "/instances", "/me", "/settings", "/search?q=x", "/nonsense"]) {
      for (const account of ACCOUNTS) {
        const [jtr, xxx] = [await full.as(account, { org: "JTR" }).get(path), await full.as(account, { org: "XXX" }).get(path)];
        expect(normal(jtr).replaceAll("JTR", "XXX"), `${path} as ${account}`).toBe(normal(xxx));
      }
    }
  });

  it("[WMS-03] a deal is made in the Active Org, in none of all, and in no org without a grant", async () => {
    const multi = (org: string) => full.as("manager.multi", { org });
    const [customer] = await multi("MOD").list("/records/customers?q=Gala");
    const create = (org: string, more: object = {}) =>
      multi(org).post("/instances", {
        machine: "deal",
        event: { type: "deal.create", payload: { customer_id: customer.id, currency: "USD", lines: [], ...more } },
      });
    const made = await create("MOD");
    expect([made.status, made.body.org], made.text.slice(0, 800)).toEqual([201, "MOD"]);
    const all = await create("all");
    expect(all.status).toBe(422);
    expect(all.body.code).toBe("org_required");
    expect((await create("XXX")).status).toBe(404);
  });

  it("[WMS-04][WMS-05] Delta: one customer, a profile each; inactive in JTR it is hidden from sales there and alive in MOD", async () => {
    expect(await full.as("owner.jtr").list("/records/customers?q=Delta")).toEqual([]);
    const inMod = await full.as("owner.mod").list("/records/customers?q=Delta");
    expect(inMod).toHaveLength(1);
    const inJtr = await full.as("admin.jtr").list("/records/customers?q=Delta");
    expect(inJtr.map(({ id }) => id)).toEqual(inMod.map(({ id }) => id));
    expect((await full.as("owner.jtr").get(`/records/customers/${inMod[0].id}`)).status).toBe(404);
    const profile = async (account: string) =>
      (await full.as(account).list(`/records/customer-org-profiles?filter=${encodeURIComponent(JSON.stringify({ customer_id: inMod[0].id }))}`))[0];
    const before = await profile("admin.jtr");
    const mod = await profile("admin.mod");
    const changed = await full.as("admin.mod").patch(`/records/customer-org-profiles/${mod.id}`, { shipping_address: "New street 1, Izmir" });
    expect(changed.status, changed.text).toBe(200);
    expect((await profile("admin.jtr")).data).toEqual(before.data);
    expect((await profile("admin.mod")).data.shipping_address).toBe("New street 1, Izmir");
  });
});

describe("what crosses the border", () => {
  it("[WMS-73][WMS-74] a MOD order of a partner's stock, held by the partner's figures, shows neither whose stock nor what figures (G-08)", async () => {
    const { orders } = await wonDeal(full, { by: "owner.mod", customer: "Gala", lines: [{ qty_m: "500", unit_price: "5.00", stock_owner_org: "PARTNER" }] });
    const order = orders[0] as string;
    await confirmByWarehouse(full, order, ["500"], "MOD");
    const charge = await full.as("costing.jtr").post("/records/payments-ledger", {
      entry_type: "opening",
      customer_id: (await full.as("admin.jtr").list("/records/customers?q=MOD internal"))[0].id,
      currency: "USD",
      amount: "99999.00",
      value_date: "2026-01-01",
      due_date: "2026-03-01",
      reference: "internal",
    });
    expect(charge.status, charge.text).toBe(201);
    for (const account of ["owner.mod", "manager.mod", "admin.mod"]) {
      const caller = full.as(account);
      const seen = [
        await caller.get(`/instances/${order}`),
        await caller.get(`/instances/${order}/history`),
        await caller.post(`/instances/${order}/explain`, { type: "shipment.approve" }),
        await caller.post(`/instances/${order}/events`, { type: "shipment.approve" }),
        await caller.get("/records/deal-lines?limit=200"),
        await caller.get("/records/stock-by-quality-cache?limit=200"),
        await caller.get("/outbox?limit=200"),
        await caller.get("/audit?limit=200"),
      ];
      for (const [index, { text }] of seen.entries()) {
        expect(text.match(/.{60}JTR.{60}/u)?.[0], `${account}, answer ${index}`).toBeUndefined();
        expect(text.match(/.{60}99999.{60}/u)?.[0], `${account}, answer ${index}`).toBeUndefined();
      }
    }
    const refusal = await full.as("manager.mod").refused(order, "shipment.approve");
    expect(JSON.stringify(refusal)).toContain("INTERCOMPANY_HOLD");
  });
});
