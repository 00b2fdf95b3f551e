/** The keyboard alone: palette, list keys, the sheet of keys. */
import { enterAs, expect, test } from "./actors.ts";

test("Ctrl-K goes to a view", async ({ page }) => {
  await enterAs(page, "Manager JTR");
  await page.keyboard.press("Control+k");
  const search = page.getByRole("textbox", { name: "Search or run an act" });
  await expect(search).toBeFocused();
  await search.fill("Fulfil");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/fulfillment/);
});

test("? shows the keys, Escape closes them", async ({ page }) => {
  await enterAs(page, "Manager JTR");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Keys" })).toHaveCount(0);
});

test("a row that no machine holds opens its record, by click and by Enter; keys that do nothing in a list are not offered", async ({ page }) => {
  await enterAs(page, "Manager JTR");
  await page.goto("/credit?tab=positions");
  await page.getByRole("cell", { name: "Atlas Tekstil" }).click();
  await expect(page).toHaveURL(/\/records\/customer-org-profiles\//);
  await expect(page.getByRole("heading", { level: 1, name: "Atlas Tekstil, active credit" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("cell", { name: "Atlas Tekstil" })).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/records\/customer-org-profiles\//);

  const sheet = page.getByRole("dialog", { name: "Keys" });
  for (const [path, selects] of [
    ["/credit?tab=positions", 0],
    ["/fulfillment?tab=payment", 1],
  ] as const) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await page.keyboard.press("?");
    await expect(sheet).toContainText("search or run an act");
    await expect(sheet.getByText("selects")).toHaveCount(selects);
    await page.keyboard.press("Escape");
    await expect(sheet).toHaveCount(0);
  }
});

test("the theme can be turned dark and stays so", async ({ page }) => {
  await enterAs(page, "Manager JTR");
  await page.getByRole("button", { name: /theme and sign out/ }).click();
  await page.getByRole("menuitem", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
});

test("several orgs: the switch changes the scope and is remembered", async ({ page }) => {
  await enterAs(page, "Manager Multi");
  // The switch shows at once: what is remembered is what the server has answered.
  const answered = page.waitForResponse((response) => response.request().method() === "POST" && response.url().includes("/session/org"));
  await page.getByRole("radio", { name: "All" }).click();
  await answered;
  await expect(page.getByText("never summed")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("radio", { name: "All" })).toHaveAttribute("aria-checked", "true");
});

test("a draft is begun and edited by keys: focus stays on the page, and Tab leaves the JSON", async ({ page }) => {
  await enterAs(page, "Designer");
  await page.goto("/studio/rulesets/credit-payments.credit-block?view=json");
  await page.getByRole("button", { name: "Edit in a draft" }).press("Enter");
  await page.getByRole("menuitem", { name: "Start a new draft" }).press("Enter");
  await expect(page).toHaveURL(/draft=/);
  await expect(page.locator("#content")).toBeFocused();
  const json = page.locator(".cm-content[contenteditable=true]");
  await json.press("Tab");
  await expect(json).not.toBeFocused();
  await expect(page.getByText("0 definitions changed")).toBeVisible();
});
