/** Recomputes the chains of the event log: finds changed, missing and reordered rows, and heads that do not match their instance. */
import { type HashedEvent, hashEvent } from "./event-hash.ts";
import { type ReplayFilter, replayInstances } from "./events.ts";
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

export interface ChainFault {
  readonly orgId: string;
  readonly instanceId: string;
  readonly seq: number;
  /** `hash`: the row was changed · `prev_hash`: it does not follow the row before · `missing`: a seq is not there · `head`: the instance names another last row. */
  readonly because: "hash" | "prev_hash" | "missing" | "head";
}

interface ChainRow extends Omit<HashedEvent, "prevHash"> {
  readonly prevHash: Buffer | null;
  readonly hash: Buffer;
}

/** The texts as stored: json columns are not parsed. */
const ROWS = statement(
  "events_chain",
  `select e.org_id as "orgId", e.instance_id as "instanceId", e.seq, e.at, e.machine, e.machine_version as "machineVersion", e.release, e.type, e.actor::text, e.event::text, e.facts::text,
     e.decisions::text, e.effects::text, e.from_state::text as "from", e.to_state::text as "to", e.seed, e.override::text, e.prev_hash as "prevHash", e.hash
   from event_log e where e.instance_id = any ($1::uuid[]) and ($2::uuid[] is null or e.org_id = any ($2)) order by e.org_id, e.instance_id, e.seq`,
);
const HEADS = statement(
  "events_heads",
  `select org_id as "orgId", id, seq, last_hash as "lastHash" from instance where id = any ($1::uuid[]) and ($2::uuid[] is null or org_id = any ($2)) order by org_id, id`,
);
const PAGE = 100;

/** `faults` holds the first of each broken instance. */
export async function verifyEvents(
  tx: Tx,
  filter: ReplayFilter = {},
): Promise<{ readonly events: number; readonly instances: number; readonly faults: readonly ChainFault[] }> {
  const faults: ChainFault[] = [];
  let events = 0;
  let instances = 0;
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof replayInstances>> = await replayInstances(tx, filter, { limit: PAGE, cursor });
    const key = [page.items.map((item) => item.id), orgsOf(tx)];
    const [rows, heads] = await Promise.all([
      tx.query<ChainRow>(ROWS, key),
      tx.query<{ orgId: string; id: string; seq: number; lastHash: Buffer | null }>(HEADS, key),
    ]);
    events += rows.length;
    instances += heads.length;
    const chains = Map.groupBy(rows, (row) => row.instanceId);
    for (const head of heads) {
      const fault = firstFault(chains.get(head.id) ?? [], head);
      if (fault !== null) faults.push({ orgId: head.orgId, instanceId: head.id, ...fault });
    }
    cursor = page.next;
  } while (cursor !== null);
  return { events, instances, faults };
}

function firstFault(rows: readonly ChainRow[], head: { readonly seq: number; readonly lastHash: Buffer | null }): Pick<ChainFault, "seq" | "because"> | null {
  let previous: string | null = null;
  for (const [index, row] of rows.entries()) {
    if (row.seq !== index + 1) return { seq: index + 1, because: "missing" };
    const prevHash = row.prevHash === null ? null : row.prevHash.toString("hex");
    if (prevHash !== previous) return { seq: row.seq, because: "prev_hash" };
    const hash = row.hash.toString("hex");
    if (hashEvent({ ...row, prevHash }) !== hash) return { seq: row.seq, because: "hash" };
    previous = hash;
  }
  if (rows.length < head.seq) return { seq: rows.length + 1, because: "missing" };
  if ((head.lastHash === null ? null : head.lastHash.toString("hex")) !== previous) return { seq: head.seq, because: "head" };
  return null;
}
