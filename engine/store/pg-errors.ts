/**
 * PostgreSQL's errors as EngineErrors: the one place. Nothing of the database's own text, constraint names or values gets out;
 * the original stays as `cause` for the log.
 */
import { EngineError } from "../core/errors.ts";

interface PgError {
  readonly code: string;
  readonly constraint?: string;
}

function pgError(error: unknown): PgError | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string") return error as Error & PgError;
  return error.cause === undefined ? null : pgError(error.cause);
}

/** Serialization failure, deadlock, lock not had in time, or a row that moved on between the two flights (GH002): the same work may succeed when run again. */
export function isRetryable(error: unknown): boolean {
  const code = pgError(error)?.code;
  return code === "40001" || code === "40P01" || code === "55P03" || code === "GH002";
}

/** Of those the ones that met others in the same rows, and would meet them again: a deadlock, or a lock not had in time. */
export function isContention(error: unknown): boolean {
  const code = pgError(error)?.code;
  return code === "40P01" || code === "55P03";
}

/** Fields a caller knows, by unique constraint; any other constraint shows as no field at all. */
const UNIQUE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  person_email_key: ["email"],
  org_code_key: ["code"],
  record_code_key: ["code"],
  instance_unique_key: ["unique"],
  org_pkey: ["id"],
  api_client_pkey: ["id"],
};

export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const found = pgError(error);
  const options = { cause: error };
  if (found === null) return isDisconnected(error) ? unreachable(options) : new EngineError("internal", "The store failed.", {}, options);
  const { code } = found;
  if (code === "23505") {
    const fields = UNIQUE_FIELDS[found.constraint ?? ""] ?? [];
    return new EngineError("unique_taken", fields.length > 0 ? `Taken: ${fields.join(", ")}.` : "A row with this key exists.", { fields }, options);
  }
  if (code === "40001" || code === "40P01" || code === "55P03" || code === "GH002")
    return new EngineError("unavailable", "Others are changing the same rows; try again.", { retryAfter: 1 }, options);
  if (code === "57014") return new EngineError("limit_exceeded", "The database gave up: the request takes too long.", { limit: "statement_timeout" }, options);
  if (code === "22021" || code === "22P05") return new EngineError("text_invalid", "A text holds characters that cannot be stored.", {}, options);
  if (code.startsWith("22")) return new EngineError("payload_invalid", "A value cannot be stored as what it should be.", {}, options);
  if (code === "23503") return new EngineError("record_referenced", "Other rows refer to it, or it refers to one that is not there.", {}, options);
  if (code === "GH001") return new EngineError("method_not_allowed", "The log is append-only.", {}, options);
  if (code === "42501") return new EngineError("permission_denied", "The row is not one of the session's orgs.", {}, options);
  if (code.startsWith("08") || code.startsWith("28") || code.startsWith("57P") || code.startsWith("53") || code.startsWith("E")) return unreachable(options);
  return new EngineError("internal", "The store failed.", {}, options);
}

/** The driver names a lost connection in words alone. What was sent last may have happened: the sender asks again with the same key. */
const DISCONNECTED = /^(Connection terminated|Client (has encountered a connection error|was closed)|timeout (expired|exceeded when trying to connect))/;

function isDisconnected(error: unknown): boolean {
  return error instanceof Error && DISCONNECTED.test(error.message);
}

function unreachable(options: ErrorOptions): EngineError {
  return new EngineError("unavailable", "The database cannot be reached.", { retryAfter: 1 }, options);
}
