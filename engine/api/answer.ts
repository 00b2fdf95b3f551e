/** How the answers of use cases become those of HTTP. */

import { EngineError } from "../core/errors.ts";
import type { Answer } from "../service/work/idempotency.ts";
import type { Call } from "./route.ts";

/** Status and body of a use case that keeps its answer under the caller's key. */
export function answered<T>({ reply }: Pick<Call, "reply">, answer: Answer<T>): T {
  if (answer.replayed) reply.header("idempotency-replayed", "true");
  reply.code(answer.status);
  return answer.body;
}

export interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/** A page of a list that is short enough to be made whole: the cursor is the place. */
export function pageOf<T>(items: readonly T[], { limit = 50, cursor }: PageQuery): { readonly items: readonly T[]; readonly next: string | null } {
  const start = cursor === undefined ? 0 : /^\d{1,9}$/u.test(cursor) ? Number(cursor) : Number.NaN;
  if (Number.isNaN(start))
    throw new EngineError("query_invalid", "The cursor is not one that a list has answered.", { errors: [{ path: "/cursor", message: "unknown cursor" }] });
  const end = start + limit;
  return { items: items.slice(start, end), next: end < items.length ? String(end) : null };
}
