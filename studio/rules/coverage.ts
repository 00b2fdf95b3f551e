/** Which rules or rows the tests make fire, and which they leave unfired: both are wanted of each. */
import type { TestResult } from "#engine/core/definition-tests.ts";

export interface Coverage {
  readonly fired: boolean;
  readonly unfired: boolean;
}

export function coverageOf(ids: readonly string[], results: readonly TestResult[]): ReadonlyMap<string, Coverage> {
  return new Map(
    ids.map((id) => [
      id,
      {
        fired: results.some((result) => result.decision?.fired.includes(id) === true),
        unfired: results.some((result) => result.decision !== undefined && !result.decision.fired.includes(id)),
      },
    ]),
  );
}

/** How many of the two outcomes of each are covered. */
export function coverageCount(coverage: ReadonlyMap<string, Coverage>): { readonly covered: number; readonly total: number } {
  const all = [...coverage.values()];
  return { covered: all.reduce((sum, one) => sum + Number(one.fired) + Number(one.unfired), 0), total: all.length * 2 };
}
