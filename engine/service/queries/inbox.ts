/** The inbox: tasks and approvals that this person may do, in all chosen orgs; and the tasks of one instance. */
import { EngineError } from "../../core/errors.ts";
import type { Json } from "../../schema/json.ts";
import { instancesOfRecords } from "../../store/instances.ts";
import { listTasks as listTaskRows, loadTask, type TaskRow } from "../../store/tasks.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import { inReading, pageOf, type Reading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { withoutHidden } from "./visible-instance.ts";

export interface TaskAnswer {
  readonly id: string;
  readonly org: string;
  readonly kind: string;
  readonly form: "task" | "approval";
  readonly title: string;
  readonly ref: string | null;
  readonly status: string;
  readonly outcomes: readonly string[];
  readonly outcome: string | null;
  readonly note: string | null;
  readonly assignee: string | null;
  readonly permission: string | null;
  readonly role: string | null;
  readonly minRank: number;
  readonly dueAt: string | null;
  readonly overdue: boolean;
  /** Whether the reader may complete it; false for their own request and below its rank. */
  readonly mine: boolean;
  readonly instance: { readonly id: string; readonly machine: string; readonly key: string | null } | null;
  readonly record: { readonly type: string; readonly id: string } | null;
  readonly relies: Json;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly createdAt: string;
}

export interface TaskListInput {
  readonly status?: TaskRow["status"];
  readonly kind?: string;
  /** All that the reader's permissions and roles open, those of others included, instead of their own inbox. */
  readonly all?: boolean;
  readonly limit?: number;
  readonly cursor?: string | null;
}

/** Lists tasks by due date. Rights differ by org, so each org is asked for itself and the pages are joined. */
export async function listTasks(
  engine: Engine,
  scope: Scope,
  input: TaskListInput = {},
): Promise<{ readonly items: readonly TaskAnswer[]; readonly next: string | null }> {
  return await inReading(engine, scope, async (reading) => {
    const { limit, cursor } = pageOf(input);
    const cursors = readCursors(cursor);
    const nexts: Record<string, string> = {};
    const items: TaskAnswer[] = [];
    for (const work of reading.works) {
      if (cursor !== null && cursors[work.org.id] === undefined) continue;
      const page = await listTaskRows(
        reading.tx,
        {
          orgs: [work.org.id],
          status: input.status ?? "open",
          ...(input.kind === undefined ? {} : { kind: input.kind }),
          ...(input.all === true && work.actor.permissions.includes("audit.view") ? {} : { inboxOf: inboxOf(work) }),
        },
        { limit, cursor: cursors[work.org.id] ?? null },
      );
      items.push(...(await answerTasks(reading, await withoutHidden(reading, page.items, ({ instanceId }) => instanceId))));
      if (page.next !== null) nexts[work.org.id] = page.next;
    }
    items.sort((a, b) => compareDue(a, b));
    return { items, next: Object.keys(nexts).length === 0 ? null : JSON.stringify(nexts) };
  });
}

function readCursors(cursor: string | null): Readonly<Record<string, string>> {
  if (cursor === null) return {};
  const refused = new EngineError("query_invalid", "The cursor is not one of ours.", { errors: [{ path: "/cursor", message: "is not valid" }] });
  let value: unknown;
  try {
    value = JSON.parse(cursor);
  } catch {
    throw refused;
  }
  if (typeof value !== "object" || value === null || Object.values(value).some((each) => typeof each !== "string")) throw refused;
  return value as Record<string, string>;
}

function inboxOf(work: Work) {
  return { personId: work.actor.id, permissions: work.actor.permissions, roles: work.actor.roles, rank: work.actor.rank };
}

function compareDue(a: TaskAnswer, b: TaskAnswer): number {
  const due = (a.dueAt ?? "9999").localeCompare(b.dueAt ?? "9999", "en");
  return due !== 0 ? due : a.createdAt < b.createdAt ? -1 : 1;
}

/** - throws EngineError `not_found` */
export async function getTask(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<TaskAnswer> {
  return await inReading(engine, scope, async (reading) => {
    const row = isUuid(input.id) ? await loadTask(reading.tx, input.id) : null;
    const [shown] = row === null ? [] : await withoutHidden(reading, [row], ({ instanceId }) => instanceId);
    if (shown === undefined) throw new EngineError("not_found", `There is no task "${input.id.slice(0, 60)}".`);
    return (await answerTasks(reading, [shown]))[0] as TaskAnswer;
  });
}

/** Adds to tasks the keys of their instances. */
export async function answerTasks(reading: Pick<Reading, "tx" | "workOf">, rows: readonly TaskRow[]): Promise<readonly TaskAnswer[]> {
  const records = [...new Set(rows.flatMap((row) => row.recordId ?? []))];
  const instances = records.length === 0 ? [] : await instancesOfRecords(reading.tx, records);
  const keys = new Map(instances.map((instance) => [instance.id, instance.key]));
  return rows.map((row) => answerTask(reading.workOf(row.orgId), row, keys));
}

function answerTask(work: Work, row: TaskRow, keys: ReadonlyMap<string, string>): TaskAnswer {
  return {
    id: row.id,
    org: work.org.code,
    kind: row.kind,
    form: row.form,
    title: row.title,
    ref: row.ref,
    status: row.status,
    outcomes: Object.keys(row.outcomes).sort(),
    outcome: row.outcome,
    note: row.note,
    assignee: row.assignee,
    permission: row.permission,
    role: row.role,
    minRank: row.minRank,
    dueAt: row.dueAt,
    overdue: row.status === "open" && row.dueAt !== null && row.dueAt < work.at,
    mine: isMine(work, row),
    instance: row.instanceId === null ? null : { id: row.instanceId, machine: row.machine ?? "", key: keys.get(row.instanceId) ?? null },
    record: row.recordId === null ? null : { type: row.recordType ?? "", id: row.recordId },
    relies: row.relies as unknown as Json,
    decidedBy: row.decidedBy,
    decidedAt: row.decidedAt,
    createdAt: row.createdAt,
  };
}

function isMine(work: Work, row: TaskRow): boolean {
  if (row.status !== "open" || row.excluded.includes(work.actor.id)) return false;
  if (row.assignee === work.actor.id) return true;
  if (work.actor.rank < row.minRank) return false;
  return (row.role !== null && work.actor.roles.includes(row.role)) || (row.permission !== null && work.actor.permissions.includes(row.permission));
}
