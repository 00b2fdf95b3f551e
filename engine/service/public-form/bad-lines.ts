/** Which lines of a form's list a decision found bad, where the content says what input of the decision lists them. */
import type { CompactDecision } from "../../core/step-types.ts";
import type { Json } from "../../schema/json.ts";

export interface BadLine {
  /** From 0. */
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export interface LineTelling {
  /** Code of a reason -> input that lists the lines, from 1. */
  readonly rowsOf?: Readonly<Record<string, string>>;
  /** Code of a reason -> what is said at each line, where the reason's sentence is about all of them. */
  readonly rowMessages?: Readonly<Record<string, string>>;
}

export function badLines(decision: CompactDecision, { rowsOf = {}, rowMessages = {} }: LineTelling): readonly BadLine[] {
  return decision.reasons.flatMap(({ code, message }) => {
    const list = Object.hasOwn(rowsOf, code) ? decision.inputs[rowsOf[code] ?? ""] : undefined;
    const lines = Array.isArray(list) ? (list as readonly Json[]).filter((line) => typeof line === "number") : [];
    const told = (Object.hasOwn(rowMessages, code) ? rowMessages[code] : undefined) ?? message;
    return lines.map((line) => ({ index: line - 1, code, message: told }));
  });
}
