/** Timers as rows with absolute deadlines. Armed and cancelled by send-path; claimed by the relay. */
import type { Tx } from "./tx.ts";

export interface TimerRow {
  readonly orgId: string;
  readonly instanceId: string;
  readonly name: string;
  readonly dueAt: string;
  readonly seq: number;
}
export declare function timersOf(tx: Tx, instanceId: string): Promise<readonly TimerRow[]>;
/** Due timers in due order, leased until `now + leaseMs`. System session. Firing deletes the row (`takeTimer`) in the transition's own transaction. */
export declare function claimTimers(tx: Tx, input: { readonly now: string; readonly limit: number; readonly leaseMs: number }): Promise<readonly TimerRow[]>;
/** Deletes the timer if it is still armed for this deadline; false when cancelled or re-armed: then nothing fires. */
export declare function takeTimer(tx: Tx, timer: TimerRow): Promise<boolean>;
export declare function nextTimerDue(tx: Tx): Promise<string | null>;
