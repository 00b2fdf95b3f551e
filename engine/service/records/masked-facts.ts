/** What a reader is shown of the facts of an event: fields that a type masks are masked there too, wherever the rows came from. */
import type { RecordState } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { Query } from "../../schema/query.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { EventRow } from "../../store/events.ts";
import type { Work } from "../work/work.ts";
import { ownFacts } from "./conceal.ts";
import { maskedData } from "./visibility.ts";

type EventFacts = NonNullable<EventRow["facts"]>;

/** The record as it was, and every value loaded for the event, as this reader may see them. */
export async function readableFacts(work: Work, facts: EventFacts): Promise<EventFacts> {
  const { record } = facts;
  const bag: Record<string, Json> = {};
  for (const [key, value] of Object.entries(ownFacts(work, facts.bag))) bag[key] = await masked(work, key, value);
  const type = record === null || record === undefined ? null : work.ruling.program.type(record.type);
  if (record === null || record === undefined || !hasMask(type)) return { ...facts, bag };
  return { ...facts, record: { ...record, data: await maskedData(work, type, record) }, bag };
}

const hasMask = (type: TypeDefinition | null): type is TypeDefinition => (type?.mask?.length ?? 0) > 0;

const ROWS = /^(?:get|find|findAll):([a-z0-9-]+)[:?]/u;
const FACT = /^fact:([^?]+)\?/u;

/** A value of the bag by its key: rows of a type, or what a query selected from one. */
async function masked(work: Work, key: string, value: Json): Promise<Json> {
  const { program } = work.ruling;
  const rowsOf = ROWS.exec(key)?.[1];
  if (rowsOf !== undefined) return await maskedRows(work, program.type(rowsOf), value, undefined);
  const name = FACT.exec(key)?.[1];
  const query = name === undefined ? undefined : program.fact(name)?.definition.query;
  return query === undefined ? value : await maskedRows(work, program.type(query.from), value, query.select);
}

async function maskedRows(work: Work, type: TypeDefinition | null, value: Json, select: Query["select"]): Promise<Json> {
  if (!hasMask(type) || typeof value !== "object" || value === null) return value;
  if (!Array.isArray(value)) return await maskedRow(work, type, value as JsonObject, select);
  return await Promise.all((value as readonly Json[]).map((row) => maskedRows(work, type, row, select)));
}

/** Selected under other names, a field is masked under them. */
async function maskedRow(work: Work, type: TypeDefinition, row: JsonObject, select: Query["select"]): Promise<JsonObject> {
  const fields = select === undefined ? Object.keys(row).map((name) => [name, name] as const) : Object.entries(select);
  const names = fields.flatMap(([name, path]) => (typeof path === "string" && Object.hasOwn(row, name) ? [{ name, path }] : []));
  const data = Object.fromEntries(names.map(({ name, path }) => [path, row[name] as Json]));
  const record: RecordState = { id: textOf(row["id"]) ?? "", type: type.key, org: textOf(row["org"]), code: textOf(row["code"]), version: 0, data };
  const readable = await maskedData(work, type, record);
  return { ...row, ...Object.fromEntries(names.map(({ name, path }) => [name, readable[path] as Json])) };
}

const textOf = (value: Json | undefined): string | null => (typeof value === "string" ? value : null);
