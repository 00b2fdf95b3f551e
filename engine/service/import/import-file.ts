/** A file of rows as an import goes through it: the header, then its rows in pieces, as often as asked for. */
import { EngineError } from "../../core/errors.ts";
import { takeTurns } from "../work/breathe.ts";
import { csvRows } from "./csv.ts";
import type { NumberedRow } from "./numbered-row.ts";
import { xlsxRows } from "./xlsx.ts";

export interface ImportFile {
  readonly format: "csv" | "xlsx";
  readonly bytes: Uint8Array;
}

const PIECE = 500;

/** - throws EngineError `import_invalid` for a file without a first row */
export function headerOf(file: ImportFile): readonly string[] {
  const first = rowsOf(file).next();
  if (first.done === true) throw new EngineError("import_invalid", "The file is empty: its first row names the columns.");
  return first.value.cells;
}

/** Rows below the header, some hundred at a time. */
export function* piecesOf(file: ImportFile): Generator<readonly NumberedRow[]> {
  let piece: NumberedRow[] = [];
  let isHeader = true;
  for (const row of rowsOf(file)) {
    if (!isHeader) piece.push(row);
    isHeader = false;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

/** Rows below the header; others have their turns while they are counted. */
export async function countRows(file: ImportFile): Promise<number> {
  const rest = takeTurns();
  let rows = -1;
  for (const _ of rowsOf(file)) {
    rows += 1;
    if (rows % 100 === 0) await rest();
  }
  return Math.max(0, rows);
}

const rowsOf = (file: ImportFile) => (file.format === "csv" ? csvRows(file.bytes) : xlsxRows(file.bytes));
