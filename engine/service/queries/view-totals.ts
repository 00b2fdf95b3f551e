/** Sums below a tab: per org and currency, never over currencies. */
import type { Json } from "../../schema/json.ts";
import type { Filter, Query } from "../../schema/query.ts";
import type { ViewDefinition } from "../../schema/view.ts";
import { queryRecords } from "../../store/record-query.ts";
import type { Reading } from "../work/reading.ts";

type ViewTab = ViewDefinition["tabs"][number];

export interface ViewTotal {
  readonly title: string;
  readonly org: string;
  readonly currency: string | null;
  readonly total: Json;
}

const GROUPS = 1000;

/** All rows of the tab that are filtered and looked for count, not only those of the page. */
export async function viewTotals(
  reading: Reading,
  orgs: readonly string[],
  tab: ViewTab,
  { filter, q }: { readonly filter?: Filter; readonly q?: string },
): Promise<readonly ViewTotal[]> {
  if (orgs.length === 0 || tab.query.groupBy !== undefined) return [];
  const totals: ViewTotal[] = [];
  for (const wanted of tab.totals ?? []) {
    const { orderBy: _, select: __, limit: ___, ...base } = tab.query;
    const query: Query = {
      ...base,
      groupBy: ["@org", ...(wanted.currency === undefined ? [] : [wanted.currency])],
      select: { org: "@org", ...(wanted.currency === undefined ? {} : { currency: wanted.currency }), total: { sum: wanted.path } },
    };
    const page = await queryRecords(reading.tx, reading.works[0].ruling.catalogue, query, {
      ...{ orgs, limit: GROUPS },
      ...(filter === undefined ? {} : { filter }),
      ...(q === undefined || q.trim() === "" ? {} : { search: q }),
    });
    for (const row of page.items) {
      const org = typeof row["org"] === "string" ? reading.workOf(row["org"]).org.code : "";
      const currency = typeof row["currency"] === "string" ? row["currency"] : null;
      totals.push({ title: wanted.title ?? wanted.path, org, currency, total: row["total"] ?? null });
    }
  }
  return totals.sort((a, b) => (`${a.title} ${a.org} ${a.currency ?? ""}` < `${b.title} ${b.org} ${b.currency ?? ""}` ? -1 : 1));
}
