/**
 * Reads the first visible sheet of an XLSX file (ECMA-376) as rows of text: numbers as written, dates of date-formatted cells as ISO
 * dates. Only what an import needs; formulas give their stored value, macros and links are never looked at. A cell that shows what
 * the file does not say (an error, a formula that was never worked out, a merged one) is told, never taken for an empty one.
 */
import { EngineError } from "../../core/errors.ts";
import type { CellFault, NumberedRow } from "./numbered-row.ts";
import { unreadableWorkbook } from "./unreadable-workbook.ts";
import { attributeOf, textsOf, unescapeXml, withoutPrefix, xmlElements } from "./xml-elements.ts";
import { readZip } from "./zip.ts";

const MAX_PART_BYTES = 200 * 1024 * 1024;
const MAX_ROWS = 200_000;
const MAX_COLUMNS = 200;
const MAX_MERGED = 1_000;

export interface XlsxLimits {
  /** Rows with the header; 200,000 without it. */
  readonly maxRows?: number;
  /** Bytes of one part once it is unpacked; 200 MiB without it. */
  readonly maxPartBytes?: number;
}

/** Time grows with the size of the sheet, whatever stands in it. - throws EngineError `import_invalid` */
export function* xlsxRows(bytes: Uint8Array, limits: XlsxLimits = {}): Generator<NumberedRow> {
  const { maxRows = MAX_ROWS, maxPartBytes = MAX_PART_BYTES } = limits;
  const parts = readZip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), maxPartBytes);
  const part = (name: string): string | undefined => {
    const xml = parts.get(name)?.();
    return xml === undefined ? undefined : withoutPrefix(xml);
  };
  const sheet = part(firstSheet(part, [...parts.keys()]));
  if (sheet === undefined) throw unreadableWorkbook("it has no sheet");
  const merged = mergedRanges(sheet);
  const book: Book = { strings: sharedStrings(part("xl/sharedStrings.xml")), dateStyles: dateStyleIndexes(part("xl/styles.xml")), epoch: epochOf(part) };
  let count = 0;
  let at = 0;
  for (const { attributes: told, content: inner } of xmlElements(sheet, "row")) {
    at = Number(attributeOf(told, "r") ?? at + 1);
    const { cells, faults } = readRow(book, inner);
    if (faults.length === 0 && cells.every((cell) => cell.trim() === "")) continue;
    count += 1;
    if (count > maxRows) throw new EngineError("import_invalid", `The file has more than ${maxRows} rows.`);
    const covered = merged.flatMap((range) => coveredBy(range, at));
    const all = [...faults, ...covered];
    yield all.length === 0 ? { row: at, cells } : { row: at, cells, faults: all };
  }
}

/** What the cells of a workbook are read by. */
interface Book {
  readonly strings: readonly string[];
  readonly dateStyles: ReadonlySet<number>;
  /** Day 0, in milliseconds. */
  readonly epoch: number;
}

function readRow(book: Book, xml: string): { readonly cells: readonly string[]; readonly faults: readonly CellFault[] } {
  const cells: string[] = [];
  const faults: CellFault[] = [];
  for (const { attributes, content } of xmlElements(xml, "c")) {
    if (content === "") continue;
    const reference = /(?:^|\s)r="([A-Z]{1,3})\d+"/.exec(attributes)?.[1];
    const column = reference === undefined ? cells.length : columnIndex(reference);
    if (column >= MAX_COLUMNS) throw unreadableWorkbook(`a row has more than ${MAX_COLUMNS} columns`);
    while (cells.length < column) cells.push("");
    const read = readCell(book, attributes, content);
    cells[column] = read.text;
    if (read.fault !== undefined) faults.push({ column, message: read.fault });
  }
  return { cells, faults };
}

type Part = (name: string) => string | undefined;

/** The part of the first sheet that is shown, as the workbook orders them. */
function firstSheet(part: Part, names: readonly string[]): string {
  const sheets = [...xmlElements(part("xl/workbook.xml") ?? "", "sheet")].map(({ attributes }) => attributes);
  const shown = sheets.find((attributes) => (attributeOf(attributes, "state") ?? "visible") === "visible") ?? sheets[0] ?? "";
  const links = [...xmlElements(part("xl/_rels/workbook.xml.rels") ?? "", "Relationship")].map(({ attributes }) => attributes);
  const link = links.find((attributes) => attributeOf(attributes, "Id") === attributeOf(shown, "\\w+:id"));
  const target = link === undefined ? null : attributeOf(link, "Target");
  if (target !== null) return target.startsWith("/") ? target.slice(1) : `xl/${target}`;
  return names.filter((name) => /^xl\/worksheets\/sheet\d+\.xml$/.test(name)).toSorted(bySheetNumber)[0] ?? "";
}

const bySheetNumber = (a: string, b: string): number => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]);

/** Days count from 1899-12-30 as Excel does from March 1900 on, or from 1904 where the workbook says so. */
function epochOf(part: Part): number {
  const [properties] = xmlElements(part("xl/workbook.xml") ?? "", "workbookPr");
  const from1904 = properties === undefined ? null : attributeOf(properties.attributes, "date1904");
  return from1904 === "1" || from1904 === "true" ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
}

interface Merged {
  readonly range: string;
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

function mergedRanges(sheet: string): readonly Merged[] {
  const ranges: Merged[] = [];
  for (const { attributes } of xmlElements(sheet, "mergeCell")) {
    const [range, left, top, right, bottom] = /^([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)$/.exec(attributeOf(attributes, "ref") ?? "") ?? [];
    if (range === undefined || left === undefined || right === undefined) continue;
    ranges.push({ range, top: Number(top), left: columnIndex(left), bottom: Number(bottom), right: Math.min(columnIndex(right), MAX_COLUMNS) });
    if (ranges.length > MAX_MERGED) throw unreadableWorkbook(`it has more than ${MAX_MERGED} merged cells`);
  }
  return ranges;
}

/** The cells of a row that a merged one covers: only its first cell has a value. */
function coveredBy({ range, top, left, bottom, right }: Merged, row: number): readonly CellFault[] {
  if (row < top || row > bottom) return [];
  const from = row === top ? left + 1 : left;
  return Array.from({ length: Math.max(0, right - from + 1) }, (_each, index) => ({
    column: from + index,
    message: `is part of the merged cell ${range}; unmerge it and fill in every row`,
  }));
}

function columnIndex(letters: string): number {
  let index = 0;
  for (const letter of letters) index = index * 26 + (letter.charCodeAt(0) - 64);
  return index - 1;
}

function readCell({ strings, dateStyles, epoch }: Book, attributes: string, content: string): { readonly text: string; readonly fault?: string } {
  const type = attributeOf(attributes, "t") ?? "n";
  if (type === "inlineStr") return { text: textsOf(content) };
  const [stored] = xmlElements(content, "v");
  if (stored === undefined) {
    const isFormula = /<f[\s/>]/.test(content);
    return isFormula ? { text: "", fault: "is a formula without its result; open the file in a spreadsheet program and save it" } : { text: "" };
  }
  const value = stored.content;
  if (type === "s") return { text: strings[Number(value)] ?? "" };
  if (type === "b") return { text: value === "1" ? "true" : "false" };
  if (type === "e") return { text: "", fault: `shows the error ${unescapeXml(value).slice(0, 20)}` };
  if (type !== "n") return { text: unescapeXml(value) };
  const style = Number(attributeOf(attributes, "s") ?? -1);
  return { text: dateStyles.has(style) ? isoDate(epoch, value) : plainNumber(value) };
}

function isoDate(epoch: number, value: string): string {
  const at = new Date(epoch + Math.round(Number(value) * 86_400_000));
  return value === "" || Number.isNaN(at.getTime()) ? unescapeXml(value) : at.toISOString().slice(0, 10);
}

/** A double as Excel stores it, without the digits that it never showed. */
function plainNumber(text: string): string {
  const number = Number(text);
  if (!Number.isFinite(number)) return text;
  const short = Number(number.toPrecision(15));
  return Number.isInteger(short) ? short.toFixed(0) : String(short);
}

function sharedStrings(xml: string | undefined): readonly string[] {
  return xml === undefined ? [] : [...xmlElements(xml, "si")].map(({ content }) => textsOf(content));
}

/** Numbers of the cell styles that show dates. */
function dateStyleIndexes(xml: string | undefined): ReadonlySet<number> {
  if (xml === undefined) return new Set();
  const own = new Map(
    [...xmlElements(xml, "numFmt")].map(({ attributes }) => [
      Number(/\bnumFmtId="(\d+)"/.exec(attributes)?.[1]),
      /\bformatCode="([^"]*)"/.exec(attributes)?.[1] ?? "",
    ]),
  );
  const [cells] = xmlElements(xml, "cellXfs");
  const formats = [...xmlElements(cells?.content ?? "", "xf")].map(({ attributes }) => Number(/\bnumFmtId="(\d+)"/.exec(attributes)?.[1] ?? 0));
  return new Set(
    formats.flatMap((id, index) => ((id >= 14 && id <= 22) || /[dy]/i.test((own.get(id) ?? "").replace(/"[^"]*"|\[[^\]]*\]/g, "")) ? [index] : [])),
  );
}
