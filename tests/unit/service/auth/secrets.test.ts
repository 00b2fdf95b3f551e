import { describe, expect, it } from "vitest";
import { hashPassword, verifyPassword } from "#engine/service/auth/password.ts";
import { openSecrets, sealingKey, sealSecrets } from "#engine/service/auth/sealed.ts";
import { hashSecret, isSecret, issueSecret } from "#engine/service/auth/secret.ts";
import { sessionCookie, sessionCookieName } from "#engine/service/auth/sessions.ts";
import { verifyTotp } from "#engine/service/auth/totp.ts";

describe("passwords", () => {
  it("are argon2id with the required cost, and fit only themselves", async () => {
    const hash = await hashPassword("Gatehouse-Demo-1");
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/u);
    expect(await verifyPassword(hash, "Gatehouse-Demo-1")).toBe(true);
    expect(await verifyPassword(hash, "gatehouse-demo-1")).toBe(false);
  });

  it("of nobody never fit", async () => {
    expect(await verifyPassword(null, "nobody has this password")).toBe(false);
    expect(await verifyPassword("not a hash", "x".repeat(10))).toBe(false);
  });

  it("that are too short or too long are refused", async () => {
    await expect(hashPassword("short")).rejects.toMatchObject({ code: "payload_invalid" });
    await expect(hashPassword("x".repeat(257))).rejects.toMatchObject({ code: "payload_invalid" });
  });

  it("wait in a bounded line: the rest is unavailable at once", async () => {
    const results = await Promise.allSettled(Array.from({ length: 80 }, () => verifyPassword(null, "x".repeat(12))));
    const refused = results.filter((result) => result.status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    for (const result of refused) expect((result as PromiseRejectedResult).reason).toMatchObject({ code: "unavailable" });
    expect(await verifyPassword(await hashPassword("after the rush"), "after the rush")).toBe(true);
  }, 30_000);
});

describe("secrets", () => {
  it("carry 256 bits behind a prefix and are stored as a digest", () => {
    const secret = issueSecret("ghk");
    expect(secret.text).toMatch(/^ghk_[A-Za-z0-9_-]{43}$/u);
    expect(secret.hash).toBe(hashSecret(secret.text));
    expect(secret.hash).toMatch(/^[0-9a-f]{64}$/u);
    expect(isSecret(secret.text, "ghk")).toBe(true);
    expect(isSecret(secret.text, "ghs")).toBe(false);
    expect(isSecret(`${secret.text}x`, "ghk")).toBe(false);
  });

  it("are sealed under a key, and opened only by it and unchanged", () => {
    const key = sealingKey(Buffer.alloc(32, 7));
    const sealed = sealSecrets(key, ["one", "two"]);
    expect(sealed).not.toContain("one");
    expect(openSecrets(key, sealed)).toEqual(["one", "two"]);
    expect(() => openSecrets(sealingKey(Buffer.alloc(32, 8)), sealed)).toThrow(/another key/u);
    const parts = sealed.split(".");
    const changed = Buffer.from(parts[4] as string, "base64url");
    changed[0] = (changed[0] as number) ^ 1;
    expect(() => openSecrets(key, [...parts.slice(0, 4), changed.toString("base64url")].join("."))).toThrow(/cannot be opened/u);
  });
});

it("the cookie is bound to the host over TLS, and plain on localhost", () => {
  expect(sessionCookieName("https://gatehouse.example")).toBe("__Host-gatehouse");
  expect(sessionCookie("https://gatehouse.example", "t")).toBe("__Host-gatehouse=t; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=43200");
  expect(sessionCookie("http://localhost:3000", null)).toBe("gatehouse=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
});

it("verifyTotp agrees with RFC 6238, within one step", () => {
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  expect(verifyTotp(secret, "287082", 59_000)).toBe(true);
  expect(verifyTotp(secret, "081804", 1_111_111_109_000)).toBe(true);
  expect(verifyTotp(secret, "287082", 59_000 + 30_000)).toBe(true);
  expect(verifyTotp(secret, "287082", 59_000 + 90_000)).toBe(false);
  expect(verifyTotp(secret, "28708", 59_000)).toBe(false);
});
