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
    for (const [index, line] of lines.entries()) yield toLine(await settle(reply, async () => await answer(parseJson(line), index)));
  }
  return reply.type(ANSWER_TYPE).send(Readable.from(run()));
}

const CHUNK = 250;

/**
 * The same for work that is cheaper together: lines are read one by one, answered by the chunk, and one by one where a chunk
 * fails, so that only the lines at fault are refused.
 */
export function answerChunks<T>(
  reply: FastifyReply,
  lines: readonly string[],
  read: (value: Json) => T,
  answer: (values: readonly T[]) => Promise<readonly unknown[]>,
): FastifyReply {
  async function* run(): AsyncGenerator<string> {
    for (let start = 0; start < lines.length; start += CHUNK) {
      const items = await Promise.all(lines.slice(start, start + CHUNK).map(async (line) => await settle(reply, async () => new Read(read(parseJson(line))))));
      const values = items.filter((item) => item instanceof Read).map((item) => item.value as T);
      const together = await answer(values).catch(() => null);
      let place = 0;
      for (const item of items) {
        if (!(item instanceof Read)) yield toLine(item);
        else if (together !== null) yield toLine(together[place++]);
        else yield toLine(await settle(reply, async () => (await answer([item.value as T]))[0]));
      }
    }
  }
  return reply.type(ANSWER_TYPE).send(Readable.from(run()));
}

const ANSWER_TYPE = "application/x-ndjson; charset=utf-8";

/** A line that could be read, apart from its problem. */
class Read {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** The result, or the problem that came in its place. */
async function settle(reply: FastifyReply, work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    const fault = toEngineError(error);
    if (fault.code === "internal") reply.log.error({ err: fault, requestId: reply.request.id }, "line failed");
    return toProblem(fault, reply.request.id);
  }
}

const toLine = (value: unknown): string => `${JSON.stringify(value)}\n`;
