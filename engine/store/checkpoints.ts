/** Signed Merkle checkpoints over all chain heads of an org. The key and a copy live outside the database. */
import { createHash } from "node:crypto";
import { statement, type Tx } from "./tx.ts";

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
export interface ChainHeads {
  readonly heads: readonly { readonly instanceId: string; readonly seq: number; readonly hash: string }[];
  readonly auditSeq: number;
  readonly auditHash: string | null;
}

const HEADS = statement(
  "checkpoint_heads",
  `select id as "instanceId", seq, encode(last_hash, 'hex') as hash from instance where org_id = $1 and last_hash is not null order by id`,
);
const AUDIT = statement("checkpoint_audit", `select seq, encode(hash, 'hex') as hash from audit_log where org_id = $1 order by seq desc limit 1`);
const ADD = statement(
  "checkpoint_add",
  "insert into checkpoint (org_id, seq, at, root, instances, events, audit_seq, signature, key_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const LIST = statement(
  "checkpoint_list",
  `select org_id as "orgId", seq, at, root, instances, events, audit_seq as "auditSeq", signature, key_id as "keyId" from checkpoint where org_id = $1 order by seq desc limit $2`,
);

/** Chain heads of the org's instances in id order, and of its audit log. */
export async function chainHeads(tx: Tx, orgId: string): Promise<ChainHeads> {
  const [heads, [audit]] = await Promise.all([tx.query<ChainHeads["heads"][number]>(HEADS, [orgId]), tx.query<{ seq: number; hash: string }>(AUDIT, [orgId])]);
  return { heads, auditSeq: audit?.seq ?? 0, auditHash: audit?.hash ?? null };
}

/** Merkle root (hex) as RFC 6962 section 2.1: leaves and nodes are hashed under different prefixes, so that neither can pass for the other. */
export function merkleRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return createHash("sha256").digest("hex");
  let level = leaves.map((leaf) => sha256(0, Buffer.from(leaf)));
  while (level.length > 1) {
    level = Array.from({ length: Math.ceil(level.length / 2) }, (_, index) => {
      const left = level[index * 2]!;
      const right = level[index * 2 + 1];
      return right === undefined ? left : sha256(1, Buffer.concat([left, right]));
    });
  }
  return level[0]!.toString("hex");
}

function sha256(prefix: number, bytes: Buffer): Buffer {
  return createHash("sha256")
    .update(Buffer.from([prefix]))
    .update(bytes)
    .digest();
}

export async function addCheckpoint(tx: Tx, row: CheckpointRow): Promise<void> {
  await tx.query(ADD, [row.orgId, row.seq, row.at, row.root, row.instances, row.events, row.auditSeq, row.signature, row.keyId]);
}

/** Newest first. */
export async function listCheckpoints(tx: Tx, orgId: string, limit: number): Promise<readonly CheckpointRow[]> {
  return tx.query<CheckpointRow>(LIST, [orgId, limit]);
}
