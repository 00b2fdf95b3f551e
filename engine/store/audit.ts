/** The audit log: who did or tried what, append-only, hash-chained per org. Blocked and refused events land here too. */
import type { JsonObject } from "../schema/types.ts";
import type { Page, Tx } from "./tx.ts";

export interface AuditWrite {
  /** null: the platform's own chain. */
  readonly orgId: string | null;
  readonly at: string;
  readonly actorId: string;
  /** Snake case verb phrase, e.g. "event_blocked", "release_activated". */
  readonly action: string;
  readonly subject: { readonly type: string; readonly id: string } | null;
  readonly detail: JsonObject;
}
export interface AuditRow extends AuditWrite {
  readonly seq: number;
  readonly prevHash: string | null;
  readonly hash: string;
}
/** Serialises writers of one org until the commit: call it last in a transaction. */
export declare function appendAudit(tx: Tx, writes: readonly AuditWrite[]): Promise<void>;
export interface AuditFilter {
  readonly orgs?: readonly string[];
  readonly action?: string;
  readonly actorId?: string;
  readonly subjectType?: string;
  readonly subjectId?: string;
  readonly from?: string;
  readonly to?: string;
  /** Words looked for in the detail. */
  readonly search?: string;
}
/** Newest first. */
export declare function searchAudit(tx: Tx, filter: AuditFilter, page: { readonly limit: number; readonly cursor?: string | null }): Promise<Page<AuditRow>>;
export declare function verifyAudit(tx: Tx, orgId: string | null): Promise<{ readonly rows: number; readonly firstBad: number | null }>;
