import type { Sort } from "#studio/ui/data-table.tsx";
import type { ActiveFilter } from "#studio/ui/filter-chips.tsx";
import type { ListRequest } from "./screens/lists.ts";

/** What a list page was asked for: `?tab=&q=&sort=-field&cursor=&at=&f.<field>=`. */
export function readList(url: URL): ListRequest {
  const get = (name: string): string | null => {
    const value = url.searchParams.get(name);
    return value === null || value === "" ? null : value.slice(0, 400);
  };
  const sort = get("sort");
  return {
    tab: get("tab"),
    cursor: get("cursor"),
    search: get("q")?.slice(0, 200) ?? null,
    at: get("at"),
    sort: sort === null ? null : sort.startsWith("-") ? { field: sort.slice(1), direction: "desc" } : { field: sort, direction: "asc" },
    filters: [...url.searchParams]
      .filter(([name, value]) => name.startsWith("f.") && value !== "")
      .map(([name, value]) => ({ field: name.slice(2), value: value.slice(0, 400) })),
  };
}

/** The address of the same list with some of it changed; a new filter, search, sort or tab starts at the first page. */
export function listHref(
  current: URLSearchParams,
  change: {
    readonly tab?: string;
    readonly search?: string;
    readonly filters?: readonly ActiveFilter[];
    readonly sort?: Sort | null;
    readonly at?: string | null;
    readonly cursor?: string | null;
  },
): string {
  const next = new URLSearchParams(current);
  const put = (name: string, value: string | null | undefined): void => {
    if (value === null || value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  };
  if (change.tab !== undefined) {
    for (const name of [...next.keys()]) if (name.startsWith("f.") || name === "q" || name === "sort" || name === "at") next.delete(name);
    put("tab", change.tab);
  }
  if (change.search !== undefined) put("q", change.search);
  if (change.sort !== undefined) put("sort", change.sort === null ? null : `${change.sort.direction === "desc" ? "-" : ""}${change.sort.field}`);
  if (change.filters !== undefined) {
    for (const name of [...next.keys()]) if (name.startsWith("f.")) next.delete(name);
    for (const filter of change.filters) next.append(`f.${filter.field}`, filter.value);
  }
  if (change.at !== undefined) put("at", change.at);
  if (change.cursor !== undefined) put("cursor", change.cursor);
  else if (change.at === undefined) next.delete("cursor");
  const text = next.toString();
  return text === "" ? "?" : `?${text}`;
}
