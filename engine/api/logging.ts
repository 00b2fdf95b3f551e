/**
 * The log of the HTTP surface: an allow-list. A line names the route's pattern, never the address as sent, and the ids of
 * actor and org, never a name, address, token, body or header.
 */
import pino, { type DestinationStream, type Logger } from "pino";

export type Log = Logger;

export function createLog(level: string, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: "message",
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeFault, error: serializeFault, req: () => undefined, res: () => undefined },
    },
    destination ?? pino.destination(2),
  );
}

interface Fault {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: Fault;
}

/** Name, code, message, stack and causes; a database fault's `detail` (it quotes values) stays out. */
export function serializeFault(error: unknown, depth = 0): Fault | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as { code?: unknown }).code;
  const cause = depth < 4 ? serializeFault(error.cause, depth + 1) : undefined;
  return {
    name: error.name,
    message: oneLine(error.message),
    ...(typeof code === "string" ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack.split("\n").slice(1, 12).join("\n") }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/gu, " ").slice(0, 500);
}
