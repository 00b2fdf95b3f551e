/** Which addresses a webhook may reach (reliability T18). */
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { deliverHttp } from "#engine/effects/http-call.ts";
import { isPublicAddress } from "#engine/effects/public-address.ts";

const never = new AbortController().signal;
const call = (url: string, allowed: readonly string[] = []) =>
  deliverHttp({ url, headers: {}, body: "{}", allowedHosts: new Set(allowed), timeoutMs: 2_000 }, never);

describe("public addresses", () => {
  it.each([
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "172.20.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "224.0.0.1",
    "localhost",
    "",
  ])("%s is not public", (address) => expect(isPublicAddress(address)).toBe(false));
  it.each(["93.184.216.34", "2606:4700::1111", "8.8.8.8"])("%s is public", (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    "http://127.0.0.1:9/",
    "https://127.0.0.1:9/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://user:pw@example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "nonsense",
  ])("a call to %s is refused", async (url) => expect(await call(url)).toMatchObject({ result: "refused" }));

  it("a name that leads to this machine is not called", async () => {
    expect(await call("https://localhost:9/")).toMatchObject({ result: "retry", reason: expect.stringContaining("not a public address") });
  });

  it("an operator may allow a host by name; redirects are not followed", async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.url ?? "");
      response.writeHead(request.url === "/moved" ? 302 : 204, { Location: "http://127.0.0.1:1/" }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    expect(await call(`http://127.0.0.1:${port}/ok`, ["127.0.0.1"])).toEqual({ result: "delivered", detail: "HTTP 204" });
    expect(await call(`http://127.0.0.1:${port}/moved`, ["127.0.0.1"])).toMatchObject({ result: "refused", reason: "HTTP 302" });
    expect(seen).toEqual(["/ok", "/moved"]);
    await new Promise((resolve) => server.close(resolve));
  });
});
