import { EngineError } from "../errors.ts";
import type { TooManyRows } from "../feel/values.ts";

/** The refusal of what needs all rows of a fact that has more than it holds; `what` asked for it, e.g. an event. */
export function tooManyRows(what: string, { asked, most }: TooManyRows): EngineError {
  return new EngineError(
    "limit_exceeded",
    `${what} needs every row of "${asked}", which has more than ${most} rows: nothing was done. Have fewer of them, or narrow what it asks for.`,
    { limit: "rows" },
  );
}
