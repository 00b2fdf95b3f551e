/**
 * The relay in the process that commits: woken in memory right after a commit, and by a slow poll for what other processes
 * committed, what became due, and what a crash left behind.
 *
 * At rest it does not wait for the commit's answer before it claims: its claim leaves right behind the commit, on the same connection, and
 * the server goes on to it without anybody being woken in between. At work it claims by itself, many commits at once.
 */
import type { OutboxRow } from "../store/outbox.ts";
import { settleExpired } from "./deliver-batch.ts";
import type { Relay, RelayContext } from "./relay-context.ts";
import { claimAhead, runDue, runTurn } from "./run-due.ts";

export interface InProcessOptions {
  readonly pollMs: number;
}

const SWEEP_MS = 10_000;

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
  /** The claim behind a commit, until the next turn takes it. */
  let ahead: Promise<readonly OutboxRow[]> | undefined;
  const nextTurn = () => {
    const claimed = ahead;
    ahead = undefined;
    return runTurn(context, stopping.signal, claimed);
  };
  const loop = async () => {
    let sweptAt = Number.NEGATIVE_INFINITY;
    // What was claimed is delivered also by who stops: a lease left behind would make mails possibly sent.
    while (!stopping.signal.aborted || ahead !== undefined) {
      rung = false;
      try {
        turn = nextTurn();
        let more = await turn;
        if (performance.now() - sweptAt > SWEEP_MS) {
          more = (await settleExpired(context)) > 0 || more;
          sweptAt = performance.now();
        }
        if (more) continue;
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
    committing(tx) {
      if (ring === null || ahead !== undefined) return;
      // A commit that is refused leaves nothing to claim, and a claim that fails nothing claimed: the next turn asks for itself.
      ahead = tx.behind(context.session, (next) => claimAhead(context, next)).catch(() => []);
      turn = ahead.finally(wake);
    },
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
