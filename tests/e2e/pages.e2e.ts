/** Every page at laptop and phone width: it renders, fits its width, has no axe violation (laptop); the picture goes to test-results. */
import type { Page } from "@playwright/test";
import { enterAs, expect, expectAccessible, test } from "./actors.ts";

const PAGES = [
  ["inbox", "/work"],
  ["deals", "/deals"],
  ["fulfillment", "/fulfillment"],
  ["fulfillment-approval", "/fulfillment?tab=approval"],
  ["credit", "/credit"],
  ["pricing", "/pricing"],
  ["payments", "/payments"],
  ["customers", "/customers"],
  ["supply-tracking", "/supply-tracking"],
  ["fx-rates", "/fx-rates"],
  ["receipts", "/operations"],
  ["mails", "/operations?tab=mails"],
  ["audit", "/operations?tab=audit"],
  ["library", "/studio"],
] as const;

test("sign-in page", async ({ page }, info) => {
  await page.goto("/login");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expectAccessible(page);
  await page.screenshot({ path: info.outputPath("login.png"), fullPage: true });
});

test("problem page is open to everybody", async ({ page }) => {
  await page.goto("/problems/gate_blocked");
  await expect(page.getByRole("heading", { name: "A gate blocks this event" })).toBeVisible();
  await expectAccessible(page);
});

test("pages behind the sign-in lead there and back", async ({ page }) => {
  await page.goto("/fulfillment?tab=approval");
  await expect(page).toHaveURL(/\/login\?to=/);
  await page.getByRole("button", { name: /^Manager JTR/ }).click();
  await expect(page).toHaveURL(/\/fulfillment\?tab=approval/);
});

for (const scheme of ["light", "dark"] as const) {
  test(`pages of a manager, ${scheme}`, async ({ page }, info) => {
    test.setTimeout(240_000);
    await page.emulateMedia({ colorScheme: scheme });
    await enterAs(page, "Manager JTR");
    for (const [name, path] of PAGES) {
      await test.step(name, async () => {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
        await expect(page.getByRole("heading", { name: "Something failed on our side" })).toHaveCount(0);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, "the page is wider than the window").toBeLessThanOrEqual(1);
        // The same document at another width: its names and roles are checked once.
        if (info.project.name === "laptop") await expectAccessible(page);
        // To look at: E2E_SHOTS=1.
        if (process.env["E2E_SHOTS"] !== undefined) await page.screenshot({ path: info.outputPath(`${name}-${scheme}.png`), fullPage: true });
      });
    }
  });
}

test("operations offers what one may open: what goes out is for who runs integrations", async ({ page }) => {
  const seen = async () => [
    await page.getByRole("navigation", { name: "Operations" }).getByRole("link").allInnerTexts(),
    await page.getByRole("region", { name: "Outbox" }).count(),
  ];
  await enterAs(page, "Manager JTR");
  await page.goto("/operations");
  expect(await seen()).toEqual([["Receipts", "Mails", "Audit"], 0]);
  await page.context().clearCookies();
  await enterAs(page, "Admin JTR");
  await page.goto("/operations?tab=outbox");
  await expect(page.getByRole("region", { name: "Outbox" }).first()).toBeVisible();
  await expectAccessible(page);
  expect((await seen())[0]).toEqual(expect.arrayContaining([expect.stringMatching(/^Outbox/), "Timers"]));
});

test("an address that nothing has says so, inside the shell", async ({ page }) => {
  await enterAs(page, "Manager JTR");
  await page.goto("/no-such-view");
  await expect(page.getByText("There is nothing here").first()).toBeVisible();
  await expectAccessible(page);
});

test("on a phone a finger finds what it may press, and no field makes the page zoom", async ({ page }, info) => {
  test.skip(info.project.name !== "phone", "fingers are on phones");
  await enterAs(page, "Manager JTR");
  for (const path of ["/work", "/deals", "/pricing?tab=list", "/fulfillment", "/studio", "/studio/machines/fulfilment.deal"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
    const small = await page.evaluate(() => {
      const controls = [
        ...document.querySelectorAll<HTMLElement>(
          ".topbar :is(a, button), main :is(.button, .filter.add, .search-box, .library-kinds a, .segmented button, .rows td a)",
        ),
      ];
      const inSight = controls.filter((control) => control.checkVisibility() && control.getBoundingClientRect().height > 0);
      const low = inSight.filter((control) => control.getBoundingClientRect().height < 40);
      const fields = [...document.querySelectorAll<HTMLElement>("main input:not([type=checkbox])")].filter((field) => field.checkVisibility());
      const zoomed = fields.filter((field) => Number.parseFloat(getComputedStyle(field).fontSize) < 16);
      return { seen: inSight.length, wrong: [...low, ...zoomed].map((element) => element.outerHTML.slice(0, 120)) };
    });
    expect(small.seen, path).toBeGreaterThan(0);
    expect(small.wrong, path).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${path} is wider than the window`).toBeLessThanOrEqual(1);
  }
});

test("the bar of a phone begins with what the account works with", async ({ page }, info) => {
  test.skip(info.project.name !== "phone", "the bar is a phone's");
  const barOf = async (name: string) => {
    await enterAs(page, name);
    const places = await page.locator("nav.phone-nav a").allInnerTexts();
    await page.context().clearCookies();
    return places;
  };
  expect(await barOf("Designer")).toEqual(["Inbox", "Studio", "Settings"]);
  expect(await barOf("QA")).toEqual(["Inbox", "Studio", "Replay"]);
  expect(await barOf("Owner JTR")).toEqual(["Inbox", "Deals", "Fulfillment"]);
});

/** Keeps the scripts of the pages to come away until they are released. */
async function holdScripts(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await page.route("**/assets/*.js", async (route) => {
    await promise;
    await route.continue();
  });
  return resolve;
}

test("a list with many columns fits a laptop, and stands still when scripts run", async ({ page }, info) => {
  test.skip(info.project.name !== "laptop", "rows are cards on a phone");
  await enterAs(page, "Manager JTR");
  const widths = () =>
    page.evaluate(() => ({
      beyond: [...document.querySelectorAll(".scroll")].map((list) => list.scrollWidth - list.clientWidth),
      heads: [...document.querySelectorAll<HTMLElement>(".scroll thead th")].map((head) => Math.round(head.getBoundingClientRect().x)),
    }));
  for (const path of ["/payments", "/pricing?tab=list"]) {
    const release = await holdScripts(page);
    await page.goto(path, { waitUntil: "commit" });
    await expect(page.locator(".scroll tbody tr").first()).toBeVisible();
    await page.waitForFunction(() => getComputedStyle(document.querySelector(".rows") as Element).tableLayout === "fixed");
    const first = await widths();
    release();
    await page.waitForLoadState("networkidle");
    expect(first.beyond, path).toEqual([0]);
    expect(first.heads.length, path).toBeGreaterThan(6);
    expect(await widths(), path).toEqual(first);
    await page.unroute("**/assets/*.js");
  }
});

test("a form that is pressed before the page's scripts have come loses nothing, and works once they have", async ({ page }, info) => {
  test.skip(info.project.name !== "laptop", "the same document at every width");
  await enterAs(page, "Admin JTR");
  const release = await holdScripts(page);
  await page.goto("/settings/access.access", { waitUntil: "commit" });
  const form = page.locator("main form[aria-label=Organisation]");
  const save = form.locator("button[type=submit]");
  await expect(save).toBeVisible();
  const { x, y, width, height } = (await save.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  await page.mouse.click(x + width / 2, y + height / 2);
  await expect(form).toHaveAttribute("inert");
  await expect(page).toHaveURL(/access\.access$/);
  release();
  await expect(form).not.toHaveAttribute("inert");
  await expect(page).toHaveURL(/access\.access$/);
});

test("scripts and styles come compressed", async ({ page }) => {
  await page.goto("/login");
  const links = page.locator("link[rel=stylesheet], link[rel=modulepreload]");
  // The router writes its list of pages after the bundle.
  const files = (await links.evaluateAll((all) => all.map((link) => (link as HTMLLinkElement).href))).filter((file) => !file.includes("/manifest-"));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) {
    for (const coding of ["br", "gzip"]) {
      const answer = await page.request.get(file, { headers: { "accept-encoding": coding } });
      expect([answer.status(), answer.headers()["content-encoding"]], file).toEqual([200, coding]);
      expect(answer.headers()["content-type"], file).toMatch(/^(text\/css|application\/javascript);/);
    }
  }
});
