/** Signed Merkle checkpoints over all chain heads of an org. The key and a copy live outside the database. */
import type { Tx } from "./tx.ts";

export interface CheckpointRow {
  readonly orgId: string;
  readonly seq: number;
  readonly at: string;
  /** Merkle root (hex) over `heads`. */
  readonly root: string;
  readonly instances: number;
  readonly events: number;
  readonly auditSeq: number;
  readonly signature: string;
  readonly keyId: string;
}
/** Chain heads of the org's instances in id order, and of its audit log. */
export declare function chainHeads(
  tx: Tx,
  orgId: string,
): Promise<{
  readonly heads: readonly { readonly instanceId: string; readonly seq: number; readonly hash: string }[];
  readonly auditSeq: number;
  readonly auditHash: string | null;
}>;
/** Merkle root (hex) of the heads: SHA-256 over leaf and node prefixes (RFC 6962). */
export declare function merkleRoot(leaves: readonly string[]): string;
export declare function addCheckpoint(tx: Tx, row: CheckpointRow): Promise<void>;
/** Newest first. */
export declare function listCheckpoints(tx: Tx, orgId: string, limit: number): Promise<readonly CheckpointRow[]>;
