/**
 * Writes the rows of a CSV or XLSX file as records. The first row names fields of the type; a column `<stem>_<field>` finds
 * what `<stem>_id` refers to by that field (`member_email`, `order_code`). A row that an earlier import has written already is
 * left as it is.
 */

import { canonicalJson } from "../../core/canonical.ts";
import { EngineError } from "../../core/errors.ts";
import type { Filter, Json, JsonObject, TypeDefinition } from "../../schema/types.ts";
import { queryRecords } from "../../store/record-query.ts";
import type { Engine } from "../engine-context.ts";
import { type Answer, type Idempotency, once } from "../idempotency.ts";
import { authorizeRecord } from "../record-permission.ts";
import { nameOfType, recordTypeOf } from "../record-type.ts";
import { createIn } from "../records.ts";
import { requireOneOrg, type Scope } from "../scope.ts";
import { sha256 } from "../sha256.ts";
import { inWork, type Work } from "../work.ts";
import { readCsv } from "./csv.ts";
import { readXlsx } from "./xlsx.ts";

export interface ImportInput {
  readonly type: string;
  readonly format: "csv" | "xlsx";
  readonly bytes: Uint8Array;
  /** All or nothing; else the good rows are written and the bad ones told. */
  readonly atomic?: boolean;
  /** Tells what would happen, and writes nothing. */
  readonly dryRun?: boolean;
  /** Values of fields that the file has no column for. */
  readonly defaults?: JsonObject;
  readonly idempotency?: Idempotency;
}

export interface ImportRow {
  /** As a spreadsheet counts: the header is row 1. */
  readonly row: number;
  readonly result: "created" | "unchanged" | "failed";
  readonly id?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly column: string; readonly message: string }[];
}

export interface ImportAnswer {
  readonly type: string;
  readonly dryRun: boolean;
  readonly total: number;
  readonly created: number;
  readonly unchanged: number;
  readonly failed: number;
  readonly rows: readonly ImportRow[];
}

/** Field that holds a row's own hash, where a type has one: a repeated file changes nothing. */
const ROW_KEY = "import_row_key";

/**
 * Imports.
 *
 * - throws EngineError `import_invalid` for a file or header that does not fit, and, with `atomic`, for any bad row (`rows`)
 */
export async function importRecords(engine: Engine, scope: Scope, input: ImportInput): Promise<Answer<ImportAnswer>> {
  const org = requireOneOrg(scope);
  const table = input.format === "csv" ? readCsv(input.bytes) : readXlsx(input.bytes);
  const whole = await inWork(engine, scope, org, (work) => once(work, input.idempotency, 200, () => importAll(work, input, table)), {
    dryRun: input.dryRun === true || input.atomic !== true,
  });
  if (input.dryRun === true || input.atomic === true || whole.replayed) return whole;
  // Row by row: what is good is written in one transaction, now that the bad rows are known.
  const bad = new Map(whole.body.rows.filter((row) => row.result === "failed").map((row) => [row.row, row]));
  return await inWork(engine, scope, org, (work) => once(work, input.idempotency, 200, () => importAll(work, { ...input, atomic: false }, table, bad)));
}

type Table = readonly (readonly string[])[];

async function importAll(work: Work, input: ImportInput, table: Table, known: ReadonlyMap<number, ImportRow> = new Map()): Promise<ImportAnswer> {
  const type = recordTypeOf(work.ruling.program, input.type);
  authorizeRecord(work, type, "create");
  const columns = columnsOf(type, table[0] ?? []);
  const rows: ImportRow[] = [];
  for (const [index, cells] of table.slice(1).entries()) {
    const row = index + 2;
    rows.push(known.get(row) ?? (await importRow(work, type, columns, cells, row, input)));
  }
  const count = (result: ImportRow["result"]): number => rows.filter((row) => row.result === result).length;
  const answer = {
    type: nameOfType(type),
    dryRun: input.dryRun === true,
    total: rows.length,
    created: count("created"),
    unchanged: count("unchanged"),
    failed: count("failed"),
    rows,
  };
  if (input.atomic === true && input.dryRun !== true && answer.failed > 0) {
    const errors = rows.flatMap((row) => (row.errors ?? []).map((error) => ({ path: `/${row.row}/${error.column}`, message: error.message })));
    throw new EngineError("import_invalid", `${answer.failed} of ${answer.total} rows do not fit; nothing was written.`, {
      errors,
      rows: rows.filter((row) => row.result === "failed"),
    });
  }
  return answer;
}

interface Column {
  readonly name: string;
  readonly field: string;
  /** Set where the column finds a reference: type and field to look in. */
  readonly through?: { readonly type: string; readonly field: string };
  readonly schema: JsonObject;
}

/** - throws EngineError `import_invalid`, which names the `columns` that are expected */
function columnsOf(type: TypeDefinition, first: readonly string[]): readonly Column[] {
  const header = first.map((cell) => cell.trim());
  if (type.template !== undefined) requireTemplate(type.template.columns, header);
  const properties = (type.schema["properties"] ?? {}) as Readonly<Record<string, JsonObject>>;
  const columns = header.map((cell) => columnOf(properties, cell));
  const unknown = header.filter((_, index) => columns[index] === null);
  const twice = header.filter((cell, index) => header.indexOf(cell) !== index);
  if (header.length === 0 || unknown.length > 0 || twice.length > 0) {
    const known = Object.keys(properties).sort();
    throw new EngineError(
      "import_invalid",
      `The header does not fit: ${[...unknown, ...twice].join(", ") || "it is empty"}. Known columns are ${known.join(", ")}.`,
      {
        columns: known,
        errors: [...unknown, ...twice].map((name) => ({ path: `/1/${name}`, message: "is not a column of this type, or comes twice" })),
      },
    );
  }
  return columns.filter((column) => column !== null);
}

/** A template's columns come all and once, in any order. */
function requireTemplate(columns: readonly string[], header: readonly string[]): void {
  const missing = columns.filter((name) => !header.includes(name));
  const surplus = header.filter((name, index) => !columns.includes(name) || header.indexOf(name) !== index);
  if (missing.length === 0 && surplus.length === 0) return;
  throw new EngineError("import_invalid", `The first row must be ${columns.join(", ")}; it is ${header.join(", ").slice(0, 500) || "empty"}.`, {
    columns,
    errors: [
      ...missing.map((name) => ({ path: `/1/${name}`, message: "is missing" })),
      ...surplus.map((name) => ({ path: `/1/${name.slice(0, 100)}`, message: "is not a column of the template, or comes twice" })),
    ],
  });
}

function columnOf(properties: Readonly<Record<string, JsonObject>>, name: string): Column | null {
  const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (own !== undefined) return { name, field: name, schema: own };
  for (const [field, schema] of Object.entries(properties)) {
    const stem = field.endsWith("_id") ? field.slice(0, -2) : null;
    const target = schema["x-ref"];
    if (stem !== null && typeof target === "string" && name.startsWith(stem))
      return { name, field, through: { type: target, field: name.slice(stem.length) }, schema };
  }
  return null;
}

async function importRow(
  work: Work,
  type: TypeDefinition,
  columns: readonly Column[],
  cells: readonly string[],
  row: number,
  input: ImportInput,
): Promise<ImportRow> {
  const errors: { column: string; message: string }[] = [];
  const data: Record<string, Json> = { ...input.defaults };
  for (const [index, column] of columns.entries()) {
    const text = (cells[index] ?? "").trim();
    if (text === "") continue;
    const value = column.through === undefined ? cellValue(column.schema, text) : await findReference(work, column.through, text);
    if (value === undefined) errors.push({ column: column.name, message: `"${text.slice(0, 60)}" is not known` });
    else data[column.field] = value;
  }
  if (errors.length > 0) return { row, result: "failed", errors };
  try {
    if (hasRowKey(type)) {
      data[ROW_KEY] = sha256(`${work.org.id} ${canonicalJson(data)}`);
      if (await exists(work, type, { [ROW_KEY]: data[ROW_KEY] })) return { row, result: "unchanged" };
    }
    const record = await createIn(work, type, data);
    return { row, result: "created", id: record.id, ...(record.code === null ? {} : { code: record.code }) };
  } catch (error) {
    if (!(error instanceof EngineError) || !EXPECTED.has(error.code)) throw error;
    return { row, result: "failed", errors: errorsOf(error) };
  }
}

const EXPECTED = new Set(["payload_invalid", "unique_taken", "record_not_found"]);

function hasRowKey(type: TypeDefinition): boolean {
  return Object.hasOwn((type.schema["properties"] ?? {}) as object, ROW_KEY);
}

async function exists(work: Work, type: TypeDefinition, where: Filter): Promise<boolean> {
  const page = await queryRecords(work.tx, work.ruling.catalogue, { from: nameOfType(type), where, limit: 1 }, { orgs: [work.org.id], limit: 1 });
  return page.items.length > 0;
}

/** Id of the one record with this value; undefined where there is none, or more than one. */
async function findReference(work: Work, through: { readonly type: string; readonly field: string }, text: string): Promise<string | undefined> {
  const where = { [through.field === "code" ? "@code" : through.field]: text };
  const page = await queryRecords(work.tx, work.ruling.catalogue, { from: through.type, where, limit: 2 }, { limit: 2 });
  const id = page.items.length === 1 ? page.items[0]?.["id"] : undefined;
  return typeof id === "string" ? id : undefined;
}

/** A cell as its field's type wants it; what does not fit stays text and is refused by the schema. */
function cellValue(schema: JsonObject, text: string): Json {
  const type = schema["type"];
  const types = Array.isArray(type) ? (type as readonly Json[]) : [type];
  if (schema["x-decimal"] !== undefined) return text;
  if ((types.includes("integer") || types.includes("number")) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (types.includes("boolean") && /^(true|false|yes|no|1|0)$/i.test(text)) return /^(true|yes|1)$/i.test(text);
  if (types.includes("array")) return text.split(/\s*[;|]\s*/).filter((part) => part !== "");
  return text;
}

function errorsOf(error: EngineError): readonly { readonly column: string; readonly message: string }[] {
  const { errors, fields } = error.data as {
    readonly errors?: readonly { readonly path: string; readonly message: string }[];
    readonly fields?: readonly string[];
  };
  if (errors !== undefined && errors.length > 0) return errors.map(({ path, message }) => ({ column: path.slice(1), message }));
  return (fields ?? [""]).map((column) => ({ column, message: error.message }));
}
