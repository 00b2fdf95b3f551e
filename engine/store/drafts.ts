/** Drafts: an admin's working set of changed definitions on top of a release. */
import type { Kind } from "../schema/types.ts";
import type { Tx } from "./tx.ts";

export interface DraftRow {
  readonly id: string;
  readonly name: string;
  readonly base: number | null;
  readonly status: "open" | "published" | "discarded";
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface DraftDefinition {
  readonly draftId: string;
  readonly kind: Kind;
  readonly key: string;
  /** JSON text as the author wrote it; null: removed from the release. */
  readonly content: string | null;
  /** Version hash of the base that was edited; null for a new definition. */
  readonly baseHash: string | null;
  readonly updatedBy: string;
  readonly updatedAt: string;
  /** Counts saves, for optimistic checks. */
  readonly revision: number;
}
export declare function createDraft(tx: Tx, draft: Omit<DraftRow, "status" | "updatedAt">): Promise<DraftRow>;
export declare function loadDraft(tx: Tx, id: string): Promise<DraftRow | null>;
export declare function listDrafts(tx: Tx, status?: DraftRow["status"]): Promise<readonly DraftRow[]>;
export declare function updateDraft(
  tx: Tx,
  id: string,
  change: { readonly name?: string; readonly base?: number | null; readonly status?: DraftRow["status"]; readonly at: string },
): Promise<DraftRow>;
export declare function draftDefinitions(tx: Tx, draftId: string): Promise<readonly DraftDefinition[]>;
export declare function loadDraftDefinition(tx: Tx, draftId: string, kind: Kind, key: string): Promise<DraftDefinition | null>;
/** `ifRevision` guards against another tab. @throws draft_conflict */
export declare function saveDraftDefinition(tx: Tx, input: Omit<DraftDefinition, "revision"> & { readonly ifRevision?: number }): Promise<DraftDefinition>;
/** Forgets the change; the base shows again. */
export declare function dropDraftDefinition(tx: Tx, draftId: string, kind: Kind, key: string): Promise<boolean>;
/** Everybody who ever saved into it, in order of their first save. */
export declare function draftAuthors(tx: Tx, draftId: string): Promise<readonly string[]>;
