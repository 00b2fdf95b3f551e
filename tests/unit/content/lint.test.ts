import { describe, expect, it } from "vitest";
import { lintProgram } from "#engine/core/lint/lint.ts";
import { program } from "./content-program.ts";

describe("the content as one release", () => {
  it("has no lint errors", () => {
    const errors = lintProgram(program).filter((problem) => problem.severity === "error");
    expect(errors.map((problem) => `${problem.key} ${problem.path}: ${problem.message}`)).toEqual([]);
  });
});
