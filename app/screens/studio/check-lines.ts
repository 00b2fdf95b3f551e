/** The report of a draft's checks as lines: what passed, what fails and where. */
import type { Problem } from "#engine/core/problem.ts";
import type { CheckReport } from "#engine/service/releases/check-draft.ts";
import type { ReplaySummary } from "#engine/service/replay/replay-briefly.ts";
import type { ReplayView } from "#engine/service/replay/replay-queries.ts";
import { definitionPath } from "#studio/kinds/kind-words.ts";
import type { CheckLine } from "#studio/review/checks.tsx";

export function checkLines(report: CheckReport | null, isRunning: boolean, past: Past, draft: string): CheckLine[] {
  const waiting = isRunning ? ("running" as const) : ("waiting" as const);
  const item = (problem: Problem) => ({
    text: `${problem.key.slice(problem.key.indexOf(".") + 1)}: ${problem.message}`,
    href: definitionPath(problem.kind, problem.key, draft),
  });
  const section = (id: string, title: string, part: { readonly ok: boolean; readonly problems: readonly Problem[] } | undefined, good: string): CheckLine => {
    if (part === undefined) return { id, title, state: waiting, detail: "" };
    const errors = part.problems.filter((problem) => problem.severity === "error");
    const warnings = part.problems.filter((problem) => problem.severity === "warning");
    if (errors.length > 0) return { id, title, state: "failed", detail: errors.length === 1 ? "1 error" : `${errors.length} errors`, items: errors.map(item) };
    if (warnings.length > 0)
      return { id, title, state: "warned", detail: warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`, items: warnings.map(item) };
    return { id, title, state: "passed", detail: good };
  };
  const tests = report?.tests;
  return [
    section("schema", "Schema", report?.schema, report === null ? "" : `${report.changed} ${report.changed === 1 ? "definition" : "definitions"}`),
    section("references", "References", report?.references, "all found"),
    section("lints", "Analysis", report?.lints, "nothing to say"),
    tests === undefined
      ? { id: "tests", title: "Tests", state: waiting, detail: "" }
      : {
          id: "tests",
          title: "Tests",
          state: tests.ok ? "passed" : "failed",
          detail: `${tests.passed} of ${tests.total} pass`,
          items: tests.failures.map((failure) => ({
            text: `${failure.key.slice(failure.key.indexOf(".") + 1)}, ${failure.test}: ${failure.differences[0] ?? ""}`,
            href: definitionPath(failure.kind, failure.key, draft),
          })),
        },
    section("proofs", "Invariants", report?.proofs, "all hold"),
    replayLine(past),
  ];
}

/** The last days again: as a job with its instances, or as a check counts them in some seconds. */
export interface Past {
  readonly replay: ReplayView | null;
  readonly brief: ReplaySummary | null;
}

function replayLine({ replay, brief }: Past): CheckLine {
  const base = { id: "replay", title: "Replay of 30 days" };
  if (replay === null && brief !== null) {
    const count = brief.same + brief.changed + brief.unknown;
    return brief.truncated ? { ...base, state: "warned", detail: `the first ${count} instances` } : { ...base, state: "passed", detail: `${count} instances` };
  }
  if (replay === null) return { ...base, state: "waiting", detail: "not asked for" };
  if (replay.status === "failed") return { ...base, state: "failed", detail: replay.error ?? "failed" };
  if (replay.status === "cancelled") return { ...base, state: "warned", detail: `stopped after ${replay.done}` };
  if (replay.status !== "done")
    return { ...base, state: "running", detail: `${replay.done} of ${replay.total}`, ...(replay.total > 0 ? { progress: replay.done / replay.total } : {}) };
  return { ...base, state: "passed", detail: `${replay.same + replay.changed + replay.unknown} instances` };
}
