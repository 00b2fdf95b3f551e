/** Which joins of a query a count or a sum needs: a left join that nothing asks for changes no number, and costs a look-up per row. */
import type { Json } from "../schema/json.ts";
import type { Filter, Query } from "../schema/query.ts";

/** The query without the left joins that neither its conditions nor `fields` name, directly or through another join. */
export function withoutIdleJoins(query: Query, filters: readonly (Filter | undefined)[], fields: readonly string[]): Query {
  if (query.join === undefined) return query;
  const named = new Set([...fields, ...filters.flatMap((filter) => (filter === undefined ? [] : namesIn(filter as Json)))].map(sourceOf));
  const joins = Object.entries(query.join);
  for (let grown = -1; grown !== named.size; ) {
    grown = named.size;
    for (const [name, join] of joins) {
      if (join.kind === "inner") named.add(name);
      if (named.has(name) && join.on !== undefined) named.add(sourceOf(join.on));
    }
  }
  return { ...query, join: Object.fromEntries(joins.filter(([name]) => named.has(name))) };
}

const sourceOf = (path: string): string => path.split(".", 1)[0] ?? path;

/** Every member name of a filter, operators included: they name no join. */
function namesIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(namesIn);
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...namesIn(inner as Json)]);
}
