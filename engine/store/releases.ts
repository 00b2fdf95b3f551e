/** Releases: numbered, immutable manifests, and what was decided about them. */
import type { Json } from "../schema/types.ts";
import type { Page, Tx } from "./tx.ts";

/** "<kind>/<key>" -> version hash. */
export type Manifest = Readonly<Record<string, string>>;
export interface ReleaseRow {
  readonly number: number;
  readonly state: "pending" | "approved" | "rejected";
  /** Release that the draft was based on. */
  readonly base: number | null;
  /** Everybody who edited the draft: none of them may approve. */
  readonly authors: readonly string[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly note: string;
  readonly manifest: Manifest;
  readonly checks: Json;
}
export interface ReleaseDecision {
  readonly number: number;
  readonly decision: "approved" | "rejected";
  readonly by: string;
  readonly at: string;
  readonly note: string;
}
/** Numbers have no gaps: writers queue for the next one. */
export declare function createRelease(tx: Tx, input: Omit<ReleaseRow, "number" | "state"> & { readonly state: "pending" | "approved" }): Promise<ReleaseRow>;
export declare function loadRelease(tx: Tx, number: number): Promise<ReleaseRow | null>;
/** Newest first; manifests included. */
export declare function listReleases(tx: Tx, page: { readonly limit: number; readonly before?: number }): Promise<Page<ReleaseRow>>;
/** @throws not_found, release_decided */
export declare function decideRelease(tx: Tx, decision: ReleaseDecision): Promise<ReleaseRow>;
export declare function releaseDecisions(tx: Tx, number: number): Promise<readonly ReleaseDecision[]>;
