/** Reads CSV as spreadsheets write it (RFC 4180): quotes, doubled quotes, line breaks in fields; comma or semicolon, whichever the header has. */
import { EngineError } from "../../core/errors.ts";

const MAX_ROWS = 20_000;
const MAX_CELLS = 200;

/**
 * Rows of cells, the header first; empty lines are left out.
 *
 * - throws EngineError `import_invalid` for text that is not UTF-8, an open quote, or more than 20,000 rows or 200 columns
 */
export function readCsv(bytes: Uint8Array): readonly (readonly string[])[] {
  const text = decode(bytes);
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    row.push(cell);
    cell = "";
    if (row.length > MAX_CELLS) throw new EngineError("import_invalid", `Row ${rows.length + 1} has more than ${MAX_CELLS} columns.`);
  };
  const endRow = () => {
    endCell();
    if (row.some((value) => value.trim() !== "")) rows.push(row);
    row = [];
    if (rows.length > MAX_ROWS) throw new EngineError("import_invalid", `The file has more than ${MAX_ROWS} rows.`);
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (character === '"' && cell === "") quoted = true;
    else if (character === separator) endCell();
    else if (character === "\n") endRow();
    else if (character !== "\r") cell += character;
  }
  if (quoted) throw new EngineError("import_invalid", "A quote at the end of the file is not closed.");
  if (cell !== "" || row.length > 0) endRow();
  return rows;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new EngineError("import_invalid", "The file is not UTF-8 text.", {}, { cause: error });
  }
}

function separatorOf(text: string): string {
  const header = text.slice(0, text.indexOf("\n") < 0 ? undefined : text.indexOf("\n"));
  return header.includes(";") && !header.includes(",") ? ";" : ",";
}
