/** QA runs what was recorded again, and has the log prove itself. */
import { enterAs, expect, expectAccessible, test } from "./actors.ts";

test("recorded history is replayed: what is the same, what is not, as a file too; the log verifies", async ({ page }, info) => {
  test.setTimeout(120_000);
  await enterAs(page, "QA");
  await page.goto("/replay");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Replay" }).click();
  await expect(page).toHaveURL(/\/replay\/[0-9a-f-]{36}/);
  await expect(page.getByRole("heading", { name: /of \d+ instances would have gone elsewhere/ })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(/[1-9]\d* same/).first()).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: info.outputPath("replay.png"), fullPage: true });
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export CSV" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);

  await page.goto("/operations?tab=audit");
  await page.getByRole("button", { name: /Verify/ }).click();
  await expect(page.getByText(/verif|holds|intact/i).first()).toBeVisible({ timeout: 30_000 });
  await page.screenshot({ path: info.outputPath("audit.png"), fullPage: true });
});
