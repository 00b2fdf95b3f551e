/** The web app beside the API, on one port, with one engine. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { ORIGIN, openDesk } from "./desk.ts";

const desk = await openDesk({ failedTriesPerMinute: 30, webBuild: join(import.meta.dirname, "web-build") });

it("pages get the engine of this process, the nonce of their answer and the configured origin", async () => {
  const answer = await desk.call(null, "GET", "/probe?x=1", undefined, { host: "evil.example" });
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ url: `${ORIGIN}/probe?x=1`, publicOrigin: ORIGIN, now: desk.clock.now() });
  expect(String(answer.headers["content-security-policy"])).toContain(`'nonce-${answer.body.nonce}'`);
});

it("an address that tries to leave the host stays on it", async () => {
  const answer = await desk.app.inject({ method: "GET", url: "//evil.example/probe" });
  expect(answer.body).not.toContain("https://evil.example");
  expect(answer.statusCode).toBeLessThan(500);
});

it("forms reach the app as they came, and cookies come back one by one", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN };
  const answer = await desk.app.inject({ method: "POST", url: "/probe", headers, payload: "name=a%20b&name2=c" });
  expect(answer.json()).toEqual({ method: "POST", form: { name: "a b", name2: "c" } });
  expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
});

it("a form of another site is refused; a program without cookie and origin is not", async () => {
  const post = (headers: Record<string, string>) =>
    desk.app.inject({ method: "POST", url: "/probe", headers: { "content-type": "application/x-www-form-urlencoded", ...headers }, payload: "a=1" });
  expect((await post({ origin: "https://evil.example" })).json().code).toBe("origin_refused");
  expect((await post({ cookie: "gatehouse=ghs_x" })).json().code).toBe("origin_refused");
  expect((await post({})).statusCode).toBe(200);
});

it("wrong passwords on the sign-in page and at the API are one count: the next ones wait at both", async () => {
  const codes: string[] = [];
  const atApi = () => desk.call(null, "POST", "/api/v1/auth/login", { email: "lead@example.com", password: "wrong" });
  const onPage = () => desk.call(null, "GET", "/probe?wrong=lead@example.com");
  for (let n = 0; n < 32; n += 1) codes.push((await (n % 2 === 0 ? atApi() : onPage())).body.code);
  expect(codes.filter((code) => code === "credentials_invalid")).toHaveLength(30);
  expect(codes.slice(30)).toEqual(["rate_limited", "rate_limited"]);
});

it("assets are immutable, other files are not, and nothing else of the disk is served", async () => {
  const asset = await desk.call(null, "GET", "/assets/entry-abc123.js");
  expect(asset.status).toBe(200);
  expect(asset.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect((await desk.call(null, "GET", "/favicon.svg")).headers["content-type"]).toMatch(/svg/u);
  for (const path of ["/assets/../server/index.js", "/assets/%2e%2e/%2e%2e/server/index.js", "/assets/none.js"]) {
    expect((await desk.call(null, "GET", path)).text).not.toContain("createContext");
  }
});

it("the API stays the API: unknown addresses under it are problems, not pages", async () => {
  const answer = await desk.call(null, "GET", "/api/v1/nothing");
  expect(answer.status).toBe(404);
  expect(answer.body.code).toBe("not_found");
  expect((await desk.call(null, "GET", "/no-such-page")).text).toContain("a page");
});

it("[P18] a method that no page has is refused as that, and is no fault of the server", async () => {
  const answer = await desk.app.inject({ method: "TRACE" as "GET", url: "/probe" });
  expect([answer.statusCode, answer.json().code]).toEqual([405, "method_not_allowed"]);
  expect(answer.headers["allow"]).toContain("GET");
});
