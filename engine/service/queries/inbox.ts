/** The inbox: tasks and approvals that this person may do, in all chosen orgs; and the tasks of one instance. */
import { EngineError } from "../../core/errors.ts";
import { listTasks as listTaskRows, loadTask, type TaskRow } from "../../store/tasks.ts";
import { answerTasks, type TaskAnswer } from "../instances/task-answer.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import { inReading, pageOf } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { withoutHidden } from "./visible-instance.ts";

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
