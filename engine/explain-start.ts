/** Why a process did not start, as the sentence that the person who started it needs. */
import type { Config } from "./config.ts";
import { EngineError } from "./core/errors.ts";

/** One sentence, with the next act, for the faults that a person can mend; never a password. */
export function explainStart(error: unknown, config: Config): string {
  const codes = codesOf(error);
  if (codes.includes("EADDRINUSE")) return `Port ${config.port} is taken. Stop the program that has it, or choose another: PORT=${config.port + 1} npm start`;
  if (codes.includes("EACCES") && isOfPort(error)) return `Port ${config.port} may not be opened by this user. Choose one above 1024: PORT=3000 npm start`;
  if (codes.includes("ENOSPC") || codes.includes("53100"))
    return `The disk is full. Free some space (data is in ${config.dataFolder}) and start again; nothing was lost.`;
  if (config.databaseUrl !== null) {
    const { hostname, port, pathname } = new URL(config.databaseUrl);
    const place = `${hostname}:${port || "5432"}${pathname}`;
    if (codes.some((code) => ["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "EAI_AGAIN", "57P03"].includes(code))) {
      return `No PostgreSQL answers at ${place}. Check DATABASE_URL, or leave it out for the embedded one.`;
    }
    if (codes.some((code) => ["28P01", "28000"].includes(code))) return `PostgreSQL at ${place} refuses this user or password. Check DATABASE_URL.`;
    if (codes.includes("3D000")) return `There is no database at ${place}. Create it, or check DATABASE_URL.`;
  }
  if (error instanceof EngineError) return error.message;
  return `Gatehouse could not start: ${error instanceof Error ? error.message : String(error)}`;
}

const isOfPort = (error: unknown): boolean => error instanceof Error && "syscall" in error && error.syscall === "listen";

function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (
    let at = error as { code?: unknown; cause?: unknown; errors?: unknown[] } | undefined, depth = 0;
    at && depth < 6;
    at = (at.cause ?? at.errors?.[0]) as typeof at, depth += 1
  ) {
    if (typeof at.code === "string") codes.push(at.code);
  }
  return codes;
}
