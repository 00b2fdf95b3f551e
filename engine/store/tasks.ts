/** Tasks and approvals that machines hand to people. */
import type { TaskDraft } from "../core/step-types.ts";
import type { JsonObject } from "../schema/types.ts";
import type { Page, Tx } from "./tx.ts";

export interface TaskRow extends TaskDraft {
  readonly orgId: string;
  readonly instanceId: string | null;
  readonly machine: string | null;
  readonly recordType: string | null;
  readonly recordId: string | null;
  readonly seq: number;
  readonly status: "open" | "done" | "cancelled" | "void";
  readonly outcome: string | null;
  readonly note: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly createdAt: string;
}
export declare function loadTask(tx: Tx, id: string, lock?: "update"): Promise<TaskRow | null>;
export declare function addTask(
  tx: Tx,
  orgId: string,
  task: TaskDraft,
  about: {
    readonly instanceId?: string | null;
    readonly machine?: string | null;
    readonly recordType?: string | null;
    readonly recordId?: string | null;
    readonly seq?: number;
  },
  at: string,
): Promise<void>;
export interface TaskFilter {
  readonly orgs?: readonly string[];
  readonly status?: TaskRow["status"];
  /** Tasks that this person may do: assigned to them, or open to one of the permissions or roles, of at most this rank, and not excluded. */
  readonly inboxOf?: { readonly personId: string; readonly permissions: readonly string[]; readonly roles: readonly string[]; readonly rank: number };
  readonly instanceId?: string;
  readonly recordId?: string;
  readonly kind?: string;
}
/** Open ones by due date (none last), then by age. */
export declare function listTasks(tx: Tx, filter: TaskFilter, page: { readonly limit: number; readonly cursor?: string | null }): Promise<Page<TaskRow>>;
/** False when it was no longer open. */
export declare function closeTask(
  tx: Tx,
  input: {
    readonly orgId: string;
    readonly id: string;
    readonly status: "done" | "cancelled" | "void";
    readonly outcome: string | null;
    readonly note: string | null;
    readonly by: string;
    readonly at: string;
    readonly payload?: JsonObject;
  },
): Promise<boolean>;
