/** Why a mail was sent or not: policy, routing and opt-out, each with its code in the log of mails, and the sink as witness. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, confirmByWarehouse, shipByWarehouse } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
beforeAll(async () => {
  api = await productApi();
});

const fjord = async () => (await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] })).orders[0] as string;
const ofMod = async (customer: string) =>
  (await wonDeal(api, { by: "owner.mod", customer, lines: [{ qty_m: "10", unit_price: "5.00", stock_owner_org: "MOD" }] })).orders[0] as string;

async function post(event: string, order: string, sequence: number, data: object, org = "JTR"): Promise<void> {
  const code = codeOf(order);
  const answer = await api.wms(event, { org, id: `${code}.${sequence}`, sequence, subject: { type: "purchase_order", ref: code }, data });
  expect(answer.status, answer.text).toBe(202);
}

async function shipped(order: string, org = "JTR"): Promise<void> {
  await confirmByWarehouse(api, order, ["10"], org);
  await api.as(org === "JTR" ? "manager.jtr" : "manager.mod").send(order, "shipment.approve", { note: "ok" });
  await shipByWarehouse(api, order, org);
}

/** The log of mails about an order. */
const mailsOf = async (order: string, type: string, org = "JTR") => {
  await api.drain();
  return (await api.as(org === "JTR" ? "admin.jtr" : "admin.mod").list(`/mails?record=${codeOf(order)}&type=${type}&limit=50`)).map(
    ({ state, code, decision, recipients }) => ({
      state,
      code,
      verdict: decision.verdict,
      reason: decision.code,
      version: typeof decision.version,
      recipients,
    }),
  );
};
const received = async (order: string) => (await api.mails()).filter(({ subject, html }) => `${subject} ${html}`.includes(codeOf(order)));
const route = async (account: string, values: object) => {
  const answer = await api.as(account).patch("/settings/email-routing", values);
  expect(answer.status, answer.text).toBe(200);
};

describe("customer mails", () => {
  it("[WMS-63][WMS-65] shipped is sent once; a customer who opted out gets none, and the log says so", async () => {
    const order = await fjord();
    await shipped(order);
    expect(await mailsOf(order, "shipped")).toMatchObject([{ state: "sent", verdict: "send", reason: "OK", version: "string" }]);
    const customer = (await received(order)).filter(({ to }) => !to.some((address: string) => address.endsWith("@gatehouse.example")));
    expect(customer).toHaveLength(1);

    // Said on the deal's own timeline too.
    const deal = (await api.as("manager.jtr").get(`/records/purchase-orders/${codeOf(order)}`)).body.data.deal_id;
    const { code } = (await api.as("manager.jtr").get(`/records/deals/${deal}`)).body;
    for (const ref of [deal, code, `deals:${code}`])
      expect((await api.as("owner.jtr").list(`/mails?record=${ref}&type=shipped`)).map(({ state, record }) => [state, record.code])).toEqual([
        ["sent", codeOf(order)],
      ]);
    expect(await api.as("owner.mod").list(`/mails?record=${deal}`)).toEqual([]);

    const echo = await ofMod("Echo");
    await shipped(echo, "MOD");
    expect(await mailsOf(echo, "shipped", "MOD")).toMatchObject([{ state: "suppressed", code: "OPTED_OUT", verdict: "suppress", reason: "OPTED_OUT" }]);
    expect((await received(echo)).filter(({ to }) => !to.some((address: string) => address.endsWith("@gatehouse.example")))).toEqual([]);
  });

  it("[WMS-63][WMS-64] goes to each address of the customer once, however it is written, with the org's name and nobody else's", async () => {
    const mod = api.as("owner.mod");
    const [{ id }] = (await mod.list("/records/customers?q=Gala")) as [{ id: string }];
    const [profile] = await mod.list(`/records/customer-org-profiles?filter=${encodeURIComponent(JSON.stringify({ customer_id: id }))}`);
    const addresses = (contact_emails: readonly string[]) => api.as("admin.mod").patch(`/records/customer-org-profiles/${profile.id}`, { contact_emails });
    expect((await addresses(["a@gala.example", "b@gala.example", "A@Gala.example"])).status).toBe(200);
    const order = await ofMod("Gala");
    await shipped(order, "MOD");
    expect(await mailsOf(order, "shipped", "MOD")).toMatchObject([{ state: "sent", recipients: ["a@gala.example", "b@gala.example"] }]);
    const [mail] = (await received(order)).filter(({ to }) => to.includes("a@gala.example"));
    expect(`${mail.from} ${mail.subject} ${mail.html} ${mail.text}`).not.toMatch(/jtr/iu);
    for (const part of [codeOf(order), `TRK-${codeOf(order)}`, "MOD"]) expect(mail.html).toContain(part);
    await addresses([]);
    const silent = await ofMod("Gala");
    await shipped(silent, "MOD");
    expect(await mailsOf(silent, "shipped", "MOD")).toMatchObject([{ state: "suppressed", code: "NO_RECIPIENT" }]);
    await addresses(profile.data.contact_emails);
  });

  it("[WMS-66] picking_started is off by default; the org that switches it on sends it, the other does not", async () => {
    const before = await fjord();
    await post("picking.started", before, 1, { started_at: "2026-02-02T09:00:00+03:00" });
    expect(await mailsOf(before, "picking_started")).toMatchObject([{ state: "suppressed", code: "OFF_BY_DEFAULT", reason: "OFF_BY_DEFAULT" }]);
    await route("admin.mod", { picking_started: { enabled: true } });
    const gala = await ofMod("Gala");
    await post("picking.started", gala, 1, { started_at: "2026-02-02T09:00:00+03:00" }, "MOD");
    expect(await mailsOf(gala, "picking_started", "MOD")).toMatchObject([{ state: "sent", verdict: "send", reason: "OK" }]);
    const after = await fjord();
    await post("picking.started", after, 1, { started_at: "2026-02-02T09:00:00+03:00" });
    expect(await mailsOf(after, "picking_started")).toMatchObject([{ state: "suppressed", code: "OFF_BY_DEFAULT" }]);
  });

  it("[WMS-62] prepared stays off in v1 though the org switched it on; a changed tracking number is never mailed", async () => {
    await route("admin.jtr", { prepared: { enabled: true } });
    const order = await fjord();
    await post("order.prepared", order, 1, { packages: 2 });
    expect(await mailsOf(order, "prepared")).toMatchObject([{ state: "suppressed", code: "POLICY_LOCKED_OFF", reason: "POLICY_LOCKED_OFF" }]);
    const other = await fjord();
    await shipped(other);
    const count = (await received(other)).length;
    await post("shipment.tracking_changed", other, 8, { carrier: "UPS", tracking_id: "NEW-1" });
    expect(await mailsOf(other, "tracking_changed")).toMatchObject([{ state: "suppressed", code: "NEVER_AUTO", reason: "NEVER_AUTO" }]);
    expect(await received(other)).toHaveLength(count);
    expect((await api.as("manager.jtr").get(`/records/purchase-orders/${codeOf(other)}`)).body.data.tracking_id).toBe("NEW-1");
  });

  it("[WMS-61] shipped switched off by JTR is suppressed there as ORG_DISABLED, and sent in MOD", async () => {
    await route("admin.jtr", { shipped: { enabled: false } });
    const order = await fjord();
    await shipped(order);
    expect(await mailsOf(order, "shipped")).toMatchObject([{ state: "suppressed", code: "ORG_DISABLED", reason: "ORG_DISABLED" }]);
    const gala = await ofMod("Gala");
    await shipped(gala, "MOD");
    expect(await mailsOf(gala, "shipped", "MOD")).toMatchObject([{ state: "sent", reason: "OK" }]);
    await route("admin.jtr", { shipped: { enabled: null } });
  });

  it("[WMS-67] recipients are the org's own: JTR routes its overrides to operations, the change is audited", async () => {
    await route("admin.jtr", { override_used: { recipients: ["ops@jtr.example"] } });
    const { deal } = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "1" }] });
    await api.as("manager.jtr").send(deal, "credit.override", { reason_code: "MANAGEMENT_DECISION" });
    expect(await mailsOf(deal, "override_used")).toMatchObject([{ state: "sent", recipients: ["ops@jtr.example"] }]);
    expect((await api.mails()).filter(({ to }) => to.includes("ops@jtr.example"))).toHaveLength(1);
    const audit = (await api.as("admin.jtr").list("/audit?limit=200")).filter(
      (entry) => JSON.stringify(entry).includes("ops@jtr.example") && /setting/u.test(entry.action),
    );
    expect(audit).toHaveLength(1);

    // A role is everybody who holds it in the org when the mail goes out; an address that is named too is written to once.
    await route("admin.jtr", { override_used: { recipients: ["manager.jtr@gatehouse.example"], roles: ["sales_manager", "costing"] } });
    const second = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "1" }] });
    await api.as("manager.jtr").send(second.deal, "credit.override", { reason_code: "MANAGEMENT_DECISION" });
    const [mail] = await mailsOf(second.deal, "override_used");
    expect(mail?.state).toBe("sent");
    expect([...(mail?.recipients ?? [])].sort()).toEqual(["costing.jtr@gatehouse.example", "manager.jtr@gatehouse.example", "manager.multi@gatehouse.example"]);
    // A copy goes to who is not written to already; answers go where the org says.
    await route("admin.jtr", {
      override_used: { recipients: ["ops@jtr.example"], roles: [], cc: ["audit@jtr.example", "OPS@jtr.example"], reply_to: "desk@jtr.example" },
    });
    const third = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "1" }] });
    await api.as("manager.jtr").send(third.deal, "credit.override", { reason_code: "MANAGEMENT_DECISION" });
    const [copied] = (await api.mails()).filter(({ to }) => to.includes("audit@jtr.example"));
    expect(copied).toMatchObject({ to: ["ops@jtr.example", "audit@jtr.example"] });
    const [told] = await api.as("admin.jtr").list(`/mails?type=override_used&record=${codeOf(third.deal)}`);
    expect([told.recipients, told.cc]).toEqual([["ops@jtr.example"], ["audit@jtr.example"]]);
    expect(copied?.headers).toMatchObject({ cc: "audit@jtr.example", "reply-to": "desk@jtr.example" });
    const wrong = await api.as("admin.jtr").patch("/settings/email-routing", { override_used: { roles: ["everybody"] } });
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([422, "/override_used/roles/0"]);
  });

  it("[WMS-67] people may be named: they get it while they hold a grant in the org, and nobody of another org can be", async () => {
    await route("admin.jtr", {
      override_used: { recipients: [], roles: [], cc: [], users: ["pricing.jtr@gatehouse.example", "costing.jtr@gatehouse.example"] },
    });
    const { deal } = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "1" }] });
    await api.as("manager.jtr").send(deal, "credit.override", { reason_code: "MANAGEMENT_DECISION" });
    expect((await mailsOf(deal, "override_used"))[0]?.recipients.toSorted()).toEqual(["costing.jtr@gatehouse.example", "pricing.jtr@gatehouse.example"]);
    const stranger = await api.as("admin.jtr").patch("/settings/email-routing", { override_used: { users: ["owner.mod@gatehouse.example"] } });
    expect([stranger.status, stranger.body.errors]).toEqual([422, [{ path: "/override_used/users/0", message: "names no people that you can see" }]]);
    const unknown = await api.as("admin.jtr").patch("/settings/email-routing", { no_such_type: { enabled: true } });
    expect([unknown.status, JSON.stringify(unknown.body.errors)]).toEqual([422, expect.stringContaining("no_such_type")]);
    await route("admin.jtr", { override_used: { users: [] } });
  });

  it("[WMS-67] the org's own words stand in place of a part of the template, in that org alone; words that the mail cannot fill are refused", async () => {
    const own = (template: object | null) => api.as("admin.jtr").patch("/settings/email-routing", { shipped: { template } });
    for (const [template, path, told] of [
      [{ subject: "Order {{deal_code}}" }, "/shipped/template/subject", "deal_code"],
      [{ html: "{{#each lines}}{{internal_cost}}{{/each}}" }, "/shipped/template/html", "lines.[].internal_cost"],
      [{ text: "{{#if po_number}}" }, "/shipped/template/text", "cannot be read"],
      [{ html: "<p>{{{po_number}}}</p>" }, "/shipped/template/html", "Line 1"],
    ] as const) {
      const answer = await own(template);
      expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([422, path]);
      expect(answer.body.errors[0].message).toContain(told);
    }
    expect((await own({ subject: "Yola çıktı: {{po_number}}", html: "<p>{{customer_name}}: {{tracking_id}}</p>" })).status).toBe(200);
    const order = await fjord();
    await shipped(order);
    await api.drain();
    const [mail] = await api.as("admin.jtr").list(`/mails?record=${codeOf(order)}&type=shipped`);
    expect(mail).toMatchObject({ state: "sent", subject: `Yola çıktı: ${codeOf(order)}`, html: `<p>Fjord Hotels: TRK-${codeOf(order)}</p>` });
    expect(mail.text).toContain("we have handed your order to the carrier");
    const gala = await ofMod("Gala");
    await shipped(gala, "MOD");
    expect((await received(gala)).map(({ subject }) => subject)).toContain(`Your order ${codeOf(gala)} is on its way`);
    expect((await own(null)).status).toBe(200);
    const audited = (await api.as("admin.jtr").list("/audit?limit=200")).filter((entry) => JSON.stringify(entry).includes("Yola"));
    expect(audited.length, "set and taken back, each with what it was").toBe(2);
  });

  it("[WMS-67] an admin tries a mail on himself: to his address alone, with the org's looks and no copies; nobody else may", async () => {
    await route("admin.jtr", { shipped: { cc: ["copy@jtr.example"], reply_to: "desk@jtr.example" } });
    const ask = (account: string, body: object) => api.as(account).post("/settings/email-routing/test-mail", body);
    const count = (await api.mails()).length;
    const words = { subject: "Try {{po_number}}" };
    expect(await ask("admin.jtr", { mail: "shipped", words })).toMatchObject({
      status: 201,
      body: { to: "admin.jtr@gatehouse.example", subject: "Try ‹po number›" },
    });
    const [mail, ...more] = (await api.mails()).slice(count);
    expect(more).toEqual([]);
    expect(mail).toMatchObject({ to: ["admin.jtr@gatehouse.example"], subject: "Try ‹po number›", headers: { "reply-to": "desk@jtr.example" } });
    expect(mail.headers.cc).toBeUndefined();
    expect(mail.html).toContain("JTR");
    // The clock stands still: which of the mails of this instant comes first is chance.
    const logged = (await api.as("admin.jtr").list("/mails?type=shipped&limit=50")).find(({ code }) => code === "TEST");
    expect(logged).toMatchObject({ state: "sent", decision: { source: "test" }, record: null });
    expect((await ask("admin.jtr", { mail: "shipped", words: { html: "{{owner_email}}" } })).body.errors[0].path).toBe("/words/html");
    expect((await ask("owner.jtr", { mail: "shipped" })).status).toBe(403);
    expect((await ask("admin.jtr", { mail: "no-such" })).status).toBe(404);
    expect((await api.as("admin.jtr").post("/settings/fulfilment/test-mail", { mail: "shipped" })).status).toBe(404);
    await route("admin.jtr", { shipped: { cc: [], reply_to: null } });
  });
});
