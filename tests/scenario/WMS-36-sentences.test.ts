/** What a person reads is a sentence with its values, never a bare code: on screens, in answers, mails and receipts. */
import { beforeAll, describe, expect, it } from "vitest";
import { codeOf, codesOf, confirmByWarehouse, shipByWarehouse } from "#tests/support/order-acts.ts";
import { type Caller, type ProductApi, productApi, wonDeal } from "#tests/support/product-api.ts";

let api: ProductApi;
let manager: Caller;
beforeAll(async () => {
  api = await productApi();
  manager = api.as("manager.jtr");
});

async function shown(order: string): Promise<Record<string, unknown>> {
  const { body } = await manager.get(`/reports/fulfillment/${codeOf(order)}`);
  return Object.fromEntries(
    body.panels.flatMap((panel: { fields: { title: string; value: unknown }[] }) => panel.fields.map(({ title, value }) => [title, value])),
  );
}

/** Codes such as OVER_LIMIT among the values that a page shows. */
function codesIn(value: unknown, path = ""): string[] {
  if (typeof value === "string") return /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/u.test(value) ? [`${path}: ${value}`] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => codesIn(member, `${path}/${name}`));
}

describe("why a payment comes first", () => {
  it("[WMS-36] is told in a sentence with its figures: cash, good standing, over the limit, overdue", async () => {
    const cash = (await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }] })).orders[0] as string;
    expect((await shown(cash))["Why"]).toBe("Cash customers pay before shipment.");
    const credit = (await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] })).orders[0] as string;
    expect((await shown(credit))["Why"]).toBe("The customer ships on credit.");
    const over = (await wonDeal(api, { customer: "Atlas", lines: [{ qty_m: "1000" }] })).orders[0] as string;
    expect((await shown(over))["Why"]).toBe(
      "The customer is over the credit limit, so payment comes first. The exposure is over the credit limit by 2200.00 USD.",
    );
    const overdue = (await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "10" }] })).orders[0] as string;
    expect((await shown(overdue))["Why"]).toBe("The customer has overdue charges, so payment comes first. The customer is overdue with 1200.00 USD.");
  });

  it("[WMS-36] no page of the command centres shows a code where a sentence or a word belongs", async () => {
    const found: string[] = [];
    for (const { slug } of (await manager.get("/reports")).body.items) {
      const page = (await manager.get(`/reports/${slug}?limit=100`)).body;
      for (const { id } of page.tabs) {
        const { tab } = (await manager.get(`/reports/${slug}?tab=${id}&limit=100`)).body;
        const badges = new Set(tab.columns.filter(({ format }: { format?: string }) => format === "badge").map(({ id: column }: { id: string }) => column));
        for (const { cells } of tab.rows)
          for (const [name, value] of Object.entries(cells)) if (!badges.has(name)) found.push(...codesIn(value, `${slug}/${id}/${name}`));
      }
    }
    expect(found).toEqual([]);
  });
});

describe("refusals and what was held back", () => {
  it("[WMS-65][WMS-20] mails, receipts and overrides say why in words", async () => {
    const echo = (await wonDeal(api, { by: "owner.mod", customer: "Echo", lines: [{ qty_m: "10", unit_price: "5.00" }] })).orders[0] as string;
    await confirmByWarehouse(api, echo, ["10"], "MOD");
    await api.as("manager.mod").send(echo, "shipment.approve");
    await shipByWarehouse(api, echo, "MOD");
    const [held] = await api.as("admin.mod").list(`/mails?record=${codeOf(echo)}&type=shipped`);
    expect(held).toMatchObject({ state: "suppressed", code: "OPTED_OUT", why: "The customer has opted out of status mails." });

    const code = codeOf((await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] })).orders[0] as string);
    const sent = {
      id: `${code}.1`,
      subject: { type: "purchase_order", ref: code },
      sequence: 1,
      data: { reason: "no_on_hand", lines: [{ line_no: 1, needed_m: "4" }] },
    };
    expect((await api.wms("po.sent_back", sent)).status).toBe(422);
    const [receipt] = await api.as("admin.jtr").list("/contracts/crm-wms/receipts?limit=1");
    expect(receipt.cause).toBe("ABRA_CHECK_MISSING");
    expect(receipt.why).toBe("No central stock check newer than the release: line 1.");
    expect(codesIn(receipt.why)).toEqual([]);

    const cash = (await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }] })).orders[0] as string;
    await manager.send(cash, "payment.override", { reason_code: "PAYMENT_PROOF_SEEN" });
    const [mail] = await api.as("admin.jtr").list(`/mails?record=${codeOf(cash)}&type=override_used`);
    expect(mail.text).toContain("Reason: Payment proof seen");
    expect(mail.html).not.toContain("PAYMENT_PROOF_SEEN");
  });

  it("[WMS-37][WMS-40][WMS-70] the mail of an override names what was overridden and what it lifted, and nothing else", async () => {
    const told = async (record: string) =>
      (await api.as("admin.jtr").list(`/mails?record=${record}&type=override_used`)).map(({ subject, text }) => ({ subject, text }));
    const wonWith = async (customer: string, waived: object): Promise<string> => {
      const [{ id }] = (await manager.list(`/records/customers?q=${customer}`)) as [{ id: string }];
      const payload = { customer_id: id, lines: [{ quality_code: "LINEN-01", qty_m: "10", unit_price: "4.20", currency: "USD" }] };
      const { key } = (await manager.post("/instances", { machine: "deal", event: { type: "deal.create", payload } })).body;
      await manager.send(key, "deal.submit");
      await manager.send(key, "deal.win", { ...waived, reason_code: "MANAGEMENT_DECISION" });
      return codeOf(key);
    };
    const contract = await wonWith("Boreal", { waive_contract: true });
    expect(await told(contract)).toMatchObject([
      { subject: `Override on ${contract}: contract`, text: expect.stringContaining(`Manager JTR has overridden contract on ${contract} Boreal Home.`) },
    ]);
    const both = await wonWith("Boreal", { waive_proforma: true, waive_contract: true });
    expect((await told(both)).map(({ subject }) => subject)).toEqual([`Override on ${both}: proforma, contract`]);
    expect(await told(await wonWith("Fjord", { waive_contract: true })), "a credit customer has no contract to waive").toEqual([]);

    const overdue = (await wonDeal(api, { customer: "Cobalt", lines: [{ qty_m: "10" }] })).deal;
    await manager.send(overdue, "credit.override", { reason_code: "STRATEGIC_CUSTOMER" });
    expect((await told(codeOf(overdue)))[0]?.text).toContain("Lifted: overdue in USD");

    const order = (await wonDeal(api, { customer: "Boreal", lines: [{ qty_m: "10" }] })).orders[0] as string;
    await manager.send(order, "payment.override", { reason_code: "DATA_ERROR" });
    await confirmByWarehouse(api, order, ["10"]);
    await manager.send(order, "shipment.override", { reason_code: "DATA_ERROR", scopes: ["contract"] });
    const texts = Object.fromEntries((await told(codeOf(order))).map(({ subject, text }) => [subject, text]));
    expect(texts[`Override on ${codeOf(order)}: payment`]).toContain("Lifted: payment not confirmed");
    expect(texts[`Override on ${codeOf(order)}: contract`]).toContain("Lifted: contract not signed");

    // The warehouse goes past its own confirmation, then past the ship date.
    const early = codeOf((await wonDeal(api, { customer: "Fjord", lines: [{ qty_m: "10" }] })).orders[0] as string);
    for (const id of [1, 2]) {
      const subject = { type: "purchase_order", ref: early };
      const data = { reason_code: "CARRIER_CUTOFF", gate: "logistics" };
      expect(
        (await api.wms("shipment_gate.overridden", { id: `${early}.${id}`, subject, actor: { wms_user: "Hasan", role: "wms_manager" }, data })).status,
      ).toBe(202);
    }
    const lifted = (await told(early)).map(({ text }) => /Lifted: (.*)/u.exec(text)?.[1]);
    expect(lifted.toSorted()).toEqual(["ship date not set", "warehouse not confirmed"]);
  });

  it("[WMS-17] what somebody may not do is told with the reason", async () => {
    const own = (await wonDeal(api, { by: "manager.jtr", customer: "Boreal", lines: [{ qty_m: "10" }] })).orders[0] as string;
    const { events } = await manager.instance(own);
    const confirm = events.find(({ type }: { type: string }) => type === "payment.confirm");
    expect(confirm).toMatchObject({
      permitted: false,
      refusal: { code: "OWN_REQUEST", message: "Nobody approves or overrides what they asked for themselves." },
    });
    expect(codesOf({ decisions: [{ reasons: (await manager.refused(own, "payment.confirm", { ledger_entry_ids: [] }, 403)).reasons }] })).toEqual([
      "OWN_REQUEST",
    ]);
  });
});
