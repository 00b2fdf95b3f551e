/** The rows of a view's tab: cells by column, computed where the column is an expression or a gate, masked for the reader. */
import type { Json, JsonObject } from "../../schema/json.ts";
import type { Filter, Query } from "../../schema/query.ts";
import type { GateParams } from "../../schema/statechart.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { ViewColumn, ViewDefinition } from "../../schema/view.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { queryRecords } from "../../store/record-query.ts";
import { concealFor } from "../records/conceal.ts";
import { recordTypeOf } from "../records/record-type.ts";
import { maskedData } from "../records/visibility.ts";
import { evaluate, type Subject } from "../work/expression.ts";
import { askGate } from "../work/gate-decision.ts";
import { pageOf, type Reading } from "../work/reading.ts";
import type { Work } from "../work/work.ts";
import { rowSubject, type ShownRow, shownRows } from "./shown-rows.ts";

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

/** A page that stays short after so many looks says where to go on. */
const MOST_ROUNDS = 10;

/** One page of rows, filled with those that the reader is shown. */
export async function viewRows(
  reading: Reading,
  orgs: readonly string[],
  tab: ViewTab,
  input: RowsInput,
): Promise<{ readonly rows: readonly ViewRow[]; readonly next: string | null }> {
  if (orgs.length === 0) return { rows: [], next: null };
  const { catalogue, program } = reading.works[0].ruling;
  const { limit } = pageOf(input);
  const query = rowQuery(tab, input.sort);
  const options = {
    orgs,
    ...(input.filter === undefined ? {} : { filter: input.filter }),
    ...(input.q === undefined || input.q.trim() === "" ? {} : { search: input.q }),
  };
  const conceal = await concealFor(reading.works[0]);
  if (tab.query.groupBy !== undefined) {
    const page = await queryRecords(reading.tx, catalogue, query, { ...options, limit });
    return { rows: page.items.map((item, index) => groupedRow(tab, conceal(item), index)), next: page.next };
  }
  const type = recordTypeOf(program, tab.query.from);
  const rows: ViewRow[] = [];
  let next: string | null = input.cursor ?? null;
  for (let round = 0; round < MOST_ROUNDS && rows.length < limit; round++) {
    const page = await queryRecords(reading.tx, catalogue, query, { ...options, limit: limit - rows.length, cursor: next });
    const shown = await shownRows(reading, tab, page.items);
    for (const row of await Promise.all(shown.map((each) => recordRow(each, tab, type)))) rows.push({ ...row, cells: conceal(row.cells) });
    next = page.next;
    if (next === null) break;
  }
  return { rows, next };
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

async function recordRow(row: ShownRow, tab: ViewTab, type: TypeDefinition): Promise<ViewRow> {
  const { work, item, record, instance } = row;
  const data = await maskedData(work, type, record);
  const fields = { ...data, ...item, code: record.code };
  const subject: Subject = { ...(await rowSubject(row)), extra: { ...fields, row: fields } };
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

async function gateCell(work: Work, gate: GateParams, subject: Subject, recordType: string): Promise<Json> {
  const { open, decision } = await askGate(work, gate, subject, recordType);
  return { open, outcome: decision.outcome, reasons: decision.reasons.map(({ code, message }) => ({ code, message })) };
}
