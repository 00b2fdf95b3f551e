/**
 * Ends work that takes too long, from within its loops.
 *
 * Core code has no clock: the shell brings a `TimeLimit`, and every loop that a definition can make long calls `tick` with about
 * as many operations as it has done. Only every few thousand of them is the limit asked, so that a tick costs a subtraction.
 * Without a limit a tick does nothing; the bounds that count operations (FEEL's budget, microsteps, effects) hold all the same.
 */
import { EngineError } from "./errors.ts";

/** Made by the shell, for one piece of work. */
export interface TimeLimit {
  readonly limitMs: number;
  /** What took too long, as a message begins. Default: "The step". */
  readonly what?: string;
  isSpent(): boolean;
  /** What happens until `resume` is not counted. */
  pause(): void;
  resume(): void;
}

/** Operations between two looks at the clock: 0.1 to 0.5 ms. */
const EVERY = 4_000;

/* Work is synchronous from end to end, so that one limit at a time is in force; within another it takes its place until it ends. */
let current: TimeLimit | null = null;
let left = Number.POSITIVE_INFINITY;

/** Runs under the limit. - throws EngineError `limit_exceeded` with limit "time" from the loop that is running when it is spent */
export function within<T>(limit: TimeLimit | undefined, run: () => T): T {
  if (limit === undefined) return run();
  const outer = current;
  const outerLeft = left;
  current = limit;
  left = EVERY;
  try {
    return run();
  } finally {
    current = outer;
    left = outerLeft;
  }
}

/** Notes that a loop has done so many operations. */
export function tick(operations: number): void {
  left -= operations;
  if (left < 0) look();
}

function look(): void {
  left = EVERY;
  if (current === null || !current.isSpent()) return;
  left = 0;
  throw new EngineError("limit_exceeded", `${current.what ?? "The step"} took more than ${current.limitMs} ms`, { limit: "time" });
}

/** Looks at the clock now: for work that is made of many small pieces. */
export function tickOff(): void {
  tick(EVERY + 1);
}

/** Runs what must not be counted: compiling a definition for the first time. */
export function uncounted<T>(run: () => T): T {
  const limit = current;
  if (limit === null) return run();
  limit.pause();
  try {
    return run();
  } finally {
    limit.resume();
  }
}

export const isOutOfTime = (error: unknown): boolean => error instanceof EngineError && error.data["limit"] === "time";
