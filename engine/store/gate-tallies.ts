/** How often each gate of a machine was passed, shut or overridden, by day: counted as it happens, so that nothing has to go through the log. */
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

export interface GateCounts {
  readonly opened: number;
  readonly shut: number;
  readonly overridden: number;
}

export interface TallyWrite extends GateCounts {
  readonly orgId: string;
  /** Definition keys. */
  readonly machine: string;
  readonly gate: string;
  /** In UTC. */
  readonly day: string;
}

const ADD = statement(
  "gate_tally_add",
  `insert into gate_tally as t (org_id, machine, gate, day, opened, shut, overridden) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (org_id, machine, gate, day) do update set opened = t.opened + excluded.opened, shut = t.shut + excluded.shut, overridden = t.overridden + excluded.overridden`,
);
const SINCE = statement(
  "gate_tally_since",
  `select t.gate, sum(t.opened)::int8 as opened, sum(t.shut)::int8 as shut, sum(t.overridden)::int8 as overridden from gate_tally t
   where t.machine = $1 and t.day >= $2::date and ($3::uuid[] is null or t.org_id = any ($3)) group by t.gate`,
);

export function addTallies(tx: Tx, writes: readonly TallyWrite[]): void {
  for (const { orgId, machine, gate, day, opened, shut, overridden } of writes) tx.queue(ADD, [orgId, machine, gate, day, opened, shut, overridden]);
}

/** Sums by gate from a day on, over the session's orgs. */
export async function talliesSince(tx: Tx, machine: string, day: string): Promise<ReadonlyMap<string, GateCounts>> {
  const rows = await tx.query<{ gate: string } & GateCounts>(SINCE, [machine, day, orgsOf(tx)]);
  return new Map(rows.map(({ gate, opened, shut, overridden }) => [gate, { opened: Number(opened), shut: Number(shut), overridden: Number(overridden) }]));
}
