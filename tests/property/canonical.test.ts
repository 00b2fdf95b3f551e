import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { canonicalJson, hashDefinition, sameJson } from "#engine/core/canonical.ts";
import { sha256Hex } from "#engine/core/sha256.ts";
import type { Json } from "#engine/schema/json.ts";

const settings = { seed: 20_260_202, numRuns: 1_500 };
const json = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

function shuffled(value: Json, pick: () => number): Json {
  if (Array.isArray(value)) return value.map((each) => shuffled(each, pick));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, each]) => ({ key, each, order: pick() }))
    .sort((a, b) => a.order - b.order);
  return Object.fromEntries(entries.map(({ key, each }) => [key, shuffled(each, pick)]));
}

it("canonical JSON reads back as the same value", () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(value);
      expect(canonicalJson(JSON.parse(canonicalJson(value)))).toBe(canonicalJson(value));
    }),
    settings,
  );
});

it("the hash does not depend on key order, and sameJson agrees with it", () => {
  fc.assert(
    fc.property(json, json, fc.infiniteStream(fc.nat()), (value, other, stream) => {
      const next = () => stream.next().value as number;
      expect(hashDefinition(shuffled(value, next))).toBe(hashDefinition(value));
      expect(sameJson(value, shuffled(value, next))).toBe(true);
      expect(sameJson(value, other)).toBe(canonicalJson(value) === canonicalJson(other));
    }),
    settings,
  );
});

it("keys come in UTF-16 order", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: "binary" }), { maxLength: 12 }), (keys) => {
      const usable = keys.filter((key) => key.isWellFormed() && key !== "__proto__");
      const text = canonicalJson(Object.fromEntries(usable.map((key) => [key, 0])));
      expect(text).toBe(
        `{${[...usable]
          .sort()
          .map((key) => `${JSON.stringify(key)}:0`)
          .join(",")}}`,
      );
    }),
    settings,
  );
});

it("every finite number survives", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(JSON.parse(canonicalJson(value))).toBe(value === 0 ? 0 : value);
    }),
    settings,
  );
});

it("the digest is the platform's digest", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
      expect(sha256Hex(text)).toBe(createHash("sha256").update(text).digest("hex"));
    }),
    settings,
  );
});
