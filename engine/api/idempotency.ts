/**
 * The same `Idempotency-Key` with the same request gets the first answer again. Events and starts keep their answers in
 * their own transaction (service); what is here serves the other routes and makes the fingerprint for all.
 */
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { canonicalJson } from "../core/canonical.ts";
import { EngineError } from "../core/errors.ts";
import type { Json } from "../schema/types.ts";
import { type KeptAnswer, keepAnswer, loadKeptAnswer } from "../service/auth/kept-answers.ts";
import type { Engine } from "../service/engine-context.ts";
import type { Idempotency } from "../service/idempotency.ts";
import type { Scope } from "../service/scope.ts";

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

const inFlight = new Set<string>();

/**
 * Runs the request, or answers what was answered to its key. Only 2xx answers are kept.
 *
 * The answer is kept after the request's own commit: a process that dies between the two forgets the key, and the request
 * may run again.
 */
export async function answerOnce(engine: Engine, request: FastifyRequest, reply: FastifyReply, run: () => unknown): Promise<unknown> {
  const { idempotency } = idempotencyOf(request);
  if (idempotency === undefined) return await run();
  const scope = request.scope as Scope;
  const lock = JSON.stringify([scope.principal.kind, scope.principal.id, scope.orgs.map((org) => org.id), idempotency.key]);
  if (inFlight.has(lock)) throw new EngineError("idempotency_in_flight", "A request with this key is being handled.", { retryAfter: 1 });
  inFlight.add(lock);
  try {
    const known = await loadKeptAnswer(engine, scope, idempotency.key);
    if (known !== null) return replay(reply, known, idempotency);
    const answer = await run();
    if (reply.statusCode >= 200 && reply.statusCode < 300 && isJson(answer))
      await keepAnswer(engine, scope, idempotency, reply.statusCode, (answer ?? null) as Json);
    return answer;
  } finally {
    inFlight.delete(lock);
  }
}

function replay(reply: FastifyReply, known: KeptAnswer, idempotency: Idempotency): Json {
  if (known.fingerprint !== idempotency.fingerprint) {
    throw new EngineError("idempotency_key_reused", "This Idempotency-Key was used for another request.");
  }
  reply.code(known.status).header("idempotency-replayed", "true");
  return known.answer;
}

/** Streams and files are answered anew. */
function isJson(answer: unknown): boolean {
  return answer === undefined || answer === null || Array.isArray(answer) || (typeof answer === "object" && Object.getPrototypeOf(answer) === Object.prototype);
}
