/** Web sessions: the cookie holds a token, the table its SHA-256. System session. */
import { statement, type Tx } from "./tx.ts";

export interface SessionRow {
  /** SHA-256 (hex) of the token. */
  readonly tokenHash: string;
  readonly personId: string;
  readonly csrf: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastSeenAt: string;
  readonly userAgent: string | null;
  readonly ip: string | null;
}

const CREATE = statement(
  "session_create",
  "insert into session (token_hash, person_id, csrf, created_at, expires_at, last_seen_at, user_agent, ip) values ($1, $2, $3, $4, $5, $6, $7, $8)",
);
const LOAD = statement(
  "session_load",
  `select token_hash as "tokenHash", person_id as "personId", csrf, created_at as "createdAt", expires_at as "expiresAt", last_seen_at as "lastSeenAt", user_agent as "userAgent", ip
   from session where token_hash = $1 and expires_at > $2`,
);
const TOUCH = statement("session_touch", "update session set last_seen_at = $2, expires_at = $3 where token_hash = $1");
const END = statement("session_end", "delete from session where token_hash = $1");
const END_OF = statement("session_end_of", "delete from session where person_id = $1 and ($2::text is null or token_hash <> $2) returning 1");
const PURGE = statement("session_purge", "delete from session where expires_at <= $1 returning 1");

export async function createSession(tx: Tx, row: SessionRow): Promise<void> {
  await tx.query(CREATE, [row.tokenHash, row.personId, row.csrf, row.createdAt, row.expiresAt, row.lastSeenAt, row.userAgent, row.ip]);
}

/** Only while it has not expired at `now`. */
export async function loadSession(tx: Tx, tokenHash: string, now: string): Promise<SessionRow | null> {
  return (await tx.query<SessionRow>(LOAD, [tokenHash, now]))[0] ?? null;
}

export async function touchSession(tx: Tx, tokenHash: string, lastSeenAt: string, expiresAt: string): Promise<void> {
  await tx.query(TOUCH, [tokenHash, lastSeenAt, expiresAt]);
}

export async function endSession(tx: Tx, tokenHash: string): Promise<void> {
  await tx.query(END, [tokenHash]);
}

/** Ends all of a person's, but for `keep`. */
export async function endSessionsOf(tx: Tx, personId: string, keep?: string): Promise<number> {
  return (await tx.query(END_OF, [personId, keep ?? null])).length;
}

export async function purgeSessions(tx: Tx, now: string): Promise<number> {
  return (await tx.query(PURGE, [now])).length;
}
