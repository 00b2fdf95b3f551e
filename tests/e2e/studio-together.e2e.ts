/** Two people at one draft, and a release that is turned down: what happened is told where the person is, and there is a way on. */
import { expect, type Page, test as plain } from "@playwright/test";
import { call, enterAs, test } from "./actors.ts";

const NEW = { kind: "fact", key: "pricing.together", title: "Together", value: { type: "integer" }, expr: "1" };

/** As the session of the page. */
async function ask(page: Page, method: "PUT" | "DELETE" | "GET", path: string, data?: object) {
  const headers = {
    Origin: new URL(page.url()).origin,
    "Sec-Fetch-Site": "same-origin",
    ...(data === undefined ? {} : { "Content-Type": "application/json" }),
  };
  return await page.request.fetch(path, { method, headers, ...(data === undefined ? {} : { data: JSON.stringify(data) }) });
}

async function draftWith(page: Page, name: string): Promise<{ readonly id: string; readonly place: string }> {
  const { id } = await call<{ id: string }>(page, "POST", "/api/v1/drafts", { name });
  const place = `/api/v1/drafts/${id}/definitions/${NEW.kind}/${NEW.key}`;
  expect((await ask(page, "PUT", place, NEW)).status()).toBeLessThan(300);
  return { id, place };
}

plain.describe.configure({ mode: "serial" });

test("a new definition that somebody takes out of the draft while it is edited can be put back, or left out", async ({ page }) => {
  await enterAs(page, "Designer");
  const { id, place } = await draftWith(page, "Together");
  await page.goto(`/studio/model/fact/${NEW.key}?draft=${id}`);
  const write = (title: string) =>
    page
      .locator(".cm-content")
      .first()
      .fill(JSON.stringify({ ...NEW, title }, null, 2));
  await expect(page.locator(".cm-content").first()).toContainText("Together");
  expect((await ask(page, "DELETE", place)).status()).toBe(200);
  await write("Mine");
  await expect(page.getByRole("alert")).toContainText("Somebody took this out of the draft");
  await page.getByRole("button", { name: "Put mine back" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect.poll(async () => ((await (await ask(page, "GET", place)).json()) as { content?: { title: string } }).content?.title).toBe("Mine");

  expect((await ask(page, "DELETE", place)).status()).toBe(200);
  await write("Mine again");
  await page.getByRole("button", { name: "Leave it out" }).click();
  await expect(page).toHaveURL(new RegExp(`/studio\\?draft=${id}`), { timeout: 20_000 });
  expect((await ask(page, "GET", place)).status()).toBe(404);
});

test("after a release is rejected the keyboard is at what may be done now", async ({ page, browser }) => {
  await enterAs(page, "Designer");
  const { id } = await draftWith(page, "Turned down");
  const { number } = await call<{ number: number }>(page, "POST", "/api/v1/releases", { draft: id, note: "To be turned down" });
  const other = await (await browser.newContext()).newPage();
  await enterAs(other, "Admin JTR");
  await other.goto(`/studio/releases?release=${number}`);
  await other.getByRole("textbox", { name: "Note" }).fill("Not this way");
  await other.getByRole("button", { name: "Reject" }).press("Enter");
  await expect(other.getByRole("region", { name: "What may be done" })).toBeFocused();
  await expect(other.getByRole("region", { name: "What may be done" })).toContainText("It cannot be activated.");
  await other.context().close();
});

test("settings that somebody may not see are refused in the words of the page", async ({ page }) => {
  await enterAs(page, "Costing JTR");
  await page.goto("/settings");
  await expect(page.getByRole("main")).toContainText("These settings are seen by those who set them");
  await expect(page.getByRole("main")).not.toContainText("definition");
});
