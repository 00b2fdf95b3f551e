/** Filters of a list's URL as the record query language. */
import type { JsonObject } from "#engine/schema/json.ts";
import type { Filter } from "#engine/schema/query.ts";
import type { ActiveFilter, FilterField } from "#studio/ui/filter-chips.tsx";

interface Declared {
  readonly field: string;
  readonly title: string;
  readonly type: string;
  readonly enum?: readonly string[];
}

/** A view's declared filters as fields of the filter bar. */
export function filterFields(declared: readonly Declared[], label: (value: string) => string): readonly FilterField[] {
  return declared.map((filter) => ({
    field: filter.field,
    title: filter.title,
    type:
      filter.type === "boolean"
        ? "boolean"
        : filter.type === "date" || filter.type === "datetime"
          ? "date"
          : filter.type === "decimal" || filter.type === "integer"
            ? "number"
            : "text",
    ...(filter.enum === undefined ? {} : { options: filter.enum.map((value) => ({ value, title: label(value) })) }),
  }));
}

/** Only declared fields count: an address cannot ask for others. Free text is searched for, choices are compared. */
export function toFilter(active: readonly ActiveFilter[], declared: readonly Declared[]): Filter | undefined {
  const filter: Record<string, JsonObject> = {};
  for (const { field, value } of active) {
    const spec = declared.find((candidate) => candidate.field === field);
    if (spec === undefined) continue;
    const operator = value.startsWith("gte:")
      ? "$gte"
      : value.startsWith("lte:")
        ? "$lte"
        : spec.type === "string" && spec.enum === undefined
          ? "$contains"
          : "$eq";
    const raw = value.replace(/^[gl]te:/, "");
    filter[field] = { ...filter[field], [operator]: spec.type === "boolean" ? raw === "true" : raw };
  }
  return Object.keys(filter).length === 0 ? undefined : filter;
}
