/** Which rows of a tab a reader is shown: none that their type hides from them, and only those for which the tab's `only` is true. */
import type { Filter, JsonObject, Query, TypeDefinition, ViewDefinition } from "../../schema/types.ts";
import type { InstanceRow, RecordRow } from "../../store/instance-row.ts";
import { instancesOfRecords } from "../../store/instances.ts";
import { countRecords, queryRecords } from "../../store/record-query.ts";
import { loadRecords } from "../../store/records.ts";
import { evaluateOne, type Subject } from "../expression.ts";
import type { Reading } from "../reading.ts";
import { recordTypeOf } from "../record-type.ts";
import { isHidden } from "../visibility.ts";
import type { Work } from "../work.ts";

type ViewTab = ViewDefinition["tabs"][number];

export interface ShownRow {
  readonly item: JsonObject;
  readonly record: RecordRow;
  readonly instance: InstanceRow | null;
  readonly work: Work;
}

/** A row of a query is judged by expressions, not by the query alone. */
function isJudged(tab: ViewTab, type: TypeDefinition): boolean {
  return tab.query.groupBy === undefined && (tab.only !== undefined || type.hiddenWhen !== undefined);
}

/** The query's items that the reader is shown, in their order; all are judged at once, so that their facts load together. */
export async function shownRows(reading: Reading, tab: ViewTab, items: readonly JsonObject[]): Promise<readonly ShownRow[]> {
  const type = recordTypeOf(reading.works[0].ruling.program, tab.query.from);
  const ids = items.map((item) => String(item["id"]));
  const records = new Map((await loadRecords(reading.tx, type, ids)).map((row) => [row.id, row]));
  const instances = ids.length === 0 ? [] : await instancesOfRecords(reading.tx, ids);
  const rows = items.flatMap((item): ShownRow[] => {
    const record = records.get(String(item["id"]));
    if (record === undefined) return [];
    const work = reading.workOf(record.orgId);
    return [{ item, record, instance: instanceOf(work, tab, instances, record.id), work }];
  });
  if (!isJudged(tab, type)) return rows;
  const shown = await Promise.all(rows.map((row) => isShown(row, tab, type)));
  return rows.filter((_, index) => shown[index] === true);
}

async function isShown(row: ShownRow, tab: ViewTab, type: TypeDefinition): Promise<boolean> {
  if (await isHidden(row.work, type, row.record)) return false;
  return tab.only === undefined || (await evaluateOne(row.work, await rowSubject(row), tab.only)) === true;
}

/** What expressions of a row see: `record`, and its instance's state. */
export async function rowSubject({ work, record, instance }: ShownRow): Promise<Subject> {
  if (instance === null) return { record };
  const machine = await work.engine.programs.machine(work.tx, work.ruling, instance.machine, instance.machineVersion);
  return { record, machine, snapshot: instance.snapshot, instance: { id: instance.id, key: instance.key, seq: instance.seq } };
}

function instanceOf(work: Work, tab: ViewTab, instances: readonly InstanceRow[], recordId: string): InstanceRow | null {
  const machine = tab.machine === undefined ? null : work.ruling.program.resolve("machine", tab.machine);
  return instances.findLast((instance) => instance.recordId === recordId && (machine === null || instance.machine === machine)) ?? null;
}

const JUDGED_AT_ONCE = 200;
/** Beyond it a count is of the rows judged so far: a floor. */
const MOST_JUDGED = 2_000;

export interface CountInput {
  readonly filter?: Filter;
  readonly q?: string;
}

/** How many rows the reader would be shown, over all pages. */
export async function countShown(reading: Reading, orgs: readonly string[], tab: ViewTab, input: CountInput): Promise<number> {
  if (orgs.length === 0) return 0;
  const { catalogue, program } = reading.works[0].ruling;
  const { select: _, orderBy: __, ...plain } = tab.query;
  const query: Query = tab.query.groupBy === undefined ? plain : tab.query;
  const options = {
    orgs,
    ...(input.filter === undefined ? {} : { filter: input.filter }),
    ...(input.q === undefined || input.q.trim() === "" ? {} : { search: input.q }),
  };
  if (!isJudged(tab, recordTypeOf(program, tab.query.from))) return await countRecords(reading.tx, catalogue, query, options);
  let count = 0;
  let cursor: string | null = null;
  for (let judged = 0; judged < MOST_JUDGED; judged += JUDGED_AT_ONCE) {
    const page = await queryRecords(reading.tx, catalogue, { ...plain, select: { id: "@id" } }, { ...options, limit: JUDGED_AT_ONCE, cursor });
    count += (await shownRows(reading, tab, page.items)).length;
    cursor = page.next;
    if (cursor === null) break;
  }
  return count;
}
