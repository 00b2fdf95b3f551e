/**
 * Lists of records as one statement. Each org is read apart and merged, so that an index gives the order of the page however many orgs are
 * asked (1,000,000 rows: see tests/bench/list.bench.ts). What a row is shown as, and its state, are made after its page is cut.
 */
import type { Query } from "../schema/query.ts";
import type { TypeDefinition } from "../schema/type.ts";
import { typeId } from "./catalogue.ts";
import { afterCursor } from "./cursor.ts";
import { beyondCursor, type SortKey, sortKeys } from "./keyset.ts";
import type { FilterScope } from "./record-filter.ts";
import type { SearchSql } from "./record-indexes.ts";
import { compilePath, instanceOf, quote, refuse } from "./record-paths.ts";
import type { Conditions } from "./sql.ts";

/** What a list is read from. */
export interface ListSource {
  readonly params: Conditions;
  readonly scope: FilterScope;
  readonly type: TypeDefinition;
  readonly orgs: readonly string[] | null;
  /** What the type's rows are read from, as `r`. */
  readonly source: string;
  /** What is joined to them. */
  readonly joins: string;
  /** Without the words looked for. */
  readonly conditions: string;
  /** Words looked for in an index over the type's own; null where there are none, no such index, or rows of another time are asked for. */
  readonly search: SearchSql | null;
  readonly where: string;
}

export function listSql(query: Query, list: ListSource, limit: number, cursor: string | null): { readonly sql: string; readonly values: unknown[] } {
  const { params, scope, type, orgs, search } = list;
  const keys = sortKeys(query, scope);
  const beyond = beyondCursor(keys, afterCursor(cursor), params);
  const order = (prefix: string): string => keys.map((key, n) => `${prefix === "" ? key.path.sql : `${prefix}.k${n}`} ${key.direction}`).join(", ");
  const page = pageSql(query, list, { keys, order: order(""), limit });
  const pages = (make: (beyond: string) => string): string =>
    beyond.length === 1
      ? make(beyond[0])
      : `select * from (${beyond.map((each) => `(${make(each)})`).join(" union all ")}) e order by ${order("e")} limit ${limit + 1}`;
  const inTurn = (rows: (org: string) => string): string =>
    orgs === null ? rows("true") : `select t.* from unnest(${params.value(orgs)}::uuid[]) o(id) cross join lateral (${rows("r.org_id = o.id")}) t`;
  const readRows = (): { readonly first: string; readonly rows: string } => {
    if (search === null) return { first: "", rows: inTurn((org) => pages((each) => page(list.source, `${org} and ${list.where} and ${each}`))) };
    const words = wordsSql(list, search, { page, pages, inTurn, beyond, order: hasOwnOrder(keys[0], scope) ? order("") : null, limit });
    return { first: `with ${words.ctes} `, rows: words.rows };
  };
  const { first, rows } = readRows();
  const sort = `jsonb_build_array(${keys.map((_, n) => `l.s${n}`).join(", ")})`;
  const base = `select l.*, ${sort} as sort from (select * from (${rows}) p order by ${order("p")} limit ${limit + 1}) l`;
  if (query.select !== undefined)
    return { sql: `${first}select jsonb_build_object('id', b.id) || b.row as row, b.sort from (${base}) b order by ${order("b")}`, values: params.values };
  return {
    sql: `${first}select b.row || jsonb_build_object('org', (select o.code from org o where o.id = b.org_id), 'state', i.state, 'states', coalesce(to_jsonb(i.states), '[]'), 'instance', i.id) as row, b.sort
      from (${base}) b left join lateral (select i.id, i.state, i.states from instance i where ${instanceOf("b", type)} order by i.id desc limit 1) i on true order by ${order("b")}`,
    values: params.values,
  };
}

type PageSql = (source: string, where: string) => string;

/** One page of what is joined to a source: cut first, by its keys alone, then made into JSON. */
function pageSql(
  query: Query,
  { scope, joins }: ListSource,
  cut: { readonly keys: readonly SortKey[]; readonly order: string; readonly limit: number },
): PageSql {
  const aliases = [...scope.sources.values()].map(({ alias }) => alias);
  const columns = [...aliases, "r.org_id", "r.id", ...cut.keys.map((key, n) => `${key.path.sql} as k${n}`)].join(", ");
  const shown = ["p.org_id", "p.id", ...cut.keys.map((key, n) => `p.k${n}, ${key.path.json} as s${n}`), `${rowSql(query, scope)} as row`].join(", ");
  const again = aliases.map((alias) => ` cross join lateral (select (p.${alias}).*) ${alias}`).join("");
  return (source, where) =>
    `select ${shown} from (select ${columns} from ${source} r${joins} where ${where} order by ${cut.order} limit ${cut.limit + 1}) p${again}`;
}

/**
 * So many found rows are gathered by the index over the words and sorted. Words that more rows have are met soon in each org's own order, and
 * PostgreSQL, which knows of no word how many rows have it, would look for every word so: for a rare one through the whole type.
 */
const MOST_FOUND = 10_000;
const FEW = "(select yes from few)";

/** The first rows of each org in its own order: a word that most rows have fills a page from them, and the index over the words, which would name them all, is not asked. */
const SOON = 300;
const MET = "(select yes from met)";

/** One of so many of them with the words, and each org's order is gone through until its page is full. */
const OFTEN = 50;

interface WordsInput {
  readonly page: PageSql;
  readonly pages: (make: (beyond: string) => string) => string;
  readonly inTurn: (rows: (org: string) => string) => string;
  readonly beyond: readonly [string, ...string[]];
  /** Null where no index gives it. */
  readonly order: string | null;
  readonly limit: number;
}

/** Rows with the words: `met` where each org has a page among its first rows, or no further rows; `few` where the index over the words names few enough. */
function wordsSql(
  list: ListSource,
  search: SearchSql,
  { page, pages, inTurn, beyond, order, limit }: WordsInput,
): { readonly ctes: string; readonly rows: string } {
  const { params, type, orgs, conditions, where } = list;
  const ofType = `r.type = ${quote(typeId(type))}`;
  const inOrgs = orgs === null ? "true" : `r.org_id = any (${params.value(orgs)}::uuid[])`;
  // The index over the words knows no orgs: it is asked once for all of them.
  const gathered = (only: string): string =>
    `found as materialized (select r.* from record r where ${ofType} and ${inOrgs} and ${search.sql} and ${only} limit ${MOST_FOUND + 1}), few as materialized (select count(*) <= ${MOST_FOUND} and ${only} as yes from found)`;
  // These are sorted anyway: what lies beyond the cursor need not be read part by part.
  const few = `select * from (${page("found", `${FEW} and ${conditions} and (${beyond.map((each) => `(${each})`).join(" or ")})`)}) f`;
  if (orgs === null || order === null) {
    const many = inTurn((org) => pages((each) => page("record", `${org} and not ${FEW} and ${where} and ${each}`)));
    return { ctes: gathered("true"), rows: `${few} union all select * from (${many}) m` };
  }
  const ordered = (each: string): string => `select r.* from record r where r.org_id = o.id and ${ofType} and ${each} order by ${order}`;
  const soon = inTurn(() => page(`(${ordered(beyond[0])} limit ${SOON})`, `${conditions} and ${search.likely()} and ${search.sql}`));
  const ended = beyond.length > 1 ? "false" : `not exists (${ordered(beyond[0])} offset ${SOON} limit 1)`;
  const counted = `select o.id, (select count(*) from soon s where s.org_id = o.id) as rows from unnest(${params.value(orgs)}::uuid[]) o(id) offset 0`;
  const told = `select o.rows > ${limit} as "full", o.rows * ${OFTEN} > ${SOON} as often, o.rows <= ${limit} and ${ended} as ended from (${counted}) o offset 0`;
  const met = `select bool_and("full" or ended) as yes, bool_and(often or ended) as often from (${told}) t`;
  // `is true` keeps the index over the words out of it, which would gather all rows first.
  const walked = `not ${MET} and not ${FEW} and ${conditions} and ${search.likely()} and ${search.sql} is true`;
  const many = inTurn((org) => pages((each) => page("record", `${org} and ${walked} and ${each}`)));
  return {
    ctes: `soon as materialized (${soon}), met as materialized (${met}), ${gathered(`not ${MET} and not (select often from met)`)}`,
    rows: `select * from soon where ${MET} union all ${few} union all select * from (${many}) m`,
  };
}

/** Whether the rows of an org are read in this order without sorting them. */
function hasOwnOrder({ path }: SortKey, scope: FilterScope): boolean {
  return path.sql === compilePath(scope.sources, "@createdAt").sql || scope.isIndexed(path);
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
