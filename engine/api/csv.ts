/** RFC 4180 lines for exports. */
import type { Json } from "../schema/types.ts";

export function csvLine(values: readonly (Json | undefined)[]): string {
  return `${values.map(csvField).join(",")}\r\n`;
}

/**
 * A field that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers.
 */
function csvField(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  const plain = typeof value === "string" ? value : JSON.stringify(value);
  const text = /^[=+\-@\t\r]/u.test(plain) && !/^-?\d+(\.\d+)?$/u.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
