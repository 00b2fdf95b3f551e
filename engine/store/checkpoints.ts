/** Checkpoints over all chain heads of an org: what each covers, and what the log still holds of it. The key and a copy live outside the database. */
import { createHash } from "node:crypto";
import { statement, type Tx } from "./tx.ts";

export interface CheckpointRow {
  readonly orgId: string;
  /** From 1, without gaps. */
  readonly seq: number;
  readonly at: string;
  /** Merkle root (hex) over all heads and that of the audit log. */
  readonly root: string;
  readonly instances: number;
  readonly events: number;
  readonly auditSeq: number;
  readonly auditHash: string | null;
  /** SHA-256 of the heads that are new in it. */
  readonly heads: string;
  /** Hash of the checkpoint before. */
  readonly previous: string | null;
  readonly signature: string;
  readonly keyId: string;
}
/** The last event of one instance. */
export interface ChainHead {
  readonly instanceId: string;
  readonly seq: number;
  readonly hash: string;
}
export interface ChainHeads {
  /** In order of id. `covered` is the hash that an earlier checkpoint holds for this very event; null: none does yet. */
  readonly heads: readonly (ChainHead & { readonly covered: string | null })[];
  readonly auditSeq: number;
  readonly auditHash: string | null;
}

/** One statement, so one snapshot: heads and audit log as they stood together. The audit log's row has no instance. */
const HEADS = statement(
  "checkpoint_heads",
  `select i.id as "instanceId", i.seq, encode(i.last_hash, 'hex') as hash, encode(k.hash, 'hex') as covered
   from instance i left join checkpoint_head k on k.org_id = i.org_id and k.instance_id = i.id and k.seq = i.seq
   where i.org_id = $1 and i.last_hash is not null
   union all
   select null, a.seq, encode(a.hash, 'hex'), null from (select seq, hash from audit_log where org_id = $1 order by seq desc limit 1) a
   order by 1 nulls first`,
);
const LOCK = statement("checkpoint_lock", "select pg_advisory_xact_lock(hashtextextended('checkpoint:' || $1, 0))");
const ADD = statement(
  "checkpoint_add",
  `insert into checkpoint (org_id, seq, at, root, instances, events, audit_seq, audit_hash, heads, previous, signature, key_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
);
const ADD_HEADS = statement(
  "checkpoint_add_heads",
  `insert into checkpoint_head (org_id, instance_id, seq, checkpoint, hash)
   select $1, h.id, h.seq, $2, decode(h.hash, 'hex') from unnest($3::uuid[], $4::int[], $5::text[]) h (id, seq, hash)`,
);
const COLUMNS = `org_id as "orgId", seq, at, root, instances, events, audit_seq as "auditSeq", audit_hash as "auditHash", heads, previous, signature, key_id as "keyId"`;
const LIST = statement("checkpoint_list", `select ${COLUMNS} from checkpoint where org_id = $1 and seq > $2 order by seq limit $3`);
const LAST = statement("checkpoint_last", `select ${COLUMNS} from checkpoint where org_id = $1 order by seq desc limit 1`);
const HEADS_OF = statement(
  "checkpoint_heads_of",
  `select checkpoint, instance_id as "instanceId", seq, encode(hash, 'hex') as hash from checkpoint_head
   where org_id = $1 and checkpoint > $2 and checkpoint <= $3 order by checkpoint, instance_id, seq`,
);
const NOT_IN_LOG = statement(
  "checkpoint_not_in_log",
  `select h.id as "instanceId", h.seq, h.hash from unnest($2::uuid[], $3::int[], $4::text[]) h (id, seq, hash)
   left join event_log e on e.org_id = $1 and e.instance_id = h.id and e.seq = h.seq
   where e.hash is distinct from decode(h.hash, 'hex')`,
);
const AUDIT_NOT_IN_LOG = statement(
  "checkpoint_audit_not_in_log",
  `select h.seq from unnest($2::bigint[], $3::text[]) h (seq, hash) left join audit_log a on a.org_id = $1 and a.seq = h.seq
   where a.hash is distinct from decode(h.hash, 'hex')`,
);

/** Keeps other processes from writing a checkpoint of the org until the commit. */
export async function lockCheckpoints(tx: Tx, orgId: string): Promise<void> {
  await tx.query(LOCK, [orgId]);
}

/** Chain heads of the org's instances in id order, and of its audit log, in one snapshot. */
export async function chainHeads(tx: Tx, orgId: string): Promise<ChainHeads> {
  const rows = await tx.query<ChainHeads["heads"][number] & { readonly instanceId: string | null }>(HEADS, [orgId]);
  const audit = rows.find((row) => (row.instanceId as string | null) === null);
  return { heads: rows.filter((row) => row !== audit), auditSeq: audit === undefined ? 0 : Number(audit.seq), auditHash: audit?.hash ?? null };
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

/** Adds a checkpoint with the heads that are new in it. */
export async function addCheckpoint(tx: Tx, row: CheckpointRow, heads: readonly ChainHead[]): Promise<void> {
  const { orgId, seq, at, root, instances, events, auditSeq, auditHash, previous, signature, keyId } = row;
  await tx.query(ADD, [orgId, seq, at, root, instances, events, auditSeq, auditHash, row.heads, previous, signature, keyId]);
  await tx.query(ADD_HEADS, [orgId, seq, ...columnsOf(heads)]);
}

const columnsOf = (heads: readonly ChainHead[]) => [heads.map((head) => head.instanceId), heads.map((head) => head.seq), heads.map((head) => head.hash)];

/** In order, after `seq`. */
export async function listCheckpoints(tx: Tx, orgId: string, after: number, limit: number): Promise<readonly CheckpointRow[]> {
  return tx.query<CheckpointRow>(LIST, [orgId, after, limit]);
}

export async function lastCheckpoint(tx: Tx, orgId: string): Promise<CheckpointRow | null> {
  return (await tx.query<CheckpointRow>(LAST, [orgId]))[0] ?? null;
}

/** The heads that are new in checkpoints after `from` up to `to`, in order. */
export async function headsOfCheckpoints(tx: Tx, orgId: string, from: number, to: number): Promise<readonly (ChainHead & { readonly checkpoint: number })[]> {
  return tx.query(HEADS_OF, [orgId, from, to]);
}

/** Those heads that the event log does not hold, or holds with another hash. */
export async function headsNotInLog(tx: Tx, orgId: string, heads: readonly ChainHead[]): Promise<readonly ChainHead[]> {
  return tx.query<ChainHead>(NOT_IN_LOG, [orgId, ...columnsOf(heads)]);
}

/** Rows of the audit log that are gone or have another hash, by seq. */
export async function auditNotInLog(tx: Tx, orgId: string, heads: readonly { readonly seq: number; readonly hash: string }[]): Promise<readonly number[]> {
  const rows = await tx.query<{ readonly seq: number }>(AUDIT_NOT_IN_LOG, [orgId, heads.map((head) => head.seq), heads.map((head) => head.hash)]);
  return rows.map((row) => Number(row.seq));
}
