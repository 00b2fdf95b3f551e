/** What one answer reads and evaluates for many rows: facts and queries are gathered, and all of it has its time together. */
import type { FactRequest } from "../../core/step-types.ts";
import { tickOff, within } from "../../core/time-limit.ts";
import { type AskedQuery, queryBatch } from "../../store/record-batch.ts";
import { createFactLoader } from "./fact-loader.ts";
import { gather, Turns } from "./gather.ts";
import { createTimeLimit, READING_MS, STEP_MS } from "./time-limit.ts";
import type { Work } from "./work.ts";

/** The same work for reading only: facts are loaded once and without locks. */
export function forReading(work: Work): Work {
  if (work.shared !== null) return work;
  const loader = createFactLoader(work);
  const turns = new Turns();
  const load = gather(turns, async (lists: readonly (readonly FactRequest[])[]): Promise<readonly undefined[]> => {
    await loader.load([...new Map(lists.flat().map((request) => [request.key, { ...request, locks: [] }])).values()]);
    return lists.map(() => undefined);
  });
  const query = gather(turns, (asked: readonly AskedQuery[]) => queryBatch(work.tx, work.ruling.catalogue, asked));
  const limit = createTimeLimit(READING_MS, "What the page asks of definitions");
  limit.pause();
  return { ...work, shared: { facts: { bag: loader.bag, load }, query, limit, holders: new Map() } };
}

/**
 * Evaluates outside of a step, within a step's time; what one answer asks for many rows has its time together.
 *
 * - throws EngineError `limit_exceeded` with limit "time"
 */
export function inTime<T>({ shared }: Pick<Work, "shared">, run: () => T): T {
  if (shared === null) return within(createTimeLimit(STEP_MS, "The evaluation"), run);
  shared.limit.resume();
  try {
    return within(shared.limit, () => {
      tickOff();
      return run();
    });
  } finally {
    shared.limit.pause();
  }
}
