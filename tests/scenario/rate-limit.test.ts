/** The requests that a key may make are what the process was started with, unless its client has a limit of its own. */
import { describe, expect, it } from "vitest";
import { productApi } from "#tests/support/product-api.ts";

describe("the limit of requests", () => {
  it("follows GATEHOUSE_RATE_LIMIT for every account of the fixture", async () => {
    const api = await productApi({ GATEHOUSE_RATE_LIMIT: "5" });
    const statuses: number[] = [];
    for (let n = 0; n < 6; n++) statuses.push((await api.as("owner.jtr").get("/me")).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    expect((await api.as("manager.jtr").get("/me")).status, "another key has its own count").toBe(200);
  });
});
