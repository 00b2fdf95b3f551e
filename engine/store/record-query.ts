/**
 * The record query language (engine/schema/query.ts) compiled to one parameterised statement. Decimals stay exact: they come out as strings.
 *
 * Lists read each org apart and merge, so that an index gives the order of the page however many orgs are asked (1,000,000 rows: see
 * tests/bench/list.bench.ts). States are joined after the page is cut.
 */
import { EngineError } from "../core/errors.ts";
import type { JsonObject } from "../schema/json.ts";
import type { Aggregate, Filter, Query } from "../schema/query.ts";
import type { TypeDefinition } from "../schema/type.ts";
import { type Catalogue, typeId } from "./catalogue.ts";
import { afterCursor, type CursorValue, pageOf } from "./cursor.ts";
import { compileFilter, type FilterScope } from "./record-filter.ts";
import { hasWords, isIndexed, type SearchSql, searchSql } from "./record-indexes.ts";
import { withoutIdleJoins } from "./record-joins.ts";
import { aliasName, compilePath, instanceOf, type PathSql, quote, refuse } from "./record-paths.ts";
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

interface Compiled {
  readonly params: Conditions;
  readonly scope: FilterScope;
  readonly type: TypeDefinition;
  readonly orgs: readonly string[] | null;
  /** What the type's rows are read from, as `r`; with what is joined to them: `from`. */
  readonly source: string;
  readonly joins: string;
  readonly from: string;
  /** Without the words looked for. */
  readonly conditions: string;
  /** Words looked for in an index over the type's own; null where there are none, no such index, or rows of another time are asked for. */
  readonly search: SearchSql | null;
  readonly where: string;
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
  const isGrouped = query.groupBy !== undefined || hasAggregate(query);
  const compiled = compile(tx, catalogue, isGrouped ? withoutIdleJoins(query, [query.where, options.filter], groupedFields(query)) : query, options);
  if (isGrouped) return { ...groupedSql(query, compiled, limit), pageOfRows: (rows) => ({ items: rows.map((each) => each.row), next: null }) };
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

function groupedFields(query: Query): readonly string[] {
  const selected = Object.values(query.select ?? {}).flatMap((each) =>
    typeof each === "string" ? [each] : Object.values(each).filter((path) => typeof path === "string"),
  );
  const ordered = (query.orderBy ?? []).map((each) => (typeof each === "string" ? each : each.field));
  return [...(query.groupBy ?? []), ...selected, ...ordered];
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

/** Joins that a count can do without; a search may look into any. */
function countedJoins(query: Query, options: QueryOptions): Query {
  return options.search === undefined ? withoutIdleJoins(query, [query.where, options.filter], []) : query;
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
    const { from, where, orgs } = compile(tx, catalogue, countedJoins(query, options), options, params);
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
  const scope: FilterScope = { sources, params, args: options.args ?? {}, isIndexed: (path) => isIndexed(tx, sources, path) };
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
    joins += ` ${join.kind === "inner" ? "join" : "left join"} ${source(joined)} ${alias} on ${on} and ${alias}.type = ${quote(typeId(joined))}${inOrgs}${where}`;
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

interface SortKey {
  readonly path: PathSql;
  readonly direction: "asc" | "desc";
}

function listSql(query: Query, compiled: Compiled, limit: number, cursor: string | null): { readonly sql: string; readonly values: unknown[] } {
  const { params, scope, type, orgs } = compiled;
  const keys = sortKeys(query, scope);
  const after = afterCursor(cursor);
  const beyond = after === null ? "" : ` and ${keyset(keys, after, params)}`;
  const order = (prefix: string): string => keys.map((key, n) => `${prefix === "" ? key.path.sql : `${prefix}.k${n}`} ${key.direction}`).join(", ");
  const columns = `r.org_id, r.id, ${keys.map((key, n) => `${key.path.sql} as k${n}, ${key.path.json} as s${n}`).join(", ")}, ${rowSql(query, scope)} as row`;
  const page = (org: string, source = compiled.source, where = compiled.where): string =>
    `select ${columns} from ${source} r${compiled.joins} where ${org} and ${where}${beyond} order by ${order("")} limit ${limit + 1}`;
  const inTurn = (only: string): string =>
    orgs === null ? page(only) : `select p.* from unnest(${params.value(orgs)}::uuid[]) o(id) cross join lateral (${page(`r.org_id = o.id and ${only}`)}) p`;
  const isFound = compiled.search !== null;
  const soon = isFound && orgs !== null && hasOwnOrder(keys[0]!, scope) ? soonSql(compiled, { orgs, page, beyond, order: order(""), limit }) : null;
  const found = isFound ? `with ${soon?.sql ?? ""}${foundSql(compiled, soon === null ? "true" : `not ${MET}`)}` : "";
  const few = `${soon?.rows ?? ""}select * from (${page(FEW, "found", compiled.conditions)}) f`;
  const rows = isFound ? `${few} union all select * from (${inTurn(`not ${FEW}`)}) t` : inTurn("true");
  const sort = `jsonb_build_array(${keys.map((_, n) => `l.s${n}`).join(", ")})`;
  const base = `select l.*, ${sort} as sort from (select * from (${rows}) p order by ${order("p")} limit ${limit + 1}) l`;
  if (query.select !== undefined)
    return { sql: `${found}select b.row || jsonb_build_object('id', b.id) as row, b.sort from (${base}) b order by ${order("b")}`, values: params.values };
  return {
    sql: `${found}select b.row || jsonb_build_object('org', (select o.code from org o where o.id = b.org_id), 'state', i.state, 'states', coalesce(to_jsonb(i.states), '[]'), 'instance', i.id) as row, b.sort
      from (${base}) b left join lateral (select i.id, i.state, i.states from instance i where ${instanceOf("b", type)} order by i.id desc limit 1) i on true order by ${order("b")}`,
    values: params.values,
  };
}

/**
 * So many found rows are gathered by the index over the words and sorted. Words that more rows have are met soon in each org's own order, and
 * PostgreSQL, which knows of no word how many rows have it, would look for every word so: for a rare one through the whole type.
 */
const MOST_FOUND = 10_000;
const FEW = "(select yes from few)";

/** The first rows of each org in its own order: a word that most rows have fills a page from them, and the index over the words, which would name them all, is not asked. */
const SOON = 100;
const MET = "(select yes from met)";

interface SoonInput {
  readonly orgs: readonly string[];
  readonly page: (org: string, source: string) => string;
  readonly beyond: string;
  readonly order: string;
  readonly limit: number;
}

/** `met` where each org has a page among its first rows, or no further rows. */
function soonSql({ type, params }: Compiled, { orgs, page, beyond, order, limit }: SoonInput): { readonly sql: string; readonly rows: string } {
  const each = `unnest(${params.value(orgs)}::uuid[]) o(id)`;
  const first = `select r.* from record r where r.org_id = o.id and r.type = ${quote(typeId(type))}${beyond} order by ${order}`;
  const enough = `(select count(*) from soon s where s.org_id = o.id) > ${limit} or not exists (${first} offset ${SOON} limit 1)`;
  return {
    sql: `soon as materialized (select p.* from ${each} cross join lateral (${page("true", `(${first} limit ${SOON})`)}) p), met as materialized (select bool_and(${enough}) as yes from ${each}), `,
    rows: `select * from soon where ${MET} union all `,
  };
}

/** Whether the rows of an org are read in this order without sorting them. */
function hasOwnOrder({ path }: SortKey, scope: FilterScope): boolean {
  return path.sql === compilePath(scope.sources, "@createdAt").sql || scope.isIndexed(path);
}

/** The index over the words knows no orgs: it is asked once for all of them. */
function foundSql({ type, orgs, search, params }: Compiled, only: string): string {
  const inOrgs = orgs === null ? "true" : `r.org_id = any (${params.value(orgs)}::uuid[])`;
  const rows = `select r.* from record r where r.type = ${quote(typeId(type))} and ${inOrgs} and ${search?.sql ?? "true"} and ${only} limit ${MOST_FOUND + 1}`;
  return `found as materialized (${rows}), few as materialized (select count(*) <= ${MOST_FOUND} as yes from found) `;
}

function sortKeys(query: Query, scope: FilterScope): readonly SortKey[] {
  const wanted = (query.orderBy ?? [{ field: "@createdAt", direction: "desc" as const }]).map((each) =>
    typeof each === "string" ? { field: each, direction: "asc" as const } : each,
  );
  const keys = wanted.map(({ field, direction }) => {
    if (direction !== "asc" && direction !== "desc") refuse(field, "A direction is asc or desc.");
    const path = compilePath(scope.sources, field);
    if (path.kind === "list" || path.kind === "object") refuse(field, `Rows cannot be sorted by "${field}".`);
    return { path, direction };
  });
  return [...keys, { path: compilePath(scope.sources, "@id"), direction: keys.at(-1)?.direction ?? "desc" }];
}

/** Rows after the cursor's: equal in the keys before, beyond in one. A null counts as the greatest value, as in PostgreSQL's indexes, which run both ways. */
function keyset(keys: readonly SortKey[], after: readonly CursorValue[], params: Conditions): string {
  if (after.length !== keys.length)
    throw new EngineError("query_invalid", "The cursor belongs to another order.", { errors: [{ path: "/cursor", message: "other order" }] });
  const [first, id] = keys;
  const cast = (key: SortKey): string =>
    key.path.kind === "instant"
      ? "timestamptz"
      : key.path.kind === "id"
        ? "uuid"
        : key.path.kind === "number" || key.path.kind === "integer"
          ? "numeric"
          : "text";
  const value = (n: number): string => `${params.value(after[n] === null ? null : String(after[n]))}::${cast(keys[n]!)}`;
  if (keys.length === 2 && first!.path.kind === "instant" && first!.path.names === undefined && first!.direction === id!.direction) {
    return `(${first!.path.sql}, ${id!.path.sql}) ${first!.direction === "asc" ? ">" : "<"} (${value(0)}, ${value(1)})`;
  }
  const parts = keys.map((key, n) => {
    const equal = keys.slice(0, n).map((before, m) => `${before.path.sql} is not distinct from ${value(m)}`);
    const ascending = key.direction === "asc";
    const beyond =
      after[n] === null
        ? ascending
          ? "false"
          : `${key.path.sql} is not null`
        : ascending
          ? `(${key.path.sql} > ${value(n)} or ${key.path.sql} is null)`
          : `${key.path.sql} < ${value(n)}`;
    return [...equal, beyond].join(" and ");
  });
  return `(${parts.map((part) => `(${part})`).join(" or ")})`;
}

const META_ROW = ["id", "code", "type", "version", "created_by", "updated_by", "org_id"] as const;

function rowSql(query: Query, scope: FilterScope): string {
  if (query.select === undefined) {
    const instants = ["@createdAt", "@updatedAt"].map((path, n) => `'${n === 0 ? "created_at" : "updated_at"}', ${compilePath(scope.sources, path).json}`);
    return `r.data || jsonb_build_object(${[...META_ROW.map((name) => `'${name}', r.${name}`), ...instants].join(", ")})`;
  }
  const fields = Object.entries(query.select).map(([name, path]) =>
    typeof path === "string" ? `${scope.params.value(name)}::text, ${compilePath(scope.sources, path).json}` : refuse(name),
  );
  return `jsonb_build_object(${fields.join(", ")})`;
}

function hasAggregate(query: Query): boolean {
  return Object.values(query.select ?? {}).some((each) => typeof each !== "string");
}

function groupedSql(query: Query, compiled: Compiled, limit: number): { readonly sql: string; readonly values: unknown[] } {
  const { params, scope, orgs, from, where } = compiled;
  const groups = query.groupBy ?? [];
  const select = query.select ?? { ...Object.fromEntries(groups.map((path) => [path, path])), count: { count: true as const } };
  const fields = Object.entries(select).map(([name, each]) => {
    if (typeof each !== "string") return { name, sql: aggregateSql(each, scope), order: aggregateSql(each, scope, true) };
    if (!groups.includes(each)) return refuse(each, `"${each}" is neither grouped by nor an aggregate.`);
    const path = compilePath(scope.sources, each);
    return { name, sql: groupJson(path), order: path.sql };
  });
  const by = groups.map((each) => groupKey(compilePath(scope.sources, each)));
  const order = (query.orderBy ?? []).map((each) => {
    const { field, direction } = typeof each === "string" ? { field: each, direction: "asc" as const } : each;
    const found =
      fields.find((candidate) => candidate.name === field)?.order ?? (groups.includes(field) ? compilePath(scope.sources, field).sql : refuse(field));
    return `${found} ${direction === "desc" ? "desc" : "asc"} nulls last`;
  });
  const org = orgs === null ? "true" : `r.org_id = any (${params.value(orgs)}::uuid[])`;
  const row = `jsonb_build_object(${fields.map((field) => `${params.value(field.name)}::text, ${field.sql}`).join(", ")})`;
  const sql = `select ${row} as row from ${from} where ${org} and ${where}${by.length === 0 ? "" : ` group by ${by.join(", ")}`} ${
    order.length + groups.length === 0 ? "" : `order by ${[...order, ...by].join(", ")}`
  } limit ${limit}`;
  return { sql, values: params.values };
}

/** Rows without the field and rows with a null in it are one group. */
function groupKey(path: PathSql): string {
  return path.kind === "list" || path.kind === "object" || path.kind === "state" ? path.json : path.sql;
}

function groupJson(path: PathSql): string {
  if (path.kind === "number") return `to_jsonb(${path.sql}::text)`;
  if (path.kind === "boolean") return `to_jsonb(${path.sql}::boolean)`;
  if (path.kind === "instant") return `to_jsonb(to_char(${path.sql} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;
  return path.kind === "text" || path.kind === "id" || path.kind === "integer" ? `to_jsonb(${path.sql})` : path.json;
}

/** Sums and numbers come out as text, exact; a sum over nothing is "0". */
function aggregateSql(aggregate: Aggregate, scope: FilterScope, ordering = false): string {
  if ("count" in aggregate) {
    const counted = aggregate.count === true ? "count(*)" : `count(${compilePath(scope.sources, aggregate.count).sql})`;
    return ordering ? counted : `to_jsonb(${counted})`;
  }
  if ("list" in aggregate) {
    const path = compilePath(scope.sources, aggregate.list);
    return `coalesce(jsonb_agg(${path.json} order by r.created_at, r.id) filter (where ${path.sql} is not null), '[]'::jsonb)`;
  }
  const word = "sum" in aggregate ? "sum" : "min" in aggregate ? "min" : "max";
  const name = "sum" in aggregate ? aggregate.sum : "min" in aggregate ? aggregate.min : aggregate.max;
  const path = compilePath(scope.sources, name);
  if (word === "sum" && path.kind !== "number" && path.kind !== "integer") return refuse(name, `"${name}" is not a number.`);
  if (word === "sum") return ordering ? `sum(${path.sql})` : `to_jsonb(coalesce(sum(${path.sql}), 0)::text)`;
  const value = `${word}(${path.kind === "id" ? `${path.sql}::text` : path.sql})`;
  if (ordering) return value;
  return path.kind === "number"
    ? `to_jsonb(${value}::text)`
    : path.kind === "instant"
      ? `to_jsonb(to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`
      : `to_jsonb(${value})`;
}
