/** Somebody of two orgs: what all orgs show together, in which org something is made, and who no longer sees an inactive customer. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, confirmByWarehouse } from "#tests/support/order-acts.ts";
import { type Answer, type Caller, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});

const named = (items: readonly { readonly data: { readonly name: string } }[]) => items.map(({ data }) => data.name).sort();
const filter = (value: object) => encodeURIComponent(JSON.stringify(value));
const multi = (org: string) => api.as("manager.multi", { org });
const customerOf = async (caller: Caller, name: string) => (await caller.list(`/records/customers?q=${name}`))[0];
const create = (caller: Caller, payload: object): Promise<Answer> =>
  caller.post("/instances", { machine: "deal", event: { type: "deal.create", payload: { currency: "USD", lines: [], ...payload } } });

describe("all orgs", () => {
  it("[WMS-02][WMS-05] show the customers of each, and one who is inactive in one org by the other", async () => {
    const inJtr = named(await multi("JTR").list("/records/customers?limit=50"));
    const inMod = named(await multi("MOD").list("/records/customers?limit=50"));
    expect(inJtr).toEqual(["Atlas Tekstil", "Boreal Home", "Cobalt Living", "Fjord Hotels", "MOD internal"]);
    expect(inMod).toEqual(["Delta Trading", "Echo Interiors", "Gala Linens"]);
    expect(named(await multi("all").list("/records/customers?limit=50"))).toEqual([...inJtr, ...inMod].sort());
    const gala = await customerOf(multi("MOD"), "Gala");
    expect((await multi("all").get(`/records/customers/${gala.id}`)).status).toBe(200);
    expect((await multi("all").get("/search?q=Gala")).text).toContain("Gala Linens");
    const page = (await multi("all").get("/reports/customers")).text;
    for (const name of [...inJtr, ...inMod]) expect(page).toContain(name);
  });
});

describe("a new deal", () => {
  it("[WMS-03] belongs to the org that it names, and to no other than the chosen one where it names none", async () => {
    const fjord = await customerOf(multi("JTR"), "Fjord");
    const gala = await customerOf(multi("MOD"), "Gala");
    expect((await create(api.as("manager.multi"), { customer_id: fjord.id })).body.org).toBe("JTR");
    expect((await create(multi("all"), { customer_id: gala.id, org_id: "MOD" })).body.org).toBe("MOD");
    expect((await create(multi("JTR"), { customer_id: gala.id, org_id: "MOD" })).body.org).toBe("MOD");
    const orgs = await api.as("manager.multi").list("/orgs");
    const jtr = orgs.find(({ code }) => code === "JTR");
    const byId = await create(multi("all"), { customer_id: fjord.id, org_id: jtr.id });
    expect([byId.status, byId.body.org, byId.body.record?.code], byId.text.slice(0, 600)).toEqual([201, "JTR", expect.stringMatching(/^JTRDL/u)]);
    const foreign = await create(api.as("owner.mod"), { customer_id: gala.id, org_id: "JTR" });
    const unknown = await create(api.as("owner.mod"), { customer_id: gala.id, org_id: "XXX" });
    expect([foreign.status, foreign.body.code]).toEqual([404, "not_found"]);
    expect({ ...foreign.body, instance: "" }).toEqual({ ...unknown.body, instance: "" });
    const nowhere = await create(multi("all"), { customer_id: fjord.id });
    expect([nowhere.status, nowhere.body.code]).toEqual([422, "org_required"]);
    const before = (await api.as("admin.jtr").list("/records/deals?limit=200")).length;
    expect((await create(multi("JTR"), { customer_id: fjord.id, org_id: "XXX" })).status).toBe(404);
    expect((await api.as("admin.jtr").list("/records/deals?limit=200")).length).toBe(before);
  });
});

describe("an inactive profile", () => {
  it("[WMS-05] is hidden from selling roles with the customer; the running order of the customer stays workable", async () => {
    const { deal, orders } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "100" }] });
    const fjord = await customerOf(api.as("admin.jtr"), "Fjord");
    const profiles = (account: string) => api.as(account).list(`/records/customer-org-profiles?filter=${filter({ customer_id: fjord.id })}`);
    const [profile] = await profiles("owner.jtr");
    expect((await api.as("owner.jtr").patch(`/records/customer-org-profiles/${profile.id}`, { status: "inactive" })).status).toBe(403);
    expect((await api.as("admin.jtr").patch(`/records/customer-org-profiles/${profile.id}`, { status: "inactive" })).status).toBe(200);
    for (const account of ["owner.jtr", "owner2.jtr", "manager.jtr", "manager.multi"]) {
      expect([account, await api.as(account).list("/records/customers?q=Fjord"), await profiles(account)]).toEqual([account, [], []]);
      expect((await api.as(account).get(`/records/customers/${fjord.id}`)).status).toBe(404);
      expect((await api.as(account).get(`/records/customer-org-profiles/${profile.id}`)).status).toBe(404);
      expect((await create(api.as(account), { customer_id: fjord.id })).status).toBe(422);
    }
    for (const account of ["admin.jtr", "pricing.jtr", "costing.jtr", "exec"]) {
      expect([account, (await api.as(account, { org: "JTR" }).list("/records/customers?q=Fjord")).length, (await profiles(account)).length]).toEqual([
        account,
        1,
        1,
      ]);
    }
    const refused = await create(api.as("admin.jtr"), { customer_id: fjord.id });
    expect([refused.status, refused.body.reasons[0].code]).toEqual([409, "CUSTOMER_INACTIVE"]);
    expect((await api.as("owner.jtr").get(`/records/deals/${codeOf(deal)}`)).body.data.customer_name).toBe("Fjord Hotels");
    const order = orders[0] as string;
    await confirmByWarehouse(api, order, ["100"]);
    await api.as("manager.jtr").send(order, "shipment.approve", { note: "agreed before" });
    expect((await api.as("admin.jtr").patch(`/records/customer-org-profiles/${profile.id}`, { status: "active" })).status).toBe(200);
    expect(await profiles("owner.jtr")).toHaveLength(1);
  });
});

describe("exposure", () => {
  it("[WMS-02][WMS-15] is a row per org and currency, never one sum; who holds one org sees that one alone", async () => {
    const exposure = async (account: string, org: string) => {
      const page = await api.as(account, { org }).get("/reports/exposure");
      expect(page.status, page.text.slice(0, 600)).toBe(200);
      return page.body;
    };
    const summary = (page: { readonly summary: readonly { readonly org: string; readonly value: unknown }[] }) =>
      page.summary.map(({ org, value }) => ({ org, value }));
    await wonDeal(api, { by: "owner.mod", customer: "Gala", lines: [{ qty_m: "30", unit_price: "5.00" }] });
    const atlas = await customerOf(api.as("owner.jtr"), "Atlas");
    const entry = (more: object) =>
      api
        .as("costing.jtr")
        .post("/records/payments-ledger", { customer_id: atlas.id, value_date: "2026-02-02", method: "transfer", reference: "X-1", ...more });
    const paid = await entry({ entry_type: "payment", currency: "EUR", amount: "700.00" });
    expect(paid.status, paid.text).toBe(201);
    // 48,000 and 1,200 charged, 420 of the running order.
    const jtr = {
      org: "JTR",
      value: [
        { currency: "EUR", exposure: "-700.00" },
        { currency: "USD", exposure: "49620.00" },
      ],
    };
    const mod = { org: "MOD", value: [{ currency: "USD", exposure: "150.00" }] };
    expect(summary(await exposure("manager.multi", "JTR"))).toEqual([jtr]);
    expect(summary(await exposure("manager.multi", "all"))).toEqual([jtr, mod]);
    expect(summary(await exposure("owner.mod", "all"))).toEqual([mod]);
    const rows = (await exposure("manager.multi", "all")).tab.rows.map(({ org, cells }: { org: string; cells: Record<string, unknown> }) => [
      org,
      cells["customer"],
      cells["exposure"],
    ]);
    expect(rows).toContainEqual(["JTR", "Atlas Tekstil", ["48000.00 USD", "-700.00 EUR"]]);
    expect(rows).toContainEqual(["MOD", "Gala Linens", ["150.00 USD"]]);
    const voided = await entry({ entry_type: "void", currency: "EUR", amount: "-700.00", voids_id: paid.body.id, reference: "X-2" });
    expect(voided.status, voided.text).toBe(201);
    expect(summary(await exposure("manager.multi", "JTR"))[0]?.value).toEqual([
      { currency: "EUR", exposure: "0.00" },
      { currency: "USD", exposure: "49620.00" },
    ]);
  });
});

describe("what is looked for", () => {
  it("[WMS-12][WMS-22] is found by its whole code, a part of a name, an address, and by no word of another", async () => {
    const codes = async (q: string) => (await api.as("pricing.jtr").list(`/records/qualities?q=${encodeURIComponent(q)}`)).map(({ data }) => data.code);
    expect(await codes("LINEN-01")).toEqual(["LINEN-01"]);
    expect(await codes("linen 01")).toEqual(["LINEN-01"]);
    expect(await codes("01")).toEqual(["LINEN-01"]);
    expect(await codes("LINEN-02")).toEqual([]);
    expect(await codes("jute-0")).toEqual(["JUTE-04"]);
    expect(
      (await api.as("pricing.jtr").get("/search?q=VELVET-02")).body.items.map(({ code, title }: { code: string; title: string }) => code ?? title),
    ).toContain("VELVET-02");
    expect((await api.as("pricing.jtr").get("/reports/qualities?q=SATIN-03")).body.tab.rows).toHaveLength(1);
  });
});
