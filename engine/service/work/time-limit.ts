/** The clock behind the core's time limits: a step has 250 ms. */
import type { TimeLimit } from "../../core/time-limit.ts";

/** Of one event at one instance, over all passes of its step; loading facts is not counted. */
export const STEP_MS = 250;
/** Of one recorded event in a replay: what was decided in time once must not be cut because this machine is slower. */
export const REPLAY_STEP_MS = 10_000;
/** Of all that one answer asks of definitions together: columns, masks, permissions and gates of a page of rows. */
export const READING_MS = 2_500;
/** How much longer than its limit a step may take by the wall clock where the machine is busy with others. */
const WALL_FACTOR = 8;

export interface Times {
  readonly wallMs: () => number;
  /** Of this thread. */
  readonly processorMs: () => number;
}

const MEASURED: Times = {
  wallMs: () => performance.now(),
  processorMs: () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  },
};

/**
 * A limit that begins now.
 *
 * It is spent when the wall clock and the processor's time of this thread have both gone so far: a step that only waits while
 * other processes have the processor is not to blame. It ends at eight times the limit in any case.
 */
export function createTimeLimit(limitMs: number, what = "The step", times: Times = MEASURED): TimeLimit {
  let wallFrom = times.wallMs();
  /** From the first look on, which most steps end before: the reading costs more than a microsecond. */
  let processorFrom: number | null = null;
  let pausedAt: { readonly wall: number; readonly processor: number | null } | null = null;
  return {
    limitMs,
    what,
    isSpent() {
      processorFrom ??= times.processorMs();
      const wall = times.wallMs() - wallFrom;
      if (wall < limitMs) return false;
      return wall >= limitMs * WALL_FACTOR || times.processorMs() - processorFrom >= limitMs;
    },
    pause() {
      pausedAt ??= { wall: times.wallMs(), processor: processorFrom === null ? null : times.processorMs() };
    },
    resume() {
      if (pausedAt === null) return;
      wallFrom += times.wallMs() - pausedAt.wall;
      if (processorFrom !== null && pausedAt.processor !== null) processorFrom += times.processorMs() - pausedAt.processor;
      pausedAt = null;
    },
  };
}
