/** A view's tab as CSV: the rows that its page shows with this filter, search and order, all of them, in the columns of the page. */
import { EngineError } from "../../core/errors.ts";
import type { ViewColumn } from "../../schema/view.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { csvLine } from "./csv-line.ts";
import { exporting } from "./export-records.ts";
import { openView, orgsFor, type ViewInput } from "./view.ts";
import { type ViewRow, viewRows } from "./view-rows.ts";

const PAGE = 200;

interface ViewPart {
  readonly columns: readonly ViewColumn[];
  readonly rows: readonly ViewRow[];
  readonly next: string | null;
}

/**
 * Pieces of CSV: the header and the first rows are read before it answers, the others as they are asked for, each page as it is then.
 *
 * - throws EngineError `not_found` for a view or tab that the reader cannot open, `permission_denied` for who may not take it away
 */
export async function exportView(engine: Engine, scope: Scope, input: ViewInput): Promise<AsyncIterable<string>> {
  const part = (cursor: string | null): Promise<ViewPart> =>
    inReading(engine, scope, async (reading) => {
      openView(reading, input.view);
      const taken = exporting(reading);
      const { view, works } = openView(taken, input.view);
      const tab = input.tab === undefined ? view.tabs[0] : view.tabs.find((candidate) => candidate.id === input.tab);
      if (tab === undefined) throw new EngineError("not_found", `The view has no tab "${(input.tab ?? "").slice(0, 60)}".`);
      return { columns: tab.columns, ...(await viewRows(taken, orgsFor(works, tab), tab, { ...input, limit: PAGE, cursor })) };
    });
  return linesOf(await part(null), part);
}

async function* linesOf(first: ViewPart, part: (cursor: string | null) => Promise<ViewPart>): AsyncGenerator<string> {
  const { columns } = first;
  yield csvLine(["Org", ...columns.flatMap((column) => (isMoney(column) ? [column.title, `${column.title}, currency`] : [column.title]))]);
  for (let { rows, next } = first; ; { rows, next } = await part(next)) {
    yield rows.map((row) => lineOf(row, columns)).join("");
    if (next === null) return;
  }
}

function lineOf(row: ViewRow, columns: readonly ViewColumn[]): string {
  const cells = columns.flatMap((column) => {
    const value = row.cells[column.id] ?? null;
    const text = Array.isArray(value) ? value.map((each) => (typeof each === "object" ? JSON.stringify(each) : String(each))).join("; ") : value;
    return isMoney(column) ? [text, row.cells[`${column.id}.currency`] ?? null] : [text];
  });
  return csvLine([row.org, ...cells]);
}

const isMoney = (column: ViewColumn): boolean => column.format === "money";
