/**
 * Reads the first sheet of an XLSX file (ECMA-376) as rows of text: numbers as written, dates of date-formatted cells as ISO
 * dates. Only what an import needs; formulas give their stored value, macros and links are never looked at.
 */
import { inflateRawSync } from "node:zlib";
import { EngineError } from "../../core/errors.ts";

const MAX_PART_BYTES = 200 * 1024 * 1024;
const MAX_ROWS = 200_000;
const MAX_COLUMNS = 200;
const MAX_PARTS = 200;

export interface XlsxLimits {
  /** Rows with the header; 200,000 without it. */
  readonly maxRows?: number;
  /** Bytes of one part once it is unpacked; 200 MiB without it. */
  readonly maxPartBytes?: number;
}

const invalid = (why: string): EngineError => new EngineError("import_invalid", `The file is not an XLSX workbook that can be read: ${why}.`);

/** Time grows with the size of the sheet, whatever stands in it. - throws EngineError `import_invalid` */
export function* xlsxRows(bytes: Uint8Array, limits: XlsxLimits = {}): Generator<readonly string[]> {
  const { maxRows = MAX_ROWS, maxPartBytes = MAX_PART_BYTES } = limits;
  const parts = readZip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), maxPartBytes);
  const sheetName = [...parts.keys()].filter((name) => /^xl\/worksheets\/sheet\d+\.xml$/.test(name)).sort(bySheetNumber)[0];
  const sheet = sheetName === undefined ? undefined : parts.get(sheetName)?.();
  if (sheet === undefined) throw invalid("it has no sheet");
  const strings = sharedStrings(parts.get("xl/sharedStrings.xml")?.());
  const dateStyles = dateStyleIndexes(parts.get("xl/styles.xml")?.());
  let count = 0;
  for (const { content: inner } of elementsOf(sheet, "row")) {
    const row: string[] = [];
    for (const { attributes, content } of elementsOf(inner, "c")) {
      const reference = /\br="([A-Z]{1,3})\d+"/.exec(attributes)?.[1];
      const column = reference === undefined ? row.length : columnIndex(reference);
      if (column >= MAX_COLUMNS) throw invalid(`a row has more than ${MAX_COLUMNS} columns`);
      while (row.length < column) row.push("");
      row[column] = cellText(attributes, content, strings, dateStyles);
    }
    if (row.every((cell) => cell.trim() === "")) continue;
    count += 1;
    if (count > maxRows) throw new EngineError("import_invalid", `The file has more than ${maxRows} rows.`);
    yield row;
  }
}

/** The elements of a name in order, not nested in each other: one pass over the text, also when an end is missing. */
function* elementsOf(xml: string, name: string): Generator<{ readonly attributes: string; readonly content: string }> {
  const open = `<${name}`;
  const close = `</${name}>`;
  for (let at = xml.indexOf(open); at >= 0; at = xml.indexOf(open, at)) {
    const start = at + open.length;
    const end = xml.indexOf(">", start);
    if (end < 0) throw invalid(`<${name}> has no end`);
    const isOther = !/[\s/>]/.test(xml[start] ?? "");
    const isEmpty = xml[end - 1] === "/";
    const stop = isOther || isEmpty ? end : xml.indexOf(close, end);
    if (stop < 0) throw invalid(`<${name}> has no end`);
    if (!isOther) yield { attributes: xml.slice(start, isEmpty ? end - 1 : end), content: isEmpty ? "" : xml.slice(end + 1, stop) };
    at = isOther || isEmpty ? end + 1 : stop + close.length;
  }
}

const bySheetNumber = (a: string, b: string): number => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]);

function columnIndex(letters: string): number {
  let index = 0;
  for (const letter of letters) index = index * 26 + (letter.charCodeAt(0) - 64);
  return index - 1;
}

function cellText(attributes: string, content: string, strings: readonly string[], dateStyles: ReadonlySet<number>): string {
  const type = /\bt="([a-zA-Z]+)"/.exec(attributes)?.[1];
  if (type === "inlineStr") return textsOf(content);
  const value = /<v>([\s\S]*?)<\/v>/.exec(content)?.[1];
  if (value === undefined) return "";
  if (type === "s") return strings[Number(value)] ?? "";
  if (type === "b") return value === "1" ? "true" : "false";
  if (type !== undefined && type !== "n") return unescapeXml(value);
  const style = Number(/\bs="(\d+)"/.exec(attributes)?.[1] ?? -1);
  return dateStyles.has(style) ? isoDate(Number(value)) : plainNumber(value);
}

/** Days since 1899-12-30, as Excel counts them from March 1900 on. */
function isoDate(days: number): string {
  return new Date(Date.UTC(1899, 11, 30) + Math.round(days * 86_400_000)).toISOString().slice(0, 10);
}

/** A double as Excel stores it, without the digits that it never showed. */
function plainNumber(text: string): string {
  const number = Number(text);
  if (!Number.isFinite(number)) return text;
  const short = Number(number.toPrecision(15));
  return Number.isInteger(short) ? short.toFixed(0) : String(short);
}

function sharedStrings(xml: string | undefined): readonly string[] {
  return xml === undefined ? [] : [...elementsOf(xml, "si")].map(({ content }) => textsOf(content));
}

/** The texts of a string item; phonetic runs are left out. */
function textsOf(xml: string): string {
  const bare = xml
    .split("<rPh")
    .map((part, index) => (index === 0 ? part : part.slice(part.indexOf("</rPh>") + "</rPh>".length)))
    .join("");
  return [...elementsOf(bare, "t")].map(({ content }) => unescapeXml(content)).join("");
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|([a-z]+));/g, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const point = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

/** Numbers of the cell styles that show dates. */
function dateStyleIndexes(xml: string | undefined): ReadonlySet<number> {
  if (xml === undefined) return new Set();
  const own = new Map(
    [...elementsOf(xml, "numFmt")].map(({ attributes }) => [
      Number(/\bnumFmtId="(\d+)"/.exec(attributes)?.[1]),
      /\bformatCode="([^"]*)"/.exec(attributes)?.[1] ?? "",
    ]),
  );
  const [cells] = elementsOf(xml, "cellXfs");
  const formats = [...elementsOf(cells?.content ?? "", "xf")].map(({ attributes }) => Number(/\bnumFmtId="(\d+)"/.exec(attributes)?.[1] ?? 0));
  return new Set(
    formats.flatMap((id, index) => ((id >= 14 && id <= 22) || /[dy]/i.test((own.get(id) ?? "").replace(/"[^"]*"|\[[^\]]*\]/g, "")) ? [index] : [])),
  );
}

/** Parts by name, inflated when asked for. Reads the central directory (APPNOTE 4.3.12); no encryption, no ZIP64. */
function readZip(file: Buffer, maxPartBytes: number): ReadonlyMap<string, () => string> {
  const end = file.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + 22 > file.length) throw invalid("it is no zip archive");
  const count = file.readUInt16LE(end + 10);
  if (count > MAX_PARTS) throw invalid(`it has more than ${MAX_PARTS} parts`);
  let at = file.readUInt32LE(end + 16);
  const parts = new Map<string, () => string>();
  for (let index = 0; index < count; index++) {
    if (at + 46 > file.length || file.readUInt32LE(at) !== 0x02014b50) throw invalid("its directory is broken");
    const method = file.readUInt16LE(at + 10);
    const packed = file.readUInt32LE(at + 20);
    const size = file.readUInt32LE(at + 24);
    const nameLength = file.readUInt16LE(at + 28);
    const header = file.readUInt32LE(at + 42);
    const name = file.toString("utf8", at + 46, at + 46 + nameLength);
    parts.set(name, () => inflate(file, { method, packed, size, header }, maxPartBytes));
    at += 46 + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
  return parts;
}

function inflate(
  file: Buffer,
  part: { readonly method: number; readonly packed: number; readonly size: number; readonly header: number },
  maxPartBytes: number,
): string {
  const { method, packed, size, header } = part;
  if (size > maxPartBytes || header + 30 > file.length || file.readUInt32LE(header) !== 0x04034b50) throw invalid("a part is too large or broken");
  const start = header + 30 + file.readUInt16LE(header + 26) + file.readUInt16LE(header + 28);
  const bytes = file.subarray(start, start + packed);
  if (method === 0) return bytes.toString("utf8");
  if (method !== 8) throw invalid("a part is packed in an unknown way");
  try {
    return inflateRawSync(bytes, { maxOutputLength: maxPartBytes }).toString("utf8");
  } catch (error) {
    throw new EngineError("import_invalid", "A part of the workbook cannot be unpacked.", {}, { cause: error });
  }
}
