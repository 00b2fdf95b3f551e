/** What is wrong with a file that should be an XLSX workbook. */
import { EngineError } from "../../core/errors.ts";

export function unreadableWorkbook(why: string): EngineError {
  return new EngineError("import_invalid", `The file is not an XLSX workbook that can be read: ${why}.`);
}
