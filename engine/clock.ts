/** The engine's clocks: the machine's, and one for tests that stands still until it is set. */
import type { Clock } from "./core/ports.ts";
import type { Instant } from "./core/step-types.ts";

export const systemClock: Clock = { now: () => new Date().toISOString() };

export interface SettableClock extends Clock {
  set(now: Instant): void;
}

export function createSettableClock(start: Instant): SettableClock {
  let at = new Date(start).toISOString();
  return {
    now: () => at,
    set(now) {
      at = new Date(now).toISOString();
    },
  };
}
