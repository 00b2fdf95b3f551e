/**
 * The Idempotency-Key of a call: the same key with the same body gets the first answer back, byte for byte; with another
 * body it is refused. Only 2xx answers are stored, so a refused act may be tried again with its key.
 */
import { EngineError } from "../../core/errors.ts";
import type { Json } from "../../schema/json.ts";
import { type InboxRow, loadInbox, lockInbox, saveInbox } from "../../store/inbox.ts";
import type { Scope } from "./scope.ts";
import { Refused, type Work } from "./work.ts";

export interface Idempotency {
  /** 1 to 255 visible ASCII characters. */
  readonly key: string;
  /** SHA-256 (hex) of method, path and canonical body. */
  readonly fingerprint: string;
}

/** An input that may come with a key; a member, so that callers without keys leave it out. */
export interface Keyed {
  readonly idempotency?: Idempotency;
}

/** An answer with its status; `replayed` where it is the stored one. */
export interface Answer<T = Json> {
  readonly status: number;
  readonly replayed: boolean;
  readonly body: T;
}

const KEEP_DAYS = 30;

/** Keys of one caller do not meet those of another. */
export const sourceOf = (scope: Scope): string => `${scope.principal.kind}:${scope.principal.id}`;

/**
 * Runs an act once per key. A concurrent call with the same key waits for the first and gets its answer.
 *
 * - throws EngineError `idempotency_in_flight` where the first takes longer than anyone may wait for a lock
 * - throws EngineError `idempotency_key_reused` where the key was used for another body
 */
export async function once<T>(work: Work, idempotency: Idempotency | undefined, status: number, act: () => Promise<T | Refused>): Promise<Answer<T> | Refused> {
  if (idempotency === undefined) {
    const body = await act();
    return body instanceof Refused ? body : { status, replayed: false, body };
  }
  const source = sourceOf(work.scope);
  const { keyed } = work;
  const known = keyed?.key === idempotency.key ? keyed.row : await lockKey(work, source, idempotency.key);
  if (known !== null) return replay(known, idempotency);
  const body = await act();
  if (body instanceof Refused) return body;
  await saveInbox(work.tx, work.org.id, {
    source,
    key: idempotency.key,
    fingerprint: idempotency.fingerprint,
    status,
    answer: body as Json,
    at: work.at,
    expiresAt: new Date(Date.parse(work.at) + KEEP_DAYS * 86_400_000).toISOString(),
  });
  return { status, replayed: false, body };
}

async function lockKey(work: Work, source: string, key: string): Promise<InboxRow | null> {
  work.waitsForKey = true;
  const row = await lockInbox(work.tx, work.org.id, source, key);
  work.waitsForKey = false;
  return row;
}

/**
 * What was answered to the key already: for use cases that look at things before the transaction that keeps the answer. It
 * does not wait for others, so `once` still decides.
 */
export async function answeredBefore<T>(work: Work, idempotency: Idempotency | undefined): Promise<Answer<T> | null> {
  if (idempotency === undefined) return null;
  const known = await loadInbox(work.tx, work.org.id, sourceOf(work.scope), idempotency.key);
  return known === null ? null : replay(known, idempotency);
}

function replay<T>(known: InboxRow, idempotency: Idempotency): Answer<T> {
  if (known.fingerprint !== idempotency.fingerprint) {
    throw new EngineError("idempotency_key_reused", `The key "${idempotency.key}" was used for another request.`);
  }
  return { status: known.status, replayed: true, body: known.answer as T };
}
