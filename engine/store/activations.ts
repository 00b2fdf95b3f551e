/** Which release an org works with, from an instant on, for all or a share of its instances. */
import type { Tx } from "./tx.ts";

export interface ActivationRow {
  readonly orgId: string;
  readonly id: string;
  readonly release: number;
  readonly from: string;
  /** 1 to 100. Below 100: this share of instances (by a hash of their id); the rest follows the activation before it. */
  readonly percent: number;
  readonly note: string;
  readonly createdBy: string;
  readonly createdAt: string;
}
/** Also moves the org's activation epoch, which voids every process's cache. */
export declare function activate(tx: Tx, row: ActivationRow): Promise<void>;
/** Newest `from` first. */
export declare function listActivations(tx: Tx, orgId: string): Promise<readonly ActivationRow[]>;
/** The release for an instance at an instant; null when the org has none yet. Pure. */
export declare function releaseAt(activations: readonly ActivationRow[], at: string, instanceId: string): number | null;
export interface ActivationCache {
  /** Reads the org's activations unless the cached ones are of this epoch (from openSend; leave out to ask the database). */
  activationsOf(tx: Tx, orgId: string, epoch?: number): Promise<readonly ActivationRow[]>;
  forget(orgId?: string): void;
}
export declare function createActivationCache(): ActivationCache;
