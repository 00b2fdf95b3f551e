/** The same query asked for many argument values at once: one statement, however many they are. */
import type { JsonObject } from "../schema/json.ts";
import type { Query } from "../schema/query.ts";
import type { Catalogue } from "./catalogue.ts";
import { planQuery, preparedQuery, type QueriedRow, type QueryOptions, type QueryPlan } from "./record-query.ts";
import type { Page, Tx } from "./tx.ts";

export interface AskedQuery {
  readonly query: Query;
  readonly options: QueryOptions;
}

/** One page for each query, in order. Queries that differ in nothing but texts among their values travel as one statement. @throws query_invalid */
export async function queryBatch(tx: Tx, catalogue: Catalogue, asked: readonly AskedQuery[]): Promise<readonly Page<JsonObject>[]> {
  const plans = asked.map(({ query, options }) => planQuery(tx, catalogue, query, options));
  const pages = new Map<QueryPlan, Page<JsonObject>>();
  await Promise.all(
    [...Map.groupBy(plans, ({ sql }) => sql).values()].map(async (alike) => {
      for (const [plan, rows] of await rowsOf(tx, alike)) pages.set(plan, plan.pageOfRows(rows));
    }),
  );
  return plans.map((plan) => pages.get(plan) ?? { items: [], next: null });
}

async function rowsOf(tx: Tx, alike: readonly QueryPlan[]): Promise<readonly (readonly [QueryPlan, readonly QueriedRow[]])[]> {
  const [first] = alike;
  if (first === undefined) return [];
  const varying = first.values.flatMap((value, index) => (alike.every((plan) => isSame(plan.values[index], value)) ? [] : [index]));
  const isBatch = alike.length > 1 && varying.every((index) => alike.every(({ values }) => typeof values[index] === "string" || values[index] === null));
  if (!isBatch) return await Promise.all(alike.map(async (plan) => [plan, await tx.query<QueriedRow>(preparedQuery(plan.sql), [...plan.values])] as const));
  const { sql, values } = batchSql(first, alike, varying);
  const rows = await tx.query<QueriedRow & { readonly n: number }>(preparedQuery(sql), values);
  const byPlan = Map.groupBy(rows, ({ n }) => n);
  return alike.map((plan, index) => [plan, byPlan.get(index + 1) ?? []] as const);
}

const PLACEHOLDER = /\$(\d+)/g;

/** Values that all share stay parameters; the others become columns of the rows that the query is run for. Every place that uses one casts it. */
function batchSql(first: QueryPlan, alike: readonly QueryPlan[], varying: readonly number[]): { readonly sql: string; readonly values: unknown[] } {
  const shared = first.values.flatMap((_, index) => (varying.includes(index) ? [] : [index]));
  const placeOf = (index: number): string => (varying.includes(index) ? `a.v${varying.indexOf(index)}` : `$${shared.indexOf(index) + 1}`);
  const body = first.sql.replace(PLACEHOLDER, (_, number: string) => placeOf(Number(number) - 1));
  const values: unknown[] = shared.map((index) => first.values[index]);
  // Queries that are alike in all their values are asked once for each: a list of their numbers stands for them.
  const columns = (varying.length === 0 ? [null] : varying).map((index) => alike.map(({ values: own }) => (index === null ? "" : own[index])));
  const lists = columns.map((column) => `$${values.push(column)}::text[]`);
  const names = columns.map((_, n) => `v${n}`);
  return {
    sql: `select a.n::int as n, q.* from unnest(${lists.join(", ")}) with ordinality a(${[...names, "n"].join(", ")}) cross join lateral (select s.*, row_number() over () as place from (${body}) s) q order by a.n, q.place`,
    values,
  };
}

function isSame(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((each, index) => each === b[index]) : a === b;
}
