/**
 * Answers kept for an Idempotency-Key by the routes whose use cases do not keep them in their own transaction.
 */
import type { Instant } from "../../core/step-types.ts";
import type { Json } from "../../schema/types.ts";
import { loadInbox, saveInbox } from "../../store/inbox.ts";
import { GLOBAL_ORG } from "../../store/tx.ts";
import { type Idempotency, sourceOf } from "../idempotency.ts";
import type { Scope } from "../scope.ts";
import { SIGN_IN_SESSION } from "./principals.ts";
import type { AuthContext } from "./sessions.ts";

export interface KeptAnswer {
  readonly fingerprint: string;
  readonly status: number;
  readonly answer: Json;
}

/** Keys that callers make live this long. */
const KEPT_MS = 30 * 24 * 60 * 60_000;

/** What was answered to the caller's key in this scope; null where nothing was. */
export async function loadKeptAnswer(engine: AuthContext, scope: Scope, key: string): Promise<KeptAnswer | null> {
  return await engine.store.work(SIGN_IN_SESSION, (tx) => loadInbox(tx, orgOf(scope), sourceOf(scope), key));
}

export async function keepAnswer(engine: AuthContext, scope: Scope, idempotency: Idempotency, status: number, answer: Json): Promise<void> {
  const at: Instant = engine.clock.now();
  const expiresAt = new Date(Date.parse(at) + KEPT_MS).toISOString();
  await engine.store.work(SIGN_IN_SESSION, (tx) => saveInbox(tx, orgOf(scope), { source: sourceOf(scope), ...idempotency, status, answer, at, expiresAt }));
}

/** A request to several orgs keeps its answer with none of them. */
function orgOf(scope: Scope): string {
  return scope.mode === "one" ? (scope.orgs[0]?.id ?? GLOBAL_ORG) : GLOBAL_ORG;
}
