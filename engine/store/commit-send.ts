/**
 * The hot path's second flight: everything that an event writes, by one data-modifying statement that travels with the commit
 * (architecture: "The hot path"). `open-send.ts` is the first.
 */
import type { Actor, CompactDecision, Effect, Instant, OverrideRequest, RecordState, Snapshot, StateValue, TaskDraft, TimerArm } from "../core/step-types.ts";
import type { Json, JsonObject } from "../schema/json.ts";
import { hashEvent } from "./event-hash.ts";
import type { InboxWrite } from "./inbox.ts";
import { statePaths } from "./instance-row.ts";
import type { OutboxWrite } from "./outbox.ts";
import { outboxId } from "./outbox-id.ts";
import { type SendShape, sendStatement } from "./send-sql.ts";
import { taskTerms } from "./tasks.ts";
import { GLOBAL_ORG, type Tx } from "./tx.ts";

/** One committed event with all it changes. */
export interface SendCommit {
  readonly orgId: string;
  readonly instance: {
    readonly id: string;
    readonly machine: string;
    readonly machineVersion: string;
    readonly key: string;
    /** Value of StartSpec.unique; only read for a new instance. */
    readonly unique?: string | null;
    readonly recordType: string;
    readonly recordId: string;
    /** seq after this event; 1 makes a new row. */
    readonly seq: number;
    readonly snapshot: Snapshot;
    /** Of a new instance: the release it starts under. Of an event: the release that decided it. */
    readonly release: number | null;
    /** `lastHash` of the instance as opened; null for a new one. */
    readonly lastHash: string | null;
  };
  readonly event: EventWrite;
  /**
   * Record after the step, when it changed; `create` makes it, `update` sets `row.version` where the stored one is `expectedVersion`
   * (default `row.version - 1`), else the transaction is run again. Unique keys, codes and references are records.ts's: pass `record` only
   * when none of them changes.
   */
  readonly record?: { readonly op: "create" | "update"; readonly row: RecordState; readonly expectedVersion?: number; readonly restricted?: boolean };
  readonly timers?: { readonly arm: readonly TimerArm[]; readonly cancel: readonly string[] };
  readonly tasks?: readonly TaskDraft[];
  readonly cancelTasks?: readonly { readonly kind: string; readonly ref: string | null }[];
  readonly outbox?: readonly OutboxWrite[];
  readonly inbox?: InboxWrite;
  /** Decided on what was remembered, not read: the transaction is run again where any of it is no longer so. */
  readonly recalled?: RecalledFrom;
}

export interface RecalledFrom {
  readonly activationEpoch: number;
  readonly settingsEpoch: number;
  /** null where another statement of the transaction has written it, and checked its version. */
  readonly record: { readonly id: string; readonly version: number } | null;
}

export interface EventWrite {
  readonly at: Instant;
  readonly actor: Actor;
  readonly type: string;
  /** The event as sent: {type, payload, via, idempotencyKey?}. */
  readonly event: JsonObject;
  /** {record: RecordState | null, bag: FactBag}. */
  readonly facts: { readonly record: RecordState | null; readonly bag: Readonly<Record<string, Json>> };
  readonly decisions: readonly CompactDecision[];
  readonly effects: readonly Effect[];
  readonly from: StateValue | null;
  readonly to: StateValue;
  readonly seed: string;
  readonly override?: OverrideRequest | JsonObject | null;
}

const NONE: readonly never[] = [];

/** Queues the writes (they fly with the commit) and gives the event row's hash (hex). A failure fails the transaction. */
export function commitSend(tx: Tx, input: SendCommit): string {
  const { orgId, instance, event, record, recalled } = input;
  const arm = input.timers?.arm ?? NONE;
  const armed = new Set(arm.map((timer) => timer.name));
  const cancel = (input.timers?.cancel ?? NONE).filter((name) => !armed.has(name));
  const tasks = input.tasks ?? NONE;
  const cancelTasks = input.cancelTasks ?? NONE;
  const outbox = input.outbox ?? NONE;
  const at = instantText(event.at);
  const texts = {
    actor: JSON.stringify(event.actor),
    event: JSON.stringify(event.event),
    facts: JSON.stringify(event.facts),
    decisions: JSON.stringify(event.decisions),
    effects: JSON.stringify(event.effects),
    from: event.from === null ? null : JSON.stringify(event.from),
    to: JSON.stringify(event.to),
    override: event.override === null || event.override === undefined ? null : JSON.stringify(event.override),
  };
  const hash = hashEvent({
    prevHash: instance.lastHash,
    orgId,
    instanceId: instance.id,
    seq: instance.seq,
    at,
    machine: instance.machine,
    machineVersion: instance.machineVersion,
    release: instance.release,
    type: event.type,
    seed: event.seed,
    ...texts,
  });
  const states = statePaths(event.to);
  const values: unknown[] = [orgId, instance.id, instance.seq, at, texts.to, byteaOf(hash), instance.machine, instance.machineVersion, instance.release];
  if (instance.seq === 1) values.push(instance.key, instance.unique ?? null, instance.recordType, instance.recordId);
  values.push(states, instance.snapshot.status, JSON.stringify(instance.snapshot));
  if (recalled !== undefined) values.push(instance.lastHash === null ? null : byteaOf(instance.lastHash));
  values.push(event.type, texts.actor, texts.event, texts.facts, texts.decisions, texts.effects, texts.from, event.seed, texts.override);
  values.push(instance.lastHash === null ? null : byteaOf(instance.lastHash));
  if (record !== undefined) {
    const { row } = record;
    values.push(row.org === null ? GLOBAL_ORG : orgId, row.id, row.type, row.code, JSON.stringify(row.data), row.version, event.actor.id);
    values.push(record.op === "create" ? (record.restricted ?? false) : (record.expectedVersion ?? row.version - 1));
  }
  if (cancel.length > 0) values.push(cancel);
  for (const timer of arm) values.push(timer.name, timer.dueAt);
  for (const task of cancelTasks) values.push(task.kind, task.ref);
  for (const task of tasks) values.push(task.id, task.kind, task.ref, instance.recordType, instance.recordId, ...taskTerms(task));
  for (const row of outbox) values.push(outboxId(at), row.key, row.kind, row.subject, JSON.stringify(row.payload), row.nextAttempt ?? at);
  if (input.inbox !== undefined) {
    const { source, key, fingerprint, status, answer, expiresAt } = input.inbox;
    values.push(source, key, fingerprint, status, JSON.stringify(answer), expiresAt);
  }
  if (recalled !== undefined) values.push(recalled.activationEpoch, recalled.settingsEpoch);
  if (recalled !== undefined && recalled.record !== null) values.push(recalled.record.id, recalled.record.version);
  const shape: SendShape = {
    create: instance.seq === 1,
    record: record?.op ?? "none",
    arm: arm.length,
    cancel: cancel.length > 0,
    tasks: tasks.length,
    cancelTasks: cancelTasks.length,
    outbox: outbox.length,
    inbox: input.inbox !== undefined,
    recalled: recalled === undefined ? "no" : recalled.record === null ? "record written" : "all",
  };
  tx.queue(sendStatement(shape), values);
  return hash;
}

/** PostgreSQL's own text form: a buffer for each hash costs more than writing it out. */
const byteaOf = (hex: string): string => `\\x${hex}`;

/** Milliseconds and Z: the form that is hashed and that reading gives back. */
function instantText(at: Instant): string {
  return at.length === 24 && at.endsWith("Z") ? at : new Date(at).toISOString();
}
