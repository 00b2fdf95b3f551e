/** The inbox: open tasks and approvals of the person, and the one in the side panel. */

import { EngineError } from "#engine/core/errors.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { TypeDefinition } from "#engine/schema/type.ts";
import type { TaskAnswer } from "#engine/service/instances/task-answer.ts";
import { getTask, listTasks } from "#engine/service/queries/inbox.ts";
import { namesOf } from "#engine/service/queries/person-names.ts";
import { visibleRecord } from "#engine/service/queries/records.ts";
import { aboutOf } from "#engine/service/records/record-type.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import { inReading } from "#engine/service/work/reading.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import type { Cell } from "#studio/ui/cell.tsx";
import { describeValue, words } from "#studio/ui/describe-value.ts";
import type { Field } from "../screens/guided.ts";
import type { InboxItem, InboxView, ListRequest } from "../screens/lists.ts";
import { namedFields } from "./cells.ts";
import { guided } from "./guided.server.ts";

const PAGE = 200;
const NEGATIVE = /reject|refuse|deny|decline|cancel/;

export async function inbox(engine: Engine, scope: Scope, request: ListRequest): Promise<InboxView> {
  const page = await listTasks(engine, scope, { limit: PAGE, cursor: request.cursor });
  const subjects = await subjectsOf(engine, scope, page.items);
  const all = page.items.map((task) => itemOf(task, subjects.get(task.id) ?? null));
  const tab = request.tab === "approvals" || request.tab === "tasks" ? request.tab : "all";
  const kinds = [...new Map(page.items.map((task) => [task.kind, words(task.kind)]))];
  return {
    tabs: [
      { id: "all", title: "All", count: all.length },
      { id: "approvals", title: "Approvals", count: all.filter((item) => item.kind === "approval").length },
      { id: "tasks", title: "Tasks", count: all.filter((item) => item.kind === "task").length },
    ],
    tab,
    items: all.filter((item, index) => isIn(tab, item) && fits(page.items[index], item, request)),
    next: page.next,
    filters: kinds.length < 2 ? [] : [{ field: "kind", title: "Kind", type: "text", options: kinds.map(([value, title]) => ({ value, title })) }],
    panel: request.at === null ? null : await panelOf(engine, scope, request.at, subjects),
  };
}

const isIn = (tab: string, item: InboxItem): boolean => tab === "all" || (tab === "approvals" ? item.kind === "approval" : item.kind === "task");

function fits(task: TaskAnswer | undefined, item: InboxItem, request: ListRequest): boolean {
  const kind = request.filters.find((filter) => filter.field === "kind");
  if (kind !== undefined && task?.kind !== kind.value) return false;
  const text = request.search?.toLowerCase() ?? "";
  return text === "" || `${item.title} ${item.code ?? ""} ${item.about ?? ""}`.toLowerCase().includes(text);
}

/** What the record of a task tells of it. */
interface Subject {
  readonly about: string;
  readonly code: string | null;
  readonly amount: MoneyCell | null;
  /** Names of those who asked. */
  readonly from: string | null;
}

/** Of all tasks' records, in one reading. */
async function subjectsOf(engine: Engine, scope: Scope, tasks: readonly TaskAnswer[]): Promise<ReadonlyMap<string, Subject>> {
  const subjects = new Map<string, Subject>();
  const names = await namesOf(
    engine,
    scope,
    tasks.flatMap((task) => task.requesters),
  );
  await inReading(engine, scope, async (reading) => {
    for (const { id, record, requesters } of tasks) {
      if (record === null) continue;
      const found = await orNull(visibleRecord(reading, { type: record.type, id: record.id }));
      if (found === null) continue;
      const { type, row } = found;
      const from = requesters.flatMap((person) => names.get(person) ?? []).join(", ");
      subjects.set(id, { about: aboutOf(type, row), code: row.code, amount: amountOf(type, row.data), from: from === "" ? null : from });
    }
  });
  return subjects;
}

type MoneyCell = Extract<Cell, { as: "money" }>;

/** The first money that stands under the record's title. */
function amountOf({ schema, summary }: TypeDefinition, data: JsonObject): MoneyCell | null {
  const cells = namedFields(schema, data, {}, summary ?? []).map(({ cell }) => cell);
  return cells.find((cell): cell is MoneyCell => cell.as === "money") ?? null;
}

function itemOf(task: TaskAnswer, subject: Subject | null): InboxItem {
  const key = task.instance?.key ?? null;
  const ownCode = key === null ? null : key.slice(key.indexOf(":") + 1);
  const code = subject?.code ?? (ownCode !== null && /^[0-9a-f]{8}-/.test(ownCode) ? null : ownCode);
  const about = subject === null || subject.about === subject.code || subject.about === task.title ? null : subject.about;
  const outcomes = task.outcomes.length === 0 ? ["done"] : [...task.outcomes].sort((a, b) => Number(NEGATIVE.test(a)) - Number(NEGATIVE.test(b)));
  return {
    id: task.id,
    kind: task.form,
    sort: `${task.form} ${task.kind}`,
    title: task.title,
    code,
    about,
    amount: subject?.amount ?? null,
    org: task.org,
    from: subject?.from ?? words(task.kind),
    state: null,
    dueAt: task.dueAt,
    since: task.createdAt,
    instance: task.instance?.id ?? null,
    href: task.instance === null ? null : `/work/${task.instance.id}`,
    outcomes: outcomes.map((outcome) => ({ id: outcome, title: outcome === "done" ? "Mark done" : verbOf(outcome) })),
    whyNot: task.mine ? null : "You asked for this one, or it needs a higher level: somebody else decides.",
  };
}

/** "approved" -> "Approve", "rejected" -> "Reject": the verb on the button. */
function verbOf(outcome: string): string {
  const verb = words(outcome);
  if (/(ved|sed|ced|ged|ted|ned)$/.test(verb)) return /(approv|clos|releas|not|decid)ed$/i.test(verb) ? verb.slice(0, -1) : verb.slice(0, -2);
  return verb;
}

/** `known`: what the page has read of its tasks already. */
async function panelOf(engine: Engine, scope: Scope, id: string, known: ReadonlyMap<string, Subject>): Promise<InboxView["panel"]> {
  const task = await orNull(getTask(engine, scope, { id }));
  if (task === null || task.status !== "open") return null;
  const view = task.instance === null ? null : await orNull(guided(engine, scope, task.instance.id));
  const fields: Field[] = [{ title: "Asked", cell: { as: "time", at: task.createdAt } }];
  if (task.dueAt !== null) fields.push({ title: "Due", cell: { as: "deadline", dueAt: task.dueAt, since: task.createdAt } });
  if (task.relies !== null && typeof task.relies === "object" && !Array.isArray(task.relies)) {
    for (const [name, value] of Object.entries(task.relies as JsonObject)) {
      const shown = typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject)["value"] : value;
      fields.push({ title: words(name), cell: { as: "text", text: describeValue(shown) } });
    }
  }
  const subject = known.get(task.id) ?? (await subjectsOf(engine, scope, [task])).get(task.id) ?? null;
  const relies = Object.keys((task.relies ?? {}) as JsonObject).length > 0;
  return {
    item: itemOf(task, subject),
    fields,
    guided: view,
    decidesByAct: !relies && view !== null && view.status === "active",
    acts: Object.values(task.sends),
  };
}

/** What is not there or not visible is no panel; faults are faults. */
async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EngineError && (error.code === "not_found" || error.code === "instance_not_found" || error.code === "record_not_found")) return null;
    throw error;
  }
}
