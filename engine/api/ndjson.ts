/** Newline-delimited JSON, in and out: one value a line, answered in order while the rest is still being worked on. */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { EngineError } from "../core/errors.ts";
import type { Json } from "../schema/json.ts";
import { decodeUtf8, parseJson } from "./json-text.ts";
import { type Problem, toEngineError, toProblem } from "./problem.ts";

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

/** Faults of the address, not of a line: the whole call is refused. */
const ADDRESS_FAULTS: ReadonlySet<string> = new Set(["not_found", "definition_not_found", "org_required", "permission_denied", "key_unknown"]);

/**
 * One answer a line. A line that fails is answered with what `refuse` makes of its problem; the others go on.
 *
 * The first line is worked on before the answer begins, so that a wrong address is refused with its own status.
 */
export async function answerLines(
  reply: FastifyReply,
  lines: readonly string[],
  answer: (value: Json, index: number) => Promise<unknown>,
  refuse: (problem: Problem, index: number) => unknown,
): Promise<FastifyReply> {
  const settle = (line: string, index: number) => settled(reply, async () => await answer(parseJson(line), index));
  const write = (result: unknown, index: number) => toLine(result instanceof Failed ? refuse(result.problem, index) : result);
  const first = await settle(lines[0] as string, 0);
  refuseAddress(first);
  async function* run(): AsyncGenerator<string> {
    yield write(first, 0);
    for (const [index, line] of lines.entries()) if (index > 0) yield write(await settle(line, index), index);
  }
  return reply.type(ANSWER_TYPE).send(Readable.from(run()));
}

const CHUNK = 250;

/**
 * The same for work that is cheaper together: lines are read one by one, answered by the chunk, and one by one where a chunk
 * fails, so that only the lines at fault are refused.
 */
export async function answerChunks<T>(
  reply: FastifyReply,
  lines: readonly string[],
  read: (value: Json) => T,
  answer: (values: readonly T[]) => Promise<readonly unknown[]>,
): Promise<FastifyReply> {
  const answerChunk = async (start: number): Promise<string[]> => {
    const items = await Promise.all(lines.slice(start, start + CHUNK).map((line) => settled(reply, async () => new Read(read(parseJson(line))))));
    const values = items.filter((item) => item instanceof Read).map((item) => item.value as T);
    const together = values.length === 0 ? [] : await answer(values).catch(() => null);
    const answers: string[] = [];
    let place = 0;
    for (const item of items) {
      if (!(item instanceof Read)) answers.push(toLine(item));
      else if (together !== null) answers.push(toLine(together[place++]));
      else {
        const alone = await settled(reply, async () => (await answer([item.value as T]))[0]);
        if (start === 0) refuseAddress(alone);
        answers.push(toLine(alone));
      }
    }
    return answers;
  };
  const first = await answerChunk(0);
  async function* run(): AsyncGenerator<string> {
    yield* first;
    for (let start = CHUNK; start < lines.length; start += CHUNK) yield* await answerChunk(start);
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

/** A line's problem, with the fault that it was made of. */
class Failed {
  readonly fault: EngineError;
  readonly problem: Problem;
  constructor(fault: EngineError, problem: Problem) {
    this.fault = fault;
    this.problem = problem;
  }
}

async function settled(reply: FastifyReply, work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    const fault = toEngineError(error);
    if (fault.code === "internal") reply.log.error({ err: fault, requestId: reply.request.id }, "line failed");
    return new Failed(fault, toProblem(fault, reply.request.id));
  }
}

function refuseAddress(result: unknown): void {
  if (result instanceof Failed && ADDRESS_FAULTS.has(result.fault.code)) throw result.fault;
}

const toLine = (value: unknown): string => `${JSON.stringify(value instanceof Failed ? value.problem : value)}\n`;
