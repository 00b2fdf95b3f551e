/** The filter language (engine/schema/query.ts) as SQL conditions. Three-valued like SQL: a missing field meets only $null, $ne and $nin. */
import type { Json, JsonObject } from "../schema/json.ts";
import type { Filter } from "../schema/query.ts";
import { asObject } from "./record-fields.ts";
import { compilePath, instanceOf, type PathSql, refuse, type Sources } from "./record-paths.ts";
import { UUID } from "./record-references.ts";
import type { Conditions } from "./sql.ts";

export interface FilterScope {
  readonly sources: Sources;
  readonly params: Conditions;
  readonly args: JsonObject;
  /** Whether an index serves equality on this path; others are found by containment. */
  readonly isIndexed: (path: PathSql) => boolean;
  /** States are looked up row by row: the other conditions leave few rows, and of states PostgreSQL would guess that even fewer have them. */
  readonly byRow?: boolean;
}

/** Condition as SQL text; values go to `scope.params`. @throws query_invalid */
export function compileFilter(filter: Filter, scope: FilterScope): string {
  const parts = Object.entries(filter).map(([path, wanted]) => {
    if (path === "$and" || path === "$or") return group(path, wanted, scope);
    if (path === "$not") return `not coalesce((${compileFilter(asObject(wanted) ?? refuse(path), scope)}), false)`;
    const value = argument(wanted, scope);
    const operators = asObject(value);
    if (operators === null || Object.keys(operators).length === 0) return compare(path, "$eq", value, scope);
    return Object.entries(operators)
      .map(([operator, operand]) => compare(path, operator, argument(operand, scope), scope))
      .join(" and ");
  });
  return parts.length === 0 ? "true" : parts.map((part) => `(${part})`).join(" and ");
}

/** Whether the filter asks for one id, code or free text of the rows: then it leaves few of them, whatever else it asks. */
export function namesFew(filter: Filter, scope: FilterScope): boolean {
  return Object.entries(filter).some(([path, wanted]) => {
    if (path === "$and") return Array.isArray(wanted) && wanted.some((each: Json) => namesFew(asObject(each) ?? {}, scope));
    // A path with a dot may be a joined row's.
    if (path.startsWith("$") || path.includes(".")) return false;
    const given = argument(wanted, scope);
    const value = argument(asObject(given)?.["$eq"] ?? given, scope);
    if (typeof value !== "string") return false;
    const { kind, names, isChoice } = compilePath(scope.sources, path);
    return kind === "id" || path === "@code" || (kind === "text" && names !== undefined && isChoice !== true);
  });
}

function group(word: "$and" | "$or", list: Json, scope: FilterScope): string {
  if (!Array.isArray(list) || list.length === 0) return refuse(word);
  return list.map((each: Json) => `(${compileFilter(asObject(each) ?? refuse(word), scope)})`).join(word === "$and" ? " and " : " or ");
}

/** `{"$arg": name}` anywhere in the value becomes the argument. */
function argument(value: Json, scope: FilterScope): Json {
  if (Array.isArray(value)) return value.map((each: Json) => argument(each, scope));
  const name = asObject(value)?.["$arg"];
  if (name === undefined) return value;
  if (typeof name !== "string" || !Object.hasOwn(scope.args, name)) return refuse(String(name), `The argument "${String(name)}" is missing.`);
  return scope.args[name] ?? null;
}

const isPresent = (item: Json): boolean => item !== null;

/** Comparisons as SQL writes them. */
export const COMPARISONS: Readonly<Record<string, string>> = { $gt: ">", $gte: ">=", $lt: "<", $lte: "<=" };

function compare(path: string, operator: string, value: Json, scope: FilterScope): string {
  const field = compilePath(scope.sources, path);
  if (field.kind === "state") return compareState(path, operator, value, scope);
  if (operator === "$null") return `${field.sql} is ${value === false ? "not " : ""}null`;
  if (value === null) {
    if (operator === "$eq") return `${field.sql} is null`;
    if (operator === "$ne") return `${field.sql} is not null`;
    // Nothing is greater or less than null, in it or part of it.
    return "false";
  }
  const p = (each: Json): string => parameter(field, path, each, scope);
  const sign = COMPARISONS[operator];
  if (sign !== undefined) return `${field.sql} ${sign} ${p(value)}`;
  switch (operator) {
    case "$eq":
      return equal(field, path, value, scope);
    case "$ne":
      return `${field.sql} is distinct from ${p(value)}`;
    case "$in":
    case "$nin": {
      if (!Array.isArray(value)) return refuse(path, `${operator} takes a list.`);
      const found = oneOf(field, path, value.filter(isPresent), scope);
      return operator === "$in" ? found : `not coalesce(${found}, false)`;
    }
    case "$contains":
      return field.kind === "list"
        ? has(field, path, value, scope)
        : `strpos(lower(${field.sql}::text), lower(${scope.params.value(String(value))}::text)) > 0`;
    case "$search":
      return `strpos(lower(${field.sql}::text), lower(${scope.params.value(String(value))}::text)) > 0`;
    case "$has":
      return has(field, path, value, scope);
    default:
      return refuse(path, `The operator ${operator} is not known.`);
  }
}

/** Texts and ids go as one value, a list in JSON: a statement is the same however many they are, and travels with those that ask for others. */
function oneOf(field: PathSql, path: string, items: readonly Json[], scope: FilterScope): string {
  if (items.length === 0) return "false";
  if (field.kind !== "text" && field.kind !== "id") return `${field.sql} in (${items.map((each) => parameter(field, path, each, scope)).join(", ")})`;
  if (items.some((each) => typeof each === "object")) return refuse(path, "A list or object cannot be compared so.");
  const listed = `jsonb_array_elements_text(${scope.params.value(JSON.stringify(items.map(String)))}::text::jsonb) each`;
  return `${field.sql} = any (array(select ${field.kind === "id" ? "gh_uuid(each)" : "each"} from ${listed}))`;
}

/** A text or boolean without an index of its own is looked for by containment, which the index over all data answers. */
function equal(field: PathSql, path: string, value: Json, scope: FilterScope): string {
  const containable =
    field.names !== undefined && (typeof value === "string" || typeof value === "boolean") && (field.kind === "text" || field.kind === "boolean");
  if (!containable || scope.isIndexed(field)) return `${field.sql} = ${parameter(field, path, value, scope)}`;
  const typed = field.kind === "boolean" ? value === true || value === "true" : value;
  const document = field.names.reduceRight<Json>((inner, name) => ({ [name]: inner }), typed);
  return `${field.alias}.data @> ${scope.params.value(JSON.stringify(document))}::jsonb`;
}

function has(field: PathSql, path: string, value: Json, scope: FilterScope): string {
  if (field.data === undefined) return refuse(path, "Only lists have elements.");
  return `${field.data} @> ${scope.params.value(JSON.stringify([value]))}::jsonb`;
}

function parameter(field: PathSql, path: string, value: Json, scope: FilterScope): string {
  if (typeof value === "object" && value !== null) return refuse(path, "A list or object cannot be compared so.");
  const text = String(value);
  if (field.kind === "number" || field.kind === "integer") {
    if (!/^[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?$/.test(text)) return refuse(path, `"${text.slice(0, 60)}" is not a number.`);
    return `${scope.params.value(text)}::numeric`;
  }
  if (field.kind === "id") return `${scope.params.value(UUID.test(text) ? text : null)}::uuid`;
  if (field.kind === "instant") {
    const at = Date.parse(text);
    // The year 0, and years of five digits, are JavaScript's alone.
    const instant = Number.isNaN(at) ? "" : new Date(at).toISOString();
    if (!/^(?!0000)\d{4}-/.test(instant)) return refuse(path, `"${text.slice(0, 60)}" is not an instant.`);
    return `${scope.params.value(instant)}::timestamptz`;
  }
  return `${scope.params.value(text)}::text`;
}

/** `@state`: a path, met by itself and its descendants; `@state.<region>`: a path below that region. */
function compareState(path: string, operator: string, value: Json, scope: FilterScope): string {
  const [before, region = ""] = path.split("@state");
  const source = scope.sources.get(before === "" ? "" : (before ?? "").slice(0, -1)) ?? refuse(path);
  const prefix = region === "" ? "" : `${region.slice(1)}.`;
  // With an offset it stays a look-up of its own; without, it may become a list of all instances in the state, gone through for each question.
  const apart = scope.byRow === true ? " offset 0" : "";
  const exists = (condition: string): string => `exists (select from instance i where ${instanceOf(source.alias, source.type)}${condition}${apart})`;
  const inAny = (states: readonly Json[]): string => exists(` and i.states && ${scope.params.value(states.map((state) => prefix + String(state)))}::text[]`);
  switch (operator) {
    case "$eq":
      return value === null ? `not ${exists("")}` : exists(` and i.states @> array[${scope.params.value(prefix + String(value))}::text]`);
    case "$ne":
      return value === null ? exists("") : `not ${inAny([value])}`;
    case "$in":
      return Array.isArray(value) ? inAny(value) : refuse(path, "$in takes a list.");
    case "$nin":
      return Array.isArray(value) ? `not ${inAny(value)}` : refuse(path, "$nin takes a list.");
    case "$null":
      return value === false ? exists("") : `not ${exists("")}`;
    default:
      return refuse(path, `A state cannot be compared by ${operator}.`);
  }
}
