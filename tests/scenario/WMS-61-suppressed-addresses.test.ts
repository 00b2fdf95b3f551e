/** Addresses that a mail server turns down for good: noted with the mail that met them, left out from then on, and lifted by an admin. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, confirmByWarehouse, shipByWarehouse } from "#tests/support/order-acts.ts";
import { type Caller, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let admin: Caller;
beforeAll(async () => {
  api = await productApi();
  admin = api.as("admin.jtr");
});

const GONE = "gone@fjord.invalid";
const addresses = async (contact_emails: readonly string[]) => {
  const [{ id }] = (await admin.list("/records/customers?q=Fjord")) as [{ id: string }];
  const [profile] = await admin.list(`/records/customer-org-profiles?filter=${encodeURIComponent(JSON.stringify({ customer_id: id }))}`);
  expect((await admin.patch(`/records/customer-org-profiles/${profile.id}`, { contact_emails })).status).toBe(200);
};
/** Ships an order of Fjord; gives what the log of mails says of it. */
async function shipped() {
  const order = (await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] })).orders[0] as string;
  await confirmByWarehouse(api, order, ["10"]);
  await api.as("manager.jtr").send(order, "shipment.approve", { note: "ok" });
  await shipByWarehouse(api, order);
  return { order, log: () => logOf(order) };
}
async function logOf(order: string) {
  await api.drain();
  const [mail, ...more] = await admin.list(`/mails?record=${codeOf(order)}&type=shipped`);
  expect(more).toEqual([]);
  return mail;
}
const received = async (order: string) =>
  (await api.mails()).filter(({ html, to }) => String(html).includes(codeOf(order)) && !to.some((each: string) => each.includes("gatehouse")));
const suppressions = async (account = "admin.jtr", tab = "active") =>
  (await api.as(account).get(`/reports/suppressed-addresses?tab=${tab}`)).body.tab.rows
    .map(({ cells }: { cells: { address: string } }) => cells.address)
    .sort();
const keyOf = async (address: string) => {
  const [row] = await admin.list(`/records/email-suppressions?filter=${encodeURIComponent(JSON.stringify({ address }))}`);
  return { id: row.id as string, key: `email-suppression:${row.id}`, row };
};

describe("a hard bounce", () => {
  it("[WMS-61][WMS-63] of one address leaves the others their mail; the next mail leaves it out and says so", async () => {
    await addresses(["buyer@fjord.example", "Gone@Fjord.invalid"]);
    const { order, log } = await shipped();
    expect(await log()).toMatchObject({
      state: "sent",
      recipients: ["buyer@fjord.example", "Gone@Fjord.invalid"],
      rejected: [{ address: expect.stringMatching(/gone@fjord.invalid/iu), code: 550, status: "5.1.1", hard: true }],
    });
    expect((await received(order)).map(({ to }) => to)).toEqual([["buyer@fjord.example"]]);
    expect(await suppressions()).toEqual([GONE]);
    const { row } = await keyOf(GONE);
    expect(row).toMatchObject({
      org: "JTR",
      data: { address: GONE, reason: "hard_bounce", smtp_code: 550, smtp_status: "5.1.1", mail_key: `shipped:${codeOf(order)}` },
    });
    expect(row.data.detail).toContain("no such mailbox");

    const next = await shipped();
    expect(await next.log()).toMatchObject({ state: "sent", recipients: ["buyer@fjord.example"], leftOut: ["Gone@Fjord.invalid"], decision: { code: "OK" } });
    expect((await next.log()).rejected).toBeUndefined();
    expect((await received(next.order)).map(({ to }) => to)).toEqual([["buyer@fjord.example"]]);
  });

  it("[WMS-61][WMS-67] of all addresses: the mail fails with a task; later ones are suppressed as ADDRESS_SUPPRESSED", async () => {
    await addresses([GONE, "also@fjord.invalid"]);
    const first = await shipped();
    expect(await first.log()).toMatchObject({
      state: "failed",
      recipients: ["also@fjord.invalid"],
      leftOut: [GONE],
      rejected: [{ address: "also@fjord.invalid" }],
    });
    const failed = (await admin.list("/tasks?all=true")).filter(({ kind }) => kind === "mail_failed");
    expect(failed).toHaveLength(1);
    const second = await shipped();
    expect(await second.log()).toMatchObject({
      state: "suppressed",
      code: "ADDRESS_SUPPRESSED",
      decision: { verdict: "suppress", code: "ADDRESS_SUPPRESSED" },
    });
    expect(await received(second.order)).toEqual([]);
    expect(await suppressions()).toEqual(["also@fjord.invalid", GONE]);
  });

  it("[WMS-67] is lifted by an admin alone, which is audited; what failed can then be sent, and a new bounce is noted again", async () => {
    const also = await keyOf("also@fjord.invalid");
    for (const account of ["owner.jtr", "manager.jtr"]) {
      expect((await api.as(account).get("/reports/suppressed-addresses")).status).toBe(404);
      expect((await api.as(account).post(`/instances/${also.key}/events`, { type: "suppression.lift" })).status).toBeGreaterThanOrEqual(403);
    }
    expect(await suppressions("admin.mod")).toEqual([]);
    expect((await api.as("admin.mod").refused(also.key, "suppression.lift", {}, 404)).code).toBe("instance_not_found");
    await admin.send(also.key, "suppression.lift", { note: "a new mailbox" });
    expect([await suppressions(), await suppressions("admin.jtr", "lifted")]).toEqual([[GONE], ["also@fjord.invalid"]]);
    const acts = (await admin.list(`/instances/${also.key}/history`)).map(({ type, event, actor }) => [event?.type ?? type, actor.name]);
    expect(acts).toContainEqual(["suppression.lift", "Admin JTR"]);
    // The mail that failed was for both: one is free again, and bounces again.
    const [failed] = (await admin.list("/mails?state=failed")) as [{ instance: string }];
    await admin.send(failed.instance, "mail.retry");
    await api.drain();
    expect((await admin.list("/mails?state=failed")).map(({ recipients, leftOut }) => [recipients, leftOut])).toEqual([[["also@fjord.invalid"], [GONE]]]);
    expect(await suppressions()).toEqual(["also@fjord.invalid", GONE]);
  });

  it("[WMS-61] is one org's own; an admin writes an address down by hand, however it is spelt", async () => {
    const written = (address: string, account = "admin.jtr") =>
      api.as(account).post("/instances", { machine: "email-suppression", event: { type: "suppression.add", payload: { address, reason: "complaint" } } });
    expect((await written("not an address")).status).toBe(422);
    const [added, again] = [await written("Buyer@fjord.example"), await written("buyer@Fjord.example")];
    expect([added.status, again.status, again.body.key]).toEqual([201, 200, added.body.key]);
    expect((await written("buyer@fjord.example", "admin.mod")).status).toBe(201);
    expect((await written("x@fjord.example", "manager.jtr")).status).toBe(403);
    expect((await admin.post("/records/email-suppressions", { address: "x@fjord.example" })).status).toBe(405);
    await addresses(["Buyer@Fjord.example"]);
    const { log } = await shipped();
    expect(await log()).toMatchObject({ state: "suppressed", code: "ADDRESS_SUPPRESSED" });
  });
});
