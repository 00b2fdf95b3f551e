/**
 * The record query language (engine/schema/query.ts) compiled to one parameterised statement. Decimals stay exact: they come out as strings. Lists: record-list.ts.
 */
import type { JsonObject } from "../schema/json.ts";
import type { Filter, Query } from "../schema/query.ts";
import type { TypeDefinition } from "../schema/type.ts";
import { type Catalogue, typeId } from "./catalogue.ts";
import { type CursorValue, pageOf } from "./cursor.ts";
import { compileFilter, type FilterScope, namesFew } from "./record-filter.ts";
import { aggregateFilters, groupedFields, groupedSql, isGrouped } from "./record-groups.ts";
import { hasWords, isIndexed, searchSql } from "./record-indexes.ts";
import { withoutIdleJoins } from "./record-joins.ts";
import { type ListSource, listSql } from "./record-list.ts";
import { aliasName, compilePath, quote, refuse } from "./record-paths.ts";
import { readOrgs } from "./records.ts";
import { Conditions } from "./sql.ts";
import type { Page, Statement, Tx } from "./tx.ts";

export interface QueryOptions {
  /** Org ids; default: those of the session. */
  readonly orgs?: readonly string[];
  /** Values of `{"$arg": name}`. */
  readonly args?: JsonObject;
  /** 1 to 1,000 (more with `most`); default 200. The query's own `limit` also holds. */
  readonly limit?: number;
  /** Raises what a page may hold. */
  readonly most?: number;
  /** Only without groupBy. */
  readonly cursor?: string | null;
  /** Words looked for at the start of words of the code and the type's `searchable` fields; where it has none, of the joined records. */
  readonly search?: string;
  /** Joined to `where` by "and": the reader's own filter. */
  readonly filter?: Filter;
  /** Data as it was then (record_version). States are as they are now. */
  readonly asOf?: string;
  /** For queries that definitions ask again and again: parsed once per connection. */
  readonly prepare?: boolean;
}

interface Compiled extends ListSource {
  readonly from: string;
}

/**
 * Rows without `select`: data fields + id, code, type, org (code), org_id, version, created_at, updated_at, created_by, updated_by, state, states, instance (id or null).
 * With `select`: exactly its fields; not grouped also `id`.
 *
 * @throws query_invalid naming the path that is not known or not comparable
 */
export async function queryRecords(tx: Tx, catalogue: Catalogue, query: Query, options: QueryOptions = {}): Promise<Page<JsonObject>> {
  const { sql, values, pageOfRows } = planQuery(tx, catalogue, query, options);
  return pageOfRows(await tx.query<QueriedRow>(options.prepare === true ? preparedQuery(sql) : sql, values));
}

export interface QueriedRow {
  readonly row: JsonObject;
  /** Missing in grouped rows. */
  readonly sort?: readonly CursorValue[];
}

export interface QueryPlan {
  readonly sql: string;
  readonly values: readonly unknown[];
  pageOfRows(rows: readonly QueriedRow[]): Page<JsonObject>;
}

/** The statement of a query and how its rows make the page. */
export function planQuery(tx: Tx, catalogue: Catalogue, query: Query, options: QueryOptions): QueryPlan {
  const most = options.most ?? 1_000;
  const limit = Math.min(options.limit ?? 200, query.limit ?? most, most);
  const grouped = isGrouped(query);
  const compiled = compile(tx, catalogue, grouped ? neededJoins(query, options, groupedFields(query), aggregateFilters(query)) : query, options);
  if (grouped) return { ...groupedSql(query, compiled, limit), pageOfRows: (rows) => ({ items: rows.map((each) => each.row), next: null }) };
  return {
    ...listSql(query, compiled, limit, options.cursor ?? null),
    pageOfRows(rows) {
      // The query's own limit is where the list ends, not a page.
      const page = pageOf(rows, limit, (row) => row.sort ?? []);
      const ends = query.limit !== undefined && limit === query.limit && options.cursor == null;
      return { items: page.items.map((each) => each.row), next: ends ? null : page.next };
    },
  };
}

/** Definitions name a few hundred shapes of queries; more than this come from somewhere else, and are not worth a name in every connection. */
const MOST_PREPARED = 2_000;
const preparedQueries = new Map<string, Statement>();

export function preparedQuery(sql: string): Statement | string {
  const known = preparedQueries.get(sql);
  if (known !== undefined) return known;
  if (preparedQueries.size >= MOST_PREPARED) return sql;
  const made: Statement = { name: `records_${preparedQueries.size}`, text: sql };
  preparedQueries.set(sql, made);
  return made;
}

export async function countRecords(tx: Tx, catalogue: Catalogue, query: Query, options: QueryOptions = {}): Promise<number> {
  return (await countAll(tx, catalogue, [{ query, options }]))[0] ?? 0;
}

/** Without the joins that counts and groups can do without; a search may look into any. */
function neededJoins(query: Query, options: QueryOptions, fields: readonly string[], filters: readonly Filter[] = []): Query {
  return options.search === undefined ? withoutIdleJoins(query, [query.where, options.filter, ...filters], fields) : query;
}

/** Several counts in one statement, in order; none counts further than `most`. */
export async function countAll(
  tx: Tx,
  catalogue: Catalogue,
  asked: readonly { readonly query: Query; readonly options: QueryOptions }[],
  most?: number,
): Promise<readonly number[]> {
  if (asked.length === 0) return [];
  const params = new Conditions();
  const counts = asked.map(({ query, options }, n) => {
    const { from, where, orgs } = compile(tx, catalogue, neededJoins(query, options, []), options, params);
    const org = orgs === null ? "true" : `r.org_id = any (${params.value(orgs)}::uuid[])`;
    const counted =
      most === undefined ? `${from} where ${org} and ${where}` : `(select from ${from} where ${org} and ${where} limit ${params.value(most)}) counted`;
    return `(select count(*) from ${counted}) as c${n}`;
  });
  const [row] = await tx.query<Record<string, number>>(`select ${counts.join(", ")}`, params.values);
  return asked.map((_, n) => row?.[`c${n}`] ?? 0);
}

function compile(tx: Tx, catalogue: Catalogue, query: Query, options: QueryOptions, params: Conditions = new Conditions()): Compiled {
  const type = catalogue.type(query.from) ?? refuse(query.from, `There is no record type "${query.from}".`);
  const sources = new Map([["", { alias: "r", type }]]);
  const plain: FilterScope = { sources, params, args: options.args ?? {}, isIndexed: (path) => isIndexed(tx, sources, path) };
  const scope: FilterScope = query.where !== undefined && namesFew(query.where, plain) ? { ...plain, byRow: true } : plain;
  const source = (of: TypeDefinition): string => (options.asOf === undefined ? "record" : asOfSource(of, `${params.value(options.asOf)}::timestamptz`));
  const root = source(type);
  let joins = "";
  const conditions = [`r.type = ${quote(typeId(type))}`];
  for (const [name, join] of Object.entries(query.join ?? {})) {
    const joined = catalogue.type(join.type) ?? refuse(join.type, `There is no record type "${join.type}".`);
    const alias = aliasName(name);
    const on =
      join.back !== undefined
        ? `${compilePath(new Map([["", { alias, type: joined }]]), join.back).sql} = r.id::text`
        : `${alias}.id = gh_uuid(${compilePath(sources, join.on ?? refuse(name, "A join needs `on` or `back`.")).sql}::text)`;
    sources.set(name, { alias, type: joined });
    const orgs = options.orgs !== undefined && joined.scope === "org" ? options.orgs : readOrgs(tx, joined);
    const inOrgs = orgs === null ? "" : ` and ${alias}.org_id = any (${params.value(orgs)}::uuid[])`;
    const where =
      join.where === undefined ? "" : ` and ${compileFilter(join.where, { ...scope, sources: new Map([...sources, ["", { alias, type: joined }]]) })}`;
    // Right after many rows came, an index by type seems as good as the key: for each of thousands it goes through all rows of the type.
    const byKey = join.back === undefined && (scope.byRow === true || (join.kind !== "inner" && isGrouped(query)));
    const ofType = byKey ? `(${alias}.type || '')` : `${alias}.type`;
    joins += ` ${join.kind === "inner" ? "join" : "left join"} ${source(joined)} ${alias} on ${on} and ${ofType} = ${quote(typeId(joined))}${inOrgs}${where}`;
  }
  if (query.where !== undefined) conditions.push(compileFilter(query.where, scope));
  if (options.filter !== undefined) conditions.push(compileFilter(options.filter, scope));
  const search = options.search === undefined || options.search.trim() === "" ? null : searchSql(sources, params, options.search);
  const orgs = options.orgs !== undefined && type.scope === "org" ? options.orgs : readOrgs(tx, type);
  const own = conditions.join(" and ");
  return {
    ...{ params, scope, type, orgs, source: root, joins, from: `${root} r${joins}` },
    conditions: own,
    search: options.asOf === undefined && search?.isOwn === true && hasWords(tx, type) ? search : null,
    where: search === null ? own : `${own} and ${search.sql}`,
  };
}

function asOfSource(type: TypeDefinition, at: string): string {
  return `(select * from (select distinct on (v.org_id, v.id) v.org_id, v.id, v.type, v.code, v.data, v.version, v.op, v.at as updated_at, v.changed_by as updated_by,
    f.at as created_at, f.changed_by as created_by from record_version v join record_version f on f.org_id = v.org_id and f.id = v.id and f.version = 1
    where v.type = ${quote(typeId(type))} and v.at <= ${at} order by v.org_id, v.id, v.version desc) v where v.op <> 'delete')`;
}
