/** Journeys through the whole product: one server on an embedded database with the fixture, one browser. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "@playwright/test";

const port = Number(process.env["E2E_PORT"] ?? 4173);
const installed = "/usr/bin/chromium";
const root = join(import.meta.dirname, "..");

export default defineConfig({
  testDir: "e2e",
  testMatch: /\.e2e\.ts$/,
  outputDir: "../test-results",
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 120_000,
  // A shared machine may stand still for seconds: what is waited for is that it comes, not when.
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    baseURL: `http://localhost:${port}`,
    screenshot: "only-on-failure",
    launchOptions: { args: ["--no-sandbox", "--disable-background-networking"], ...(existsSync(installed) ? { executablePath: installed } : {}) },
  },
  projects: [
    { name: "laptop", use: { viewport: { width: 1280, height: 800 } } },
    { name: "phone", use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, testMatch: /pages\.e2e\.ts/, grepInvert: /, dark$/ },
  ],
  ...(process.env["E2E_PORT"] === undefined
    ? {
        webServer: {
          command: "npm start",
          cwd: root,
          url: `http://localhost:${port}/readyz`,
          timeout: 180_000,
          gracefulShutdown: { signal: "SIGTERM", timeout: 15_000 },
          env: { PORT: String(port), GATEHOUSE_TEST: "1", GATEHOUSE_DATA: join(tmpdir(), `gatehouse-e2e-${process.pid}`), LOG_LEVEL: "warn" },
        },
      }
    : {}),
});
