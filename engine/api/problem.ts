/**
 * Every fault of the HTTP surface as RFC 9457 `application/problem+json`. The only place that turns an exception into an
 * answer: what is not known here is `internal`, without message, stack or version.
 */
import type { FastifyError } from "fastify";
import { EngineError, ERRORS, type ErrorCode } from "../core/errors.ts";

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly hint: string;
  readonly instance?: string;
  readonly [member: string]: unknown;
}

/** Extra members never override the standard ones. `requestId` becomes RFC 9457 `instance`. */
export function toProblem(error: EngineError, requestId?: string): Problem {
  const entry = ERRORS[error.code];
  return {
    ...error.data,
    type: `/problems/${wireCode(error.code)}`,
    title: entry.title,
    status: entry.status,
    code: wireCode(error.code),
    detail: error.message,
    hint: entry.hint,
    ...(requestId === undefined ? {} : { instance: `urn:request:${requestId}` }),
  };
}

/** A reused key of a contract is told under the contract's own word for it, with its own status. */
function wireCode(code: ErrorCode): ErrorCode {
  return code === "contract_key_reused" ? "idempotency_key_reused" : code;
}

/** What Fastify itself refuses, by its code. */
const FRAMEWORK: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "media_type_unsupported",
  FST_ERR_CTP_EMPTY_TYPE: "media_type_unsupported",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "body_not_json",
  FST_ERR_CTP_EMPTY_JSON_BODY: "body_not_json",
  FST_ERR_BAD_URL: "query_invalid",
  FST_ERR_ASYNC_CONSTRAINT: "not_found",
  FST_ERR_NOT_FOUND: "not_found",
  FST_ERR_MAX_PARAM_LENGTH: "query_invalid",
};

/** What an exception is answered as. Keeps the exception as `cause` for the log. */
export function toEngineError(error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const fault = error as Partial<FastifyError> & { cause?: unknown; limit?: number };
  const framework = typeof fault?.code === "string" ? FRAMEWORK[fault.code] : undefined;
  if (framework !== undefined) return new EngineError(framework, frameworkDetail(framework), {}, { cause: error });
  return databaseError(error) ?? clientFault(fault) ?? new EngineError("internal", "The request could not be completed.", {}, { cause: error });
}

function frameworkDetail(code: ErrorCode): string {
  switch (code) {
    case "too_large":
      return "The body is larger than this route takes.";
    case "media_type_unsupported":
      return "The Content-Type of the body is not one that this route reads.";
    case "query_invalid":
      return "The address is not a valid URL path: check its percent escapes and length.";
    case "not_found":
      return "There is no such address.";
    default:
      return "The body does not have the length that its Content-Length tells.";
  }
}

function clientFault(fault: Partial<FastifyError>): EngineError | null {
  const status = fault?.statusCode;
  if (status === undefined || status < 400 || status > 499) return null;
  const code: ErrorCode = status === 413 ? "too_large" : status === 415 ? "media_type_unsupported" : status === 404 ? "not_found" : "query_invalid";
  return new EngineError(code, "The request is not well formed.", {}, { cause: fault });
}

const SQLSTATE = /^[0-9A-Z]{5}$/u;

/** Database faults by class of SQLSTATE, never with constraint, table or value. Looks through `cause`. */
function databaseError(error: unknown): EngineError | null {
  for (
    let at = error as { code?: unknown; cause?: unknown } | undefined, depth = 0;
    at && typeof at === "object" && depth < 5;
    at = at.cause as typeof at, depth += 1
  ) {
    const state = at.code;
    if (typeof state !== "string") continue;
    if (["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "ENOTFOUND"].includes(state)) return unavailable(error);
    if (!SQLSTATE.test(state)) continue;
    if (state === "23505") return new EngineError("unique_taken", "A record with one of these values exists.", {}, { cause: error });
    if (state === "23503")
      return new EngineError("record_referenced", "Something refers to this, or this refers to something that is gone.", {}, { cause: error });
    if (state.startsWith("22")) return new EngineError("text_invalid", "A value does not fit what the database can store.", {}, { cause: error });
    if (["40001", "40P01", "55P03", "57014"].includes(state) || /^(08|53|57|58)/u.test(state)) return unavailable(error);
    return null;
  }
  return null;
}

function unavailable(cause: unknown): EngineError {
  return new EngineError("unavailable", "The database is busy or not reachable.", { retryAfter: 1 }, { cause });
}
