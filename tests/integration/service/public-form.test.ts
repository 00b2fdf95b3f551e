/** Public forms: the secret is told once, looking does not use it up, of two submissions one wins, afterwards the link is gone. */
import { beforeAll, describe, expect, it } from "vitest";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { openForm, submitForm } from "#engine/service/public-form/public-form.ts";
import { getInstance, listInstances } from "#engine/service/queries/instance.ts";
import { listRecords } from "#engine/service/queries/records.ts";
import { type ProductWorld, productWorld } from "#tests/support/product-world.ts";

let world: ProductWorld;
let customer: string;
beforeAll(async () => {
  world = await productWorld();
  customer = (await listRecords(world.engine, await world.as("owner.jtr"), { type: "customers", q: "Fjord" })).items[0]?.id ?? "";
}, 120_000);

const PATH = "order-form";
const tokenOf = (url: string | undefined): string => url?.split("/").at(-1) ?? "";
async function issue(expires: string | null = null) {
  const event = { type: "token.issue", payload: { customer_id: customer, expires_at: expires, token_hash: "chosen-by-the-caller" } };
  const { body } = await startInstance(world.engine, await world.as("owner.jtr"), { machine: "order-form-token", event });
  expect(body.url).toMatch(/^\/order-form\/[A-Za-z0-9_-]{43}$/);
  return { id: body.id, ref: body.record?.code, token: tokenOf(body.url), hash: body.record?.data["token_hash"] };
}
const lines = [
  { quality_code: "LINEN-01", qty_m: "10.00", color: "white" },
  { quality_code: "LINEN-01", qty_m: "20.00" },
];
const payload = { lines, contact: { name: "Ida", email: "ida@fjord.example" } };

describe("a link", () => {
  it("is kept as its hash only, and the caller does not choose it", async () => {
    const link = await issue();
    expect(link.hash).toMatch(/^[0-9a-f]{64}$/);
    const rows = await world.database.sql<{ found: boolean }>("select exists (select 1 from event_log where event::text like $1) as found", [
      `%${link.token}%`,
    ]);
    expect(rows[0]?.found).toBe(false);
  });
  it("shows the form without using it up; unknown ones are not there", async () => {
    const link = await issue();
    const first = await openForm(world.engine, { path: PATH, token: link.token });
    expect(first).toMatchObject({ ref: link.ref, page: { customer_name: "Fjord Hotels", request_ref: link.ref } });
    await openForm(world.engine, { path: PATH, token: link.token });
    expect((await getInstance(world.engine, await world.as("owner.jtr"), { instance: link.id })).record?.data["views"]).toBe(2);
    for (const token of ["A".repeat(43), "x", "../../etc"])
      await expect(openForm(world.engine, { path: PATH, token })).rejects.toMatchObject({ code: "form_not_found" });
    await expect(openForm(world.engine, { path: "other", token: link.token })).rejects.toMatchObject({ code: "form_not_found" });
  });
  it("takes one of two submissions, and is gone then", async () => {
    const link = await issue();
    const input = { path: PATH, token: link.token, payload };
    const both = await Promise.allSettled([submitForm(world.engine, input), submitForm(world.engine, input)]);
    expect(both.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    expect(both.find((result) => result.status === "rejected")).toMatchObject({
      reason: { code: "form_gone", data: { reasons: [{ code: "FORM_ALREADY_SUBMITTED" }] } },
    });
    await expect(openForm(world.engine, { path: PATH, token: link.token })).rejects.toMatchObject({ code: "form_gone" });
    const deals = await listInstances(world.engine, await world.as("owner.jtr"), { machine: "deal" });
    expect(deals.items).toHaveLength(1);
  });
  it("refuses a submission with its reasons and stays open", async () => {
    const link = await issue();
    const empty = submitForm(world.engine, { path: PATH, token: link.token, payload: { lines: [] } });
    await expect(empty).rejects.toMatchObject({ code: "gate_blocked" });
    expect((await openForm(world.engine, { path: PATH, token: link.token })).ref).toBe(link.ref);
  });
  it("a new one withdraws the old one", async () => {
    const link = await issue();
    const again = await sendEvent(world.engine, await world.as("owner.jtr"), { instance: link.id, type: "token.regenerate", payload: { expires_at: null } });
    await expect(openForm(world.engine, { path: PATH, token: link.token })).rejects.toMatchObject({ code: "form_not_found" });
    expect((await openForm(world.engine, { path: PATH, token: tokenOf(again.body.url) })).page).toMatchObject({ customer_name: "Fjord Hotels" });
  });
});
