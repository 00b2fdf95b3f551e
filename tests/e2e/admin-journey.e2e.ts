/** A policy goes its whole way in the studio: changed in a draft, judged, published, approved by another, in force, taken back. */
import type { Page } from "@playwright/test";
import { call, enterAs, expect, expectAccessible, test } from "./actors.ts";

const TABLE = "credit-payments.payment-required";
const FACTS = { payment_mode: "cash", any_overdue: false, any_over_limit: false };

interface Definition {
  readonly content: { readonly rules: readonly { readonly outputs?: unknown }[] } & Record<string, unknown>;
}

const decided = async (page: Page): Promise<string> =>
  JSON.stringify((await call<{ output: unknown }>(page, "POST", `/api/v1/decisions/${TABLE}`, { facts: FACTS })).output);

async function write(page: Page, text: string): Promise<void> {
  await page.locator(".cm-content").first().click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(text);
}

test("a policy is changed, judged, approved by another person, in force, and taken back", async ({ page, browser }, info) => {
  test.setTimeout(180_000);
  await enterAs(page, "Designer");
  const before = await decided(page);
  const { content } = await call<Definition>(page, "GET", `/api/v1/definitions/table/${TABLE}`);
  const text = JSON.stringify(content, null, 2);
  const changed = text.replace('"CASH_ALWAYS"', '"CASH_FIRST"').replaceAll("CASH_ALWAYS", "CASH_FIRST");
  expect(changed).not.toBe(text);

  await test.step("a draft is begun, and a wrong edit is told without losing the text", async () => {
    await page.goto("/studio/tables/payment-required");
    await page.getByRole("button", { name: "Edit in a draft" }).click();
    await page.getByRole("menuitem", { name: "Start a new draft" }).click();
    await expect(page).toHaveURL(/draft=/);
    await page.getByRole("button", { name: 'payment_mode of row 1: "cash", edit' }).click();
    await expect(page.locator(".cm-content").first()).toBeFocused();
    expect(await page.evaluate(() => getSelection()?.toString())).toBe('"\\"cash\\""');
    await page.getByRole("button", { name: "Grid" }).click();
    await expect(page.locator(".cm-content")).toHaveCount(0);
    await page.getByRole("button", { name: "JSON", exact: true }).click();
    await expect(page.locator(".cm-content").first()).toBeVisible();
    await expect(page.locator(".cm-content").first()).not.toBeFocused();
    expect(await page.evaluate(() => getSelection()?.toString())).toBe("");
    await write(page, changed.replace('"hitPolicy"', '"hitPolicyy"'));
    await expect(page.getByText(/hitPolicy/).first()).toBeVisible();
    await page.screenshot({ path: info.outputPath("wrong.png") });
  });

  await test.step("a right edit is kept without a connection, and saved when there is one", async () => {
    await page.context().setOffline(true);
    await write(page, changed);
    await expect(page.getByText("No connection: kept here, and sent again")).toBeVisible();
    await page.context().setOffline(false);
    await expect(page.getByText(/^Saved/).first()).toBeVisible();
    await page.screenshot({ path: info.outputPath("saved.png") });
  });

  await test.step("review: schema, references, analysis, tests; then it is published with a note", async () => {
    await page.getByRole("link", { name: "Review changes" }).click();
    await expect(page).toHaveURL(/\/review$/);
    await expect(page.getByText("CASH_FIRST").first()).toBeVisible();
    await expect(page.getByText("5 of 6 done")).toBeVisible({ timeout: 30_000 });
    await expectAccessible(page);
    await page.getByRole("textbox", { name: "Note" }).fill("Cash first");
    await page.context().setOffline(true);
    await page.getByRole("button", { name: "Check again" }).click();
    await expect(page.getByRole("button", { name: "Check again" })).toHaveAttribute("aria-busy", "true");
    await page.getByRole("button", { name: "Check again" }).press("Enter");
    await page.context().setOffline(false);
    await expect(page.getByText("5 of 6 done")).toBeVisible({ timeout: 30_000 });
    await expect(page.getByRole("textbox", { name: "Note" })).toHaveValue("Cash first");
    await page.getByRole("button", { name: "Replay 30 days" }).click();
    await expect(page.getByText("6 of 6 done")).toBeVisible({ timeout: 30_000 });
    await expect(page.getByText(/instances, last 30 days/)).toBeVisible();
    await page.screenshot({ path: info.outputPath("review.png"), fullPage: true });
    await page.getByRole("button", { name: "Publish" }).click();
    await expect(page).toHaveURL(/\/studio\/releases/, { timeout: 30_000 });
    await expect(page.getByText("Waits for approval").first()).toBeVisible();
    await expect(page.getByRole("button", { name: "Approve" })).toHaveCount(0);
    expect(await decided(page)).toBe(before);
  });

  const admin = await (await browser.newContext()).newPage();
  await test.step("another person approves and activates it: the next decision follows", async () => {
    await enterAs(admin, "Admin JTR");
    await admin.goto("/studio/releases?at=2");
    await admin.getByRole("textbox", { name: "Note" }).fill("Agreed");
    await admin.getByRole("button", { name: "Approve" }).click();
    await expect(admin.getByRole("heading", { name: "Activate for JTR" })).toBeVisible();
    expect(await decided(page)).toBe(before);
    await admin.screenshot({ path: info.outputPath("approved.png"), fullPage: true });
    await admin.getByRole("button", { name: "Activate" }).click();
    await expect.poll(() => decided(page)).toContain("CASH_FIRST");
    await expect(admin.getByText("It is in force for all instances of JTR")).toBeVisible();
  });

  await test.step("the release before it is taken back into force", async () => {
    await admin.goto("/studio/releases?at=1");
    await admin.getByRole("button", { name: "Roll back" }).click();
    await expect.poll(() => decided(page)).toBe(before);
    await admin.screenshot({ path: info.outputPath("back.png"), fullPage: true });
    await admin.context().close();
  });
});
