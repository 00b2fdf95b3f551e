/** The event log: append-only, one hash chain per instance over the stored bytes. */
import type { Actor, CompactDecision, Effect, StateValue } from "../core/step-types.ts";
import type { Json, JsonObject } from "../schema/json.ts";
import type { EventWrite } from "./commit-send.ts";
import { afterCursor, pageOf } from "./cursor.ts";
import { orgsOf } from "./instances.ts";
import { Conditions } from "./sql.ts";
import { type Page, statement, type Tx } from "./tx.ts";

export interface EventRow {
  readonly orgId: string;
  readonly instanceId: string;
  readonly machine: string;
  readonly machineVersion: string;
  readonly seq: number;
  readonly at: string;
  readonly actor: Actor;
  readonly type: string;
  readonly event: JsonObject;
  /** Absent when read without facts. */
  readonly facts?: EventWrite["facts"];
  readonly decisions: readonly CompactDecision[];
  readonly effects: readonly Effect[];
  readonly from: StateValue | null;
  readonly to: StateValue;
  readonly release: number | null;
  readonly seed: string;
  readonly override: Json;
  readonly prevHash: string | null;
  readonly hash: string;
}
type EventSqlRow = Omit<EventRow, "prevHash" | "hash"> & { readonly prevHash: Buffer | null; readonly hash: Buffer };

const COLUMNS = `e.org_id as "orgId", e.instance_id as "instanceId", e.machine, e.machine_version as "machineVersion", e.seq, e.at, e.actor, e.type, e.event, e.decisions, e.effects,
  e.from_state as "from", e.to_state as "to", e.release, e.seed, e.override, e.prev_hash as "prevHash", e.hash`;
/** The instance's row bounds the months to look into. */
const of = (facts: string) => `select ${COLUMNS}${facts} from event_log e
  where e.org_id = (select i.org_id from instance i where i.id = $1 and ($4::uuid[] is null or i.org_id = any ($4))) and e.instance_id = $1 and e.seq > $2
    and e.at >= (select i.created_at from instance i where i.id = $1) and e.at <= (select i.updated_at from instance i where i.id = $1)
  order by e.seq limit $3`;
const OF = statement("events_of", of(""));
const OF_WITH_FACTS = statement("events_of_facts", of(", e.facts"));
function toEvent(row: EventSqlRow): EventRow {
  return { ...row, prevHash: row.prevHash === null ? null : row.prevHash.toString("hex"), hash: row.hash.toString("hex") };
}

/** Oldest first; `limit` default 200. */
export async function eventsOf(
  tx: Tx,
  instanceId: string,
  page: { readonly afterSeq?: number; readonly limit?: number; readonly facts?: boolean } = {},
): Promise<readonly EventRow[]> {
  const rows = await tx.query<EventSqlRow>(page.facts === true ? OF_WITH_FACTS : OF, [instanceId, page.afterSeq ?? 0, page.limit ?? 200, orgsOf(tx)]);
  return rows.map(toEvent);
}

export interface ReplayFilter {
  readonly orgs?: readonly string[];
  /** Definition keys. */
  readonly machines?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly instanceIds?: readonly string[];
}

/**
 * Instances with an event in the window, in id order; `events` counts those of their whole history. Replay takes whole instances: a page ends
 * before `maxEvents`, so that what is held in memory does not depend on how long histories are (but for a single long one).
 */
export async function replayInstances(
  tx: Tx,
  filter: ReplayFilter,
  page: { readonly limit: number; readonly cursor?: string | null; readonly maxEvents?: number },
): Promise<Page<{ readonly orgId: string; readonly id: string; readonly events: number }>> {
  const where = instanceConditions(tx, filter);
  const cursor = afterCursor(page.cursor);
  if (cursor !== null) where.add("(i.org_id, i.id) > (?::uuid, ?::uuid)", cursor[0], cursor[1]);
  const rows = await tx.query<{ orgId: string; id: string; events: number }>(
    `select i.org_id as "orgId", i.id, i.seq as events from instance i where ${where.sql} order by i.org_id, i.id limit ${where.value(page.limit + 1)}`,
    where.values,
  );
  return pageOf(rows, withinBudget(rows.slice(0, page.limit), page.maxEvents ?? Number.POSITIVE_INFINITY), (row) => [row.orgId, row.id]);
}

/** How many of the instances fit into a budget of events; at least one. */
function withinBudget(rows: readonly { readonly events: number }[], maxEvents: number): number {
  let events = 0;
  const over = rows.findIndex((row) => {
    events += row.events;
    return events > maxEvents;
  });
  return over < 0 ? rows.length : Math.max(1, over);
}

function instanceConditions(tx: Tx, filter: ReplayFilter): Conditions {
  const where = new Conditions();
  const orgs = filter.orgs ?? orgsOf(tx);
  if (orgs !== null) where.add("i.org_id = any (?::uuid[])", orgs);
  if (filter.machines !== undefined) where.add("i.machine = any (?::text[])", filter.machines);
  if (filter.instanceIds !== undefined) where.add("i.id = any (?::uuid[])", filter.instanceIds);
  // An instance that ended before or began after the window has no event in it; between, only the log can tell.
  if (filter.from !== undefined) where.add("i.updated_at >= ?::timestamptz", filter.from);
  if (filter.to !== undefined) where.add("i.created_at < ?::timestamptz", filter.to);
  if (filter.from !== undefined || filter.to !== undefined) {
    where.add(
      "exists (select from event_log e where e.org_id = i.org_id and e.instance_id = i.id and e.at >= coalesce(?::timestamptz, '-infinity') and e.at < coalesce(?::timestamptz, 'infinity'))",
      filter.from ?? null,
      filter.to ?? null,
    );
  }
  return where;
}

/** Rows that `replayInstances` with the same filter leads to. */
export async function countEvents(tx: Tx, filter: ReplayFilter): Promise<number> {
  const where = instanceConditions(tx, filter);
  const [row] = await tx.query<{ count: number }>(`select coalesce(sum(i.seq), 0)::bigint as count from instance i where ${where.sql}`, where.values);
  return row?.count ?? 0;
}
