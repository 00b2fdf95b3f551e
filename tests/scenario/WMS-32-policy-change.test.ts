/** Policy as content over HTTP: drafted, checked with its blast radius, approved by a second person, active, taken back; the log stays. */
import { beforeAll, describe, expect, it } from "vitest";
import { codesOf } from "#tests/support/order-acts.ts";
import { type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
const designer = () => api.as("designer", { org: "JTR" });
const admin = () => api.as("admin.jtr");
const qa = () => api.as("qa", { org: "JTR" });

beforeAll(async () => {
  api = await productApi();
});

async function draftOf(kind: string, key: string, change: (content: Record<string, any>) => void): Promise<string> {
  const draft = await designer().post("/drafts", { name: `change of ${key}` });
  expect(draft.status, draft.text).toBe(201);
  const { body } = await designer().get(`/drafts/${draft.body.id}/definitions/${kind}/${key}`);
  const content = structuredClone(body.content);
  change(content);
  const put = await designer().put(`/drafts/${draft.body.id}/definitions/${kind}/${key}`, content);
  expect(put.status, put.text.slice(0, 2000)).toBe(200);
  return draft.body.id;
}

async function published(draft: string, note: string): Promise<number> {
  const release = await designer().post("/releases", { draft, note });
  expect(release.body.checks?.tests.failures ?? []).toEqual([]);
  expect(release.status, release.text.slice(0, 3000)).toBe(201);
  expect(release.body.state).toBe("pending");
  const number = release.body.number;
  expect((await designer().post(`/releases/${number}/approve`, {})).status, "the designer may not approve").toBe(403);
  const approved = await admin().post(`/releases/${number}/approve`, { note: "fine" });
  expect([approved.status, approved.body.state], approved.text.slice(0, 1000)).toEqual([200, "approved"]);
  return number;
}

async function activate(release: number, note: string): Promise<void> {
  const answer = await admin().post("/activations", { release, note });
  expect(answer.status, answer.text.slice(0, 1000)).toBe(201);
}

async function replayed(against: object): Promise<any> {
  const started = await qa().post("/replays", { against, missingFacts: "recorded" });
  expect(started.status, started.text).toBe(202);
  for (;;) {
    const { body } = await qa().get(`/replays/${started.body.id}`);
    if (!["queued", "running"].includes(body.status)) return body;
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

describe("a table", () => {
  it("[WMS-31][WMS-32] is drafted, checked, refused to its author, approved, active, rolled back; what was decided stays as it was", {
    timeout: 120_000,
  }, async () => {
    // Given: a credit customer in good standing ships without payment.
    const before = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
    const manager = api.as("manager.jtr");
    expect((await manager.instance(before.orders[0] as string)).state.payment).toBe("not_required");
    const history = (await manager.get(`/instances/${before.orders[0]}/history`)).text;

    // When: a designer demands payment from every credit customer, in a draft.
    const draft = await draftOf("table", "credit-payments.payment-required", (content) => {
      const row = content["rows"].find(({ id }: { id: string }) => id === "else");
      row.then = { payment_required: "true", why: '"CREDIT_OK"' };
      for (const test of content["tests"]) if (test.expect.fired[0] === "else") test.expect.output.payment_required = true;
    });
    const report = await designer().post(`/drafts/${draft}/check`);
    expect(report.status, report.text.slice(0, 2000)).toBe(200);
    expect(report.body.tests.failures).toEqual([]);
    expect(report.body).toMatchObject({ ok: true, schema: { ok: true }, references: { ok: true }, lints: { ok: true }, tests: { ok: true } });
    expect(report.body.tests.total).toBeGreaterThan(50);
    expect(report.body.replay.changed, JSON.stringify(report.body.replay).slice(0, 2000)).toBeGreaterThan(0);
    expect((await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "1" }] })).orders.length, "a draft decides nothing").toBe(1);
    expect((await designer().post("/activations", { release: 1, note: "no" })).status).toBe(403);

    // Then: pending, its author is refused by name of the reason, the admin approves and activates.
    const release = await designer().post("/releases", { draft, note: "everybody pays first" });
    expect([release.status, release.body.state], release.text.slice(0, 2000)).toEqual([201, "pending"]);
    const number = release.body.number;
    expect((await admin().post("/activations", { release: number, note: "early" })).body.code).toBe("release_not_approved");
    const own = await designer().post(`/releases/${number}/approve`, {});
    expect([own.status, own.body.code]).toEqual([403, "own_release"]);
    expect((await admin().post(`/releases/${number}/approve`, { note: "agreed" })).status).toBe(200);
    await activate(number, "from now on");

    // The next decision follows; the one before is what it was.
    const after = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
    const order = after.orders[0] as string;
    expect((await manager.instance(order)).state).toMatchObject({ payment: "pending", logistics: "awaiting_release" });
    const refusal = await api.as("owner.jtr").refused(order, "po.release");
    expect(codesOf(refusal)).toEqual(["PAYMENT_PENDING"]);
    expect((await manager.get(`/instances/${before.orders[0]}/history`)).text).toBe(history);
    expect((await manager.list(`/instances/${order}/history`)).map(({ release: made }) => made)).toEqual([number]);
    const changed = await admin().get(`/releases/1/diff/${number}`);
    expect(changed.body.definitions.map(({ key }: { key: string }) => key)).toEqual(["credit-payments.payment-required"]);

    // Rolled back: the older release decides again, the newer log keeps its release.
    await activate(1, "back");
    const back = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
    expect((await manager.instance(back.orders[0] as string)).state.payment).toBe("not_required");
    expect((await admin().list("/activations")).map(({ release: active }) => active).slice(0, 2)).toEqual([1, number]);

    // Old events replay: against the release that made them nothing changes, against the other one the difference is named.
    const same = await replayed({ release: 1 });
    expect(same, JSON.stringify(same)).toMatchObject({ status: "done" });
    const other = await replayed({ release: number });
    expect(other.changed).toBeGreaterThan(0);
    expect(other.byGate.find(({ key }: { key: string }) => key === "credit-payments.po-release-gate").shuts).toBeGreaterThan(0);
    const diffs = await qa().get(`/replays/${other.id}/diffs?limit=50`);
    expect(diffs.text, "each difference names the policy behind it").toContain("credit-payments.payment-required");
    const audit = await admin().list("/audit?limit=200");
    expect(audit.map(({ action }) => action)).toEqual(expect.arrayContaining(["release_approved"]));
    expect((await admin().post("/audit/verify")).body).toMatchObject({ ok: true });
  });

  it("[WMS-32] a draft whose checks fail is not published, and tells where", async () => {
    const draft = await draftOf("table", "credit-payments.payment-required", (content) => {
      content["rows"][0].then = { payment_required: "false", why: '"CASH_ALWAYS"' };
    });
    const answer = await designer().post("/releases", { draft, note: "cash is free" });
    expect([answer.status, answer.body.code]).toEqual([422, "checks_failed"]);
    expect(JSON.stringify(answer.body.checks.tests.failures)).toContain("cash in good standing");
  });
});

describe("a setting", () => {
  const overdue = async () => {
    const { deal } = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "1" }] });
    const { data } = (await api.as("manager.jtr").get(`/records/deals/${deal.slice("deal:".length)}`)).body;
    return data.credit_reasons;
  };

  it("[WMS-28] the default of grace_days changes by a release, the org's own value by PATCH wins, null goes back to the default", {
    timeout: 120_000,
  }, async () => {
    expect(await overdue()).toEqual(["OVERDUE"]);
    const draft = await draftOf("settings", "credit-payments.credit-payments", (content) => {
      content["defaults"].grace_days = 60;
    });
    const number = await published(draft, "sixty days of grace");
    await activate(number, "now");
    expect(await overdue(), "60 days after 2026-01-10 are not over").toEqual([]);

    const patch = (values: object, account = "admin.jtr") => api.as(account, { org: "JTR" }).patch("/settings/credit-payments", values);
    expect((await patch({ grace_days: 3 }, "owner.jtr")).status).toBe(403);
    const set = await patch({ grace_days: 3 });
    expect([set.status, set.body.values.grace_days, set.body.defaults.grace_days], set.text).toEqual([200, 3, 60]);
    expect(await overdue(), "the org's own value wins").toEqual(["OVERDUE"]);
    expect((await api.as("admin.mod").get("/settings/credit-payments")).body.values.grace_days, "MOD follows the releases it has activated").toBe(7);
    expect((await patch({ grace_days: null })).body.values.grace_days).toBe(60);
    expect(await overdue()).toEqual([]);
    await activate(1, "rolled back");
    expect(await overdue()).toEqual(["OVERDUE"]);
    const audit = (await admin().list("/audit?limit=200")).filter((entry) => /setting/u.test(entry.action));
    expect(audit).toHaveLength(2);
    expect(JSON.stringify(audit)).toContain("grace_days");
  });
});

describe("replay", () => {
  it("[WMS-72] every event replays to the same bytes on the release that made it, and every chain verifies", { timeout: 120_000 }, async () => {
    await api.post("/api/test/reset", {});
    const { orders } = await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "100" }] });
    const blocked = await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "1" }] });
    await api.as("manager.jtr").send(blocked.deal, "credit.override", { reason_code: "MANAGEMENT_DECISION" });
    await api.as("manager.jtr").send(orders[0] as string, "payment.override", { reason_code: "MANAGEMENT_DECISION" });
    await api.setClock("2026-02-05T09:00:00+03:00");
    const replay = await replayed({ release: 1 });
    expect(replay, JSON.stringify(replay)).toMatchObject({ status: "done", changed: 0, unknown: 0 });
    expect(replay.same).toBe(replay.total);
    expect(replay.events).toBeGreaterThan(10);
    const verified = (await admin().post("/audit/verify")).body;
    expect(verified).toMatchObject({ ok: true });
    expect(verified.events).toBeGreaterThan(10);
  });
});

describe("a fixture that is loaded again", () => {
  it("[WMS-32] counts its releases anew: the second release is the one published now, not the one that bore its number before", {
    timeout: 120_000,
  }, async () => {
    const decided = async (changed: string): Promise<unknown> => {
      expect((await api.post("/api/test/reset", {})).status).toBe(200);
      const draft = await draftOf("table", "credit-payments.payment-required", (content) => {
        content["rows"].find(({ id }: { id: string }) => id === changed).then.why = '"CREDIT_OK"';
        for (const test of content["tests"]) if (test.expect.fired[0] === changed) test.expect = { fired: [changed] };
      });
      const number = await published(draft, `row ${changed}`);
      await activate(number, "now");
      const asked = async (facts: object) =>
        (await api.as("manager.jtr").post("/decisions/payment-required", { facts: { any_overdue: false, any_over_limit: false, ...facts } })).body.output.why;
      return [number, await asked({ payment_mode: "cash" }), await asked({ payment_mode: "credit", any_overdue: true })];
    };
    expect(await decided("1")).toEqual([2, "CREDIT_OK", "CREDIT_OVERDUE"]);
    expect(await decided("2")).toEqual([2, "CASH_ALWAYS", "CREDIT_OK"]);
  });
});
