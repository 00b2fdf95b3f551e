/**
 * The same `Idempotency-Key` with the same request gets the first answer again. Events and starts keep their answers in
 * their own transaction (service); what is here serves the other routes and makes the fingerprint for all.
 */
import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { canonicalJson } from "../core/canonical.ts";
import { EngineError } from "../core/errors.ts";
import type { Json } from "../schema/types.ts";
import type { Engine } from "../service/engine-context.ts";
import { loadInbox, saveInbox } from "../store/inbox.ts";
import { GLOBAL_ORG, type Session } from "../store/tx.ts";

export interface IdempotencyKey {
  readonly key: string;
  /** SHA-256 (hex) of method, path and canonical body. */
  readonly fingerprint: string;
}

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/u;
/** Keys that callers make live this long. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

/**
 * The request's key with its fingerprint; null where none was sent.
 *
 * - throws EngineError `idempotency_key_malformed` for anything but 1 to 255 visible ASCII characters
 */
export function idempotencyOf(request: FastifyRequest): IdempotencyKey | null {
  const header = request.headers["idempotency-key"];
  if (header === undefined) return null;
  if (typeof header !== "string" || !VISIBLE_ASCII.test(header)) {
    throw new EngineError("idempotency_key_malformed", "Idempotency-Key must be 1 to 255 visible ASCII characters.");
  }
  return { key: header, fingerprint: fingerprintOf(request) };
}

function fingerprintOf(request: FastifyRequest): string {
  const hash = createHash("sha256").update(`${request.method} ${request.raw.url ?? ""} ${String(request.headers["x-org"] ?? "")}\n`);
  if (request.rawBody !== null) hash.update(request.rawBody);
  else if (request.body !== undefined) hash.update(canonicalJson(request.body as Json));
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
  const wanted = idempotencyOf(request);
  if (wanted === null) return await run();
  const source = request.caller?.key ?? "nobody";
  const session: Session = { orgs: "system", actorId: request.caller?.principal.id ?? "system" };
  const orgId = request.scope?.mode === "one" ? (request.scope.orgs[0]?.id ?? GLOBAL_ORG) : GLOBAL_ORG;
  const lock = `${orgId} ${source} ${wanted.key}`;
  if (inFlight.has(lock)) throw new EngineError("idempotency_in_flight", "A request with this key is being handled.", { retryAfter: 1 });
  inFlight.add(lock);
  try {
    const known = await engine.store.work(session, (tx) => loadInbox(tx, orgId, source, wanted.key));
    if (known !== null) return replay(reply, known, wanted);
    const answer = await run();
    if (reply.statusCode >= 200 && reply.statusCode < 300 && isJson(answer)) {
      const now = engine.clock.now();
      const expiresAt = new Date(Date.parse(now) + KEPT_MS).toISOString();
      const write = { source, ...wanted, status: reply.statusCode, answer: (answer ?? null) as Json, at: now, expiresAt };
      await engine.store.work(session, (tx) => saveInbox(tx, orgId, write));
    }
    return answer;
  } finally {
    inFlight.delete(lock);
  }
}

function replay(reply: FastifyReply, known: { fingerprint: string; status: number; answer: Json }, wanted: IdempotencyKey): Json {
  if (known.fingerprint !== wanted.fingerprint) {
    throw new EngineError("idempotency_key_reused", "This Idempotency-Key was used for another request.");
  }
  reply.code(known.status).header("idempotency-replayed", "true");
  return known.answer;
}

/** Streams and files are answered anew. */
function isJson(answer: unknown): boolean {
  return answer === undefined || answer === null || Array.isArray(answer) || (typeof answer === "object" && Object.getPrototypeOf(answer) === Object.prototype);
}
