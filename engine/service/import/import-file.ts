/** A file of rows as an import goes through it: the header, then its rows in pieces, as often as asked for. */
import { EngineError } from "../../core/errors.ts";
import { csvRows } from "./csv.ts";
import { xlsxRows } from "./xlsx.ts";

export interface NumberedRow {
  /** As a spreadsheet counts: the header is row 1. */
  readonly row: number;
  readonly cells: readonly string[];
}

export interface ImportFile {
  readonly format: "csv" | "xlsx";
  readonly bytes: Uint8Array;
}

const PIECE = 500;

/** - throws EngineError `import_invalid` for a file without a first row */
export function headerOf(file: ImportFile): readonly string[] {
  const first = rowsOf(file).next();
  if (first.done === true) throw new EngineError("import_invalid", "The file is empty: its first row names the columns.");
  return first.value;
}

/** Rows below the header, some hundred at a time. */
export function* piecesOf(file: ImportFile): Generator<readonly NumberedRow[]> {
  let piece: NumberedRow[] = [];
  let row = 0;
  for (const cells of rowsOf(file)) {
    row += 1;
    if (row === 1) continue;
    piece.push({ row, cells });
    if (piece.length < PIECE) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

/** Rows below the header. */
export function countRows(file: ImportFile): number {
  let rows = -1;
  for (const _ of rowsOf(file)) rows += 1;
  return Math.max(0, rows);
}

const rowsOf = (file: ImportFile) => (file.format === "csv" ? csvRows(file.bytes) : xlsxRows(file.bytes));
