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
  readonly lastSeq: number;
  readonly lastHash: Buffer | null;
}
interface Head {
  readonly orgId: string;
  readonly instanceId: string;
  readonly lastSeq: number;
  readonly lastHash: Buffer | null;
}

/** Heads and rows in one statement, so in one snapshot: an event that lands meanwhile is in both or in neither. The texts as stored: json columns are not parsed. */
const CHAINS = statement(
  "events_chains",
  `select i.org_id as "orgId", i.id as "instanceId", i.seq as "lastSeq", i.last_hash as "lastHash", e.seq, e.at, e.machine, e.machine_version as "machineVersion", e.release, e.type,
     e.actor::text, e.event::text, e.facts::text, e.decisions::text, e.effects::text, e.from_state::text as "from", e.to_state::text as "to", e.seed, e.override::text,
     e.prev_hash as "prevHash", e.hash
   from instance i left join event_log e on e.org_id = i.org_id and e.instance_id = i.id
   where i.id = any ($1::uuid[]) and ($2::uuid[] is null or i.org_id = any ($2)) order by i.org_id, i.id, e.seq`,
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
    const rows = await tx.query<ChainRow | (Head & { readonly seq: null })>(CHAINS, [page.items.map((item) => item.id), orgsOf(tx)]);
    for (const chain of Map.groupBy(rows, (row) => row.instanceId).values()) {
      const head = chain[0] as Head;
      const logged = chain.filter((row): row is ChainRow => row.seq !== null);
      events += logged.length;
      instances += 1;
      const fault = firstFault(logged, head);
      if (fault !== null) faults.push({ orgId: head.orgId, instanceId: head.instanceId, ...fault });
    }
    cursor = page.next;
  } while (cursor !== null);
  return { events, instances, faults };
}

function firstFault(rows: readonly ChainRow[], head: Head): Pick<ChainFault, "seq" | "because"> | null {
  let previous: string | null = null;
  for (const [index, row] of rows.entries()) {
    if (row.seq !== index + 1) return { seq: index + 1, because: "missing" };
    const prevHash = row.prevHash === null ? null : row.prevHash.toString("hex");
    if (prevHash !== previous) return { seq: row.seq, because: "prev_hash" };
    const hash = row.hash.toString("hex");
    if (hashEvent({ ...row, prevHash }) !== hash) return { seq: row.seq, because: "hash" };
    previous = hash;
  }
  if (rows.length < head.lastSeq) return { seq: rows.length + 1, because: "missing" };
  if ((head.lastHash === null ? null : head.lastHash.toString("hex")) !== previous) return { seq: head.lastSeq, because: "head" };
  return null;
}
