/** A replay of the last days that takes some seconds at most: for the report of a draft's check. */
import type { Engine } from "../work/engine-context.ts";
import type { Ruling } from "../work/program-cache.ts";
import type { Scope } from "../work/scope.ts";
import { replayAttempts } from "./replay-attempts.ts";
import { planOf, replayPages } from "./replay-run.ts";
import { createTally, type Tally } from "./replay-tally.ts";

export interface ReplaySummary extends Tally {
  readonly from: string;
  readonly to: string;
  /** Only a part was replayed within the time that a check may take. */
  readonly truncated: boolean;
}

const DAY_MS = 86_400_000;
const BRIEF_MS = 8_000;

/** The last days of the scope's orgs through a ruling, as far as some seconds go: for the report of a check. */
export async function replayBriefly(engine: Engine, scope: Scope, ruling: Ruling, days: number): Promise<ReplaySummary> {
  const to = engine.clock.now();
  const from = new Date(Date.parse(to) - days * DAY_MS).toISOString();
  const plan = planOf(scope, ruling, { from }, "recorded");
  const book = createTally();
  const started = performance.now();
  let truncated = false;
  for await (const page of replayPages(engine, plan, book)) {
    truncated = !page.isLast && performance.now() - started >= BRIEF_MS;
    if (truncated) break;
  }
  await replayAttempts(engine, plan, book);
  return { from, to, truncated, ...book.close() };
}
