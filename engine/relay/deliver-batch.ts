/**
 * One turn of the relay: claims due outbox rows, hands each to the handler of its kind, and marks what became of it.
 *
 * A claim is committed before anything leaves, so a crash leaves a lease that runs out: kinds that may act twice are then tried
 * again, mails of class A become possibly sent and wait for a person (reliability P6, P7).
 */
import type { Delivery, EffectHandler, OutboxItem, RejectedAddress } from "../core/ports.ts";
import { addOutbox, claimOutbox, expiredLeases, markDelivered, markOutbox, markRetry, type OutboxRow } from "../store/outbox.ts";
import type { Tx } from "../store/tx.ts";
import { nextAttempt } from "./backoff.ts";
import type { RelayContext } from "./relay-context.ts";

const LEASE_MS = 120_000;
const PARALLEL = 8;

/** Takes up to `limit` due rows, of one subject the first only: so its order is kept. */
export function claimDue(context: RelayContext, tx: Tx, limit: number): Promise<readonly OutboxRow[]> {
  return claimOutbox(tx, { now: context.clock.now(), limit, leaseMs: LEASE_MS, owner: context.owner });
}

/** Delivers claimed rows; returns how many they were. */
export async function deliverRows(context: RelayContext, rows: readonly OutboxRow[], signal: AbortSignal): Promise<number> {
  const queue = [...rows];
  const worker = async () => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) await deliverRow(context, row, signal);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, rows.length) }, worker));
  return rows.length;
}

/** Settles rows whose worker died while sending. */
export async function settleExpired(context: RelayContext): Promise<number> {
  const now = context.clock.now();
  return await context.store.work(context.session, async (tx) => {
    const rows = await expiredLeases(tx, now, 100);
    for (const row of rows) {
      const item = itemOf(row);
      const handler = context.handlers.get(row.kind);
      if (handler?.atMostOnce?.(item) === true) await settle(tx, row, { result: "unclear", reason: "The worker stopped while sending" }, now);
      else await markOutbox(tx, row, "pending", "The worker stopped while sending", now);
    }
    return rows.length;
  });
}

async function deliverRow(context: RelayContext, row: OutboxRow, signal: AbortSignal): Promise<void> {
  const delivery = await attempt(context.handlers.get(row.kind), itemOf(row), signal);
  const now = context.clock.now();
  await context.store.work(context.session, (tx) => settle(tx, row, delivery, now));
  context.log.effectTried({ kind: row.kind, key: row.key, attempt: row.attempts, result: delivery.result });
}

async function attempt(handler: EffectHandler | undefined, item: OutboxItem, signal: AbortSignal): Promise<Delivery> {
  if (handler === undefined) return { result: "refused", reason: `Nothing here delivers effects of kind "${item.kind}"` };
  try {
    return await handler.deliver(item, signal);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return handler.atMostOnce?.(item) === true ? { result: "unclear", reason } : { result: "retry", reason };
  }
}

const itemOf = (row: OutboxRow): OutboxItem => ({ id: row.id, org: row.orgId, key: row.key, kind: row.kind, body: row.payload, attempt: row.attempts });

/** Marks the row and, in the same transaction, queues the report to the instance that asked for it. */
async function settle(tx: Tx, row: OutboxRow, delivery: Delivery, now: string): Promise<void> {
  switch (delivery.result) {
    case "delivered":
      await markDelivered(tx, [{ orgId: row.orgId, id: row.id, at: now }]);
      return await report(tx, row, "delivered", delivery.detail ?? null, now, delivery.rejected);
    case "unclear":
      await markOutbox(tx, row, "possibly_sent", delivery.reason, now);
      return await report(tx, row, "unclear", delivery.reason, now);
    case "refused":
      await markOutbox(tx, row, "dead", delivery.reason, now);
      return await report(tx, row, "failed", delivery.reason, now, delivery.rejected);
    case "retry": {
      const next = nextAttempt(row.kind, row.attempts, now, delivery.afterMs);
      if (next !== null) return await markRetry(tx, row, next, delivery.reason);
      await markOutbox(tx, row, "dead", delivery.reason, now);
      return await report(tx, row, "failed", delivery.reason, now);
    }
  }
}

async function report(
  tx: Tx,
  row: OutboxRow,
  result: "delivered" | "failed" | "unclear",
  reason: string | null,
  now: string,
  rejected: readonly RejectedAddress[] = [],
): Promise<void> {
  const to = row.payload["instance"];
  if (typeof to !== "string") return;
  const turnedDown = rejected.map((each) => ({ ...each }));
  const payload = { attempts: row.attempts, ...(reason === null ? {} : { reason }), ...(turnedDown.length === 0 ? {} : { rejected: turnedDown }) };
  const send = { op: "send", org: row.orgId, machine: null, to, event: `${row.kind}.${result}`, payload, from: null };
  await addOutbox(tx, row.orgId, [{ key: `${row.key}:report:${row.attempts}`, kind: "remote", payload: send, subject: to, instanceId: to }], now);
}
