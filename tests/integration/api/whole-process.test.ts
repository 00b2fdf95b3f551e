/** One process put together as `npm start` does it: packs, fixture, relay, mail sink, API, test control. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createLog } from "#engine/api/logging.ts";
import { compose, TEST_START } from "#engine/compose.ts";
import { readConfig } from "#engine/config.ts";
import { createSeeding, KEYS_FILE } from "#engine/launch/seed.ts";
import { testDatabase } from "#tests/support/database.ts";

const database = await testDatabase();
const dataFolder = await mkdtemp(join(tmpdir(), "gatehouse-test-"));
afterAll(() => rm(dataFolder, { recursive: true, force: true }));
const read = readConfig({ DATABASE_URL: database.url, GATEHOUSE_TEST: "1", GATEHOUSE_DATA: dataFolder, GATEHOUSE_RATE_LIMIT: "1000000" });
const config = (read as Extract<typeof read, { config: unknown }>).config;
const running = await compose({
  config: { ...config, databaseUrl: database.url },
  log: createLog("silent"),
  version: "0.0.0",
  seeding: createSeeding({ root: process.cwd(), dataFolder, isTest: true }),
  web: null,
});
afterAll(() => running.stop());
const server = running.server;
const keys = JSON.parse(await readFile(join(dataFolder, KEYS_FILE), "utf8")) as Record<string, string>;

async function call(method: string, url: string, body?: unknown, key?: string): Promise<{ status: number; body: any }> {
  const answer = await server?.inject({
    method: method as "GET",
    url,
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: answer?.statusCode ?? 0, body: answer === undefined || answer.body === "" ? null : answer.json() };
}

describe("a whole process in test mode", () => {
  it("stands at the fixture's instant, ready, with every account's key working", async () => {
    expect((await call("GET", "/readyz")).body).toEqual({ status: "ready" });
    expect(running.engine.clock.now()).toBe(TEST_START);
    expect(Object.keys(keys).length).toBeGreaterThan(10);
    for (const [actor, key] of Object.entries(keys)) {
      const me = await call("GET", "/api/v1/me", undefined, key);
      expect(me.status, actor).toBe(200);
      expect(me.body.orgs.length, actor).toBeGreaterThan(0);
    }
  });

  it("lets every person of the fixture sign in", async () => {
    for (const { email } of running.demo?.actors ?? []) {
      const answer = await call("POST", "/api/v1/auth/login", { email, password: running.demo?.password });
      expect(answer.status, email).toBe(200);
    }
  });

  it("answers every list for every account without a fault", async () => {
    const lists = [
      "instances",
      "tasks",
      "definitions",
      "drafts",
      "releases",
      "activations",
      "replays",
      "mails",
      "outbox",
      "timers",
      "audit",
      "settings",
      "orgs",
      "search?q=a",
    ];
    for (const [actor, key] of Object.entries(keys)) {
      for (const list of lists) {
        const answer = await call("GET", `/api/v1/${list}`, undefined, key);
        expect(actor === "wms" ? [401] : [200, 403, 404, 422], `${actor} ${list} ${JSON.stringify(answer.body).slice(0, 300)}`).toContain(answer.status);
      }
    }
  });

  it("lists every record type that an account may see", async () => {
    const types = (await database.sql<{ key: string }>("select key from definition_version where kind = 'type'")).map(({ key }) =>
      key.slice(key.indexOf(".") + 1),
    );
    expect(types.length).toBeGreaterThan(5);
    for (const [actor, key] of Object.entries(keys)) {
      for (const type of types) {
        const answer = await call("GET", `/api/v1/records/${type}?limit=5`, undefined, key);
        expect(actor === "wms" ? [401] : [200, 403, 404], `${actor} ${type} ${JSON.stringify(answer.body).slice(0, 300)}`).toContain(answer.status);
      }
    }
  });

  it("WMS-01: says that an address is too long, though it never becomes a request", async () => {
    await server?.listen({ port: 0, host: "127.0.0.1" });
    const address = server?.server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/records/deals?filter=${"x".repeat(20_000)}`, {
      headers: { authorization: `Bearer ${keys["owner.jtr"]}` },
    });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([413, "application/problem+json; charset=utf-8"]);
    expect(await answer.json()).toMatchObject({ code: "too_large", status: 413, limit: 16_384 });
  });

  it("sets the clock, runs what is due, and comes back to the fixture", async () => {
    expect((await call("POST", "/api/test/clock", { now: "2026-02-05T09:00:00+03:00" })).body).toEqual({ now: "2026-02-05T06:00:00.000Z" });
    expect((await call("GET", "/api/test/mail")).body.items).toBeInstanceOf(Array);
    const first = await call("POST", "/api/test/reset");
    expect(first).toEqual({ status: 200, body: { now: TEST_START } });
    const [someone] = Object.values(keys);
    expect((await call("GET", "/api/v1/me", undefined, someone)).status).toBe(200);
    expect((await call("GET", "/api/test/mail")).body).toEqual({ items: [] });
  });
});
