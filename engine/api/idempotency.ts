/** The `Idempotency-Key` of a request as use cases take it; they keep their answers in their own transaction (engine/service/work/idempotency.ts). */
import { createHash } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { canonicalJson } from "../core/canonical.ts";
import { EngineError } from "../core/errors.ts";
import type { Idempotency } from "../service/work/idempotency.ts";

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/u;

/**
 * The request's key with its fingerprint, as a member to spread; empty where none was sent.
 *
 * - throws EngineError `idempotency_key_malformed` for anything but 1 to 255 visible ASCII characters
 */
export function idempotencyOf(request: FastifyRequest): { readonly idempotency?: Idempotency } {
  const header = request.headers["idempotency-key"];
  if (header === undefined) return {};
  if (typeof header !== "string" || !VISIBLE_ASCII.test(header)) {
    throw new EngineError("idempotency_key_malformed", "Idempotency-Key must be 1 to 255 visible ASCII characters.");
  }
  return { idempotency: { key: header, fingerprint: fingerprintOf(request) } };
}

function fingerprintOf(request: FastifyRequest): string {
  const hash = createHash("sha256").update(`${request.method} ${request.raw.url ?? ""} ${String(request.headers["x-org"] ?? "")}\n`);
  if (request.rawBody !== null) hash.update(request.rawBody);
  else if (request.body !== undefined) hash.update(canonicalJson(request.body));
  return hash.digest("hex");
}
