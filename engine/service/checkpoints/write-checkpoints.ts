/** Signs a checkpoint per org and hour in which something changed. Called by the relay's beat; several processes agree by a lock. */

import type { CheckpointKeeper } from "../../core/ports.ts";
import {
  addCheckpoint,
  type CheckpointRow,
  chainHeads,
  headsOfCheckpoints,
  lastCheckpoint,
  listCheckpoints,
  lockCheckpoints,
} from "../../store/checkpoints.ts";
import { listOrgs } from "../../store/people.ts";
import { GLOBAL_ORG, type Session } from "../../store/tx.ts";
import type { Engine } from "../work/engine-context.ts";
import { copyOf, digestOf, hashOf, readCopy, rootOf, textOf } from "./checkpoint.ts";

const SYSTEM: Session = { orgs: "system", actorId: "system" };
const EVERY_MS = 3_600_000;
const PAGE = 200;

/** Gives how many were written. A log that contradicts what was signed is not signed again: it is told in the log of the process. */
export async function writeCheckpoints(engine: Engine): Promise<number> {
  const keeper = engine.checkpoints;
  if (keeper === null) return 0;
  const orgs = await engine.store.work(SYSTEM, listOrgs);
  let written = 0;
  for (const org of [GLOBAL_ORG, ...orgs.map(({ id }) => id)]) {
    if (await writeOne(engine, keeper, org)) written += 1;
  }
  if (written > 0) await copyMissing(engine, keeper, [GLOBAL_ORG, ...orgs.map(({ id }) => id)]);
  return written;
}

async function writeOne(engine: Engine, keeper: CheckpointKeeper, orgId: string): Promise<boolean> {
  const at = engine.clock.now();
  return await engine.store.work(SYSTEM, async (tx) => {
    await lockCheckpoints(tx, orgId);
    const last = await lastCheckpoint(tx, orgId);
    if (last !== null && Date.parse(at) - Date.parse(last.at) < EVERY_MS) return false;
    const { heads, auditSeq, auditHash } = await chainHeads(tx, orgId);
    const rewritten = heads.find((head) => head.covered !== null && head.covered !== head.hash);
    if (rewritten !== undefined) {
      engine.log.error(
        { org: orgId, instance: rewritten.instanceId, seq: rewritten.seq },
        "a chain differs from its checkpoint: none is written until it is looked into",
      );
      return false;
    }
    const changed = heads.filter((head) => head.covered === null);
    const isSame = last === null ? heads.length === 0 && auditSeq === 0 : changed.length === 0 && auditHash === last.auditHash;
    if (isSame) return false;
    const body = {
      ...{ orgId, seq: (last?.seq ?? 0) + 1, at, root: rootOf(heads, { auditSeq, auditHash }), instances: heads.length },
      ...{ events: heads.reduce((sum, head) => sum + head.seq, 0), auditSeq, auditHash, heads: digestOf(changed) },
      ...{ previous: last === null ? null : hashOf(last), keyId: keeper.keyId },
    };
    await addCheckpoint(tx, { ...body, signature: keeper.sign(textOf(body)) }, changed);
    return true;
  });
}

/** Copies what is committed and not in the copies yet: also what a crash between commit and copy left behind. */
async function copyMissing(engine: Engine, keeper: CheckpointKeeper, orgs: readonly string[]): Promise<void> {
  const copied = new Map<string, number>();
  for (const copy of (await keeper.lines()).map(readCopy)) if (copy !== null) copied.set(copy.orgId, Math.max(copied.get(copy.orgId) ?? 0, copy.seq));
  for (const orgId of orgs) {
    for (let after = copied.get(orgId) ?? 0; ; ) {
      const { rows, heads } = await engine.store.work(SYSTEM, async (tx) => {
        const rows: readonly CheckpointRow[] = await listCheckpoints(tx, orgId, after, PAGE);
        return { rows, heads: Map.groupBy(await headsOfCheckpoints(tx, orgId, after, after + PAGE), (head) => head.checkpoint) };
      });
      for (const row of rows) await keeper.append(copyOf(row, heads.get(row.seq) ?? []));
      if (rows.length < PAGE) break;
      after = rows.at(-1)!.seq;
    }
  }
}
