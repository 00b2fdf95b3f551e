/** What every check writes its problems through. */
import type { Problem, Severity } from "../problem.ts";
import type { Program, StoredDefinition } from "../program.ts";

/** Finds problems in a whole release. Total: a definition that does not compile is passed over by all checks but one. */
export type Check = (program: Program) => Problem[];

export function problem(severity: Severity, code: string, at: Pick<StoredDefinition, "kind" | "key">, path: string, message: string, hint: string): Problem {
  return { severity, code, kind: at.kind, key: at.key, path, message, hint };
}
