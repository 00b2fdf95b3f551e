/** What is said of a record that is not there, or that the asker must not know of: the same words. */
import { EngineError } from "../../core/errors.ts";

export function recordNotFound(type: string, id: string): EngineError {
  return new EngineError("record_not_found", `There is no ${type} "${id.slice(0, 100)}".`);
}
