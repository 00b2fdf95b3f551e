/** Works off everything that is due: timers first, because they make effects; then effects, which may make timers. */

import type { OutboxRow } from "../store/outbox.ts";
import { claimTimers } from "../store/timers.ts";
import type { Tx } from "../store/tx.ts";
import { claimDue, deliverRows, settleExpired } from "./deliver-batch.ts";
import type { RelayContext } from "./relay-context.ts";

const BATCH = 100;
/** Takes the effects that are due in one flight. */
export const claimAhead = (context: RelayContext, tx: Tx): Promise<readonly OutboxRow[]> => claimDue(context, tx, BATCH);
const claimNext = (context: RelayContext) => context.store.single(context.session, (tx) => claimAhead(context, tx));
const TIMER_LEASE_MS = 60_000;

/** Fires due timers in due order; returns how many it claimed. One that fails keeps its row and is tried again when its lease ends. */
export async function fireTimers(context: RelayContext): Promise<number> {
  const now = context.clock.now();
  const timers = await context.store.single(context.session, (tx) => claimTimers(tx, { now, limit: BATCH, leaseMs: TIMER_LEASE_MS }));
  for (const timer of timers) {
    try {
      await context.fireTimer(timer);
    } catch (error) {
      context.log.turnFailed(error);
    }
  }
  return timers.length;
}

/** One turn; true when there may be more to do at once. `ahead`: rows that are claimed already. */
export async function runTurn(context: RelayContext, signal: AbortSignal, ahead: Promise<readonly OutboxRow[]> = claimNext(context)): Promise<boolean> {
  const delivered = await deliverRows(context, await ahead, signal);
  const fired = await fireTimers(context);
  const written = await context.runSchedules();
  return delivered + fired + written > 0;
}

/** Turns until nothing is due. */
export async function runDue(context: RelayContext, signal: AbortSignal): Promise<void> {
  await settleExpired(context);
  while (!signal.aborted && (await runTurn(context, signal))) {
    // each turn may have committed new effects and timers
  }
}
