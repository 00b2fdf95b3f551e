/** Records as lists, single rows and versions: what the reader may see, in all chosen orgs. */
import { EngineError } from "../../core/errors.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { Filter } from "../../schema/query.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { queryRecords } from "../../store/record-query.ts";
import { loadRecord, loadRecords, recordVersions } from "../../store/records.ts";
import { answerRecord, orgCodeOf, type RecordAnswer } from "../records/record-answer.ts";
import { recordNotFound } from "../records/record-not-found.ts";
import { mayView } from "../records/record-permission.ts";
import { nameOfType, recordTypeOf } from "../records/record-type.ts";
import { maskedData, shownThrough } from "../records/visibility.ts";
import type { Engine } from "../work/engine-context.ts";
import { inReading, pageOf, type Reading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";

export interface RecordListInput {
  readonly type: string;
  readonly filter?: Filter;
  /** Words, looked for in the type's searchable fields. */
  readonly q?: string;
  /** `field` or `-field`; several by comma. */
  readonly sort?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
  readonly asOf?: string;
}

export interface RecordList {
  readonly items: readonly RecordAnswer[];
  readonly next: string | null;
}

/** Lists what the reader may see. Rows that the type hides from them are left out, so a page may be shorter than its limit. */
export async function listRecords(engine: Engine, scope: Scope, input: RecordListInput): Promise<RecordList> {
  return await inReading(engine, scope, (reading) => listIn(reading, input));
}

/** One page in a reading that is open already. */
export async function listIn(reading: Reading, input: RecordListInput): Promise<RecordList> {
  const type = recordTypeOf(reading.works[0].ruling.program, input.type);
  const orgs = reading.works.filter((work) => mayView(work, type)).map((work) => work.org.id);
  if (orgs.length === 0) throw new EngineError("record_not_found", `There is no record type "${input.type}".`);
  const { limit, cursor } = pageOf(input);
  const found = await queryRecords(
    reading.tx,
    reading.works[0].ruling.catalogue,
    { from: nameOfType(type), orderBy: orderOf(input.sort), select: { id: "@id" } },
    {
      orgs,
      limit,
      cursor,
      ...(input.filter === undefined ? {} : { filter: input.filter }),
      ...(input.q === undefined || input.q.trim() === "" ? {} : { search: input.q }),
      ...(input.asOf === undefined ? {} : { asOf: input.asOf }),
    },
  );
  const permitted = reading.works.filter((work) => orgs.includes(work.org.id));
  const ids = found.items.map((item) => String(item["id"]));
  const rows = new Map((await loadRecords(reading.tx, type, ids)).map((row) => [row.id, row]));
  const items = await Promise.all(
    ids.map(async (id): Promise<RecordAnswer | null> => {
      const row = rows.get(id);
      if (row === undefined) return null;
      const work = await shownThrough(permitted, type, row);
      return work === null ? null : await answerRecord(work, type, row, orgCodeOf(reading, row.orgId));
    }),
  );
  return { items: items.filter((item) => item !== null), next: found.next };
}

function orderOf(sort: string | undefined): readonly { readonly field: string; readonly direction: "asc" | "desc" }[] {
  const fields = (sort ?? "").split(",").filter((field) => field.trim() !== "");
  if (fields.length === 0) return [{ field: "@createdAt", direction: "desc" }];
  return fields.map((field) =>
    field.startsWith("-") ? { field: field.slice(1).trim(), direction: "desc" as const } : { field: field.trim(), direction: "asc" as const },
  );
}

export interface RecordInput {
  readonly type: string;
  /** uuid or code. */
  readonly id: string;
  /** RFC 3339: the record as it was then. */
  readonly asOf?: string;
}

/** - throws EngineError `record_not_found` for unknown, foreign and hidden ones alike */
export async function getRecord(engine: Engine, scope: Scope, input: RecordInput): Promise<RecordAnswer> {
  return await inReading(engine, scope, async (reading) => {
    const { work, type, row } = await visibleRecord(reading, input);
    return await answerRecord(work, type, row, orgCodeOf(reading, row.orgId));
  });
}

/** Finds a record that the reader may see. */
export async function visibleRecord(
  reading: Reading,
  input: RecordInput,
): Promise<{ readonly work: Work; readonly type: TypeDefinition; readonly row: RecordRow }> {
  const type = recordTypeOf(reading.works[0].ruling.program, input.type);
  const row = await loadRecord(reading.tx, type, input.id, input.asOf === undefined ? {} : { asOf: input.asOf });
  if (row === null) throw recordNotFound(input.type, input.id);
  const permitted = reading.works.filter((each) => mayView(each, type));
  const work = await shownThrough(permitted, type, row);
  if (work === null) throw recordNotFound(input.type, input.id);
  return { work, type, row };
}

export interface VersionAnswer {
  readonly version: number;
  readonly op: string;
  readonly at: string;
  readonly by: string;
  readonly data: JsonObject;
}

/** The record's history, newest first; masked as it is now. */
export async function listRecordVersions(
  engine: Engine,
  scope: Scope,
  input: RecordInput & { readonly limit?: number; readonly cursor?: string | null },
): Promise<{ readonly items: readonly VersionAnswer[]; readonly next: string | null }> {
  return await inReading(engine, scope, async (reading) => {
    const { work, type, row } = await visibleRecord(reading, input);
    const { limit, cursor } = pageOf(input);
    const before = cursor === null ? {} : { before: Number(cursor) };
    const versions = await recordVersions(reading.tx, type, row.id, { limit, ...before });
    const items: VersionAnswer[] = [];
    for (const version of versions) {
      const data = await maskedData(work, type, { ...row, data: version.data });
      items.push({ version: version.version, op: version.op, at: version.at, by: version.by, data });
    }
    const last = versions.at(-1);
    return { items, next: versions.length === limit && last !== undefined && last.version > 1 ? String(last.version) : null };
  });
}
