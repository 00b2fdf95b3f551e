/** Who gets in, and how far: sessions, keys, signatures, the origin gate, limits, headers. */
import { expect, it } from "vitest";
import { ORIGIN, openDesk, PASSWORD } from "./desk.ts";

const desk = await openDesk({ failedTriesPerMinute: 8 });

async function signIn(email: string, password = PASSWORD, headers: Record<string, string> = {}) {
  const answer = await desk.call(null, "POST", "/api/v1/auth/login", { email, password }, headers);
  return { ...answer, cookie: String(answer.headers["set-cookie"] ?? "").split(";")[0] as string };
}

it("a session opens with the right password, reads the caller, and ends", async () => {
  const { status, cookie, headers, body } = await signIn("lead@desk.example");
  expect(status).toBe(200);
  expect(body).toMatchObject({ kind: "person", email: "lead@desk.example", orgs: [{ code: "ONE", roles: ["lead"] }] });
  expect(body.orgs[0].permissions).toContain("rules.publish");
  expect(String(headers["set-cookie"])).toMatch(/^gatehouse=ghs_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/u);
  const me = await desk.call(null, "GET", "/api/v1/me", undefined, { cookie });
  expect(me.body.email).toBe("lead@desk.example");
  expect((await desk.call(null, "POST", "/api/v1/auth/logout", undefined, { cookie, origin: ORIGIN })).status).toBe(200);
  expect((await desk.call(null, "GET", "/api/v1/me", undefined, { cookie })).body.code).toBe("not_signed_in");
});

it("unknown people and wrong passwords get one answer", async () => {
  const wrong = await signIn("lead@desk.example", "wrong-password");
  const unknown = await signIn("nobody@desk.example", "wrong-password");
  const bare = ({ body }: { body: Record<string, unknown> }) => ({ ...body, instance: null });
  expect(wrong.status).toBe(401);
  expect(bare(wrong)).toEqual(bare(unknown));
});

it("an API client has no screens", async () => {
  expect((await signIn("ext")).body.code).toBe("no_ui_for_api_client");
  expect((await signIn("lead@desk.example", PASSWORD, { authorization: `Bearer ${desk.keys.ext}` })).body.code).toBe("no_ui_for_api_client");
});

it("a session ends after 30 idle minutes and after 12 hours, by the engine's clock", async () => {
  const start = Date.parse(desk.clock.now());
  const at = (minutes: number) => desk.clock.set(new Date(start + minutes * 60_000).toISOString());
  const { cookie } = await signIn("both@desk.example");
  const me = async () => (await desk.call(null, "GET", "/api/v1/me", undefined, { cookie })).status;
  for (let minutes = 25; minutes < 12 * 60; minutes += 25) {
    at(minutes);
    expect(await me()).toBe(200);
  }
  at(12 * 60 + 1);
  expect(await me()).toBe(401);
  const idle = await signIn("both@desk.example");
  at(12 * 60 + 1 + 31);
  expect((await desk.call(null, "GET", "/api/v1/me", undefined, { cookie: idle.cookie })).status).toBe(401);
  at(0);
});

it("a state change with the cookie must come from the product's own pages", async () => {
  const { cookie } = await signIn("lead@desk.example");
  const change = (headers: Record<string, string>) => desk.call(null, "POST", "/api/v1/drafts", { name: "x" }, { cookie, ...headers });
  for (const headers of [
    {},
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: ORIGIN, "sec-fetch-site": "cross-site" },
    { origin: "http://localhost:3001", host: "localhost:3001" },
  ]) {
    expect((await change(headers as Record<string, string>)).body.code).toBe("origin_refused");
  }
  expect((await change({ origin: ORIGIN, "sec-fetch-site": "same-origin" })).status).toBe(201);
  expect((await change({ "sec-fetch-site": "same-origin" })).status).toBe(201);
  expect((await desk.call("lead", "POST", "/api/v1/drafts", { name: "x" })).status).toBe(201);
});

it("an org without a grant answers as one that does not exist", async () => {
  const foreign = await desk.call("lead", "GET", "/api/v1/instances", undefined, { "x-org": "TWO" });
  const unknown = await desk.call("lead", "GET", "/api/v1/instances", undefined, { "x-org": "QQQ" });
  expect(foreign.status).toBe(404);
  expect({ ...foreign.body, instance: null }).toEqual({ ...unknown.body, instance: null });
  expect((await desk.call("both", "GET", "/api/v1/instances", undefined, { "x-org": "all" })).status).toBe(200);
  expect((await desk.call("lead", "GET", "/api/v1/orgs")).body.items.map((org: { code: string }) => org.code)).toEqual(["ONE"]);
});

it("wrong keys are refused, and after a few the address has to wait", async () => {
  const codes: string[] = [];
  for (let n = 0; n < 12; n += 1) {
    const answer = await desk.call(null, "GET", "/api/v1/me", undefined, { authorization: `Bearer ghk_${String(n).padStart(43, "a")}` });
    codes.push(answer.body.code);
    if (answer.status === 429) expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  }
  expect(codes.slice(0, 8)).toEqual(Array(8).fill("not_signed_in"));
  expect(codes.slice(8)).toEqual(Array(4).fill("rate_limited"));
});

it("a key has its share of requests a minute", async () => {
  const small = await openDesk({ requestsPerMinute: 5 });
  await small.database.sql("update api_client set rate_per_minute = 5");
  const answers = [];
  for (let n = 0; n < 7; n += 1) answers.push(await small.call("lead", "GET", "/api/v1/me"));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429, 429]);
  expect(answers[6]?.body.code).toBe("rate_limited");
  expect(Number(answers[6]?.headers["retry-after"])).toBeGreaterThan(0);
  expect((await small.call("writer", "GET", "/api/v1/me")).status).toBe(200);
  const malformed = [];
  for (let n = 0; n < 6; n += 1) malformed.push((await small.call("both", "POST", "/api/v1/instances", { nonsense: n }, { "x-org": "ONE" })).status);
  expect(malformed).toEqual([422, 422, 422, 422, 422, 429]);
});

it("answers carry the headers that a browser needs to be safe", async () => {
  const { headers } = await desk.call(null, "GET", "/healthz");
  expect(headers).toMatchObject({
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
  });
  expect(String(headers["content-security-policy"])).toContain("default-src 'none'");
  expect(headers).not.toHaveProperty("x-powered-by");
  expect(headers).not.toHaveProperty("access-control-allow-origin");
});

it("health, readiness and metrics answer without sign-in", async () => {
  expect((await desk.call(null, "GET", "/healthz")).body).toEqual({ status: "ok" });
  expect((await desk.call(null, "GET", "/readyz")).body).toEqual({ status: "ready" });
  expect((await desk.call(null, "GET", "/metrics")).text).toContain("gatehouse_http_request_seconds_bucket");
});
