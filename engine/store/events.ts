/** The event log: append-only, one hash chain per instance over the stored bytes. */
import type { Actor, CompactDecision, Effect, StateValue } from "../core/step-types.ts";
import type { Json, JsonObject } from "../schema/types.ts";
import type { EventWrite } from "./send-path.ts";
import type { Page, Tx } from "./tx.ts";

export interface EventRow {
  readonly orgId: string;
  readonly instanceId: string;
  readonly machine: string;
  readonly machineVersion: string;
  readonly seq: number;
  readonly at: string;
  readonly actor: Actor;
  readonly type: string;
  readonly event: JsonObject;
  /** Absent when read without facts. */
  readonly facts?: EventWrite["facts"];
  readonly decisions: readonly CompactDecision[];
  readonly effects: readonly Effect[];
  readonly from: StateValue | null;
  readonly to: StateValue;
  readonly release: number | null;
  readonly seed: string;
  readonly override: Json;
  readonly prevHash: string | null;
  readonly hash: string;
}
/** Oldest first. */
export declare function eventsOf(
  tx: Tx,
  instanceId: string,
  page?: { readonly afterSeq?: number; readonly limit?: number; readonly facts?: boolean },
): Promise<readonly EventRow[]>;
export interface ReplayFilter {
  readonly orgs?: readonly string[];
  /** Definition keys. */
  readonly machines?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly instanceIds?: readonly string[];
}
/** Whole instances touched in the window, in id order: pages of instance ids for replay. */
export declare function replayInstances(
  tx: Tx,
  filter: ReplayFilter,
  page: { readonly limit: number; readonly cursor?: string | null },
): Promise<Page<{ readonly orgId: string; readonly id: string; readonly events: number }>>;
/** All rows of these instances with facts, by instance and seq. */
export declare function replayRows(tx: Tx, instanceIds: readonly string[]): Promise<readonly EventRow[]>;
export declare function countEvents(tx: Tx, filter: ReplayFilter): Promise<number>;
export interface ChainFault {
  readonly orgId: string;
  readonly instanceId: string;
  readonly seq: number;
  readonly because: "hash" | "prev_hash" | "missing" | "head";
}
/** Recomputes every chain of the session's orgs; `faults` holds the first of each broken instance. */
export declare function verifyEvents(
  tx: Tx,
  filter?: ReplayFilter,
): Promise<{ readonly events: number; readonly instances: number; readonly faults: readonly ChainFault[] }>;
/** Hash (hex) of one event row; the stored texts go in as they are. */
export declare function hashEvent(prevHash: string | null, parts: readonly string[]): string;
