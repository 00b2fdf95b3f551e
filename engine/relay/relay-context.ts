/** What every part of the relay works with. */
import type { Clock, EffectHandler } from "../core/ports.ts";
import type { Store } from "../store/store.ts";
import type { TimerRow } from "../store/timers.ts";
import type { Session, Tx } from "../store/tx.ts";

export interface RelayLog {
  effectTried(entry: { readonly kind: string; readonly key: string; readonly attempt: number; readonly result: string }): void;
  turnFailed(error: unknown): void;
}

export interface RelayContext {
  readonly store: Store;
  readonly session: Session;
  /** Names this process in the leases it takes. */
  readonly owner: string;
  readonly clock: Clock;
  readonly handlers: ReadonlyMap<string, EffectHandler>;
  /** Sends a due timer's event to its instance, in a transaction that takes the timer; injected, because use cases lie above. */
  readonly fireTimer: (timer: TimerRow) => Promise<void>;
  /** Does what the calendar asks for, once per minute of the engine's clock; gives how much it wrote. Injected like `fireTimer`. */
  readonly runSchedules: () => Promise<number>;
  readonly log: RelayLog;
}

/** Delivers what the outbox holds and fires what is due, until it is stopped. */
export interface Relay {
  /** Something was committed: look now. */
  wake(): void;
  /** A transaction with effects is about to be committed: a relay at rest may send its claim right behind the commit. */
  committing(tx: Tx): void;
  /** Works until nothing is due, then returns: test mode and shutdown. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}
