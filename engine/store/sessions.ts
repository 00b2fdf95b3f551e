/** Web sessions: the cookie holds a token, the table its SHA-256. System session. */
import type { Tx } from "./tx.ts";

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
export declare function createSession(tx: Tx, row: SessionRow): Promise<void>;
/** Only while it has not expired at `now`. */
export declare function loadSession(tx: Tx, tokenHash: string, now: string): Promise<SessionRow | null>;
export declare function touchSession(tx: Tx, tokenHash: string, lastSeenAt: string, expiresAt: string): Promise<void>;
export declare function endSession(tx: Tx, tokenHash: string): Promise<void>;
/** Ends all of a person's, but for `keep`. */
export declare function endSessionsOf(tx: Tx, personId: string, keep?: string): Promise<number>;
export declare function purgeSessions(tx: Tx, now: string): Promise<number>;
