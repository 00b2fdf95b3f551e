/** Which release an org works with, from an instant on, for all or a share of its instances. */
import { hash } from "node:crypto";
import { statement, type Tx } from "./tx.ts";

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

/** Of two activations from the same instant the later call wins, also where the clock stands still: it counts as created after. */
const ADD = statement(
  "activation_add",
  `insert into activation (org_id, id, release, valid_from, percent, note, created_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7,
     greatest($8::timestamptz, (select max(a.created_at) + interval '1 millisecond' from activation a where a.org_id = $1 and a.valid_from = $4::timestamptz)))`,
);
const CANCEL = statement("activation_cancel", "delete from activation where org_id = $1 and id = $2 and valid_from > $3 returning 1");
const EPOCH = statement("activation_epoch", "update org set activation_epoch = activation_epoch + 1 where id = $1");
const LIST = statement(
  "activation_list",
  `select a.org_id as "orgId", a.id, a.release, a.valid_from as "from", a.percent, a.note, a.created_by as "createdBy", a.created_at as "createdAt", o.activation_epoch as epoch
   from org o left join activation a on a.org_id = o.id where o.id = $1 order by a.valid_from desc, a.created_at desc, a.id desc`,
);

/** Also moves the org's activation epoch, which voids every process's cache. Queued. */
export async function activate(tx: Tx, row: ActivationRow): Promise<void> {
  tx.queue(ADD, [row.orgId, row.id, row.release, row.from, row.percent, row.note, row.createdBy, row.createdAt]);
  tx.queue(EPOCH, [row.orgId]);
}

/** Takes back what has not begun by `now`; false where it has, or was never there. */
export async function cancelActivation(tx: Tx, row: { readonly orgId: string; readonly id: string }, now: string): Promise<boolean> {
  const gone = (await tx.query(CANCEL, [row.orgId, row.id, now])).length > 0;
  if (gone) tx.queue(EPOCH, [row.orgId]);
  return gone;
}

/** Newest `from` first; of equal ones the one created last. */
export async function listActivations(tx: Tx, orgId: string): Promise<readonly ActivationRow[]> {
  return (await load(tx, orgId)).activations;
}

async function load(tx: Tx, orgId: string): Promise<{ readonly epoch: number; readonly activations: readonly ActivationRow[] }> {
  const rows = await tx.query<ActivationRow & { readonly epoch: number; readonly id: string | null }>(LIST, [orgId]);
  return { epoch: rows[0]?.epoch ?? 0, activations: rows.filter((row) => row.id !== null).map(({ epoch: _, ...row }) => row) };
}

/** The release for an instance at an instant; null when the org has none yet. Pure. `activations` newest first. */
export function releaseAt(activations: readonly ActivationRow[], at: string, instanceId: string): number | null {
  const now = Date.parse(at);
  for (const activation of activations) {
    if (Date.parse(activation.from) > now) continue;
    if (activation.percent === 100 || share(activation.id, instanceId) < activation.percent) return activation.release;
  }
  return null;
}

/** 0 to 99.99, evenly spread and the same for ever; salted, so that each split draws other instances. */
function share(activationId: string, instanceId: string): number {
  return (Number.parseInt(hash("sha256", `${activationId}:${instanceId}`, "hex").slice(0, 8), 16) / 0x1_0000_0000) * 100;
}

export interface ActivationCache {
  /** The org's activations, from memory while they are of this epoch (openSend gives it); without an epoch they are read anew. */
  activationsOf(tx: Tx, orgId: string, epoch?: number): Promise<readonly ActivationRow[]>;
  forget(orgId?: string): void;
}

export function createActivationCache(): ActivationCache {
  const known = new Map<string, { readonly epoch: number; readonly activations: readonly ActivationRow[] }>();
  return {
    async activationsOf(tx, orgId, epoch) {
      const cached = known.get(orgId);
      if (cached !== undefined && cached.epoch === epoch) return cached.activations;
      const fresh = await load(tx, orgId);
      // Without an epoch the caller may be the one who activates, and may yet roll back: that is not kept.
      if (fresh.epoch === epoch) known.set(orgId, fresh);
      return fresh.activations;
    },
    forget(orgId) {
      if (orgId === undefined) known.clear();
      else known.delete(orgId);
    },
  };
}
