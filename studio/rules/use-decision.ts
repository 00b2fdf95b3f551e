/** A rule set or table of the document, compiled in the browser while it is edited: for its tests and for trying it. */
import { useMemo } from "react";
import { runDecisionTests, type TestResult } from "#engine/core/definition-tests.ts";
import { EngineError } from "#engine/core/errors.ts";
import { compileRuleset } from "#engine/core/rules/compile-ruleset.ts";
import { type CompiledDecision, type DecisionContext, toDecision } from "#engine/core/rules/decision.ts";
import type { Decision } from "#engine/core/step-types.ts";
import { compileTable } from "#engine/core/tables/compile-table.ts";
import type { DecisionTest } from "#engine/schema/decision.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { RulesetDefinition } from "#engine/schema/ruleset.ts";
import type { TableDefinition } from "#engine/schema/table.ts";
import type { StudioDocument } from "../document/document.ts";

export interface LiveDecision {
  readonly compiled: CompiledDecision | null;
  /** Why it does not compile. */
  readonly fault: { readonly message: string; readonly errors: readonly { readonly path: string; readonly message: string }[] } | null;
  readonly tests: readonly DecisionTest[];
  readonly results: readonly TestResult[];
}

/** `moment` is the engine's clock: the page's, not the browser's. */
export function useDecision(document: StudioDocument, version: string, moment: DecisionContext): LiveDecision {
  const { content } = document;
  const built = useMemo(() => compile(content, version), [content, version]);
  const tests = useMemo(() => (Array.isArray(content["tests"]) ? (content["tests"] as unknown as readonly DecisionTest[]) : []), [content]);
  const results = useMemo(() => (built.compiled === null ? [] : runSafely(built.compiled, tests, moment)), [built, tests, moment]);
  return { ...built, tests, results };
}

/** Tests are JSON that a person may be typing: one that is no test yet must not take the page down. */
function runSafely(compiled: CompiledDecision, tests: readonly DecisionTest[], moment: DecisionContext): readonly TestResult[] {
  return tests.flatMap((test) => {
    try {
      return runDecisionTests(compiled, [test], moment);
    } catch (error) {
      return [{ name: String((test as { name?: unknown } | null)?.name ?? "?"), ok: false, differences: [(error as Error).message] }];
    }
  });
}

function compile(content: JsonObject, version: string): Pick<LiveDecision, "compiled" | "fault"> {
  try {
    const compiled =
      content["kind"] === "table"
        ? compileTable(content as unknown as TableDefinition, version)
        : compileRuleset(content as unknown as RulesetDefinition, version);
    return { compiled, fault: null };
  } catch (error) {
    const errors =
      error instanceof EngineError && Array.isArray(error.data["errors"]) ? (error.data["errors"] as readonly { path: string; message: string }[]) : [];
    return { compiled: null, fault: { message: (error as Error).message, errors } };
  }
}

/** Decides on these facts, with its explanation; null while the definition does not compile. */
export function decideOn(compiled: CompiledDecision | null, facts: JsonObject, params: JsonObject, moment: DecisionContext): Decision | null {
  return compiled === null ? null : toDecision(compiled.evaluate(facts, params, moment), compiled);
}
