/** When a failed effect is tried again, by kind: doubling from 30 s to an hour, until its tries are used up. */
import type { Instant } from "../core/step-types.ts";

export interface RetryPolicy {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly attempts: number;
}

const HOUR_MS = 3_600_000;

/** 8 tries for a mail (about an hour in all), 30 for a contract event or webhook (about a day). */
const POLICIES: Readonly<Record<string, RetryPolicy>> = {
  mail: { firstMs: 30_000, maxMs: HOUR_MS, attempts: 8 },
  emit: { firstMs: 30_000, maxMs: HOUR_MS, attempts: 30 },
  webhook: { firstMs: 30_000, maxMs: HOUR_MS, attempts: 30 },
  document: { firstMs: 1_000, maxMs: HOUR_MS, attempts: 30 },
  remote: { firstMs: 1_000, maxMs: HOUR_MS, attempts: 30 },
};
const DEFAULT: RetryPolicy = { firstMs: 30_000, maxMs: HOUR_MS, attempts: 8 };

export const retryPolicy = (kind: string): RetryPolicy => (Object.hasOwn(POLICIES, kind) ? (POLICIES[kind] ?? DEFAULT) : DEFAULT);

/** The next try after `attempt` failed ones (1 = the first), or null when there is none left. `askedMs` is what the other side asked for. */
export function nextAttempt(kind: string, attempt: number, now: Instant, askedMs?: number): Instant | null {
  const policy = retryPolicy(kind);
  if (attempt >= policy.attempts) return null;
  const ownMs = Math.min(policy.firstMs * 2 ** (attempt - 1), policy.maxMs);
  return new Date(Date.parse(now) + Math.max(ownMs, askedMs ?? 0)).toISOString();
}
