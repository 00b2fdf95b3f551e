/** All checks of a release in one list, in a stable order. Pure and total: nothing that a definition says makes it throw. */
import { type Problem, sortProblems } from "../problem.ts";
import type { Program } from "../program.ts";
import { unusedActions } from "./actions.ts";
import { definitionCycles } from "./cycles.ts";
import { unusedDelays } from "./delays.ts";
import { doesNotCompile } from "./does-not-compile.ts";
import { eventDeclarations } from "./events.ts";
import { unknownNames } from "./feel-names.ts";
import { feelSyntax } from "./feel-texts.ts";
import type { Check } from "./findings.ts";
import { gatesWithoutOverride, unsuppliedInputs } from "./gates.ts";
import { unresolvedReferences } from "./references.ts";
import { deadEnds, unreachableStates } from "./states.ts";
import { tableFindings } from "./tables.ts";
import { templateVariables } from "./templates.ts";
import { alwaysCycles, ambiguousTransitions } from "./transitions.ts";

export const CHECKS: readonly Check[] = [
  ...[doesNotCompile, feelSyntax, unresolvedReferences, unknownNames, definitionCycles, unreachableStates, deadEnds, ambiguousTransitions, alwaysCycles],
  ...[eventDeclarations, unusedActions, unusedDelays, gatesWithoutOverride, unsuppliedInputs, tableFindings, templateVariables],
];

export function lintProgram(program: Program): Problem[] {
  return sortProblems(CHECKS.flatMap((check) => check(program)));
}
