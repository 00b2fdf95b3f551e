/** What only the studio asks: where instances stand, and since when versions exist. */
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

const STATE_COUNTS = statement(
  "studio_state_counts",
  `select s.state, count(*)::int as count from instance i cross join lateral unnest(i.states) as s(state)
   where i.machine = $1 and ($2::uuid[] is null or i.org_id = any ($2)) group by s.state`,
);
const MACHINE_COUNTS = statement(
  "studio_machine_counts",
  `select i.machine, count(*)::int as count, count(*) filter (where i.status = 'active')::int as active from instance i
   where ($1::uuid[] is null or i.org_id = any ($1)) group by i.machine`,
);
const VERSION_DATES = statement("studio_version_dates", "select hash, created_at, created_by from definition_version where hash = any ($1::text[])");

/** Instances of a machine by state path; an instance counts in each of its active states and their containers. */
export async function stateCounts(tx: Tx, machine: string): Promise<Readonly<Record<string, number>>> {
  const rows = await tx.query<{ state: string; count: number }>(STATE_COUNTS, [machine, orgsOf(tx)]);
  return Object.fromEntries(rows.map((row) => [row.state, row.count]));
}

/** Instances by machine key: all, and those that still run. */
export async function machineCounts(tx: Tx): Promise<ReadonlyMap<string, { readonly all: number; readonly active: number }>> {
  const rows = await tx.query<{ machine: string; count: number; active: number }>(MACHINE_COUNTS, [orgsOf(tx)]);
  return new Map(rows.map((row) => [row.machine, { all: row.count, active: row.active }]));
}

/** When and by whom a version was first published, by hash. */
export async function versionDates(tx: Tx, hashes: readonly string[]): Promise<ReadonlyMap<string, { readonly at: string; readonly by: string }>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx.query<{ hash: string; created_at: string | Date; created_by: string }>(VERSION_DATES, [hashes]);
  return new Map(rows.map((row) => [row.hash, { at: new Date(row.created_at).toISOString(), by: row.created_by }]));
}
