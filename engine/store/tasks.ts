/** Tasks and approvals that machines hand to people. */
import type { TaskDraft } from "../core/step-types.ts";
import type { JsonObject } from "../schema/json.ts";
import { afterCursor, pageOf } from "./cursor.ts";
import { orgsOf } from "./instances.ts";
import { Conditions } from "./sql.ts";
import { type Page, statement, type Tx } from "./tx.ts";

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

type TaskSqlRow = Omit<TaskRow, keyof TaskDraft> & { readonly draft: TaskDraft };

const COLUMNS = `t.org_id as "orgId", t.instance_id as "instanceId", t.machine, t.record_type as "recordType", t.record_id as "recordId", t.seq, t.status, t.outcome, t.note,
  t.decided_by as "decidedBy", t.decided_at as "decidedAt", t.created_at as "createdAt", t.draft`;
const load = (lock: string) => `select ${COLUMNS} from task t where t.id = $1 and ($2::uuid[] is null or t.org_id = any ($2))${lock}`;
const LOAD = statement("task_load", load(""));
const LOCK = statement("task_lock", load(" for no key update"));
const ADD = statement(
  "task_add",
  `insert into task (org_id, id, kind, ref, instance_id, machine, record_type, record_id, seq, assignee, permission, role, min_rank, excluded, due_at, draft, status, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'open', $17)`,
);
const CLOSE = statement(
  "task_close",
  `update task set status = $3, outcome = $4, note = $5, decided_by = $6, decided_at = $7, payload = $8 where org_id = $1 and id = $2 and status = 'open' returning 1`,
);

const toTask = ({ draft, ...row }: TaskSqlRow): TaskRow => ({ ...draft, ...row });

export async function loadTask(tx: Tx, id: string, lock?: "update"): Promise<TaskRow | null> {
  const [row] = await tx.query<TaskSqlRow>(lock === undefined ? LOAD : LOCK, [id, orgsOf(tx)]);
  return row === undefined ? null : toTask(row);
}

/** A task outside of a step (commit-send writes those of a step). Queued. */
export async function addTask(
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
): Promise<void> {
  tx.queue(ADD, [
    orgId,
    task.id,
    task.kind,
    task.ref,
    about.instanceId ?? null,
    about.machine ?? null,
    about.recordType ?? null,
    about.recordId ?? null,
    about.seq ?? 0,
    ...taskTerms(task),
    at,
  ]);
}

/** Who may do it and until when, with the task itself: in the order of both statements that write one. */
export function taskTerms(task: TaskDraft): readonly unknown[] {
  return [task.assignee, task.permission, task.role, task.minRank, task.excluded, task.dueAt, JSON.stringify(task)];
}

export interface TaskFilter {
  readonly orgs?: readonly string[];
  readonly status?: TaskRow["status"];
  /** Tasks that this person may do: assigned to them, or to nobody and open to one of the permissions or roles; of at most this rank; not excluded. */
  readonly inboxOf?: { readonly personId: string; readonly permissions: readonly string[]; readonly roles: readonly string[]; readonly rank: number };
  readonly instanceId?: string;
  readonly recordId?: string;
  readonly kind?: string;
}

const NEVER = "infinity";

/** By due date (none last), then by age. */
export async function listTasks(tx: Tx, filter: TaskFilter, page: { readonly limit: number; readonly cursor?: string | null }): Promise<Page<TaskRow>> {
  const where = new Conditions();
  const orgs = filter.orgs ?? orgsOf(tx);
  if (orgs !== null) where.add("t.org_id = any (?::uuid[])", orgs);
  if (filter.status !== undefined) where.add("t.status = ?", filter.status);
  if (filter.instanceId !== undefined) where.add("t.instance_id = ?", filter.instanceId);
  if (filter.recordId !== undefined) where.add("t.record_id = ?", filter.recordId);
  if (filter.kind !== undefined) where.add("t.kind = ?", filter.kind);
  if (filter.inboxOf !== undefined) {
    const { personId, permissions, roles, rank } = filter.inboxOf;
    where.add("t.min_rank <= ?::int and not (?::text = any (t.excluded))", rank, personId);
    where.add(
      "t.assignee = ?::text or (t.assignee is null and (t.permission is null or t.permission = any (?::text[])) and (t.role is null or t.role = any (?::text[])))",
      personId,
      permissions,
      roles,
    );
  }
  const cursor = afterCursor(page.cursor);
  if (cursor !== null) where.add(`(coalesce(t.due_at, '${NEVER}'), t.id) > (?::timestamptz, ?::uuid)`, cursor[0], cursor[1]);
  const rows = await tx.query<TaskSqlRow>(
    `select ${COLUMNS} from task t where ${where.sql} order by coalesce(t.due_at, '${NEVER}'), t.id limit ${where.value(page.limit + 1)}`,
    where.values,
  );
  return pageOf(rows.map(toTask), page.limit, (row) => [row.dueAt ?? NEVER, row.id]);
}

/** False when it was no longer open. */
export async function closeTask(
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
): Promise<boolean> {
  const payload = input.payload === undefined ? null : JSON.stringify(input.payload);
  return (await tx.query(CLOSE, [input.orgId, input.id, input.status, input.outcome, input.note, input.by, input.at, payload])).length > 0;
}
