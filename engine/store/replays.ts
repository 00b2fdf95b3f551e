/** Replay jobs and the differences they found. */
import type { Json, JsonObject } from "../schema/types.ts";
import type { Page, Tx } from "./tx.ts";

export interface ReplayJobRow {
  readonly orgId: string;
  readonly id: string;
  /** {against, machines, from, to, filter, missingFacts}. */
  readonly request: JsonObject;
  readonly status: "queued" | "running" | "done" | "failed" | "cancelled";
  readonly total: number;
  readonly done: number;
  readonly same: number;
  readonly changed: number;
  readonly byGate: Json;
  readonly error: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface ReplayDiffRow {
  readonly orgId: string;
  readonly jobId: string;
  readonly n: number;
  readonly instanceId: string;
  readonly seq: number;
  readonly cause: string;
  readonly diff: JsonObject;
}
export declare function createReplay(tx: Tx, row: Pick<ReplayJobRow, "orgId" | "id" | "request" | "createdBy" | "createdAt">): Promise<ReplayJobRow>;
export declare function loadReplay(tx: Tx, id: string): Promise<ReplayJobRow | null>;
export declare function listReplays(tx: Tx, limit: number): Promise<readonly ReplayJobRow[]>;
export declare function updateReplay(
  tx: Tx,
  id: string,
  change: Partial<Pick<ReplayJobRow, "status" | "total" | "done" | "same" | "changed" | "byGate" | "error">> & { readonly at: string },
): Promise<ReplayJobRow | null>;
export declare function addReplayDiffs(tx: Tx, rows: readonly ReplayDiffRow[]): Promise<void>;
export declare function replayDiffs(
  tx: Tx,
  jobId: string,
  page: { readonly limit: number; readonly cursor?: string | null; readonly cause?: string },
): Promise<Page<ReplayDiffRow>>;
