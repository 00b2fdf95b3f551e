/** Which rows of a tab a reader is shown: none that their type hides from them, and only those for which the tab's `only` is true. */
import type { JsonObject } from "../../schema/json.ts";
import type { Filter, Query } from "../../schema/query.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { ViewDefinition } from "../../schema/view.ts";
import type { InstanceRow, RecordRow } from "../../store/instance-row.ts";
import { instancesOfRecords } from "../../store/instances.ts";
import { countAll, type QueryOptions, queryRecords } from "../../store/record-query.ts";
import { loadRecords } from "../../store/records.ts";
import { recordTypeOf } from "../records/record-type.ts";
import { shownThrough } from "../records/visibility.ts";
import { evaluateOne, type Subject } from "../work/expression.ts";
import type { Reading } from "../work/reading.ts";
import type { Work } from "../work/work.ts";

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
  const shown = await Promise.all(rows.map((row) => shownRow(reading, row, tab, type)));
  return shown.filter((row) => row !== null);
}

async function shownRow(reading: Reading, given: ShownRow, tab: ViewTab, type: TypeDefinition): Promise<ShownRow | null> {
  const work = await shownThrough(reading.works, type, given.record);
  if (work === null) return null;
  const row = { ...given, work };
  return tab.only === undefined || (await evaluateOne(work, await rowSubject(row), tab.only)) === true ? row : null;
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

export interface CountedTab extends CountInput {
  readonly tab: ViewTab;
  readonly orgs: readonly string[];
}

/** How many rows of each tab the reader would be shown, over all pages, counted up to `most`: one statement for all that the query alone decides. */
export async function countShown(reading: Reading, asked: readonly CountedTab[], most?: number): Promise<readonly number[]> {
  const { catalogue, program } = reading.works[0].ruling;
  const isPlain = ({ tab, orgs }: CountedTab): boolean => orgs.length > 0 && !isJudged(tab, recordTypeOf(program, tab.query.from));
  const plain = asked.filter(isPlain);
  const counts = await countAll(reading.tx, catalogue, plain.map(countQuery), most);
  const found = new Map(plain.map((each, index) => [each, counts[index] ?? 0]));
  const all: number[] = [];
  for (const each of asked) all.push(found.get(each) ?? (await countJudged(reading, each, most ?? MOST_JUDGED)));
  return all;
}

function countQuery({ tab, orgs, filter, q }: CountedTab): { readonly query: Query; readonly options: QueryOptions } {
  const { select: _, orderBy: __, ...plain } = tab.query;
  return {
    query: tab.query.groupBy === undefined ? plain : tab.query,
    options: { orgs, ...(filter === undefined ? {} : { filter }), ...(q === undefined || q.trim() === "" ? {} : { search: q }) },
  };
}

async function countJudged(reading: Reading, asked: CountedTab, most: number): Promise<number> {
  const { tab, orgs } = asked;
  if (orgs.length === 0) return 0;
  const { catalogue } = reading.works[0].ruling;
  const { query, options } = countQuery(asked);
  let count = 0;
  let cursor: string | null = null;
  for (let judged = 0; judged < Math.min(most, MOST_JUDGED); judged += JUDGED_AT_ONCE) {
    const page = await queryRecords(reading.tx, catalogue, { ...query, select: { id: "@id" } }, { ...options, limit: JUDGED_AT_ONCE, cursor });
    count += (await shownRows(reading, tab, page.items)).length;
    cursor = page.next;
    if (cursor === null) break;
  }
  return count;
}
