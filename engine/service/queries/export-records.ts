/** Lists of records as CSV, page by page, so that a list of any length is told from the first row to the last. */
import { EngineError } from "../../core/errors.ts";
import type { JsonObject } from "../../schema/json.ts";
import { recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading, type Reading, worksPermitted } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { csvLine } from "./csv-line.ts";
import { listIn, type RecordList, type RecordListInput } from "./records.ts";

const PAGE = 200;

interface ExportPage {
  readonly fields: readonly string[];
  readonly list: RecordList;
}

/**
 * Pieces of CSV (RFC 4180, CRLF): the header and the first rows are read before it answers, the others as they are asked for, each
 * page as it is then. A value that a spreadsheet would run as a formula gets a quote before it.
 *
 * - throws EngineError `permission_denied` for who may see the list but not take it away
 */
export async function exportRecords(engine: Engine, scope: Scope, input: RecordListInput): Promise<AsyncIterable<string>> {
  const page = (cursor: string | null): Promise<ExportPage> =>
    inReading(engine, scope, async (reading) => {
      const { ruling } = reading.works[0];
      const type = recordTypeOf(ruling.program, input.type);
      const list = await listIn(exporting(reading), { ...input, limit: PAGE, cursor });
      return { fields: Object.keys((type.schema["properties"] as JsonObject | undefined) ?? {}), list };
    });
  return linesOf(await page(null), page);
}

async function* linesOf(first: ExportPage, page: (cursor: string | null) => Promise<ExportPage>): AsyncGenerator<string> {
  yield csvLine(["id", "code", "org", ...first.fields]);
  for (let { list } = first; ; { list } = await page(list.next)) {
    yield list.items.map((item) => csvLine([item.id, item.code ?? null, item.org ?? null, ...first.fields.map((field) => item.data[field] ?? null)])).join("");
    if (list.next === null) return;
  }
}

/**
 * The reading in the orgs whose lists the reader may take away.
 *
 * - throws EngineError `permission_denied` where there is none
 */
export function exporting(reading: Reading): Reading {
  const permission = exportPermission(reading);
  const [first, ...others] = worksPermitted(reading, permission);
  if (first !== undefined) return { ...reading, works: [first, ...others] };
  throw new EngineError("permission_denied", `To take lists away needs "${permission ?? ""}".`);
}

/** The permission that it takes, if any. */
export function exportPermission(reading: Reading): string | undefined {
  return reading.works[0].ruling.program.access?.export;
}
