/** Reads CSV as spreadsheets write it (RFC 4180): quotes, doubled quotes, line breaks in fields; comma, semicolon or tab, whichever the header has most. */
import { EngineError } from "../../core/errors.ts";
import type { NumberedRow } from "./numbered-row.ts";

const MAX_ROWS = 200_000;
const MAX_CELLS = 200;

/**
 * Rows of cells, the header first; empty lines are counted and left out.
 *
 * - throws EngineError `import_invalid` for text that is neither UTF-8 nor marked UTF-16, an open quote, or more than 200,000 rows or 200 columns
 */
export function* csvRows(bytes: Uint8Array): Generator<NumberedRow> {
  const text = decode(bytes);
  const [told, separator] = separatorOf(text);
  let count = 0;
  let line = told === 0 ? 0 : 1;
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const endCell = () => {
    row.push(cell);
    cell = "";
    if (row.length > MAX_CELLS) throw new EngineError("import_invalid", `Row ${line + 1} has more than ${MAX_CELLS} columns.`);
  };
  /** The row that has ended, where something stands in it. */
  const endRow = (): NumberedRow | null => {
    endCell();
    const cells = row;
    row = [];
    line += 1;
    if (cells.every((value) => value.trim() === "")) return null;
    count += 1;
    if (count > MAX_ROWS) throw new EngineError("import_invalid", `The file has more than ${MAX_ROWS} rows.`);
    return { row: line, cells };
  };
  for (let at = told; at < text.length; at++) {
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
  const [first, second] = bytes;
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  try {
    return new TextDecoder(isWide ? (first === 0xff ? "utf-16le" : "utf-16be") : "utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const isWorkbook = (first === 0x50 && second === 0x4b) || (first === 0xd0 && second === 0xcf);
    const hint = isWorkbook ? "A workbook must have a name that ends in .xlsx." : "Save it as XLSX, or as CSV UTF-8.";
    throw new EngineError("import_invalid", `The file is not UTF-8 text. ${hint}`, {}, { cause: error });
  }
}

const HINT = /^sep=([,;\t])\r?\n/u;

/** Where the rows begin and what stands between their cells: as a first line `sep=;` says, else what the header has most, outside of quotes. */
function separatorOf(text: string): readonly [number, string] {
  const hint = HINT.exec(text);
  if (hint !== null) return [hint[0].length, hint[1] as string];
  const start = text.search(/[^\r\n]/u);
  const end = start < 0 ? -1 : text.indexOf("\n", start);
  const header = text.slice(Math.max(0, start), end < 0 ? undefined : end).replace(/"[^"]*"/gu, "");
  const [most = ","] = [",", ";", "\t"].map((mark) => [mark, header.split(mark).length] as const).toSorted((a, b) => b[1] - a[1])[0] ?? [];
  return [0, most];
}
