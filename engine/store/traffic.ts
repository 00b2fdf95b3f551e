/** How much went out and came in, by slices of time. Read from the rows themselves, newest first and bounded, by ids that carry their time. */
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

export interface TrafficSpan {
  /** Start of the first slice. */
  readonly from: string;
  readonly sliceMs: number;
  /** At most so many rows of each kind and org are read, the newest. */
  readonly most: number;
  readonly orgs?: readonly string[];
}

/** One slice with something in it. Slices count from 0. */
export interface EffectSlice {
  readonly slice: number;
  readonly count: number;
  /** Milliseconds from when it was due (its commit, or the end of a delay) to its delivery; null where nothing was delivered yet. */
  readonly middle: number | null;
  readonly p99: number | null;
}

const SLICE = "floor(extract(epoch from r.at - $2::timestamptz) * 1000 / $4::float8)::int";
const EFFECTS = statement(
  "traffic_effects",
  `select ${SLICE} as slice, count(*)::int as count,
     percentile_cont(0.5) within group (order by r.ms) as middle, percentile_cont(0.99) within group (order by r.ms) as p99
   from unnest($1::uuid[]) org (id) cross join lateral (
     select o.created_at as at, extract(epoch from o.delivered_at - o.next_attempt) * 1000 as ms from outbox o
     where o.org_id = org.id and o.id >= $3::uuid order by o.id desc limit $5) r
   where r.at >= $2::timestamptz group by 1 order by 1`,
);
const RECEIVED = statement(
  "traffic_received",
  `select ${SLICE} as slice, count(*)::int as count
   from unnest($1::uuid[]) org (id) cross join lateral (
     select c.at from contract_receipt c where c.org_id = org.id and c.id >= $3::uuid order by c.id desc limit $5) r
   where r.at >= $2::timestamptz group by 1 order by 1`,
);

/** Effects by when they were committed; rows that came later than the clock are left out by whoever shows them. */
export async function effectSlices(tx: Tx, span: TrafficSpan): Promise<readonly EffectSlice[]> {
  const rows = await tx.query<EffectSlice>(EFFECTS, valuesOf(tx, span));
  return rows.map(({ slice, count, middle, p99 }) => ({ slice, count, middle: rounded(middle), p99: rounded(p99) }));
}

export async function receivedSlices(tx: Tx, span: TrafficSpan): Promise<readonly { readonly slice: number; readonly count: number }[]> {
  return await tx.query(RECEIVED, valuesOf(tx, span));
}

const rounded = (ms: number | string | null): number | null => (ms === null ? null : Math.round(Number(ms) * 100) / 100);

function valuesOf(tx: Tx, { orgs, from, sliceMs, most }: TrafficSpan): readonly unknown[] {
  return [orgs ?? orgsOf(tx) ?? [], from, firstIdAt(from), sliceMs, most];
}

/** The lowest uuid v7 of an instant. */
function firstIdAt(at: string): string {
  const time = Date.parse(at).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
