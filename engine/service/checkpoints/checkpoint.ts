/**
 * What a checkpoint says and what is signed: all chain heads of an org under one Merkle root, chained to the checkpoint before.
 *
 * Written by write-checkpoints.ts, held against the log by verify-checkpoints.ts (reliability P14).
 */
import { canonicalJson } from "../../core/canonical.ts";
import type { Json } from "../../schema/json.ts";
import { type ChainHead, type CheckpointRow, merkleRoot } from "../../store/checkpoints.ts";
import { sha256 } from "../work/sha256.ts";

/** What is signed: everything but the signature. */
export type CheckpointBody = Omit<CheckpointRow, "signature">;

/** A line of the copies: enough to verify the log without the database's own checkpoints. */
export interface CheckpointCopy extends CheckpointRow {
  readonly changed: readonly (readonly [instanceId: string, seq: number, hash: string])[];
}

export function textOf(row: CheckpointBody): string {
  const { orgId, seq, at, root, instances, events, auditSeq, auditHash, heads, previous, keyId } = row;
  return canonicalJson({ org: orgId, seq, at, root, instances, events, auditSeq, auditHash, heads, previous, keyId });
}

export const hashOf = (row: CheckpointBody): string => sha256(textOf(row));

/** Over the heads in order of instance and the audit log's. */
export function rootOf(heads: readonly ChainHead[], audit: { readonly auditSeq: number; readonly auditHash: string | null }): string {
  return merkleRoot([...heads.map((head) => `${head.instanceId}:${head.seq}:${head.hash}`), `audit:${audit.auditSeq}:${audit.auditHash ?? ""}`]);
}

/** In order of instance and seq. */
export const digestOf = (heads: readonly ChainHead[]): string => sha256(canonicalJson(heads.map(tuple) as unknown as Json));

const tuple = ({ instanceId, seq, hash }: ChainHead) => [instanceId, seq, hash] as const;

export function copyOf(row: CheckpointRow, heads: readonly ChainHead[]): string {
  const copy: CheckpointCopy = { ...row, changed: heads.map(tuple) };
  return JSON.stringify(copy);
}

/** null for a line that is no checkpoint. */
export function readCopy(line: string): CheckpointCopy | null {
  try {
    const copy = JSON.parse(line) as Partial<CheckpointCopy> | null;
    const isWhole = typeof copy?.orgId === "string" && Number.isInteger(copy.seq) && typeof copy.signature === "string" && Array.isArray(copy.changed);
    return isWhole ? (copy as CheckpointCopy) : null;
  } catch {
    return null;
  }
}

export const headsOfCopy = (copy: CheckpointCopy): readonly ChainHead[] => copy.changed.map(([instanceId, seq, hash]) => ({ instanceId, seq, hash }));
