/**
 * An instance as the API answers it: where it stands, and what may be done about it: every event with its permission, its
 * gates as they would decide now and the ways through the shut ones; checklist, timers, tasks.
 */
import type { CompiledMachine } from "../../core/machine/compile.ts";
import type { PreviewedItem } from "../../core/preview.ts";
import type { Decision, StateValue } from "../../core/step-types.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { statePaths } from "../../store/instance-row.ts";
import { loadRecord } from "../../store/records.ts";
import { listTasks } from "../../store/tasks.ts";
import { timersOf } from "../../store/timers.ts";
import { etagOf } from "../records/record-answer.ts";
import { fillLabel, recordTypeOf, titleOf } from "../records/record-type.ts";
import { maskedData } from "../records/visibility.ts";
import { withHolders } from "../work/decision-answer.ts";
import { forReading } from "../work/shared-reads.ts";
import type { Work } from "../work/work.ts";
import { type EventView, loadPreview, viewEvents } from "./event-preview.ts";
import { answerTasks, type TaskAnswer } from "./task-answer.ts";

export interface InstanceView {
  readonly id: string;
  readonly machine: { readonly key: string; readonly version: string; readonly title: string };
  readonly org: string;
  readonly key: string;
  readonly title: string;
  readonly record: {
    readonly type: string;
    readonly id: string;
    readonly code: string | null;
    readonly etag: string;
    readonly title: string;
    readonly data: JsonObject;
  } | null;
  readonly state: StateValue;
  readonly states: readonly string[];
  readonly status: "active" | "done" | "stopped";
  readonly seq: number;
  readonly context: JsonObject;
  /** What to do in this state, as its machine says. */
  readonly screen: { readonly state: string; readonly title: string; readonly text?: string; readonly primary?: string } | null;
  readonly path: readonly { readonly state: string; readonly done: boolean; readonly current: boolean }[];
  readonly checklist: readonly ChecklistAnswer[];
  readonly events: readonly EventView[];
  readonly timers: readonly { readonly name: string; readonly dueAt: string }[];
  readonly tasks: readonly TaskAnswer[];
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface ChecklistAnswer {
  readonly id: string;
  readonly label: string;
  /** null: cannot be told. */
  readonly ok: boolean | null;
  readonly detail?: string;
  readonly event?: string;
  readonly decision?: Decision;
}

/** The whole view, under the rights of the work's actor. */
export async function viewInstance(writing: Work, instance: InstanceRow): Promise<InstanceView> {
  const work = forReading(writing);
  const machine = await work.engine.programs.machine(work.tx, work.ruling, instance.machine, instance.machineVersion);
  const type = recordTypeOf(work.ruling.program, instance.recordType);
  const record = await loadRecord(work.tx, type, instance.recordId);
  const states = statePaths(instance.state);
  const preview = await loadPreview(work, machine, instance, record);
  const checklist: ChecklistAnswer[] = [];
  for (const item of preview.checklist) checklist.push(await checklistLine(work, item, machine.key));
  const data = record === null ? {} : await maskedData(work, type, record);
  const tasks = await listTasks(work.tx, { orgs: [work.org.id], instanceId: instance.id, status: "open" }, { limit: 50 });
  const title = record === null ? instance.key : titleOf(type, { ...record, data });
  return {
    id: instance.id,
    machine: { key: instance.machine, version: instance.machineVersion, title: machine.definition.title },
    org: work.org.code,
    key: instance.key,
    title: machine.definition.label === undefined ? title : fillLabel(machine.definition.label, { ...data, code: record?.code ?? null }) || title,
    record: record === null ? null : { type: instance.recordType, id: record.id, code: record.code, etag: etagOf(record), title, data },
    state: instance.state,
    states,
    status: instance.status,
    seq: instance.seq,
    context: instance.snapshot.context,
    screen: screenOf(machine, states),
    path: preview.path.map(({ state, progress }) => ({ state, done: progress === "done", current: progress === "current" })),
    checklist,
    events: await viewEvents(work, machine, instance, record, preview.events),
    timers: (await timersOf(work.tx, instance.id)).map(({ name, dueAt }) => ({ name, dueAt })),
    tasks: await answerTasks({ tx: work.tx, workOf: () => work }, tasks.items),
    createdAt: instance.createdAt,
    updatedAt: instance.updatedAt,
  };
}

/** The screen of the deepest active state that has one. */
function screenOf(machine: CompiledMachine, states: readonly string[]): InstanceView["screen"] {
  const screens = machine.definition.screens ?? {};
  const named = states.filter((state) => Object.hasOwn(screens, state)).sort((a, b) => b.split(".").length - a.split(".").length);
  const state = named[0];
  const screen = state === undefined ? undefined : screens[state];
  if (state === undefined || screen === undefined) return null;
  const { title, text, primary } = screen;
  return { state, title, ...(text === undefined ? {} : { text }), ...(primary === undefined ? {} : { primary }) };
}

function checklistLine(work: Work, item: PreviewedItem, machine: string): Promise<ChecklistAnswer> {
  return withDecision(work, item, machine, {
    id: item.id,
    label: item.title,
    ok: item.ok === "unknown" ? null : item.ok,
    ...(item.detail === undefined ? {} : { detail: item.detail }),
    ...(item.event === undefined ? {} : { event: item.event }),
  });
}

async function withDecision(work: Work, item: PreviewedItem, machine: string, line: ChecklistAnswer): Promise<ChecklistAnswer> {
  return item.decision === undefined ? line : { ...line, decision: await withHolders(work, item.decision, machine) };
}
