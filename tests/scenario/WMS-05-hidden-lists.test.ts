/** A customer that is hidden from the sales roles is hidden in every list that names its instance: tasks, audit, mails; admins see all of them. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Caller, type ProductApi, productApi } from "#tests/support/product-api.ts";

let api: ProductApi;
let manager: Caller;
let admin: Caller;
beforeAll(async () => {
  api = await productApi();
  [manager, admin] = [api.as("manager.jtr"), api.as("admin.jtr")];
});

describe("a customer under review whose profile is switched off", () => {
  it("[WMS-05][WMS-60] leaves the lists of the sales roles with its review, and stays in the admins'", async () => {
    const token = await manager.post("/instances", { machine: "order-form-token", event: { type: "token.issue", payload: {} } });
    const contact = { name: "Nadir", email: "nadir@new.example", company: "Nadir Textiles", tax_id: "5550001112", country: "TR" };
    const lines = [{ quality_code: "LINEN-01", qty_m: "10", color: "white" }];
    expect((await api.post(token.body.url, { contact, lines }, { accept: "application/json" })).status).toBe(200);
    await api.drain();
    const customer = (await manager.list("/records/deals?limit=200")).find(({ data }) => data.submitted_from_form).data.customer_id;
    const review = (await manager.instance(`customer-review:${customer}`)).id;
    // Refused: the audit log keeps it, and names the instance.
    await api.as("owner.jtr").refused(review, "review.approve", { payment_mode: "cash" }, 403);
    await api.setClock("2026-02-04T09:00:00+03:00");
    const lists = ["/tasks?limit=200", "/audit?limit=200", "/mails?limit=200&type=new_customer_pending_review", "/instances?machine=customer-review&limit=200"];
    const naming = async (caller: Caller) => {
      const found: string[] = [];
      for (const path of lists) {
        const { status, text } = await caller.get(path);
        if (status === 200 && (text.includes(review) || text.includes(customer))) found.push(path.split("?")[0] as string);
      }
      return found;
    };
    expect(await naming(manager)).toEqual(["/tasks", "/audit", "/mails", "/instances"]);
    const [profile] = await admin.list(`/records/customer-org-profiles?filter=${encodeURIComponent(JSON.stringify({ customer_id: customer }))}`);
    const off = await admin.patch(`/records/customer-org-profiles/${profile.id}`, { status: "inactive" });
    expect(off.status, off.text).toBe(200);
    expect(await naming(manager)).toEqual([]);
    expect(await naming(admin)).toEqual(expect.arrayContaining(["/audit", "/instances"]));
  });
});
