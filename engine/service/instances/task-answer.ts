/** Tasks as callers get them: with the keys of their instances, and whether the reader may complete them. */
import type { Json } from "../../schema/json.ts";
import { instancesOfRecords } from "../../store/instances.ts";
import type { TaskRow } from "../../store/tasks.ts";
import type { Reading } from "../work/reading.ts";
import type { Work } from "../work/work.ts";

export interface TaskAnswer {
  readonly id: string;
  readonly org: string;
  readonly kind: string;
  readonly form: "task" | "approval";
  readonly title: string;
  readonly ref: string | null;
  readonly status: string;
  readonly outcomes: readonly string[];
  /** Event of its instance that each outcome sends; of a task without outcomes none. */
  readonly sends: Readonly<Record<string, string>>;
  readonly outcome: string | null;
  readonly note: string | null;
  readonly assignee: string | null;
  readonly permission: string | null;
  readonly role: string | null;
  readonly minRank: number;
  /** Ids of the people who asked for it: somebody else decides. */
  readonly requesters: readonly string[];
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
    sends: row.outcomes,
    outcome: row.outcome,
    note: row.note,
    assignee: row.assignee,
    permission: row.permission,
    role: row.role,
    minRank: row.minRank,
    requesters: row.excluded,
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
