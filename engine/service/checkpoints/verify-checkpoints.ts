/**
 * Holds the log against its checkpoints: finds chains that were rewritten, shortened or removed with all their hashes put right,
 * which the chains alone cannot tell. What no checkpoint covers yet is told as not covered.
 */

import type { CheckpointKeeper } from "../../core/ports.ts";
import { auditNotInLog, type ChainHead, type CheckpointRow, headsNotInLog, headsOfCheckpoints, listCheckpoints } from "../../store/checkpoints.ts";
import type { Tx } from "../../store/tx.ts";
import { type CheckpointCopy, digestOf, hashOf, headsOfCopy, readCopy, rootOf, textOf } from "./checkpoint.ts";

export interface CheckpointFault {
  readonly org: string;
  readonly seq: number;
  readonly at: string;
  /**
   * `signature`: the checkpoint was changed, or not signed by us · `order`: it does not follow the one before · `heads`: what it covers was
   * changed · `database`: only the copy holds it as it was signed · `log`: the event is gone or another one · `audit`: the audit log's row is
   */
  readonly because: "signature" | "order" | "heads" | "database" | "log" | "audit";
  readonly instance?: string;
  readonly event?: number;
}

export interface CheckpointReport {
  readonly checkpoints: number;
  readonly lastAt: string | null;
  /** Events that the last good checkpoints cover. */
  readonly covered: number;
  /** Checkpoints that stand in the copies, too; null where this process keeps none. */
  readonly copied: number | null;
  /** Signed by a key that this process does not have: not verified, and covering nothing. */
  readonly otherKeys: number;
  /** At most 100, oldest first. */
  readonly faults: readonly CheckpointFault[];
  /** Instant of the first checkpoint that the log no longer fits: it was changed after that. */
  readonly brokenSince: string | null;
  /** Instant of the last checkpoint before, up to which all is as it was signed. */
  readonly intactUntil: string | null;
}

const PAGE = 200;
const MAX_FAULTS = 100;

/** One checkpoint with what is new in it, from the copies where they have it. */
interface Held {
  readonly row: CheckpointRow;
  readonly heads: readonly ChainHead[];
  readonly inDatabase: boolean;
}

export async function verifyCheckpoints(
  tx: Tx,
  keeper: CheckpointKeeper | null,
  orgs: readonly { readonly id: string; readonly code: string }[],
): Promise<CheckpointReport> {
  const copies = keeper === null ? [] : (await keeper.lines()).map(readCopy).filter((copy) => copy !== null);
  const faults: CheckpointFault[] = [];
  let [checkpoints, covered, copied, otherKeys] = [0, 0, 0, 0];
  let lastAt: string | null = null;
  let intactUntil: string | null = null;
  for (const org of orgs) {
    const own = new Map(copies.filter((copy) => copy.orgId === org.id).map((copy) => [copy.seq, copy]));
    const held = await heldOf(tx, org.id, own);
    const found = await judge(tx, keeper, org, held);
    checkpoints += held.length;
    copied += held.filter(({ row }) => own.has(row.seq)).length;
    otherKeys += found.otherKeys;
    covered += found.covered;
    faults.push(...found.faults);
    lastAt = later(lastAt, held.at(-1)?.row.at ?? null);
    if (found.faults.length > 0 && found.intactUntil !== null) intactUntil = later(intactUntil, found.intactUntil);
  }
  faults.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.seq - b.seq));
  return {
    ...{ checkpoints, lastAt, covered, copied: keeper === null ? null : copied, otherKeys },
    ...{ faults: faults.slice(0, MAX_FAULTS), brokenSince: faults[0]?.at ?? null, intactUntil },
  };
}

const later = (a: string | null, b: string | null): string | null => (a === null || (b !== null && b > a) ? b : a);

/** All checkpoints of an org by seq. What the copies hold wins: they are what an attacker on the database cannot reach. */
async function heldOf(tx: Tx, orgId: string, copies: ReadonlyMap<number, CheckpointCopy>): Promise<readonly Held[]> {
  const held = new Map<number, Held>();
  for (const copy of copies.values()) {
    const { changed: _, ...row } = copy;
    held.set(copy.seq, { row, heads: headsOfCopy(copy), inDatabase: false });
  }
  for (let after = 0; ; ) {
    const rows = await listCheckpoints(tx, orgId, after, PAGE);
    const last = rows.at(-1);
    if (last === undefined) break;
    const heads = Map.groupBy(await headsOfCheckpoints(tx, orgId, after, last.seq), (head) => head.checkpoint);
    for (const row of rows) {
      const own = (heads.get(row.seq) ?? []).map(({ instanceId, seq, hash }) => ({ instanceId, seq, hash }));
      const known = held.get(row.seq);
      const isSame = known === undefined || (known.row.signature === row.signature && textOf(known.row) === textOf(row) && digestOf(own) === row.heads);
      held.set(row.seq, known === undefined ? { row, heads: own, inDatabase: true } : { ...known, inDatabase: isSame });
    }
    after = last.seq;
  }
  return [...held.values()].sort((a, b) => a.row.seq - b.row.seq);
}

interface Judged {
  readonly faults: readonly CheckpointFault[];
  readonly covered: number;
  readonly otherKeys: number;
  readonly intactUntil: string | null;
}

async function judge(tx: Tx, keeper: CheckpointKeeper | null, org: { readonly id: string; readonly code: string }, held: readonly Held[]): Promise<Judged> {
  const faults: CheckpointFault[] = [];
  const latest = new Map<string, ChainHead>();
  let [covered, otherKeys] = [0, 0];
  let intactUntil: string | null = null;
  let previous: CheckpointRow | null = null;
  for (const { row, heads, inDatabase } of held) {
    const fault = (because: CheckpointFault["because"], more: { readonly instance?: string; readonly event?: number } = {}): void =>
      void faults.push({ org: org.code, seq: row.seq, at: row.at, because, ...more });
    const isOurs = keeper !== null && keeper.keyId === row.keyId;
    if (!isOurs) otherKeys += 1;
    else if (!keeper.verify(textOf(row), row.signature)) fault("signature");
    if (row.seq !== (previous?.seq ?? 0) + 1 || row.previous !== (previous === null ? null : hashOf(previous))) fault("order");
    if (digestOf(heads) !== row.heads) fault("heads");
    if (!inDatabase) fault("database");
    for (const head of heads) latest.set(head.instanceId, head);
    for (const gone of await headsNotInLog(tx, org.id, heads)) fault("log", { instance: gone.instanceId, event: gone.seq });
    if (row.auditHash !== null && (await auditNotInLog(tx, org.id, [{ seq: row.auditSeq, hash: row.auditHash }])).length > 0)
      fault("audit", { event: row.auditSeq });
    if (faults.length === 0) intactUntil = row.at;
    if (isOurs) covered = faults.length === 0 ? row.events : covered;
    previous = row;
  }
  const end = held.at(-1)?.row;
  if (end !== undefined && faults.length === 0 && rootOf(sorted(latest), end) !== end.root)
    faults.push({ org: org.code, seq: end.seq, at: end.at, because: "heads" });
  return { faults, covered, otherKeys, intactUntil };
}

const sorted = (heads: ReadonlyMap<string, ChainHead>): readonly ChainHead[] =>
  [...heads.values()].sort((a, b) => (a.instanceId < b.instanceId ? -1 : a.instanceId > b.instanceId ? 1 : 0));
