/**
 * Sessions of people who signed in by the web: an opaque token in a cookie, its SHA-256 in the store, and nothing about
 * rights. Idle 30 minutes, 12 hours in all, by the engine's clock.
 */
import type { Clock } from "../../core/ports.ts";
import type { Instant } from "../../core/step-types.ts";
import { createSession, endSession, loadSession, touchSession } from "../../store/sessions.ts";
import type { Store } from "../../store/store.ts";
import type { Tx } from "../../store/tx.ts";
import type { Principal } from "../work/scope.ts";
import { loadPersonPrincipal, SIGN_IN_SESSION } from "./principals.ts";
import { hashSecret, isSecret, issueSecret } from "./secret.ts";

/** What authentication needs of the engine. */
export interface AuthContext {
  readonly store: Store;
  readonly clock: Clock;
}

const IDLE_MS = 30 * 60_000;
const ABSOLUTE_MS = 12 * 60 * 60_000;
/** Seen again within this time: not written. */
const TOUCH_MS = 60_000;
const TOKEN_PREFIX = "ghs";

export interface OpenedSession {
  /** Goes into the cookie; never stored. */
  readonly token: string;
  readonly expiresAt: Instant;
}

export interface SessionOrigin {
  readonly userAgent: string | null;
  readonly ip: string | null;
}

/** Opens a session for a person who has just proved who they are: always a fresh token. */
export async function openSession(tx: Tx, personId: string, now: Instant, origin: SessionOrigin): Promise<OpenedSession> {
  const secret = issueSecret(TOKEN_PREFIX);
  const expiresAt = later(now, IDLE_MS);
  await createSession(tx, {
    tokenHash: secret.hash,
    personId,
    csrf: issueSecret("ghc").text,
    createdAt: now,
    expiresAt,
    lastSeenAt: now,
    userAgent: origin.userAgent?.slice(0, 200) ?? null,
    ip: origin.ip,
  });
  return { token: secret.text, expiresAt };
}

/** The person of a living session; null for unknown, expired and disabled alike. Being seen keeps it alive. */
export async function authenticateSession(engine: AuthContext, token: string): Promise<{ readonly id: string; readonly principal: Principal } | null> {
  if (!isSecret(token, TOKEN_PREFIX)) return null;
  const tokenHash = hashSecret(token);
  const now = engine.clock.now();
  return await engine.store.work(SIGN_IN_SESSION, async (tx) => {
    const session = await loadSession(tx, tokenHash, now);
    if (session === null) return null;
    const principal = await loadPersonPrincipal(tx, session.personId, now);
    if (principal === null) return null;
    if (Date.parse(now) - Date.parse(session.lastSeenAt) >= TOUCH_MS) {
      const end = Math.min(Date.parse(session.createdAt) + ABSOLUTE_MS, Date.parse(now) + IDLE_MS);
      await touchSession(tx, tokenHash, now, new Date(end).toISOString());
    }
    return { id: tokenHash.slice(0, 24), principal };
  });
}

export async function closeSession(engine: AuthContext, token: string): Promise<void> {
  if (!isSecret(token, TOKEN_PREFIX)) return;
  await engine.store.work(SIGN_IN_SESSION, (tx) => endSession(tx, hashSecret(token)));
}

/** `__Host-` binds the cookie to this very host over TLS; browsers refuse it on plain http. */
export function sessionCookieName(publicOrigin: string): string {
  return publicOrigin.startsWith("https:") ? "__Host-gatehouse" : "gatehouse";
}

/** `Set-Cookie` for a token; null clears it. */
export function sessionCookie(publicOrigin: string, token: string | null): string {
  const secure = publicOrigin.startsWith("https:") ? "; Secure" : "";
  const age = token === null ? "; Max-Age=0" : `; Max-Age=${ABSOLUTE_MS / 1000}`;
  return `${sessionCookieName(publicOrigin)}=${token ?? ""}; Path=/; HttpOnly; SameSite=Lax${secure}${age}`;
}

function later(now: Instant, ms: number): Instant {
  return new Date(Date.parse(now) + ms).toISOString();
}
