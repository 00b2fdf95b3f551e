/** Lints and tests of a whole set of definitions, computed once per set: the library and every studio page show them. */
import { lintProgram } from "../../core/lint/lint.ts";
import type { Problem } from "../../core/problem.ts";
import type { DecisionContext } from "../../core/rules/decision.ts";
import type { DefinitionVersion } from "../../store/definitions.ts";
import { parseDefinition } from "../definitions/draft-program.ts";
import { createRuling } from "../work/program-cache.ts";
import { testsOf } from "./check-draft.ts";

export interface DefinitionHealth {
  readonly errors: number;
  readonly warnings: number;
  readonly tests: number;
  readonly failing: number;
}
type Checked = ReadonlyMap<string, DefinitionHealth & { readonly problems: readonly Problem[] }>;

const KEPT = 6;
const checked = new Map<string, Checked>();

/** By "<kind>/<key>". `fingerprint` names the set: a digest of its version hashes. */
export function checkVersions(fingerprint: string, versions: readonly DefinitionVersion[], moment: DecisionContext): Checked {
  const known = checked.get(fingerprint);
  if (known !== undefined) return known;
  const { program } = createRuling(0, versions);
  const problems = new Map<string, Problem[]>();
  for (const problem of lintProgram(program)) {
    const id = `${problem.kind}/${problem.key}`;
    problems.set(id, [...(problems.get(id) ?? []), problem]);
  }
  const broken = [...problems.values()].some((list) => list.some((problem) => problem.code === "does_not_compile"));
  const result = new Map(
    versions.map((version) => {
      const id = `${version.kind}/${version.key}`;
      const own = problems.get(id) ?? [];
      const tests = broken ? [] : testsOf(program, parseDefinition(version), moment);
      const count = (severity: Problem["severity"]): number => own.filter((problem) => problem.severity === severity).length;
      return [
        id,
        { errors: count("error"), warnings: count("warning"), tests: tests.length, failing: tests.filter((test) => !test.ok).length, problems: own },
      ] as const;
    }),
  );
  checked.set(fingerprint, result);
  for (const oldest of checked.keys()) {
    if (checked.size <= KEPT) break;
    checked.delete(oldest);
  }
  return result;
}
