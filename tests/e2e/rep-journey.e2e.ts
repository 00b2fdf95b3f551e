/** A rep works a gated record to its end: begins it, is told what blocks it, others open the gate, it moves on before the rep's eyes. */
import { call, enterAs, expect, expectAccessible, test } from "./actors.ts";

interface Found {
  readonly items: readonly { readonly id: string; readonly code?: string; readonly data: Readonly<Record<string, unknown>> }[];
}

test("from a new deal to an order that the warehouse has", async ({ page, browser }, info) => {
  test.setTimeout(180_000);
  await enterAs(page, "Owner JTR");

  await test.step("begin the deal by its form", async () => {
    await page.goto("/deals");
    await page.getByRole("banner").getByRole("link", { name: "Create deal" }).click();
    const panel = page.getByRole("complementary", { name: "Create deal" });
    await panel.getByRole("combobox", { name: "Customer" }).click();
    await panel.getByRole("combobox", { name: "Customer" }).fill("Boreal");
    await page.getByRole("option", { name: /Boreal Home/ }).click();
    await panel.getByRole("combobox", { name: "Currency" }).first().click();
    await page.getByRole("option", { name: "USD" }).first().click();
    await panel.getByRole("combobox", { name: "Owner" }).fill("owner");
    await expect(page.getByRole("option")).toHaveText(["Owner JTR", "Second Owner JTR"]);
    await page.getByRole("option", { name: "Owner JTR", exact: true }).click();
    await panel.getByRole("button", { name: "Add to lines" }).click();
    await panel.getByRole("textbox", { name: "Quality" }).fill("LINEN-01");
    await panel.getByRole("textbox", { name: "Quantity" }).fill("1000");
    await panel.getByRole("textbox", { name: "Unit price" }).fill("4.20");
    await panel.getByRole("button", { name: "Create deal" }).click();
    await expect(page).toHaveURL(/\/work\/[0-9a-f-]{36}/);
    await expect(page.getByRole("heading", { level: 1, name: /Boreal Home/ })).toBeVisible();
    await expectAccessible(page);
    await page.screenshot({ path: info.outputPath("deal.png"), fullPage: true });
  });

  await test.step("submit and win it; the preview says what follows", async () => {
    await expect(page.getByRole("region", { name: /When you choose "Submit deal/ })).toContainText("It goes from Draft");
    await page.getByRole("button", { name: "Submit deal" }).click();
    await expect(page.getByRole("button", { name: "Win deal" }).first()).toBeVisible();
    await page.getByRole("button", { name: "Win deal" }).first().click();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Follow the orders" })).toBeVisible();
    await page.screenshot({ path: info.outputPath("deal-won.png"), fullPage: true });
  });

  const dealCode = (await page.locator(".topbar .crumbs b").textContent()) ?? "";
  const deals = await call<Found>(page, "GET", `/api/v1/records/deals?q=${dealCode}`);
  const deal = deals.items[0];
  expect(deal?.code).toBe(dealCode);
  const orders = await call<Found>(page, "GET", `/api/v1/records/purchase-orders?filter=${encodeURIComponent(JSON.stringify({ deal_id: deal?.id }))}`);
  const order = orders.items[0];
  expect(order).toBeDefined();

  await test.step("the order is blocked and says how to get through", async () => {
    await page.goto(`/work/purchase-order:${order?.code}`);
    await expect(page.getByRole("region", { name: "Path" })).toBeVisible();
    const blocked = page
      .getByRole("region", { name: /payment/i })
      .filter({ hasText: "How to get through" })
      .first();
    await expect(blocked).toBeVisible();
    await blocked.getByText("Conditions").click();
    await expect(blocked.getByRole("table")).toBeVisible();
    await expectAccessible(page);
    await page.screenshot({ path: info.outputPath("order-blocked.png"), fullPage: true });
  });

  await test.step("costing records the money, the manager confirms it, and this screen moves by itself", async () => {
    const costing = await (await browser.newContext({ baseURL: info.project.use.baseURL ?? "" })).newPage();
    await enterAs(costing, "Costing JTR");
    const customers = await call<Found>(costing, "GET", "/api/v1/records/customers?q=Boreal");
    await call(costing, "POST", "/api/v1/records/payments-ledger", {
      entry_type: "payment",
      customer_id: customers.items[0]?.id,
      currency: "USD",
      amount: "4200.00",
      value_date: "2026-02-02",
      po_id: order?.id,
      method: "transfer",
      reference: `E2E ${order?.code}`,
    });
    const manager = await (await browser.newContext({ baseURL: info.project.use.baseURL ?? "" })).newPage();
    await enterAs(manager, "Manager JTR");
    await manager.goto(`/fulfillment/approval/${order?.code}`);
    await manager.getByRole("button", { name: "Confirm payment" }).first().click();
    await manager.getByRole("form", { name: "Confirm payment" }).getByRole("button", { name: "Confirm payment" }).click();
    await expect(manager.getByRole("complementary", { name: "Facts" }).getByText("Confirmed", { exact: true }).first()).toBeVisible();
    await manager.screenshot({ path: info.outputPath("approval.png"), fullPage: true });
    await expect(page.getByText("Confirm payment → ").first()).toBeVisible({ timeout: 15_000 });
    await page.screenshot({ path: info.outputPath("order-released.png"), fullPage: true });
    await costing.context().close();
    await manager.context().close();
  });

  await test.step("a request is decided in the inbox, beside what the decision will do", async () => {
    const customers = await call<Found>(page, "GET", "/api/v1/records/customers?q=Fjord");
    const payload = { type: "credit_request", subject: { type: "customers", id: customers.items[0]?.id }, payload: { limit: "71000", currency: "USD" } };
    await call(page, "POST", "/api/v1/instances", { machine: "approval-request", event: { type: "approval.request", payload } });
    const manager = await (await browser.newContext({ baseURL: info.project.use.baseURL ?? "" })).newPage();
    await enterAs(manager, "Manager JTR");
    await manager.goto("/work");
    const row = manager.getByRole("row", { name: /Credit limit of USD 71,000.00 for Fjord Hotels/ });
    await expect(row).toContainText("Owner JTR");
    await row.click();
    const panel = manager.getByRole("complementary", { name: /Credit limit of USD 71,000.00/ });
    await expect(panel.getByRole("region", { name: 'When you choose "Approve"' })).toContainText("It goes from Requested to Approved.");
    await expectAccessible(manager);
    await panel.getByRole("button", { name: "Approve", exact: true }).click();
    await expect(row).toBeHidden();
    await expect(panel).toBeHidden();
    await manager.context().close();
  });
});
