/** High-water marks of inbound sequences: they only move up. */
import { statement, type Tx } from "./tx.ts";

export interface Watermark {
  readonly source: string;
  readonly scope: string;
  readonly sequence: number;
  /** SHA-256 of the content that set it. */
  readonly fingerprint: string;
}

/** Makes the mark or locks and moves it; `old` is what was there. The lock is held until the commit. */
const ADVANCE = statement(
  "watermark_advance",
  `insert into watermark (org_id, source, scope, sequence, fingerprint, updated_at) values ($1, $2, $3, $4, $5, $6)
   on conflict (org_id, source, scope) do update set sequence = excluded.sequence, fingerprint = excluded.fingerprint, updated_at = excluded.updated_at
   where watermark.sequence < excluded.sequence returning 1`,
);
const LOAD = statement("watermark_load", "select source, scope, sequence, fingerprint from watermark where org_id = $1 and source = $2 and scope = $3");

/**
 * Compares and sets in one statement, locking the mark until the commit.
 * - `advanced`: it moved up · `stale`: lower than the mark · `same`: equal with equal content · `conflict`: equal with other content
 */
export async function advanceWatermark(tx: Tx, orgId: string, mark: Watermark, at: string): Promise<"advanced" | "stale" | "same" | "conflict"> {
  const [[advanced], [now]] = await Promise.all([
    tx.query(ADVANCE, [orgId, mark.source, mark.scope, mark.sequence, mark.fingerprint, at]),
    tx.query<Watermark>(LOAD, [orgId, mark.source, mark.scope]),
  ]);
  if (advanced !== undefined || now === undefined) return "advanced";
  if (mark.sequence < now.sequence) return "stale";
  return mark.fingerprint === now.fingerprint ? "same" : "conflict";
}

export async function loadWatermark(tx: Tx, orgId: string, source: string, scope: string): Promise<Watermark | null> {
  return (await tx.query<Watermark>(LOAD, [orgId, source, scope]))[0] ?? null;
}
