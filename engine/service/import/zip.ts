/** Reads the parts of a zip archive as text; nothing is unpacked before it is asked for, nor beyond a limit. */
import { inflateRawSync } from "node:zlib";
import { EngineError } from "../../core/errors.ts";
import { unreadableWorkbook } from "./unreadable-workbook.ts";

const MAX_PARTS = 200;

/**
 * Parts by name, inflated when asked for. Reads the central directory (APPNOTE 4.3.12); no encryption, no ZIP64.
 *
 * - throws EngineError `import_invalid`
 */
export function readZip(file: Buffer, maxPartBytes: number): ReadonlyMap<string, () => string> {
  const end = file.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + 22 > file.length) throw unreadableWorkbook("it is no zip archive");
  const count = file.readUInt16LE(end + 10);
  if (count > MAX_PARTS) throw unreadableWorkbook(`it has more than ${MAX_PARTS} parts`);
  let at = file.readUInt32LE(end + 16);
  const parts = new Map<string, () => string>();
  for (let index = 0; index < count; index++) {
    if (at + 46 > file.length || file.readUInt32LE(at) !== 0x02014b50) throw unreadableWorkbook("its directory is broken");
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
  if (size > maxPartBytes || header + 30 > file.length || file.readUInt32LE(header) !== 0x04034b50) throw unreadableWorkbook("a part is too large or broken");
  const start = header + 30 + file.readUInt16LE(header + 26) + file.readUInt16LE(header + 28);
  const bytes = file.subarray(start, start + packed);
  if (method === 0) return bytes.toString("utf8");
  if (method !== 8) throw unreadableWorkbook("a part is packed in an unknown way");
  try {
    return inflateRawSync(bytes, { maxOutputLength: maxPartBytes }).toString("utf8");
  } catch (error) {
    throw new EngineError("import_invalid", "A part of the workbook cannot be unpacked.", {}, { cause: error });
  }
}
