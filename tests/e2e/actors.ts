/** Signing in as somebody, calling the API as them, and what every page must keep: no console error, nothing against axe. */
import { AxeBuilder } from "@axe-core/playwright";
import { type APIRequestContext, test as base, expect, type Page } from "@playwright/test";

export const test = base.extend<{ page: Page }>({
  page: async ({ page }, use) => {
    const faults: string[] = [];
    page.on("console", (message) => {
      // The browser itself notes what was refused, and what a test kept from the network.
      if (message.type() === "error" && !/status of 4\d\d|ERR_INTERNET_DISCONNECTED/.test(message.text())) faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(error.message));
    await use(page);
    expect(faults, "errors in the console").toEqual([]);
  },
});

type Cookies = Awaited<ReturnType<ReturnType<Page["context"]>["cookies"]>>;
const sessions = new Map<string, Cookies>();

/** Enters by the demo list, as somebody who looks at the product would; the second time with the session of the first. */
export async function enterAs(page: Page, name: string): Promise<void> {
  const known = sessions.get(name);
  if (known !== undefined) {
    await page.context().addCookies(known);
    await page.goto("/work");
    await expect(page.getByRole("heading", { level: 1, name: "Inbox" })).toBeVisible();
    return;
  }
  await page.goto("/login");
  await page
    .getByRole("button", { name: new RegExp(`^${name}(?! \\d)`) })
    .first()
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "Inbox" })).toBeVisible();
  sessions.set(name, await page.context().cookies());
}

/** Calls the API with the page's session, from the page's own origin. */
export async function call<T>(page: Page, method: "GET" | "POST" | "PATCH", path: string, body?: unknown): Promise<T> {
  const origin = new URL(page.url()).origin;
  const request: APIRequestContext = page.request;
  const response = await request.fetch(path, {
    method,
    headers: {
      Origin: origin,
      "Sec-Fetch-Site": "same-origin",
      ...(method === "GET" ? {} : { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() }),
    },
    ...(body === undefined ? {} : { data: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.status(), `${method} ${path}: ${text.slice(0, 400)}`).toBeLessThan(300);
  return JSON.parse(text) as T;
}

export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  expect(violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(" ")).join(", ")}`)).toEqual([]);
}

export { expect };
