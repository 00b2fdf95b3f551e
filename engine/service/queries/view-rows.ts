/** The rows of a view's tab: cells by column, computed where the column is an expression or a gate, masked for the reader. */
import type { Filter, GateParams, Json, JsonObject, Query, TypeDefinition, ViewColumn, ViewDefinition } from "../../schema/types.ts";
import type { InstanceRow, RecordRow } from "../../store/instance-row.ts";
import { instancesOfRecords } from "../../store/instances.ts";
import { queryRecords } from "../../store/record-query.ts";
import { loadRecords } from "../../store/records.ts";
import { evaluate, type Subject } from "../expression.ts";
import { askGate } from "../gate-decision.ts";
import { pageOf, type Reading } from "../reading.ts";
import { recordTypeOf } from "../record-type.ts";
import { isHidden, maskedData } from "../visibility.ts";
import type { Work } from "../work.ts";

type ViewTab = ViewDefinition["tabs"][number];

export interface ViewRow {
  /** Of the record; the position in the page for grouped rows. */
  readonly id: string;
  readonly code: string | null;
  readonly org: string | null;
  readonly instance: { readonly id: string; readonly key: string; readonly machine: string; readonly state: Json; readonly seq: number } | null;
  readonly cells: JsonObject;
}

export interface RowsInput {
  readonly filter?: Filter;
  readonly q?: string;
  readonly sort?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
}

/** One page of rows; those that their type hides from the reader are left out. */
export async function viewRows(
  reading: Reading,
  orgs: readonly string[],
  tab: ViewTab,
  input: RowsInput,
): Promise<{ readonly rows: readonly ViewRow[]; readonly next: string | null }> {
  if (orgs.length === 0) return { rows: [], next: null };
  const { catalogue, program } = reading.works[0].ruling;
  const page = await queryRecords(reading.tx, catalogue, rowQuery(tab, input.sort), {
    orgs,
    limit: pageOf(input).limit,
    ...(tab.query.groupBy === undefined ? { cursor: input.cursor ?? null } : {}),
    ...(input.filter === undefined ? {} : { filter: input.filter }),
    ...(input.q === undefined || input.q.trim() === "" ? {} : { search: input.q }),
  });
  if (tab.query.groupBy !== undefined) return { rows: page.items.map((item, index) => groupedRow(tab, item, index)), next: page.next };
  const type = recordTypeOf(program, tab.query.from);
  const ids = page.items.map((item) => String(item["id"]));
  const records = new Map((await loadRecords(reading.tx, type, ids)).map((row) => [row.id, row]));
  const instances = ids.length === 0 ? [] : await instancesOfRecords(reading.tx, ids);
  const rows: ViewRow[] = [];
  for (const item of page.items) {
    const record = records.get(String(item["id"]));
    if (record === undefined) continue;
    const work = reading.workOf(record.orgId);
    if (await isHidden(work, type, record)) continue;
    rows.push(await recordRow(work, tab, type, item, record, instanceOf(work, tab, instances, record.id)));
  }
  return { rows, next: page.next };
}

/** Where a column's value stands in a query's row: `c<n>`, or the query's own output of that name. */
function cellName(tab: ViewTab, column: ViewColumn, index: number): string | null {
  if (column.path === undefined) return null;
  return tab.query.select !== undefined && Object.hasOwn(tab.query.select, column.path) ? column.path : `c${index}`;
}

const CURRENCY = /^[A-Z]{3}$/;

/** A column's `currency` is a code, or the path of one. */
function isPath(currency: string | undefined): currency is string {
  return currency !== undefined && !CURRENCY.test(currency);
}

/** The tab's query with every column's path selected, ordered as the reader asked. */
function rowQuery(tab: ViewTab, sort: string | undefined): Query {
  if (tab.query.groupBy !== undefined) return tab.query;
  const select: Record<string, NonNullable<Query["select"]>[string]> = { ...tab.query.select };
  for (const [index, column] of tab.columns.entries()) {
    const name = cellName(tab, column, index);
    if (name !== null && column.path !== undefined && !Object.hasOwn(select, name)) select[name] = column.path;
    if (isPath(column.currency)) select[`c${index}_currency`] = column.currency;
  }
  const column = tab.columns.find((candidate) => candidate.id === sort?.replace(/^-/, ""));
  const direction = sort?.startsWith("-") === true ? ("desc" as const) : ("asc" as const);
  const orderBy = column?.path === undefined ? tab.query.orderBy : [{ field: column.path, direction }];
  return { ...tab.query, select, ...(orderBy === undefined ? {} : { orderBy }) };
}

function groupedRow(tab: ViewTab, item: JsonObject, index: number): ViewRow {
  const cells = Object.fromEntries(tab.columns.map((column) => [column.id, item[column.path ?? column.id] ?? null]));
  return { id: String(index), code: null, org: null, instance: null, cells };
}

function instanceOf(work: Work, tab: ViewTab, instances: readonly InstanceRow[], recordId: string): InstanceRow | null {
  const machine = tab.machine === undefined ? null : work.ruling.program.resolve("machine", tab.machine);
  return instances.findLast((instance) => instance.recordId === recordId && (machine === null || instance.machine === machine)) ?? null;
}

async function recordRow(work: Work, tab: ViewTab, type: TypeDefinition, item: JsonObject, record: RecordRow, instance: InstanceRow | null): Promise<ViewRow> {
  const data = await maskedData(work, type, record);
  const subject = await subjectOf(work, record, instance, { ...data, ...item, code: record.code });
  const expressions = Object.fromEntries(tab.columns.flatMap((column) => (column.expr === undefined ? [] : [[column.id, column.expr]])));
  const computed: Readonly<Record<string, Json | undefined>> = Object.keys(expressions).length === 0 ? {} : await evaluate(work, subject, expressions);
  const cells: Record<string, Json> = {};
  for (const [index, column] of tab.columns.entries()) {
    const name = cellName(tab, column, index);
    if (column.gate !== undefined) cells[column.id] = await gateCell(work, column.gate, subject, record.type);
    else if (column.expr !== undefined) cells[column.id] = computed[column.id] ?? null;
    else if (name !== null) cells[column.id] = maskedCell(type, column, data, record, item[name] ?? null);
    if (column.currency !== undefined) cells[`${column.id}.currency`] = isPath(column.currency) ? (item[`c${index}_currency`] ?? null) : column.currency;
  }
  return {
    id: record.id,
    code: record.code,
    org: record.orgId === null ? null : work.org.code,
    instance: instance === null ? null : { id: instance.id, key: instance.key, machine: instance.machine, state: instance.state as Json, seq: instance.seq },
    cells,
  };
}

/** A masked field stays masked in a column that shows it. */
function maskedCell(type: TypeDefinition, column: ViewColumn, data: JsonObject, record: RecordRow, value: Json): Json {
  const field = column.path ?? "";
  const isMasked = type.mask?.some((mask) => mask.field === field) === true && data[field] !== record.data[field];
  return isMasked ? (data[field] ?? null) : value;
}

/** What expressions of a row see: `record`, the instance's state, `row` and the row's own fields. */
async function subjectOf(work: Work, record: RecordRow, instance: InstanceRow | null, row: JsonObject): Promise<Subject> {
  if (instance === null) return { record, extra: { ...row, row } };
  const machine = await work.engine.programs.machine(work.tx, work.ruling, instance.machine, instance.machineVersion);
  return { record, machine, snapshot: instance.snapshot, instance: { id: instance.id, key: instance.key, seq: instance.seq }, extra: { ...row, row } };
}

async function gateCell(work: Work, gate: GateParams, subject: Subject, recordType: string): Promise<Json> {
  const { open, decision } = await askGate(work, gate, subject, recordType);
  return { open, outcome: decision.outcome, reasons: decision.reasons.map(({ code, message }) => ({ code, message })) };
}
