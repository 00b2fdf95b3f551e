/** Instances: one running machine each, bound to one record. Written by send-path; read here. */
import type { Snapshot, StateValue } from "../core/step-types.ts";
import type { Page, Tx } from "./tx.ts";

export interface InstanceRow {
  readonly orgId: string;
  readonly id: string;
  /** Definition key of the machine. */
  readonly machine: string;
  readonly machineVersion: string;
  /** `<machine id>:<record code>`. */
  readonly key: string;
  readonly recordType: string;
  readonly recordId: string;
  readonly state: StateValue;
  readonly status: "active" | "done" | "stopped";
  readonly seq: number;
  readonly snapshot: Snapshot;
  /** Release in force when it started. */
  readonly release: number | null;
  /** Hex hash of its last event row. */
  readonly lastHash: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export declare function loadInstance(tx: Tx, id: string): Promise<InstanceRow | null>;
/** By `<machine id>:<record code>`; the newest when a record has had several. */
export declare function findInstanceByKey(tx: Tx, key: string): Promise<InstanceRow | null>;
/** Instance of a record; `machine` is a definition key. The newest wins. */
export declare function findInstanceOfRecord(tx: Tx, recordId: string, machine?: string): Promise<InstanceRow | null>;
export declare function instancesOfRecords(tx: Tx, recordIds: readonly string[]): Promise<readonly InstanceRow[]>;
export interface InstanceFilter {
  /** Org ids; default: those of the session. */
  readonly orgs?: readonly string[];
  readonly machine?: string;
  readonly machineVersion?: string;
  readonly status?: InstanceRow["status"];
  /** A state path such as "logistics.released": that state or any descendant. */
  readonly state?: string;
  readonly recordType?: string;
  readonly recordId?: string;
  readonly key?: string;
}
/** Newest update first. `limit` 1 to 200. */
export declare function listInstances(
  tx: Tx,
  filter: InstanceFilter,
  page: { readonly limit: number; readonly cursor?: string | null },
): Promise<Page<InstanceRow>>;
export declare function countInstances(tx: Tx, filter: InstanceFilter): Promise<number>;
/** "a.b" for every active state of a state value, parents included: `statePaths({a: "b"})` gives ["a", "a.b"]. */
export declare function statePaths(value: StateValue): readonly string[];
