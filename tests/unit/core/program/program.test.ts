import { describe, expect, it } from "vitest";
import { createCompileCache } from "#engine/core/compile-cache.ts";
import { createProgram } from "#engine/core/program.ts";
import { definitions, documents, limits, readiness, review, stored } from "#tests/support/review-example.ts";

describe("references", () => {
  const program = createProgram([...definitions, stored({ ...limits, key: "other.limits" })]);
  it("are keys, or ids while only one pack has them, also as FEEL writes them", () => {
    expect(program.resolve("machine", "demo.review")).toBe("demo.review");
    expect(program.resolve("machine", "review")).toBe("demo.review");
    expect(program.fact("open_comments")?.key).toBe("demo.open-comments");
    expect(program.settings("limits")).toBeNull();
    expect(program.settings("other.limits")?.key).toBe("other.limits");
    expect(program.decision("readiness")?.kind).toBe("ruleset");
    expect(program.decision("mail-policy")?.kind).toBe("table");
    expect(program.contract()?.key).toBe("demo.archive");
  });
  it("find nothing by names of the prototype", () => {
    for (const name of ["constructor", "__proto__", "toString"]) {
      expect(program.machine(name)).toBeNull();
      expect(program.type(name)).toBeNull();
      expect(program.resolve("fact", name)).toBeNull();
    }
  });
});

describe("versions", () => {
  it("are compiled once and shared by programs", () => {
    const cache = createCompileCache(100);
    const one = createProgram(definitions, { cache });
    const two = createProgram([...definitions, stored({ ...readiness, title: "Other" })], { cache });
    expect(one.machine("review")).toBe(two.machine("review"));
    expect(one.decision("readiness")).not.toBe(two.decision("readiness"));
  });
  it("leave the cache when it is full, and are compiled again", () => {
    const cache = createCompileCache(1);
    const one = createProgram(definitions, { cache });
    one.machine("review");
    one.machine("message");
    expect(cache.size).toBe(1);
    expect(createProgram(definitions, { cache }).machine("review")?.key).toBe("demo.review");
  });
  it("of instances that are pinned to an older machine still resolve", () => {
    const old = stored({ ...review, title: "Old" });
    const program = createProgram(definitions, { older: [old] });
    expect(program.machine("review")?.definition.title).toBe("Document review");
    expect(program.machine("review", old.hash)?.definition.title).toBe("Old");
    expect(program.machine("review", program.machine("review")!.version)).toBe(program.machine("review"));
    expect(program.machine("review", "0".repeat(64))).toBeNull();
  });
  it("do not depend on the order of the definitions", () => {
    expect(createProgram([...definitions].reverse()).definitions).toEqual(createProgram(definitions).definitions);
    expect(createProgram([stored(documents)]).types()).toHaveLength(1);
  });
});
