/**
 * Says of each row of an import what would become of it, some hundred rows at a time: cells to fields, references, the type's schema, codes
 * and unique keys, also against the rows before. Nothing is written.
 */
import { SeedIds } from "../../core/acts/seed-ids.ts";
import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { Filter } from "../../schema/query.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { type BulkRecord, takenCodes, takenKeys } from "../../store/bulk-records.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import { queryRecords } from "../../store/record-query.ts";
import { uniqueKeysOf } from "../../store/record-unique.ts";
import { unseenRecords } from "../../store/unseen-records.ts";
import { acceptPayload, type PayloadError, type Reference, type ReferenceLookup, referenceKey, withDefaults, withUtcInstants } from "../records/payload.ts";
import { brokenChecks } from "../records/record-checks.ts";
import { newRows } from "../records/record-drafts.ts";
import { lookupOf } from "../records/reference-lookup.ts";
import { dayIn } from "../work/ask-decision.ts";
import { freshId } from "../work/fresh-id.ts";
import { forReading } from "../work/shared-reads.ts";
import type { Work } from "../work/work.ts";
import { type Column, cellValue, columnOfField, tell } from "./import-columns.ts";
import type { NumberedRow } from "./numbered-row.ts";
import { createFieldFaults, type FieldFaults } from "./row-faults.ts";
import { type KeyedRow, markKnownRows, type SeenKeys } from "./row-keys.ts";

export interface RowError {
  readonly column: string;
  readonly message: string;
}
export type CheckedRow =
  /** `isThere`: another org has made it, and this one is to see it from now on. */
  | { readonly row: number; readonly result: "created"; readonly record: BulkRecord; readonly isThere: boolean }
  | { readonly row: number; readonly result: "unchanged" }
  | { readonly row: number; readonly result: "failed"; readonly errors: readonly RowError[] };

export interface RowCheck {
  readonly type: TypeDefinition;
  readonly columns: readonly Column[];
  readonly defaults: JsonObject;
  readonly faultsOf: FieldFaults;
  /** What the rows so far have taken, and what was found for them: kept over the pieces of a file, also when each has its own transaction. */
  readonly seen: Seen;
}
interface Seen {
  readonly rowKeys: SeenKeys;
  readonly codes: Set<string>;
  readonly keys: Set<string>;
  /** `<column> <text>` and `<type>:<value>` -> id; null: there is none. */
  readonly references: Map<string, string | null>;
}

export function createRowCheck(type: TypeDefinition, columns: readonly Column[], defaults: JsonObject): RowCheck {
  const faultsOf = createFieldFaults(type.schema);
  return { type, columns, defaults, faultsOf, seen: { rowKeys: new Map(), codes: new Set(), keys: new Set(), references: new Map() } };
}

/** A row on its way: its data so far, or why it does not fit. */
interface Draft extends KeyedRow {
  readonly row: number;
  readonly cells: readonly string[];
  /** A record of another org that is the one that the row would make. */
  unseen: RecordRow | null;
}

export async function checkRows(work: Work, check: RowCheck, rows: readonly NumberedRow[]): Promise<readonly CheckedRow[]> {
  await findReferences(work, check, rows);
  const drafts = rows.map((row) => readCells(check, row));
  const lookup = remembered(check, lookupOf(work, { asReader: true }));
  for (const draft of drafts) {
    const filled = withDefaults(check.type.schema, draft.data);
    let first: readonly RowError[] = [];
    if (draft.errors.length === 0) {
      try {
        draft.data = withUtcInstants(check.type.schema, await acceptPayload(check.type.schema, filled, lookup));
        continue;
      } catch (error) {
        if (!(error instanceof EngineError) || error.code !== "payload_invalid") throw error;
        const errors = errorsOf((error.data["errors"] ?? []) as readonly PayloadError[]);
        first = errors.length > 0 ? errors : [{ column: "", message: error.message }];
      }
    }
    const told = new Set(draft.errors.map(({ column }) => check.columns.find(({ name }) => name === column)?.field ?? column));
    const all = errorsOf(await check.faultsOf(filled, told, lookup));
    draft.errors = [...draft.errors, ...(all.length === 0 ? first : all).map(({ column, message }) => tell(check.columns, draft.cells, column, message))];
  }
  await markKnownRows(work, check.type, { seen: check.seen.rowKeys, columns: check.columns }, drafts);
  const fitting = drafts.filter((draft) => draft.errors.length === 0 && !draft.unchanged);
  await refuseBroken(work, check, fitting);
  await refuseTaken(work, check, fitting);
  return drafts.map((draft) => outcomeOf(work, check, draft));
}

function outcomeOf(work: Work, check: RowCheck, { row, data, errors, unchanged, unseen }: Draft): CheckedRow {
  if (errors.length > 0) return { row, result: "failed", errors: inOrder(check.columns, errors) };
  if (unchanged) return { row, result: "unchanged" };
  if (unseen !== null) return { row, result: "created", record: unseen, isThere: true };
  const seed = work.engine.seed();
  return { row, result: "created", isThere: false, record: { id: freshId(work.at, seed, "import"), code: codeOf(work, check.type, data, seed), data } };
}

/** As the file's columns come; what is of none of them last. */
function inOrder(columns: readonly Column[], errors: readonly RowError[]): readonly RowError[] {
  const places = new Map(columns.map(({ name }, index) => [name, index]));
  const placeOf = ({ column }: RowError): number => places.get(column) ?? columns.length;
  return errors.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function codeOf(work: Work, type: TypeDefinition, data: JsonObject, seed: string): string | null {
  if (type.codeField !== undefined) return ownCode(type, data);
  if (type.code === undefined) return null;
  return new SeedIds(seed, Date.parse(work.at)).fill(type.code, work.org.code, Number(dayIn(work.org.timeZone, work.at).slice(0, 4)));
}

function ownCode(type: TypeDefinition, data: JsonObject): string | null {
  const code = type.codeField === undefined ? undefined : data[type.codeField];
  return typeof code === "string" && code !== "" ? code : null;
}

function readCells(check: RowCheck, { row, cells, faults = [] }: NumberedRow): Draft {
  const errors: RowError[] = [];
  const data: Record<string, Json> = { ...check.defaults };
  if (cells.slice(check.columns.length).some((cell) => cell.trim() !== ""))
    errors.push({ column: "", message: "has more cells than the first row names; a cell with the separator in it stands in quotes" });
  for (const [index, column] of check.columns.entries()) {
    const fault = faults.find((each) => each.column === index);
    if (fault !== undefined) {
      errors.push({ column: column.name, message: fault.message });
      continue;
    }
    const text = (cells[index] ?? "").trim();
    if (text === "") continue;
    if (text.includes("\0") || !text.isWellFormed()) {
      errors.push({ column: column.name, message: "holds a character that cannot be stored" });
      continue;
    }
    const value = column.through === undefined ? cellValue(column.schema, text) : check.seen.references.get(`${column.name} ${text}`);
    if (value === undefined || value === null) errors.push({ column: column.name, message: `"${text.slice(0, 60)}" is not known` });
    else data[column.field] = value;
  }
  return { row, cells, data, errors, unchanged: false, unseen: null };
}

/** One statement a column: the one record with each text that has not been looked for yet. */
async function findReferences(work: Work, check: RowCheck, rows: readonly NumberedRow[]): Promise<void> {
  const { references } = check.seen;
  for (const [index, column] of check.columns.entries()) {
    const { through } = column;
    if (through === undefined) continue;
    const texts = new Set(rows.map(({ cells }) => (cells[index] ?? "").trim()).filter((text) => text !== "" && !references.has(`${column.name} ${text}`)));
    if (texts.size === 0) continue;
    const path = through.field === "code" ? "@code" : through.field;
    const query = { from: through.type, where: { [path]: { $in: [...texts] } } as Filter, select: { id: "@id", text: path } };
    const page = await queryRecords(work.tx, work.ruling.catalogue, query, { limit: 1_000 });
    const ids = Map.groupBy(page.items, (item) => String(item["text"]));
    for (const text of texts) {
      const found = ids.get(text) ?? [];
      references.set(`${column.name} ${text}`, found.length === 1 ? String(found[0]?.["id"]) : null);
    }
  }
}

/** Rows of which a check of their type does not hold; their facts load together. */
async function refuseBroken(work: Work, { type, columns }: RowCheck, drafts: readonly Draft[]): Promise<void> {
  if (type.checks === undefined) return;
  const reader = forReading(work);
  await Promise.all(
    drafts.map(async (draft) => {
      const [after] = newRows(work, type, [{ id: "", code: null, data: draft.data }]);
      const broken = after === undefined ? [] : await brokenChecks(reader, type, null, after);
      draft.errors = broken.map(({ path, message }) => ({ column: columnOfField(columns, path.slice(1)), message }));
    }),
  );
}

/** Codes and unique keys that a record, or a row before, has already. */
async function refuseTaken(work: Work, check: RowCheck, drafts: readonly Draft[]): Promise<void> {
  const { type, seen } = check;
  const codes = drafts.map(({ data }) => ownCode(type, data)).filter((code) => code !== null);
  const keys = drafts.map((draft) => uniqueKeysOf(type, draft.data));
  const heldCodes = await takenCodes(work.tx, type, work.org.id, codes);
  const held = new Set((await takenKeys(work.tx, type, work.org.id, keys.flat())).map(({ name, value }) => `${name} ${value}`));
  const unseen = await unseenRecords(
    work.tx,
    type,
    drafts.map(({ data }) => ({ code: ownCode(type, data), data })),
  );
  for (const [index, draft] of drafts.entries()) {
    draft.unseen = unseen[index] ?? null;
    const isFree = draft.unseen !== null;
    const code = ownCode(type, draft.data);
    const errors: RowError[] = [];
    if (code !== null && ((heldCodes.has(code) && !isFree) || seen.codes.has(code)))
      errors.push({ column: type.codeField ?? "code", message: "A record with the same code exists." });
    for (const { name, value } of keys[index] ?? []) {
      const fields = type.unique?.find((unique) => unique.name === name)?.fields ?? [];
      const isTaken = (held.has(`${name} ${value}`) && !isFree) || seen.keys.has(`${name} ${value}`);
      if (!isTaken) continue;
      const names = fields.map((field) => columnOfField(check.columns, field));
      errors.push({ column: names.join(", "), message: `A record with the same ${names.length === 1 ? "value" : "values"} exists.` });
    }
    draft.errors = [...draft.errors, ...errors];
    if (draft.errors.length > 0) continue;
    if (code !== null) seen.codes.add(code);
    for (const { name, value } of keys[index] ?? []) seen.keys.add(`${name} ${value}`);
  }
}

/** The same lookup that asks for nothing twice over a whole file. */
function remembered(check: RowCheck, lookup: ReferenceLookup): ReferenceLookup {
  const { references } = check.seen;
  return async (wanted: readonly Reference[]) => {
    const fresh = wanted.filter(({ type, value }) => !references.has(referenceKey(type, value)));
    const found = fresh.length === 0 ? new Map<string, string>() : await lookup(fresh);
    for (const { type, value } of fresh) references.set(referenceKey(type, value), found.get(referenceKey(type, value)) ?? null);
    return new Map(
      wanted.flatMap(({ type, value }) => {
        const id = references.get(referenceKey(type, value)) ?? null;
        return id === null ? [] : [[referenceKey(type, value), id] as const];
      }),
    );
  };
}

function errorsOf(errors: readonly PayloadError[]): readonly RowError[] {
  return errors.map(({ path, message }) => ({ column: path.slice(1).replaceAll("/", "."), message }));
}
