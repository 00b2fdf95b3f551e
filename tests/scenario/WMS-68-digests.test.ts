/** Digests by the clock: one per org with that org's items alone, to whom the routing names, else to the org's admins. */
import { describe, expect, it } from "vitest";
import { productApi, wonDeal } from "#tests/support/product-api.ts";

const api = await productApi();
const MONDAY = "2026-02-09T08:20:00+03:00";
const VARIANTS = ["digest_weekly_manufacturing", "digest_weekly_import", "digest_weekly_central_check", "digest_weekly_shortage"];

const supply = async (account: string, org: string, kind: string, qty: string, ref: string) => {
  const answer = await api.as(account, { org }).post("/instances", {
    machine: "supply-request",
    event: { type: "supply.create", payload: { kind, quality_code: "LINEN-01", qty_m: qty, supply_ref: ref } },
  });
  expect(answer.status, answer.text.slice(0, 800)).toBe(201);
};
const route = async (account: string, values: object) => {
  const answer = await api.as(account).patch("/settings/email-routing", values);
  expect(answer.status, answer.text.slice(0, 600)).toBe(200);
};
const digests = async (type: string, account: string) => (await api.as(account).list("/mails?limit=200")).filter((mail) => mail.type === type);
describe("a week passes", () => {
  it("[WMS-68] one person of two orgs gets two mails, each with its own org's items", async () => {
    await supply("manager.jtr", "JTR", "import", "111", "JTR-IMPORT");
    await supply("manager.mod", "MOD", "import", "222", "MOD-IMPORT");
    await supply("manager.jtr", "JTR", "manufacturing", "333", "JTR-LOOM");
    for (const admin of ["admin.jtr", "admin.mod"]) await route(admin, { digest_weekly_import: { recipients: ["manager.multi@gatehouse.example"] } });
    await api.setClock(MONDAY);
    await api.drain();
    const weekly = async () =>
      (await api.mails()).filter(({ to, subject }) => JSON.stringify(to).includes("manager.multi@") && /import requests/iu.test(subject));
    const mails = await weekly();
    expect(mails).toHaveLength(2);
    const [jtr, mod] = ["JTR-IMPORT", "MOD-IMPORT"].map((ref) => mails.find(({ html }) => html.includes(ref)));
    expect(jtr.html).toContain("111");
    expect(jtr.html).not.toMatch(/MOD-IMPORT|222/u);
    expect(mod.html).toContain("222");
    expect(mod.html).not.toMatch(/JTR-IMPORT|JTR-LOOM|111/u);
    // The other variants: made where there is something to tell, to the admins without a route.
    const [loom] = await digests("digest_weekly_manufacturing", "admin.jtr");
    expect(loom).toMatchObject({ state: "sent", recipients: ["admin.jtr@gatehouse.example"] });
    expect(await digests("digest_weekly_manufacturing", "admin.mod")).toEqual([]);
    const definitions = (await api.as("designer").list("/definitions?kind=mail&limit=200")).map(({ key }) =>
      String(key).replace("email-routing.", "").replaceAll("-", "_"),
    );
    expect(definitions).toEqual(expect.arrayContaining(VARIANTS));
    // The same run again makes nothing.
    await api.setClock("2026-02-09T12:00:00+03:00");
    await api.drain();
    expect(await weekly()).toHaveLength(2);
  });
});

describe("who gets a digest", () => {
  it("[WMS-69] without a route the org's admin alone, with one its recipients alone", async () => {
    const asked = async (at: string) => {
      const owner = api.as("owner.mod");
      const [gala] = await owner.list("/records/customers?q=Gala");
      const [profile] = await owner.list(`/records/customer-org-profiles?filter=${encodeURIComponent(JSON.stringify({ customer_id: gala.id }))}`);
      const payload = {
        type: "credit_request",
        subject: { type: "customer-org-profiles", id: profile.id },
        payload: { currency: "USD", limit: at },
        reason: "season",
      };
      const answer = await owner.post("/instances", { machine: "approval-request", event: { type: "approval.request", payload } });
      expect(answer.status, answer.text.slice(0, 800)).toBe(201);
    };
    await asked("50000.00");
    await api.setClock("2026-02-10T08:31:00+03:00");
    await api.drain();
    const [first, ...more] = await digests("digest_pending_approvals", "admin.mod");
    expect(more).toEqual([]);
    expect(first).toMatchObject({ state: "sent", recipients: ["admin.mod@gatehouse.example"] });
    expect(first.text).toContain("- credit request | ");
    expect(first.text, "by the org's clocks, not by UTC").toMatch(/ \| 2026-02-09 12:00 \| 2026-02-11 12:00$/mu);
    const [mail] = (await api.mails()).filter(({ to, html }) => JSON.stringify(to).includes("admin.mod@") && /50[,.]?000/u.test(html));
    expect(mail?.html ?? "", "the body of MOD's digest").not.toMatch(/JTR/u);

    await route("admin.mod", { digest_pending_approvals: { recipients: ["desk@mod.example", "manager.mod@gatehouse.example"] } });
    await api.setClock("2026-02-11T08:31:00+03:00");
    await api.drain();
    const routed = (await digests("digest_pending_approvals", "admin.mod")).filter(
      ({ createdAt }) => Date.parse(createdAt) >= Date.parse("2026-02-11T00:00:00Z"),
    );
    expect(routed.flatMap(({ recipients }) => recipients).sort()).toEqual(["desk@mod.example", "manager.mod@gatehouse.example"]);
    await api.setClock("2026-02-12T08:31:00+03:00");
    await api.drain();
    const [last] = (await digests("digest_pending_approvals", "admin.mod")).filter(({ createdAt }) => createdAt >= "2026-02-12");
    expect(last.text, "what is past its time says so").toContain(" | 2026-02-11 12:00, late");
  });

  it("[WMS-69] the stock check digest lists the day's checks, and stale prices only what is in stock", async () => {
    await api.setClock("2026-02-16T08:01:00+03:00");
    await api.drain();
    const [stale] = await digests("digest_stale_prices_weekly", "admin.jtr");
    expect(stale).toMatchObject({ recipients: ["admin.jtr@gatehouse.example"] });
    const bodies = (await api.mails()).filter(({ to, html }) => JSON.stringify(to).includes("admin.jtr@") && html.includes("VELVET-02"));
    expect(bodies.length).toBeGreaterThan(0);
    for (const { html } of bodies) expect(html).not.toContain("SATIN-03");
  });
});

describe("what a digest tells of", () => {
  it("[WMS-68][WMS-69] is what happened since the run before it, once, whatever zone its instants are written in", async () => {
    const { codes } = await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] });
    const checked = async (id: string, checked_at: string) => {
      const data = { po_code: codes[0], line_no: 1, checked_at, checked_by: "Ayla", result: "not_found", proposed_next_step: `step ${id}` };
      const sent = await api.wms("central_stock_check.completed", { id: `${id}.1`, subject: { type: "central_stock_check", ref: id }, sequence: 1, data });
      expect(sent.status, sent.text).toBe(202);
    };
    /** The steps that the digest of a run tells of; null where there is none. */
    const told = async (type: string, day: string, at: string) => {
      await api.setClock(`${day}T${at}:00+03:00`);
      await api.drain();
      const [mail] = (await digests(type, "admin.jtr")).filter(({ createdAt }) => createdAt >= `${day}T00:00:00Z`);
      return mail === undefined ? null : (mail.text.match(/step [\w-]+/gu) ?? []).map((text: string) => text.slice(5)).sort();
    };
    // Friday 2026-02-20 to Monday: what was checked after Friday's run stands in Monday's.
    await api.setClock("2026-02-20T16:00:00+03:00");
    await checked("fri-early", "2026-02-20T16:00:00+03:00");
    expect(await told("digest_central_stock_checks", "2026-02-20", "17:05")).toEqual(["fri-early"]);
    await checked("fri-late", "2026-02-20T14:30:00Z");
    await checked("sat", "2026-02-21T11:00:00+03:00");
    expect(await told("digest_central_stock_checks", "2026-02-21", "17:05")).toBeNull();
    await checked("before", "2026-02-23T16:59:00+03:00");
    await checked("after", "2026-02-23T14:00:01Z");
    expect(await told("digest_central_stock_checks", "2026-02-23", "17:30")).toEqual(["before", "fri-late", "sat"]);
    expect(await told("digest_central_stock_checks", "2026-02-24", "17:01")).toEqual(["after"]);
    // The week from run to run.
    expect(await told("digest_weekly_central_check", "2026-02-23", "17:31")).toEqual(["fri-early", "fri-late", "sat"]);
    expect(await told("digest_weekly_central_check", "2026-03-02", "08:15")).toEqual(["after", "before"]);
    // Nothing ran for days: the one run that makes up for them tells of every day, once, and the next begins where it ended.
    await api.setClock("2026-03-03T17:05:00+03:00");
    await api.drain();
    for (const [id, at] of [
      ["tue", "2026-03-03T17:30:00+03:00"],
      ["wed", "2026-03-04T12:00:00+03:00"],
      ["fri", "2026-03-06T16:00:00+03:00"],
    ] as const)
      await checked(id, at);
    expect(await told("digest_central_stock_checks", "2026-03-07", "09:00")).toEqual(["fri", "tue", "wed"]);
    const [late, ...others] = (await digests("digest_central_stock_checks", "admin.jtr")).filter(({ createdAt }) => createdAt >= "2026-03-04");
    expect(others).toEqual([]);
    expect(late.key).toContain("JTR-2026-03-06");
    expect(late.text).toContain("2026-03-03 17:00 to 2026-03-06 17:00");
    await checked("next", "2026-03-07T10:00:00+03:00");
    // Made before the run that was made up for, and heard of only now: told by the next one, once, as is a check that is corrected.
    await checked("heard-late", "2026-03-06T16:30:00+03:00");
    expect(await told("digest_central_stock_checks", "2026-03-09", "17:00")).toEqual(["heard-late", "next"]);
    await checked("at-the-run", "2026-03-09T16:59:59+03:00");
    const data = {
      po_code: codes[0],
      line_no: 1,
      checked_at: "2026-03-06T16:30:00+03:00",
      checked_by: "Ayla",
      result: "partial",
      proposed_next_step: "step mended",
    };
    const subject = { type: "central_stock_check", ref: "heard-late" };
    expect((await api.wms("central_stock_check.updated", { id: "heard-late.2", subject, sequence: 2, data })).status).toBe(202);
    expect(await told("digest_central_stock_checks", "2026-03-10", "17:05")).toEqual(["at-the-run", "mended"]);
  });

  it("[WMS-68] comes at the same hour of the org's clocks over both their changes, once, and tells of the week between", async () => {
    expect((await api.post("/api/test/reset", {})).status).toBeLessThan(300);
    await api.database.sql("update org set time_zone = 'Europe/Berlin' where code = 'MOD'");
    const { codes } = await wonDeal(api, { by: "owner.mod", customer: "Gala", lines: [{ qty_m: "10", unit_price: "5.00", stock_owner_org: "MOD" }] });
    const checked = async (id: string, checked_at: string) => {
      const data = { po_code: codes[0], line_no: 1, checked_at, checked_by: "Ayla", result: "not_found", proposed_next_step: `step ${id}` };
      const subject = { type: "central_stock_check", ref: id };
      const sent = await api.wms("central_stock_check.completed", { org: "MOD", id: `${id}.1`, subject, sequence: 1, data });
      expect(sent.status, sent.text).toBe(202);
    };
    /** What the digests of a day have told of by then: period, then steps. */
    const told = async (at: string) => {
      await api.setClock(at);
      await api.drain();
      const mails = (await digests("digest_weekly_central_check", "admin.mod")).filter(({ createdAt }) => createdAt >= at.slice(0, 10));
      return mails.map(({ text }) => [text.match(/^.* to .*$/mu)?.[0], ...(text.match(/step [\w-]+/gu) ?? []).map((step: string) => step.slice(5)).sort()]);
    };
    // In spring the clocks go on at 2026-03-29 02:00: the week has 167 hours. In autumn they go back at 2026-10-25 03:00: it has 169.
    for (const { before, after, changing, until, start, end, next } of [
      {
        before: "+01:00",
        after: "+02:00",
        changing: ["2026-03-29T01:59:00+01:00", "2026-03-29T03:00:00+02:00"],
        start: "2026-03-23",
        end: "2026-03-30",
        next: "2026-04-06",
        until: "2026-03-30T08:14:00+02:00",
      },
      {
        before: "+02:00",
        after: "+01:00",
        changing: ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"],
        start: "2026-10-19",
        end: "2026-10-26",
        next: "2026-11-02",
        until: "2026-10-26T08:14:00+01:00",
      },
    ]) {
      await told(`${start}T08:16:00${before}`);
      await checked(`${start}-first`, `${start}T08:15:01${before}`);
      await checked(`${start}-ahead`, changing[0] as string);
      await checked(`${start}-behind`, changing[1] as string);
      await checked(`${start}-last`, `${end}T08:15:00${after}`);
      await checked(`${end}-after`, `${end}T08:15:01${after}`);
      expect(await told(until), "not yet").toEqual([]);
      const week = [`${start} 08:15 to ${end} 08:15`, `${start}-ahead`, `${start}-behind`, `${start}-first`, `${start}-last`];
      expect(await told(`${end}T08:16:00${after}`)).toEqual([week]);
      expect(await told(`${end}T09:16:00${after}`), "made once").toEqual([week]);
      expect(await told(`${next}T08:16:00${after}`)).toEqual([[`${end} 08:15 to ${next} 08:15`, `${end}-after`]]);
    }
  });
});
