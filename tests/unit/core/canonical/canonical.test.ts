import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { canonicalJson, hashDefinition, sameJson } from "#engine/core/canonical.ts";
import { sha256, sha256Hex } from "#engine/core/sha256.ts";

describe("canonical JSON (RFC 8785)", () => {
  it("[8785-3.2.3] sorts keys by UTF-16 code units, not by code points", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji",
      "\u0080": "Control",
      "\u00f6": "o",
    };
    expect(Object.keys(JSON.parse(canonicalJson(value)))).toEqual(["1", "\r", "\u0080", "\u00f6", "\u20ac", "\ud83d\ude00", "\ufb33"]);
  });
  it("[8785-3.2.2.3] writes numbers as ECMAScript does", () => {
    const numbers = [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0, 1e21, 9007199254740992];
    expect(canonicalJson(numbers)).toBe("[333333333.3333333,1e+30,4.5,0.002,1e-27,0,1e+21,9007199254740992]");
  });
  it("[8785-3.2.2.2] escapes only what must be", () => {
    expect(canonicalJson('\u20ac$\u000f\nA\'B"\\\\"/')).toBe('"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"');
  });
  it("refuses what is not JSON", () => {
    expect(() => canonicalJson(Number.NaN)).toThrow("not a JSON number");
    expect(() => canonicalJson("\ud800")).toThrow("unpaired surrogate");
    expect(() => canonicalJson([() => 1])).toThrow("not JSON");
    let deep: unknown = 0;
    for (let i = 0; i < 200; i++) deep = [deep];
    expect(() => canonicalJson(deep)).toThrow("128 levels");
  });
  it("names a definition by its value, not by its text", () => {
    expect(hashDefinition({ a: 1, b: [1.0, { c: "x" }] })).toBe(hashDefinition(JSON.parse('{ "b": [1, {"c":"\\u0078"}], "a": 1e0 }')));
    expect(hashDefinition({ a: 1 })).toBe(createHash("sha256").update('{"a":1}').digest("hex"));
  });
  it("compares values whatever their key order", () => {
    expect(sameJson({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 })).toBe(true);
    expect(sameJson({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(sameJson([1], { "0": 1 })).toBe(false);
    expect(sameJson(null, {})).toBe(false);
  });
});

describe("sha256 (FIPS 180-4)", () => {
  it("gives the standard's digests", () => {
    expect(sha256Hex("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(sha256Hex("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256(new TextEncoder().encode("abc"))[0]).toBe(0xba);
  });
  it("agrees with the platform on every length around the block size", () => {
    for (let length = 0; length < 200; length++) {
      const text = "x".repeat(length);
      expect(sha256Hex(text)).toBe(createHash("sha256").update(text).digest("hex"));
    }
  });
});
