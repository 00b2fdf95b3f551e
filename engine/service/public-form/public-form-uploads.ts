/**
 * What is sent to a public form before it is submitted: a spreadsheet that fills one of its lists, and files. Both are judged by
 * the gates of the submission itself, in a transaction that is rolled back: what a file or a sheet adds to the reasons that an empty form
 * has anyway is its own fault.
 */
import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject, JsonSchema } from "../../schema/json.ts";
import { saveFile as storeFile } from "../../store/files.ts";
import { type FileAnswer, fileAnswer, fileRow } from "../editing/files.ts";
import { csvRows } from "../import/csv.ts";
import type { NumberedRow } from "../import/numbered-row.ts";
import { xlsxRows } from "../import/xlsx.ts";
import { attemptEvent } from "../instances/send-event.ts";
import { compileField } from "../records/compile-field.ts";
import { shutOnes } from "../work/decision-answer.ts";
import type { Engine } from "../work/engine-context.ts";
import { auditAttempt, Refused } from "../work/work.ts";
import { badLines } from "./bad-lines.ts";
import { kindOfFile, startsAs } from "./file-kind.ts";
import { type FormInput, type FormReason, type FoundForm, withForm } from "./public-form.ts";
import { requireRoom, uploaderOf } from "./public-form-files.ts";

export const MAX_SHEET_BYTES = 5 * 1024 * 1024;
export const MAX_FORM_FILE_BYTES = 25 * 1024 * 1024;
const MAX_SHEET_ROWS = 20_000;
const MAX_SHEET_PART_BYTES = 8 * 1024 * 1024;

export interface SheetInput extends FormInput {
  readonly format: "csv" | "xlsx";
  readonly bytes: Uint8Array;
}

export interface SheetAnswer {
  readonly field: string;
  readonly count: number;
  readonly rows: readonly JsonObject[];
}

/**
 * Reads the rows of a sheet, all or none; writes nothing.
 *
 * - throws EngineError as openForm, `not_found` where the form takes no sheet, and `import_invalid` with the expected `columns`, or with
 *   `errors` by row (the header is row 1) and the form's own `reasons`
 */
export async function readFormSheet(engine: Engine, input: SheetInput): Promise<SheetAnswer> {
  const found = await lookAt(engine, input);
  const sheet = found.form.sheet;
  if (sheet === undefined) throw new EngineError("not_found", "This form takes no spreadsheet.");
  const [first, ...all] = tableOf(input);
  const header = first?.cells ?? [];
  const most = mostRowsOf(found, sheet.field);
  const body = all.slice(0, most);
  const flag = (fits: boolean): JsonObject => (sheet.headerFlag === undefined ? {} : { [sheet.headerFlag]: fits });
  if (header.length !== sheet.columns.length || sheet.columns.some((name, index) => header[index]?.trim() !== name)) {
    const { reasons } = await addedBy(engine, input, flag(false));
    const seen = header.map((cell) => cell.trim()).join(", ");
    throw refused(`The first row must be ${sheet.columns.join(", ")}; it is ${seen.slice(0, 300) || "empty"}.`, {
      columns: sheet.columns,
      reasons,
      errors: [{ row: first?.row ?? 1, path: `/${first?.row ?? 1}`, message: `must be ${sheet.columns.join(", ")}` }],
    });
  }
  const items = itemSchema(found, sheet.field);
  const faultsOf = cellFaults(sheet.columns, items);
  const read = body.map((row, index) => ({ number: row.row, fields: rowOf(row.cells, index, sheet.columns, items.properties), faults: faultsOf(row) }));
  // Rows that fit are judged even where others do not: the file is mended once.
  const fitting = read.filter(({ faults }) => faults.length === 0);
  const rows = fitting.map(({ fields }) => fields);
  const { reasons, errors } = await addedBy(engine, input, { ...flag(true), [sheet.field]: rows }, (index) => fitting[index]?.number ?? index + 2);
  const told = [...read.flatMap(({ faults }) => faults), ...errors].sort((a, b) => (a.row ?? 0) - (b.row ?? 0));
  if (reasons.length === 0 && told.length === 0 && rows.length > 0 && all.length === rows.length) return { field: sheet.field, count: rows.length, rows };
  const ofRows = new Set(told.map(({ code }) => code));
  const sentences = [
    ...(body.length === 0 ? ["There is no row below the header."] : []),
    ...reasons.filter(({ code }) => !ofRows.has(code)).map(({ message }) => message),
    ...(told.length > 0 ? ["Some cells do not fit."] : []),
  ];
  throw refused(sentences.join(" ") || `There are more than ${most} rows.`, { reasons, errors: told });
}

const refused = (detail: string, data: Record<string, unknown>): EngineError => new EngineError("import_invalid", `${detail} Nothing was taken over.`, data);

const lookAt = (engine: Engine, input: FormInput): Promise<FoundForm> => withForm(engine, input, async (_work, found) => found, { dryRun: true });

/** Finds the cells of a row that show what the sheet does not say, and those that do not fit their column. */
function cellFaults(columns: readonly string[], items: Items): (row: NumberedRow) => Verdict["errors"] {
  const checks = columns.map((name) => compileField(items, name));
  return ({ row, cells, faults = [] }) => {
    const tooMany = cells.slice(columns.length).some((cell) => cell.trim() !== "");
    const found = columns.flatMap((name, index) => {
      const fault = faults.find(({ column }) => column === index) ?? checks[index]?.(rowOf([cells[index] ?? ""], 0, [name], items.properties));
      return fault === undefined ? [] : [{ row, path: `/${row}/${name}`, message: fault.message }];
    });
    return tooMany ? [{ row, path: `/${row}`, message: "has more cells than the first row names" }, ...found] : found;
  };
}

function tableOf({ format, bytes }: SheetInput): readonly NumberedRow[] {
  if (bytes.length > MAX_SHEET_BYTES) throw new EngineError("too_large", `The file has ${bytes.length} bytes.`, { limit: MAX_SHEET_BYTES });
  return [...(format === "xlsx" ? xlsxRows(bytes, { maxRows: MAX_SHEET_ROWS, maxPartBytes: MAX_SHEET_PART_BYTES }) : csvRows(bytes))];
}

type Properties = Readonly<Record<string, JsonSchema>>;

function listSchema({ form, machine }: FoundForm, field: string): JsonSchema {
  return ((machine.definition.events[form.submit]?.payload?.["properties"] ?? {}) as Properties)[field] ?? {};
}

/** As many as the list's schema takes: it may take more than the form's gate does, so that the gate can say that there are too many. */
function mostRowsOf(found: FoundForm, field: string): number {
  const most = listSchema(found, field)["maxItems"];
  return typeof most === "number" ? most : 1_000;
}

interface Items {
  readonly properties: Properties;
  readonly required: readonly string[];
}

function itemSchema(found: FoundForm, field: string): Items {
  const items = (listSchema(found, field)["items"] ?? {}) as JsonSchema;
  return { properties: (items["properties"] ?? {}) as Properties, required: (items["required"] ?? []) as readonly string[] };
}

/** Cells as their fields want them; empty ones are left out, and a field that counts the rows gets the number. */
function rowOf(cells: readonly string[], index: number, columns: readonly string[], fields: Properties): JsonObject {
  const row: Record<string, Json> = Object.hasOwn(fields, "line_no") ? { line_no: index + 1 } : {};
  for (const [at, name] of columns.entries()) {
    const text = (cells[at] ?? "").trim();
    if (text === "") continue;
    const type = fields[name]?.["type"];
    row[name] = (type === "integer" || type === "number") && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  }
  return row;
}

interface Verdict {
  readonly reasons: readonly FormReason[];
  readonly errors: readonly { readonly row?: number; readonly path: string; readonly code?: string; readonly message: string }[];
}

/** The number in the sheet of an item of the list, which counts from 0. */
type RowNumber = (index: number) => number;

/** What the submission would be refused for because of these fields. */
async function addedBy(engine: Engine, input: FormInput, fields: JsonObject, numberOf: RowNumber = (index) => index + 2): Promise<Verdict> {
  const base = await verdictOn(engine, input, {}, numberOf);
  const full = await verdictOn(engine, input, fields, numberOf);
  const known = new Set([...base.reasons.map(({ code, message }) => `${code} ${message}`), ...base.errors.map(({ path, message }) => `${path} ${message}`)]);
  return {
    reasons: full.reasons.filter(({ code, message }) => !known.has(`${code} ${message}`)),
    errors: full.errors.filter(({ path, message }) => !known.has(`${path} ${message}`)),
  };
}

/** What the submission of these fields alone would be refused for; rolled back. */
async function verdictOn(engine: Engine, input: FormInput, fields: JsonObject, numberOf: RowNumber): Promise<Verdict> {
  let sheet: FoundForm["form"]["sheet"];
  try {
    return await withForm(
      engine,
      input,
      async (work, { form, machine, standing }) => {
        sheet = form.sheet;
        const payload = { ...blank(machine.definition.events[form.submit]?.payload), ...fields };
        const seen = await attemptEvent(work, standing, { instance: standing.instance.id, type: form.submit, payload, via: "public" });
        if (seen instanceof Refused) return seen;
        const shut = seen.kind === "blocked" ? shutOnes(seen.decisions) : [];
        return {
          reasons: shut.flatMap(({ reasons }) => reasons).map(({ code, message }) => ({ code, message })),
          errors: shut
            .flatMap((decision) => badLines(decision, sheet ?? {}))
            .map(({ index, code, message }) => ({ row: numberOf(index), path: `/${numberOf(index)}`, code, message })),
        };
      },
      { dryRun: true },
    );
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== "payload_invalid") throw error;
    const errors = (error.data["errors"] ?? []) as readonly { readonly path: string; readonly message: string }[];
    return { reasons: [], errors: errors.map(({ path, message }) => cellError(path, message, sheet?.field, numberOf)) };
  }
}

/** The least that a payload must have: what is required of lists and objects, empty. */
function blank(schema: JsonSchema | undefined): JsonObject {
  const properties = (schema?.["properties"] ?? {}) as Properties;
  const required = (schema?.["required"] ?? []) as readonly string[];
  return Object.fromEntries(required.map((name) => [name, properties[name]?.["type"] === "array" ? [] : properties[name]?.["type"] === "object" ? {} : ""]));
}

/** `/lines/3/qty` of the payload is the cell `qty` of the fourth row below the header. */
function cellError(path: string, message: string, field: string | undefined, numberOf: RowNumber): Verdict["errors"][number] {
  const [, list, index, ...rest] = path.split("/");
  if (field === undefined || list !== field || !/^\d+$/.test(index ?? "")) return { path, message };
  const row = numberOf(Number(index));
  return { row, path: `/${row}${rest.length === 0 ? "" : `/${rest.join("/")}`}`, message };
}

export interface FormFileInput extends FormInput {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/**
 * Keeps a file for the submission of a form; only people of the org will see it.
 *
 * - throws EngineError as openForm, `not_found` where the form takes no files, `gate_blocked` with `reasons` for a file that the form
 *   would not take, `too_large`, `payload_invalid`
 */
export async function saveFormFile(engine: Engine, input: FormFileInput): Promise<FileAnswer> {
  if (input.bytes.length > MAX_FORM_FILE_BYTES) throw new EngineError("too_large", `The file has ${input.bytes.length} bytes.`, { limit: MAX_FORM_FILE_BYTES });
  const field = (await lookAt(engine, input)).form.files?.field;
  if (field === undefined) throw new EngineError("not_found", "This form takes no files.");
  const { reasons, errors } = await addedBy(engine, input, { [field]: [{ file_name: input.name, mime: input.mime, bytes: input.bytes.length }] });
  if (errors.length > 0) throw new EngineError("payload_invalid", "The file cannot be taken.", { errors });
  if (reasons.length > 0) throw new EngineError("gate_blocked", reasons.map(({ message }) => message).join(" "), { reasons });
  const kind = kindOfFile(input.name);
  if (kind !== null && !startsAs(kind, input.bytes))
    throw new EngineError("payload_invalid", "The file is not what its name says.", { errors: [{ path: "/name", message: "does not fit what the file is" }] });
  return await withForm(engine, input, async (work, { standing }) => {
    const { id } = standing.instance;
    await requireRoom(work, id, input.bytes.length);
    const row = { ...fileRow(work, kind === null ? input : { ...input, mime: kind.mime }), createdBy: uploaderOf(id) };
    await storeFile(work.tx, row, input.bytes);
    auditAttempt(work, "file_saved", { type: "file", id: row.id }, { sha256: row.sha256, size: row.size });
    return fileAnswer(row);
  });
}
