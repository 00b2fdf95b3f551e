/** What a check of a definition finds: one shape for schema errors, lints and failing definition tests, so that the studio can list them together. */
import type { Kind } from "../schema/definition-base.ts";

export type Severity = "error" | "warning" | "info";

export interface Problem {
  readonly severity: Severity;
  /** Stable name of the check that found it, e.g. "unreachable_state". */
  readonly code: string;
  readonly kind: Kind;
  readonly key: string;
  /** JSON pointer (RFC 6901) into the definition; "" is the whole. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** JSON pointer of a path of keys and indexes. */
export function pointer(...parts: readonly (string | number)[]): string {
  let out = "";
  for (const part of parts) out += `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return out;
}

const RANK: Record<Severity, number> = { error: 0, warning: 1, info: 2 };

/** Stable order: errors first, then kind, key, path, code, message, compared by code units. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  return [...problems].sort(
    (a, b) =>
      RANK[a.severity] - RANK[b.severity] ||
      compare(a.kind, b.kind) ||
      compare(a.key, b.key) ||
      compare(a.path, b.path) ||
      compare(a.code, b.code) ||
      compare(a.message, b.message),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
