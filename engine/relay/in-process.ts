/**
 * The relay in the process that commits: woken in memory right after a commit, and by a slow poll for what other processes
 * committed, what became due, and what a crash left behind.
 */
import { settleExpired } from "./deliver-batch.ts";
import type { Relay, RelayContext } from "./relay-context.ts";
import { runDue, runTurn } from "./run-due.ts";

export interface InProcessOptions {
  readonly pollMs: number;
}

export function startInProcessRelay(context: RelayContext, { pollMs }: InProcessOptions): Relay {
  const stopping = new AbortController();
  let rung = false;
  let ring: (() => void) | null = null;
  const wake = () => {
    rung = true;
    ring?.();
  };
  /** Sleeps until rung or until the poll is due. */
  const rest = () =>
    new Promise<void>((resolve) => {
      if (rung || stopping.signal.aborted) return resolve();
      const timer = setTimeout(done, pollMs);
      function done() {
        clearTimeout(timer);
        ring = null;
        resolve();
      }
      ring = done;
    });
  let turn: Promise<unknown> = Promise.resolve();
  const loop = async () => {
    let sweptAt = 0;
    while (!stopping.signal.aborted) {
      rung = false;
      try {
        if (performance.now() - sweptAt > 10_000) {
          await settleExpired(context);
          sweptAt = performance.now();
        }
        turn = runTurn(context, stopping.signal);
        if (await turn) continue;
      } catch (error) {
        if (!stopping.signal.aborted) context.log.turnFailed(error);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      await rest();
    }
  };
  const running = loop();
  return {
    wake,
    async drain() {
      // What the loop has claimed is not seen as due here: it is drained when no turn of the loop ran beside the last look.
      for (let seen: Promise<unknown> | null = null; seen !== turn; ) {
        seen = turn;
        await seen.catch(() => {});
        await runDue(context, stopping.signal);
      }
    },
    stop: async () => {
      stopping.abort();
      ring?.();
      await running;
    },
  };
}
