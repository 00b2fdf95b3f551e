/** High-water marks of inbound sequences: they only move up. */
import type { Tx } from "./tx.ts";

export interface Watermark {
  readonly source: string;
  readonly scope: string;
  readonly sequence: number;
  /** SHA-256 of the content that set it. */
  readonly fingerprint: string;
}
/**
 * Compares and sets in one statement, locking the mark until the commit.
 * - `advanced`: it moved up · `stale`: lower than the mark · `same`: equal with equal content · `conflict`: equal with other content
 */
export declare function advanceWatermark(tx: Tx, orgId: string, mark: Watermark, at: string): Promise<"advanced" | "stale" | "same" | "conflict">;
export declare function loadWatermark(tx: Tx, orgId: string, source: string, scope: string): Promise<Watermark | null>;
