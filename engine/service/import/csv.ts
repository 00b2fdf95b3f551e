/** Reads CSV as spreadsheets write it (RFC 4180): quotes, doubled quotes, line breaks in fields; comma or semicolon, whichever the header has. */
import { EngineError } from "../../core/errors.ts";

const MAX_ROWS = 200_000;
const MAX_CELLS = 200;

/**
 * Rows of cells, the header first; empty lines are left out.
 *
 * - throws EngineError `import_invalid` for text that is not UTF-8, an open quote, or more than 200,000 rows or 200 columns
 */
export function* csvRows(bytes: Uint8Array): Generator<readonly string[]> {
  const text = decode(bytes);
  const separator = separatorOf(text);
  let count = 0;
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    row.push(cell);
    cell = "";
    if (row.length > MAX_CELLS) throw new EngineError("import_invalid", `Row ${count + 1} has more than ${MAX_CELLS} columns.`);
  };
  /** The row that has ended, where something stands in it. */
  const endRow = (): readonly string[] | null => {
    endCell();
    const ended = row;
    row = [];
    if (ended.every((value) => value.trim() === "")) return null;
    count += 1;
    if (count > MAX_ROWS) throw new EngineError("import_invalid", `The file has more than ${MAX_ROWS} rows.`);
    return ended;
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
    else if (character === "\n") {
      const ended = endRow();
      if (ended !== null) yield ended;
    } else if (character !== "\r") cell += character;
  }
  if (quoted) throw new EngineError("import_invalid", "A quote at the end of the file is not closed.");
  if (cell === "" && row.length === 0) return;
  const last = endRow();
  if (last !== null) yield last;
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
