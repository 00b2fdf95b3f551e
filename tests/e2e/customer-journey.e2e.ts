/** A stranger with a link asks for goods; the rep finds the request, wins it, and hands out its proforma. A file of rows is written and taken back. */
import { call, enterAs, expect, expectAccessible, test } from "./actors.ts";

interface Found {
  readonly items: readonly { readonly id: string; readonly code?: string; readonly data: Readonly<Record<string, unknown>> }[];
}

test("[WMS-51][WMS-42] from the public form to the proforma's file", async ({ page, browser }, info) => {
  test.setTimeout(120_000);
  await enterAs(page, "Owner JTR");
  let link = "";

  await test.step("a link is given out, and shown once", async () => {
    await page.goto("/deals?tab=order-forms");
    await page.getByRole("banner").getByRole("link", { name: "Issue order form" }).click();
    const panel = page.getByRole("complementary", { name: "Issue order form" });
    await panel.getByRole("combobox", { name: "Customer" }).click();
    await panel.getByRole("combobox", { name: "Customer" }).fill("Boreal");
    await page.getByRole("option", { name: /Boreal Home/ }).click();
    await panel.getByRole("button", { name: "Issue order form" }).click();
    await expect(page.getByText("The link, shown only now")).toBeVisible();
    link = (await page.locator("a[href*='/order-form/']").getAttribute("href")) ?? "";
    expect(link).toMatch(/\/order-form\/[A-Za-z0-9_-]{43}$/);
    await expect(page.getByRole("heading", { name: "Wait for the customer" })).toBeVisible();
  });

  await test.step("the customer fills it in on a phone, without a session, and only once", async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const phone = await context.newPage();
    await phone.goto(link);
    await expect(phone.getByRole("heading", { level: 1 })).toContainText("Boreal Home");
    await expectAccessible(phone);
    await phone
      .getByRole("textbox", { name: /quality/i })
      .first()
      .fill("LINEN-01");
    await phone
      .getByRole("textbox", { name: /quantity/i })
      .first()
      .fill("1000");
    await phone.getByRole("button", { name: "Send request" }).click();
    await expect(phone.getByText(/RF-[A-Z0-9]{8}/).first()).toBeVisible();
    await phone.screenshot({ path: info.outputPath("sent.png"), fullPage: true });
    await phone.goto(link);
    await expect(phone.getByRole("button", { name: "Send request" })).toHaveCount(0);
    await context.close();
  });

  await test.step("the request is a deal; won, it has a proforma whose file waits for the balance", async () => {
    const deals = await call<Found>(page, "GET", "/api/v1/records/deals?limit=200");
    const deal = deals.items.find(({ data }) => data["submitted_from_form"] === true);
    await page.goto(`/work/deal:${deal?.code}`);
    await page.getByRole("button", { name: "Win deal" }).first().click();
    await expect(page.getByRole("heading", { name: "Follow the orders" })).toBeVisible();
    const proformas = await call<Found>(page, "GET", `/api/v1/records/proformas?filter=${encodeURIComponent(JSON.stringify({ deal_id: deal?.id }))}`);
    await page.goto(`/work/proforma:${proformas.items[0]?.code}`);
    const documents = page.getByRole("region", { name: "Documents" });
    await expect(documents).toContainText("has to be acknowledged first");
    await expect(page.getByLabel("Figures")).toContainText(/Requested new\s*USD\s*4,200\.00/);
    await page.getByRole("button", { name: "Acknowledge the balance" }).first().click();
    await documents.getByRole("button", { name: "Proforma" }).click();
    await expect(page.getByRole("region", { name: /When you choose "Download/ })).toContainText("The file is downloaded");
    const download = page.waitForEvent("download");
    await page.locator(".acts-list").getByRole("button", { name: "Download", exact: true }).last().click();
    expect((await download).suggestedFilename()).toBe(`${proformas.items[0]?.code}.pdf`);
    await expectAccessible(page);
    await page.screenshot({ path: info.outputPath("proforma.png"), fullPage: true });
  });
});

test("[WMS-39] a file of payments is tried, written and taken back", async ({ page }) => {
  test.setTimeout(120_000);
  await enterAs(page, "Costing JTR");
  const customers = await call<Found>(page, "GET", "/api/v1/records/customers?q=Cobalt");
  const header = "customer_tax_id,value_date,currency,amount,method,reference,po_code,proforma_code";
  const rows = (last: string) =>
    [
      header,
      ...Array.from({ length: 30 }, (_, n) => `${customers.items[0]?.data["tax_id"]},2026-02-01,USD,${n === 29 ? last : "1.00"},transfer,E2E-${n},,`),
    ].join("\n");
  const choose = (name: string, text: string) => page.setInputFiles("input[type=file]", { name, mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.goto("/payments");
  await page.getByRole("link", { name: "Import" }).click();
  const panel = page.getByRole("complementary", { name: "Import rows" });
  await expect(panel).toBeVisible();
  await choose("bad.csv", rows("ten"));
  await expect(panel).toContainText("29 new, 0 already there, 1 do not fit");
  await expect(panel).toContainText("Row 31");
  await expectAccessible(page);
  await choose("good.csv", rows("1.00"));
  await panel.getByRole("button", { name: "Write 30 rows" }).click();
  await expect(panel).toContainText("30 written");
  await expect(
    page
      .getByText("E2E-0", { exact: false })
      .or(page.getByText(/32 rows|3\d rows/))
      .first(),
  ).toBeVisible();
  await panel.getByRole("button", { name: "Take back" }).first().click();
  await panel.getByRole("textbox", { name: "Reason" }).fill("The file of last month");
  await panel.getByRole("button", { name: "Remove its 30 rows" }).click();
  await expect(panel).toContainText("Taken back: 30 rows");
});
