/**
 * Every check that a draft must pass before it may be published: schema, references, lints, the definitions' own tests. The
 * same report stands in the release. Nothing here writes; the program is compiled and tested outside the transaction.
 */

import { setImmediate } from "node:timers/promises";
import { runDecisionTests, runMachineTests, type TestResult } from "../../core/definition-tests.ts";
import { lintProgram } from "../../core/lint/lint.ts";
import { xstateRefusal } from "../../core/machine/xstate-check.ts";
import { type Problem, sortProblems } from "../../core/problem.ts";
import type { Program } from "../../core/program.ts";
import type { DecisionContext } from "../../core/rules/decision.ts";
import { isOutOfTime, within } from "../../core/time-limit.ts";
import type { Definition } from "../../schema/definition.ts";
import type { Kind } from "../../schema/definition-base.ts";
import type { Json } from "../../schema/json.ts";
import type { MachineDefinition } from "../../schema/machine.ts";
import type { DefinitionVersion } from "../../store/definitions.ts";
import { schemaProblems } from "../definitions/definition-schema.ts";
import { type DraftState, draftState, draftVersions, parseDefinition, requireDraft } from "../definitions/draft-program.ts";
import { inStudio } from "../definitions/studio-work.ts";
import { type ReplaySummary, replayBriefly } from "../replay/replay-briefly.ts";
import { dayIn } from "../work/ask-decision.ts";
import type { Engine } from "../work/engine-context.ts";
import { createRuling, type Ruling } from "../work/program-cache.ts";
import type { Scope } from "../work/scope.ts";
import { createTimeLimit, STEP_MS } from "../work/time-limit.ts";
import type { Work } from "../work/work.ts";

export interface CheckSection {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
}
export interface TestFailure {
  readonly kind: Kind;
  readonly key: string;
  readonly test: string;
  readonly differences: readonly string[];
}
export interface TestSection {
  readonly ok: boolean;
  readonly total: number;
  readonly passed: number;
  readonly failures: readonly TestFailure[];
}
export interface CheckReport {
  readonly ok: boolean;
  /** How many definitions the draft changes. */
  readonly changed: number;
  readonly schema: CheckSection;
  readonly references: CheckSection;
  readonly lints: CheckSection;
  readonly tests: TestSection;
  /** Invariants of machines checked over their reachable states. */
  readonly proofs: CheckSection;
  /** What the last days would have been like; null where it was not asked for. */
  readonly replay: ReplaySummary | null;
}

/** A draft taken out of its transaction: all that the checks need. */
interface Loaded {
  readonly state: DraftState;
  readonly versions: readonly DefinitionVersion[];
  readonly moment: DecisionContext;
}

const IMPACT_DAYS = 30;
/** What the tests of one definition may take together. */
const TESTS_MS = 2_000;

/** Runs every check and publishes nothing. `replayDays: 0` leaves the impact replay out. */
export async function checkDraft(engine: Engine, scope: Scope, input: { readonly id: string; readonly replayDays?: number }): Promise<CheckReport> {
  const loaded = await inStudio(engine, scope, "rules.view", async (work) => await loadDraftForCheck(work, input.id));
  const report = await checkLoaded(loaded);
  const days = input.replayDays ?? IMPACT_DAYS;
  if (days <= 0 || !report.schema.ok || !report.references.ok) return report;
  return { ...report, replay: await replayBriefly(engine, scope, createRuling(0, loaded.versions), days) };
}

export async function loadDraftForCheck(work: Work, id: string): Promise<Loaded> {
  const state = await draftState(work.tx, await requireDraft(work.tx, id));
  const moment = { now: work.at, today: dayIn(work.org.timeZone, work.at) };
  return { state, versions: await draftVersions(work.tx, state), moment };
}

/** The checks that need no database; others are served between the tests of two definitions. */
export async function checkLoaded({ state, versions, moment }: Loaded): Promise<CheckReport> {
  const changed = new Set(state.changes.map((change) => `${change.kind}/${change.key}`));
  const own = versions.filter((version) => changed.has(`${version.kind}/${version.key}`));
  const schema = section(own.flatMap((version) => schemaProblems(version.kind, version.key, JSON.parse(version.content) as Json)));
  const empty: CheckSection = { ok: true, problems: [] };
  const nothingRun: TestSection = { ok: true, total: 0, passed: 0, failures: [] };
  const base = { changed: state.changes.length, schema, proofs: empty, replay: null };
  if (!schema.ok) return { ...base, ok: false, references: empty, lints: empty, tests: nothingRun };
  const ruling = createRuling(0, versions);
  const problems = [...lintProgram(ruling.program), ...own.flatMap(refusedByXState)];
  const references = section(problems.filter(isReference));
  const lints = section(problems.filter((problem) => !isReference(problem) && !isProof(problem)));
  const proofs = section(problems.filter(isProof));
  const compiles = !problems.some((problem) => problem.code === "does_not_compile");
  const tests = references.ok && compiles ? await runTests(ruling, versions, moment) : nothingRun;
  return { ...base, ok: references.ok && lints.ok && tests.ok && proofs.ok, references, lints, proofs, tests };
}

/** XState is the authority on the format of machines: what it does not take is not published. */
function refusedByXState(version: DefinitionVersion): readonly Problem[] {
  if (version.kind !== "machine") return [];
  const refusal = xstateRefusal((parseDefinition(version) as MachineDefinition).config);
  if (refusal === null) return [];
  const hint = "Mend the statechart; its config must be one that XState 5 takes.";
  return [
    { severity: "error", code: "xstate_refuses", kind: "machine", key: version.key, path: "/config", message: `XState does not take it: ${refusal}`, hint },
  ];
}

const section = (problems: readonly Problem[]): CheckSection => ({
  ok: !problems.some((problem) => problem.severity === "error"),
  problems: sortProblems(problems),
});
const isReference = (problem: Problem): boolean =>
  problem.code.includes("reference") || problem.code.startsWith("unknown_") || problem.code.startsWith("missing_");
const isProof = (problem: Problem): boolean => problem.code.startsWith("invariant");

async function runTests(ruling: Ruling, versions: readonly DefinitionVersion[], moment: DecisionContext): Promise<TestSection> {
  const failures: TestFailure[] = [];
  let total = 0;
  for (const version of versions) {
    const definition = parseDefinition(version);
    if (!("tests" in definition) || definition.tests === undefined) continue;
    const results = withinTime(definition, () => testsOf(ruling.program, definition, moment));
    total += results.length;
    for (const result of results) if (!result.ok) failures.push({ kind: version.kind, key: version.key, test: result.name, differences: result.differences });
    await setImmediate();
  }
  return { ok: failures.length === 0, total, passed: total - failures.length, failures };
}

/** Tests that take too long together are one failure: each may take its time, hundreds of them would hold everybody up. */
function withinTime(definition: Definition, run: () => readonly TestResult[]): readonly TestResult[] {
  try {
    return within(createTimeLimit(TESTS_MS, "Together they"), run);
  } catch (error) {
    if (!isOutOfTime(error)) throw error;
    return [{ name: `all of ${definition.key}`, ok: false, differences: [(error as Error).message] }];
  }
}

/** Runs the tests that one definition carries. */
export function testsOf(program: Program, definition: Definition, moment: DecisionContext): readonly TestResult[] {
  if (definition.kind === "ruleset" || definition.kind === "table") {
    const decision = program.decision(definition.key);
    return decision === null ? [] : runDecisionTests(decision, definition.tests ?? [], moment);
  }
  if (definition.kind === "machine") {
    const machine = program.machine(definition.key);
    return machine === null ? [] : runMachineTests(program, machine, definition, () => createTimeLimit(STEP_MS));
  }
  return [];
}

/** What is to be said about one definition of a draft: its own lints and those of others that name it. */
export async function lintDefinition(work: Work, state: DraftState, kind: Kind, key: string): Promise<readonly Problem[]> {
  const versions = await draftVersions(work.tx, state);
  const problems = lintProgram(createRuling(0, versions).program);
  return sortProblems(problems.filter((problem) => problem.kind === kind && problem.key === key));
}
