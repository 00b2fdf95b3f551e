/** The `If-Match` header: the etag that a change was decided on. */
import { EngineError } from "../core/errors.ts";
import type { Call } from "./route.ts";
import { name } from "./schemas/vocabulary.ts";

/** Documents the header. */
export const IF_MATCH = { "if-match": name(100, { description: "The `etag` that was read, quoted or not." }) };

/** As a member to spread; empty where none was sent, or `*`. Several tags are not understood. */
export function ifMatchOf({ request }: Pick<Call, "request">): { readonly ifMatch?: string } {
  const header = request.headers["if-match"];
  if (header === undefined || header === "*") return {};
  const etag = /^(?:W\/)?"?([\x21\x23-\x2b\x2d-\x7e]{1,100}?)"?$/u.exec(header.trim())?.[1];
  if (etag === undefined)
    throw new EngineError("query_invalid", "If-Match must be one etag.", { errors: [{ path: "/if-match", message: "must be one etag" }] });
  return { ifMatch: etag };
}

/** As the ETag header has it. */
export function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}
