/** Grouped queries: groups by paths, aggregates over the rows of each, and which groups are given. */
import type { Json } from "../schema/json.ts";
import type { Aggregate, Filter, Query } from "../schema/query.ts";
import { asObject } from "./record-fields.ts";
import { COMPARISONS, compileFilter, type FilterScope } from "./record-filter.ts";
import type { ListSource } from "./record-list.ts";
import { compilePath, instantJson, type PathSql, refuse, type Sources } from "./record-paths.ts";
import type { Conditions } from "./sql.ts";

interface GroupSource extends ListSource {
  readonly from: string;
}

/** What a query gives of each group: `order` is its value as SQL compares it. */
interface Output {
  readonly name: string;
  readonly sql: string;
  readonly order: string;
  readonly isNumber: boolean;
}

export function isGrouped(query: Query): boolean {
  return query.groupBy !== undefined || Object.values(query.select ?? {}).some((each) => typeof each !== "string");
}

/** Every path that a grouped query names outside its filters. */
export function groupedFields(query: Query): readonly string[] {
  const selected = Object.values(query.select ?? {}).flatMap((each) => (typeof each === "string" ? [each] : [pathOf(each)].filter((path) => path !== null)));
  const ordered = (query.orderBy ?? []).map((each) => (typeof each === "string" ? each : each.field));
  return [...(query.groupBy ?? []), ...selected, ...ordered].flatMap(alternatives);
}

export function aggregateFilters(query: Query): readonly Filter[] {
  return Object.values(query.select ?? {}).flatMap((each) => (typeof each === "string" || each.where === undefined ? [] : [each.where]));
}

export function groupedSql(query: Query, compiled: GroupSource, limit: number): { readonly sql: string; readonly values: unknown[] } {
  const { params, scope, orgs, from, where } = compiled;
  const groups = query.groupBy ?? [];
  const select = query.select ?? { ...Object.fromEntries(groups.map((path) => [path, path])), count: { count: true as const } };
  const outputs = Object.entries(select).map(([name, each]): Output => {
    if (typeof each !== "string") return { name, ...aggregateSql(each, scope) };
    if (!groups.includes(each)) return refuse(each, `"${each}" is neither grouped by nor an aggregate.`);
    const path = groupPath(scope.sources, each);
    return { name, sql: groupJson(path), order: path.sql, isNumber: path.kind === "number" || path.kind === "integer" };
  });
  const by = groups.map((each) => groupKey(groupPath(scope.sources, each)));
  const order = (query.orderBy ?? []).map((each) => {
    const { field, direction } = typeof each === "string" ? { field: each, direction: "asc" as const } : each;
    const found = outputs.find(({ name }) => name === field)?.order ?? (groups.includes(field) ? groupPath(scope.sources, field).sql : refuse(field));
    return `${found} ${direction === "desc" ? "desc" : "asc"} nulls last`;
  });
  const org = orgs === null ? "true" : `r.org_id = any (${params.value(orgs)}::uuid[])`;
  const row = `jsonb_build_object(${outputs.map(({ name, sql }) => `${params.value(name)}::text, ${sql}`).join(", ")})`;
  const having = query.having === undefined ? "" : ` having ${havingSql(query.having, outputs, params)}`;
  const sql = `select ${row} as row from ${from} where ${org} and ${where}${by.length === 0 ? "" : ` group by ${by.join(", ")}`}${having} ${
    order.length + groups.length === 0 ? "" : `order by ${[...order, ...by].join(", ")}`
  } limit ${limit}`;
  return { sql, values: params.values };
}

/** `a ?? b`: the first path that has a value. */
const alternatives = (path: string): readonly string[] => path.split("??").map((each) => each.trim());

function groupPath(sources: Sources, path: string): PathSql {
  const [first = refuse(path), ...others] = alternatives(path).map((each) => compilePath(sources, each));
  if (others.length === 0) return first;
  if ([first, ...others].some(({ kind }) => kind !== first.kind || ["list", "object", "state"].includes(kind)))
    return refuse(path, `"${path}": alternatives are of one kind, and no lists.`);
  const sql = `coalesce(${[first, ...others].map((each) => each.sql).join(", ")})`;
  return { sql, json: `to_jsonb(${sql})`, kind: first.kind, alias: first.alias };
}

/** Rows without the field and rows with a null in it are one group. */
function groupKey(path: PathSql): string {
  return path.kind === "list" || path.kind === "object" || path.kind === "state" ? path.json : path.sql;
}

function groupJson(path: PathSql): string {
  if (path.kind === "number") return `to_jsonb(${path.sql}::text)`;
  if (path.kind === "boolean") return `to_jsonb(${path.sql}::boolean)`;
  if (path.kind === "instant") return instantJson(path.sql);
  return path.kind === "text" || path.kind === "id" || path.kind === "integer" ? `to_jsonb(${path.sql})` : path.json;
}

function pathOf(aggregate: Aggregate): string | null {
  if ("count" in aggregate) return aggregate.count === true ? null : aggregate.count;
  return "list" in aggregate ? aggregate.list : "sum" in aggregate ? aggregate.sum : "min" in aggregate ? aggregate.min : aggregate.max;
}

/** Sums and numbers come out as text, exact; a sum over nothing is "0". */
function aggregateSql(aggregate: Aggregate, scope: FilterScope): Omit<Output, "name"> {
  // Rows that are there already are not looked for: comparing the member costs a fraction of what containment does.
  const only = aggregate.where === undefined ? null : compileFilter(aggregate.where, { ...scope, isIndexed: () => true });
  const filter = only === null ? "" : ` filter (where ${only})`;
  const name = pathOf(aggregate);
  const path = name === null ? null : compilePath(scope.sources, name);
  if (path === null || "count" in aggregate) {
    const counted = `count(${path === null ? "*" : path.sql})${filter}`;
    return { sql: `to_jsonb(${counted})`, order: counted, isNumber: true };
  }
  if ("list" in aggregate) {
    const kept = `${path.sql} is not null${only === null ? "" : ` and ${only}`}`;
    const sql = `coalesce(jsonb_agg(${path.json} order by r.created_at, r.id) filter (where ${kept}), '[]'::jsonb)`;
    return { sql, order: sql, isNumber: false };
  }
  const isNumber = path.kind === "number" || path.kind === "integer";
  if ("sum" in aggregate) {
    if (!isNumber) return refuse(aggregate.sum, `"${aggregate.sum}" is not a number.`);
    const sum = `coalesce(sum(${path.sql})${filter}, 0)`;
    return { sql: `to_jsonb(${sum}::text)`, order: sum, isNumber };
  }
  const value = `${"min" in aggregate ? "min" : "max"}(${path.kind === "id" ? `${path.sql}::text` : path.sql})${filter}`;
  if (path.kind === "number") return { sql: `to_jsonb(${value}::text)`, order: value, isNumber };
  if (path.kind === "instant") return { sql: instantJson(value), order: value, isNumber };
  return { sql: `to_jsonb(${value})`, order: value, isNumber };
}

const SIGNS: Readonly<Record<string, string>> = { ...COMPARISONS, $eq: "is not distinct from", $ne: "is distinct from" };

/** Which groups are given, by their outputs. */
function havingSql(having: Filter, outputs: readonly Output[], params: Conditions): string {
  const parts = Object.entries(having).map(([name, wanted]) => {
    if (name === "$and" || name === "$or") {
      if (!Array.isArray(wanted) || wanted.length === 0) return refuse(name);
      return wanted.map((each: Json) => `(${havingSql(asObject(each) ?? refuse(name), outputs, params)})`).join(name === "$and" ? " and " : " or ");
    }
    const left = outputOf(outputs, name);
    const tests = Object.entries(asObject(wanted) ?? { $eq: wanted }).map(([operator, operand]) => {
      if (operator === "$null") return `${left.order} is ${operand === false ? "not " : ""}null`;
      const sign = SIGNS[operator] ?? refuse(name, `The operator ${operator} is not known here.`);
      return `${left.order} ${sign} ${operandSql(left, operand, outputs, params)}`;
    });
    return tests.length === 0 ? refuse(name) : tests.join(" and ");
  });
  return parts.length === 0 ? "true" : parts.map((part) => `(${part})`).join(" and ");
}

const outputOf = (outputs: readonly Output[], name: string): Output =>
  outputs.find((each) => each.name === name) ?? refuse(name, `There is no output "${name}".`);

function operandSql(left: Output, operand: Json, outputs: readonly Output[], params: Conditions): string {
  const other = asObject(operand);
  if (other !== null) return outputOf(outputs, String(other["$output"])).order;
  if (Array.isArray(operand)) return refuse(left.name, "A group is not compared with a list.");
  return operand === null ? "null" : `${params.value(String(operand))}::${left.isNumber ? "numeric" : "text"}`;
}
