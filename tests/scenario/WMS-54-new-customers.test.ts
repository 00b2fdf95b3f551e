/** Strangers who send a form: known, unknown, unknown twice, at once, of another country; and what a review does to what waits for it. */
import { beforeAll, describe, expect, it } from "vitest";
import { codesOf } from "#tests/support/order-acts.ts";
import { type Answer, type Caller, type ProductApi, productApi } from "#tests/support/product-api.ts";

let api: ProductApi;
let owner: Caller;
let manager: Caller;
beforeAll(async () => {
  api = await productApi();
  owner = api.as("owner.jtr");
  manager = api.as("manager.jtr");
});

const lines = [{ quality_code: "LINEN-01", qty_m: "10", color: "white" }];
const issue = (payload: object = {}): Promise<Answer> => owner.post("/instances", { machine: "order-form-token", event: { type: "token.issue", payload } });
async function link(customer_id: string | null = null): Promise<{ readonly url: string; readonly ref: string }> {
  const answer = await issue({ customer_id });
  expect(answer.status, answer.text).toBe(201);
  return { url: answer.body.url, ref: answer.body.record.code };
}
const submit = (url: string, contact: object) => api.post(url, { contact, lines }, { accept: "application/json" });
const filtered = (type: string, filter: object) => owner.list(`/records/${type}?filter=${encodeURIComponent(JSON.stringify(filter))}`);
/** The deal that a submission made, as its instance shows it. */
async function dealOf(ref: string) {
  const [record] = await filtered("deals", { request_ref: ref });
  expect(record, `the deal of ${ref}`).toBeDefined();
  return {
    key: `deal:${record.code}`,
    customer: record.data.customer_id as string,
    ...record.data,
    state: (await owner.instance(`deal:${record.code}`)).state,
  };
}
async function sent(contact: object) {
  const { url, ref } = await link();
  const answer = await submit(url, contact);
  expect(answer.status, answer.text).toBe(200);
  await api.drain();
  return await dealOf(ref);
}
const reviewOf = (customer: string) => `customer-review:${customer}`;

describe("a stranger", () => {
  it("[WMS-54] waits for the review with everything that is asked for it, however often the form is sent", async () => {
    const zoe = { name: "Zoe", email: "zoe@new.example", company: "New Co", tax_id: "7777777777", country: "TR" };
    const first = await sent(zoe);
    expect(first).toMatchObject({ pending_review: true, submitted_from_form: true, state: { commercial: "pending_review" } });
    expect((await owner.get(`/records/customers/${first.customer}`)).body.data).toMatchObject({
      pending_review: true,
      created_via: "order_form",
      tax_id: "7777777777",
    });
    const again = await sent({ ...zoe, tax_id: " 777 777 7777 " });
    expect(again.customer).toBe(first.customer);
    expect(again).toMatchObject({ pending_review: true, state: { commercial: "pending_review" } });
    const payload = { customer_id: first.customer, currency: "USD", lines: [{ ...lines[0], unit_price: "4.20", currency: "USD" }] };
    const byHand = await owner.post("/instances", { machine: "deal", event: { type: "deal.create", payload } });
    await owner.send(byHand.body.key, "deal.submit");
    const refused = await owner.refused(byHand.body.key, "deal.win");
    expect(codesOf(refused)).toContain("CUSTOMER_PENDING_REVIEW");
    for (const { key } of [first, again]) expect((await owner.refused(key, "deal.win")).code).toBe("event_not_available");

    const review = reviewOf(first.customer);
    await owner.refused(review, "review.approve", { payment_mode: "cash" }, 403);
    expect(codesOf(await manager.refused(review, "review.approve"))).toEqual(["PAYMENT_MODE_REQUIRED"]);
    await manager.send(review, "review.approve", { payment_mode: "credit", payment_terms_days: 30 });
    for (const { request_ref } of [first, again]) {
      const { key, pending_review, state } = await dealOf(request_ref);
      expect([pending_review, state.commercial]).toEqual([false, { open: "ready" }]);
      await owner.send(key, "deal.win");
    }
    await owner.send(byHand.body.key, "deal.win");
    const [profile] = await filtered("customer-org-profiles", { customer_id: first.customer });
    expect(profile.data).toMatchObject({ status: "active", payment_mode: "credit", payment_terms_days: 30 });
  });

  it("[WMS-53][WMS-54] of two at once with one new tax id both are taken, and make one customer; nobody is told that it exists", async () => {
    const [one, two] = [await link(), await link()];
    const contact = { name: "Pia", email: "pia@pair.example", company: "Pair", tax_id: "5555", country: "DE" };
    const answers = await Promise.all([one, two].map(({ url }) => submit(url, contact)));
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual([one, two].map(({ ref }) => `200 ${JSON.stringify({ ref })}`));
    await api.drain();
    const deals = [await dealOf(one.ref), await dealOf(two.ref)];
    expect(new Set(deals.map(({ customer }) => customer)).size).toBe(1);
    expect(deals.map(({ pending_review }) => pending_review)).toEqual([true, true]);
  });

  it("[WMS-54] is told apart by country, and not by an empty tax id", async () => {
    const [germany, france] = [
      await sent({ company: "Ida DE", email: "ida@de.example", tax_id: "888", country: "DE" }),
      await sent({ company: "Ida FR", email: "ida@fr.example", tax_id: "888", country: "FR" }),
    ];
    expect(france.customer).not.toBe(germany.customer);
    expect(france.customer_name).toBe("Ida FR");
    const nameless = [
      await sent({ company: "Blank 1", email: "b1@x.example", tax_id: "" }),
      await sent({ company: "Blank 2", email: "b2@x.example", tax_id: "  " }),
    ];
    expect(nameless.map(({ customer_name }) => customer_name)).toEqual(["Blank 1", "Blank 2"]);
  });

  it("[WMS-54] is known by the address alone where no tax id is told, in whatever case, and where only one has it", async () => {
    const [boreal] = await owner.list("/records/customers?q=Boreal");
    const [profile] = await filtered("customer-org-profiles", { customer_id: boreal.id });
    const put = (emails: readonly string[]) => manager.patch(`/records/customer-org-profiles/${profile.id}`, { contact_emails: emails });
    expect((await put(["buyer@boreal.example", "both@agent.example"])).status).toBe(200);
    const known = { customer: boreal.id, pending_review: false, total: "42.00", currency: "USD" };
    expect(await sent({ name: "Bo", email: "Buyer@Boreal.example" })).toMatchObject(known);
    expect(await sent({ name: "Bo", email: "buyer@boreal.example", tax_id: "31415" })).toMatchObject({ pending_review: true });
    const twin = await sent({ company: "Agent", email: "both@agent.example", tax_id: "27182" });
    expect((await sent({ company: "Whose", email: "both@agent.example" })).customer_name).toBe("Whose");
    expect(twin.customer).not.toBe(boreal.id);
  });
});

describe("a review", () => {
  it("[WMS-54][WMS-60] merges into another customer of the org, not into itself; what was new is then gone from sales", async () => {
    const double = await sent({ company: "Fjord Hotel", email: "x@fjord.example", tax_id: "4711", country: "TR" });
    const review = reviewOf(double.customer);
    expect(codesOf(await manager.refused(review, "review.merge", { customer_id: double.customer }))).toEqual(["MERGE_INTO_ITSELF"]);
    const [gala] = await api.as("owner.mod").list("/records/customers?q=Gala");
    expect((await manager.refused(review, "review.merge", { customer_id: gala.id }, 422)).code).toBe("payload_invalid");
    const [fjord] = await owner.list("/records/customers?q=Fjord%20Hotels");
    const shown = (await manager.get(`/instances/${review}`)).body;
    expect(JSON.stringify(shown.events ?? shown)).toContain('"x-filter":{"pending_review":false}');
    const offered = (await filtered("customers", { pending_review: false })).map(({ id }) => id);
    expect([offered.includes(fjord.id), offered.includes(double.customer)]).toEqual([true, false]);
    await manager.send(review, "review.merge", { customer_id: fjord.id });
    expect(await dealOf(double.request_ref)).toMatchObject({ customer: fjord.id, customer_name: "Fjord Hotels", pending_review: false });
    expect((await owner.list("/records/customers?q=Fjord")).map(({ id }) => id)).toEqual([fjord.id]);
  });

  it("[WMS-54] that refuses the customer ends its requests, with the reason", async () => {
    const unwanted = await sent({ company: "Nobody", email: "n@nobody.example", tax_id: "666", country: "TR" });
    await manager.send(reviewOf(unwanted.customer), "review.reject", { reason: "No such company" });
    expect((await dealOf(unwanted.request_ref)).state.commercial).toBe("cancelled");
    expect(await owner.list("/records/customers?q=Nobody")).toEqual([]);
  });

  it("[WMS-54] is asked for again when somebody who was refused sends another form, with its link too", async () => {
    const contact = { company: "Twice", email: "t@twice.example", tax_id: "667", country: "TR" };
    const first = await sent(contact);
    const [kept, spare] = [await link(first.customer), await link()];
    await manager.send(reviewOf(first.customer), "review.reject", { reason: "No such company" });
    const told = (await api.mails()).length;
    expect((await submit(kept.url, contact)).status).toBe(200);
    await api.drain();
    const again = await dealOf(kept.ref);
    expect(again).toMatchObject({ customer: first.customer, pending_review: true, state: { commercial: "pending_review" } });
    const asked = (await api.mails()).slice(told).find(({ subject }) => subject === "Review the new customer Twice");
    for (const part of [asked?.text, asked?.html]) expect(part).toMatch(new RegExp(`http://localhost:\\d+/work/${reviewOf(first.customer)}`, "u"));
    expect((await submit(spare.url, contact)).status).toBe(200);
    await api.drain();
    expect(await dealOf(spare.ref)).toMatchObject({ customer: first.customer, pending_review: true });
    await manager.send(reviewOf(first.customer), "review.approve", { payment_mode: "cash" });
    for (const { ref } of [kept, spare]) expect((await dealOf(ref)).state.commercial).toEqual({ open: "ready" });
    expect((await dealOf(first.request_ref)).state.commercial).toBe("cancelled");
  });

  it("[WMS-54] that merged a customer sends its later forms to the other one, however often it was merged on", async () => {
    const [one, two] = [await sent({ company: "Merge 1", tax_id: "811" }), await sent({ company: "Merge 2", tax_id: "812" })];
    const [fjord] = await owner.list("/records/customers?q=Fjord%20Hotels");
    const open = await manager.refused(reviewOf(one.customer), "review.merge", { customer_id: two.customer });
    expect(codesOf(open)).toEqual(["MERGE_TARGET_UNREVIEWED"]);
    await manager.send(reviewOf(two.customer), "review.merge", { customer_id: fjord.id });
    await manager.send(reviewOf(one.customer), "review.merge", { customer_id: fjord.id });
    for (const tax_id of ["811", "812"]) {
      const later = await sent({ company: "Merged", tax_id });
      expect(later).toMatchObject({ customer: fjord.id, customer_name: "Fjord Hotels", pending_review: false });
    }
  });
});

describe("a credit request", () => {
  it("[WMS-60][WMS-70] asks for an amount in a currency of the house, tells who may grant it once, and sets the limit", async () => {
    const [fjord] = (await owner.list("/records/customers?q=Fjord%20Hotels")) as [{ id: string }];
    const [profile] = await filtered("customer-org-profiles", { customer_id: fjord.id });
    const ask = (payload: object) => {
      const request = { type: "credit_request", subject: { type: "customer-org-profiles", id: profile.id }, payload, reason: "season" };
      return owner.post("/instances", { machine: "approval-request", event: { type: "approval.request", payload: request } });
    };
    for (const limit of ["-5", "1.234", "much", "", null]) expect(codesOf((await ask({ currency: "USD", limit })).body)).toEqual(["LIMIT_INVALID"]);
    for (const currency of ["GBP", "usd", null]) expect(codesOf((await ask({ currency, limit: "5.00" })).body)).toEqual(["LIMIT_INVALID"]);
    const asked = await ask({ currency: "EUR", limit: "90000.00" });
    expect(asked.status, asked.text.slice(0, 400)).toBe(201);
    expect(codesOf((await ask({ currency: "EUR", limit: "90000.00" })).body)).toEqual(["REQUEST_OPEN"]);
    await api.drain();
    const told = await api.as("admin.jtr").list("/mails?type=credit_request_submitted");
    expect(told.map(({ recipients }) => recipients)).toEqual([
      ["admin.jtr@gatehouse.example", "manager.jtr@gatehouse.example", "manager.multi@gatehouse.example"],
    ]);
    const mail = (await api.mails()).findLast(({ subject }) => subject.startsWith("Credit request for Fjord"));
    for (const part of [mail?.text, mail?.html]) expect(part).toMatch(new RegExp(`http://localhost:\\d+/work/${asked.body.key}`, "u"));
    await owner.refused(asked.body.key, "approval.approve", { note: "mine" }, 403);
    await manager.send(asked.body.key, "approval.approve", { note: "fine" });
    const limits = (
      await manager.list(`/records/credit-limits?${new URLSearchParams({ filter: JSON.stringify({ profile_id: profile.id, currency: "EUR" }) })}`)
    ).map(({ data }) => [data.limit, data.valid_from]);
    expect(limits.sort()).toEqual([
      ["25000.00", "2026-01-01"],
      ["90000.00", "2026-02-02"],
    ]);
  });
});

describe("a link", () => {
  it("[WMS-52] cannot end before it begins, nor end and never end", async () => {
    const codes = async (payload: object) => {
      const answer = await issue(payload);
      return [answer.status, answer.status === 409 ? codesOf(answer.body) : answer.body.code];
    };
    expect(await codes({ expires_at: "2026-01-01T00:00:00Z" })).toEqual([409, ["EXPIRES_IN_THE_PAST"]]);
    expect(await codes({ expires_at: "2026-02-02T09:00:00+03:00" })).toEqual([409, ["EXPIRES_IN_THE_PAST"]]);
    expect(await codes({ expires_at: "2026-03-01T00:00:00Z", never_expires: true })).toEqual([409, ["EXPIRY_UNCLEAR"]]);
    const good = await issue({ expires_at: "2026-02-02T09:00:01+03:00" });
    expect(good.status).toBe(201);
    const refused = await owner.refused(good.body.id, "token.regenerate", { expires_at: "2025-01-01T00:00:00Z" });
    expect(codesOf(refused)).toEqual(["EXPIRES_IN_THE_PAST"]);
    await owner.send(good.body.id, "token.revoke");
    expect((await owner.refused(good.body.id, "token.regenerate")).code).toBe("event_not_available");
  });
});
