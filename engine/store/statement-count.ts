/** How many statements a unit of work asked of the database: told per request in test mode, so that a page that asks row by row is found. */
import { AsyncLocalStorage } from "node:async_hooks";

const counting = new AsyncLocalStorage<{ count: number }>();

/** Runs `fn`, and whatever it starts, under a counter of its own. */
export function withStatementCount<T>(fn: () => T): T {
  return counting.run({ count: 0 }, fn);
}

/** Runs `fn`, and whatever it starts, outside of any counter: work that only rides along. */
export function withoutStatementCount<T>(fn: () => T): T {
  return counting.exit(fn);
}

/** Statements so far, without those that only open, name or end a transaction; null outside `withStatementCount`. */
export function statementCount(): number | null {
  return counting.getStore()?.count ?? null;
}

export function noteStatement(): void {
  const running = counting.getStore();
  if (running !== undefined) running.count += 1;
}
