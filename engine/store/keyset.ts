/** The order of a list and where its next page begins, as conditions that an index over the order can be entered by. */
import { EngineError } from "../core/errors.ts";
import type { Query } from "../schema/query.ts";
import type { CursorValue } from "./cursor.ts";
import type { FilterScope } from "./record-filter.ts";
import { compilePath, type PathSql, refuse } from "./record-paths.ts";
import type { Conditions } from "./sql.ts";

export interface SortKey {
  readonly path: PathSql;
  readonly direction: "asc" | "desc";
}

/** What the query orders by, and the id, so that no two rows are equal. */
export function sortKeys(query: Query, scope: FilterScope): readonly [SortKey, ...SortKey[]] {
  const wanted = (query.orderBy ?? [{ field: "@createdAt", direction: "desc" as const }]).map((each) =>
    typeof each === "string" ? { field: each, direction: "asc" as const } : each,
  );
  const keys = wanted.map(({ field, direction }) => {
    if (direction !== "asc" && direction !== "desc") refuse(field, "A direction is asc or desc.");
    const path = compilePath(scope.sources, field);
    if (path.kind === "list" || path.kind === "object") refuse(field, `Rows cannot be sorted by "${field}".`);
    return { path, direction };
  });
  const id = { path: compilePath(scope.sources, "@id"), direction: keys.at(-1)?.direction ?? "desc" };
  const [first = id, ...rest] = keys;
  return [first, ...rest, id];
}

/**
 * Rows after the cursor's, one condition after the other: all rows of the first come before those of the next. A null counts as the greatest
 * value, as in PostgreSQL's indexes, which run both ways.
 *
 * @throws query_invalid for the cursor of another order
 */
export function beyondCursor(keys: readonly [SortKey, ...SortKey[]], after: readonly CursorValue[] | null, params: Conditions): readonly [string, ...string[]] {
  if (after === null) return ["true"];
  if (after.length !== keys.length)
    throw new EngineError("query_invalid", "The cursor belongs to another order.", { errors: [{ path: "/cursor", message: "other order" }] });
  // A parameter that stands nowhere has no type.
  const values = keys.map((key, n) => (after[n] === null ? "null" : `${params.value(String(after[n]))}::${castOf(key)}`));
  const [first] = keys;
  const { sql } = first.path;
  const isAscending = first.direction === "asc";
  const rest = beyondRest(keys, after, values);
  if (after[0] === null) return isAscending ? [`${sql} is null and ${rest}`] : [`${sql} is null and ${rest}`, `${sql} is not null`];
  const sign = isAscending ? ">" : "<";
  const isPair = keys.length === 2 && keys[1]?.direction === first.direction;
  const range = isPair
    ? `(${sql}, ${keys[1]?.path.sql}) ${sign} (${values[0]}, ${values[1]})`
    : `${sql} ${sign}= ${values[0]} and (${sql} ${sign} ${values[0]} or ${rest})`;
  return isAscending && isNullable(first.path) ? [range, `${sql} is null`] : [range];
}

/** Equal in the first key, beyond in one of the others. */
function beyondRest(keys: readonly SortKey[], after: readonly CursorValue[], values: readonly string[]): string {
  const parts = keys.slice(1).map((key, n) => {
    const at = n + 1;
    const equal = keys.slice(1, at).map(({ path }, m) => (after[m + 1] === null ? `${path.sql} is null` : `${path.sql} = ${values[m + 1]}`));
    return [...equal, beyondOne(key, after[at] === null, values[at] ?? "null")].join(" and ");
  });
  return `(${parts.map((part) => `(${part})`).join(" or ")})`;
}

function beyondOne({ path: { sql }, direction }: SortKey, isNull: boolean, value: string): string {
  if (isNull) return direction === "asc" ? "false" : `${sql} is not null`;
  return direction === "asc" ? `(${sql} > ${value} or ${sql} is null)` : `${sql} < ${value}`;
}

function castOf({ path: { kind } }: SortKey): string {
  if (kind === "instant") return "timestamptz";
  if (kind === "id") return "uuid";
  return kind === "number" || kind === "integer" ? "numeric" : "text";
}

/** Columns of every row have a value but the code. */
function isNullable({ names, kind }: PathSql): boolean {
  return names !== undefined || kind === "text" || kind === "state";
}
