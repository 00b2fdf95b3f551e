/**
 * The hot path: what one event reads and writes, in two flights (architecture: "The hot path").
 *
 * `openSend` locks and reads; `commitSend` writes everything with one data-modifying statement that travels with the commit.
 * Both may be called several times in one transaction (a cascade); lock instances in id order.
 */
import type { Actor, CompactDecision, Effect, Instant, OverrideRequest, RecordState, Snapshot, StateValue, TaskDraft, TimerArm } from "../core/step-types.ts";
import type { Json, JsonObject } from "../schema/types.ts";
import type { InboxRow, InboxWrite } from "./inbox.ts";
import type { InstanceRow } from "./instances.ts";
import type { OutboxWrite } from "./outbox.ts";
import type { RecordRow } from "./records.ts";
import type { Tx } from "./tx.ts";

export interface OpenSend {
  readonly orgId: string;
  readonly instanceId: string;
  /** Reads the stored answer of this key along. */
  readonly idempotency?: { readonly source: string; readonly key: string };
}

export interface OpenedSend {
  /** Locked until the transaction ends; null when it does not exist or is not visible. */
  readonly instance: InstanceRow | null;
  readonly record: RecordRow | null;
  readonly inbox: InboxRow | null;
  /** Caches of activations and settings keyed by these are right. */
  readonly activationEpoch: number;
  readonly settingsEpoch: number;
}
export declare function openSend(tx: Tx, input: OpenSend): Promise<OpenedSend>;

export interface OpenStart {
  readonly orgId: string;
  /** The record that the new instance is about, when named: locked against a second start. */
  readonly record?: { readonly type: string; readonly id: string };
  readonly machine: string;
  /** Value of the machine's `unique` key: an instance that has it is returned. */
  readonly unique?: string;
  readonly idempotency?: { readonly source: string; readonly key: string };
}
export declare function openStart(tx: Tx, input: OpenStart): Promise<OpenedSend>;

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
    readonly release: number | null;
    /** `lastHash` of the instance as opened; null for a new one. */
    readonly lastHash: string | null;
  };
  readonly event: EventWrite;
  /** Record after the step, when it changed. `create` makes it. Unique keys of its type are kept by records.ts: pass `record` only when none changes. */
  readonly record?: { readonly op: "create" | "update"; readonly row: RecordState; readonly expectedVersion?: number };
  readonly timers?: { readonly arm: readonly TimerArm[]; readonly cancel: readonly string[] };
  readonly tasks?: readonly TaskDraft[];
  readonly cancelTasks?: readonly { readonly kind: string; readonly ref: string | null }[];
  readonly outbox?: readonly OutboxWrite[];
  readonly inbox?: InboxWrite;
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
  readonly override?: (OverrideRequest & { readonly permission?: string }) | null;
}
/** Queues the writes (they fly with the commit) and gives the event row's hash. A failure fails the transaction. */
export declare function commitSend(tx: Tx, input: SendCommit): string;
