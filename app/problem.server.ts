/** Refusals of the services as pages and as answers to acts: the same words as the API's. */
import { data } from "react-router";
import { EngineError, ERRORS, type ErrorCode } from "#engine/core/errors.ts";
import type { ActResult, FieldError } from "./screens/guided.ts";

/** What a person does next, where the table's own hint speaks of fields that only a program reads. */
const NEXT: Partial<Record<ErrorCode, string>> = {
  event_not_permitted: "Somebody who holds the permission can do it.",
  rate_limited: "Wait a minute, then try again.",
  permission_denied: "Ask an administrator of the org for it.",
  instance_not_found: "It may belong to another org, or the link may be cut short.",
};

function hintOf(code: ErrorCode): string | undefined {
  const { hint } = ERRORS[code];
  return NEXT[code] ?? (hint.includes("`") ? undefined : hint);
}

/** Turns a refusal into the page that says so; other errors stay what they are. */
export function toPage(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const entry = ERRORS[error.code];
  return data({ title: entry.title, detail: error.message, hint: hintOf(error.code), code: error.code }, { status: entry.status });
}

/** Turns a refusal into the answer of an act; faults are thrown on. */
export function toRefusal(error: unknown): Extract<ActResult, { ok: false }> {
  if (!(error instanceof EngineError) || error.code === "internal") throw error;
  const entry = ERRORS[error.code];
  const errors = Array.isArray(error.data["errors"]) ? (error.data["errors"] as readonly FieldError[]) : [];
  return { ok: false, title: entry.title, detail: error.message, hint: hintOf(error.code), code: error.code, errors };
}
