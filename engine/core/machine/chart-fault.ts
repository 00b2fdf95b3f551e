/** What is wrong with a config: the first fault ends the compilation. */
import { EngineError } from "../errors.ts";

/** - throws EngineError `definition_invalid` with the JSON pointer as `path` */
export function chartFault(pointer: string, message: string): never {
  throw new EngineError("definition_invalid", `${pointer || "/"}: ${message}`, { path: pointer });
}
