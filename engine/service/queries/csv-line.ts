/** Values as a line of CSV (RFC 4180), safe to open in a spreadsheet program. */
import type { Json } from "../../schema/json.ts";

export function csvLine(values: readonly Json[]): string {
  return `${values.map(csvCell).join(",")}\r\n`;
}

/** What a spreadsheet begins a formula with, also in full width, and after blanks. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/u;

function csvCell(value: Json): string {
  if (value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  const safe = typeof value === "string" && FORMULA.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
