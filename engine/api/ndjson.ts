/** Newline-delimited JSON, in and out: one value a line, answered in order while the rest is still being worked on. */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { EngineError } from "../core/errors.ts";
import type { Json } from "../schema/types.ts";
import { decodeUtf8, parseJson } from "./json-text.ts";
import { toEngineError, toProblem } from "./problem.ts";

export const NDJSON_TYPES = ["application/x-ndjson", "application/ndjson", "application/jsonl"];
export const MAX_LINES = 5_000;

/**
 * Splits a body into its lines; blank lines are skipped.
 *
 * - throws EngineError `too_large` beyond 5,000 lines, `body_not_json` for none
 */
export function splitLines(body: Buffer): string[] {
  const lines = decodeUtf8(body)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length > MAX_LINES) throw new EngineError("too_large", `The body has ${lines.length} lines; at most ${MAX_LINES} are taken.`, { limit: MAX_LINES });
  if (lines.length === 0) throw new EngineError("body_not_json", "The body has no line of JSON.");
  return lines;
}

/** One answer a line. A line that fails is answered with its problem; the others go on. */
export function answerLines(reply: FastifyReply, lines: readonly string[], answer: (value: Json, index: number) => Promise<unknown>): FastifyReply {
  async function* run(): AsyncGenerator<string> {
    for (const [index, line] of lines.entries()) {
      let result: unknown;
      try {
        result = await answer(parseJson(line), index);
      } catch (error) {
        const fault = toEngineError(error);
        if (fault.code === "internal") reply.log.error({ err: fault, requestId: reply.request.id }, "line failed");
        result = toProblem(fault, reply.request.id);
      }
      yield `${JSON.stringify(result)}\n`;
    }
  }
  return reply.type("application/x-ndjson; charset=utf-8").send(Readable.from(run()));
}
