/** The guided screen's data, from the instance page and its history. */
import type { Decision, UnlockOption } from "#engine/core/step-types.ts";
import type { Json, JsonObject } from "#engine/schema/json.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import type { TypeDefinition } from "#engine/schema/type.ts";
import type { EventView, GateView as ServiceGate } from "#engine/service/instances/event-preview.ts";
import type { InstanceView } from "#engine/service/instances/instance-view.ts";
import { listAttempts } from "#engine/service/queries/attempts.ts";
import { instanceHistory } from "#engine/service/queries/history.ts";
import { getInstancePage, type InstancePage } from "#engine/service/queries/instance.ts";
import type { RelatedGroup } from "#engine/service/queries/related-records.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import { evaluateOne } from "#engine/service/work/expression.ts";
import { inReading } from "#engine/service/work/reading.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import type { Work } from "#engine/service/work/work.ts";
import { NONE } from "#studio/ui/cell.tsx";
import { wayOf } from "#studio/ui/decision-explanation.tsx";
import { describeValue, words } from "#studio/ui/describe-value.ts";
import { meaningOf } from "#studio/ui/status-badge.tsx";
import type { ActView, DocumentLine, GateView, GuidedView, WayView } from "../screens/guided.ts";
import { attemptEntries, inOrderOfTime } from "./attempt-entries.ts";
import { fieldsOf, namedFields, type Reference } from "./cells.ts";
import { documentLines } from "./document-lines.ts";
import { historyEntries, titleOfDecision } from "./history.ts";
import { overrideGuard } from "./override-guard.ts";
import { standingOf, stepsOf } from "./path-words.ts";
import { dependsOnPayload } from "./payload-gate.ts";
import { leavesOf, meaningOfState, stateTitle, stateWords } from "./state-words.ts";

const HISTORY_SHOWN = 60;

export async function guided(engine: Engine, scope: Scope, instance: string): Promise<GuidedView> {
  const page = await getInstancePage(engine, scope, { instance });
  return await guidedOf(engine, scope, page);
}

/** The same for a page that is already read. */
export async function guidedOf(engine: Engine, scope: Scope, page: InstancePage): Promise<GuidedView> {
  const view = page.instance;
  const history = await instanceHistory(engine, scope, { instance: view.id, limit: HISTORY_SHOWN, cursor: String(Math.max(0, view.seq - HISTORY_SHOWN)) });
  const attempts = await listAttempts(engine, scope, { instance: view.id, limit: HISTORY_SHOWN });
  return await inReading(engine, scope, async (reading) => {
    const work = reading.works.find((candidate) => candidate.org.code === view.org) ?? reading.works[0];
    const { definition } = await engine.programs.machine(reading.tx, work.ruling, view.machine.key, view.machine.version);
    const type = view.record === null ? null : work.ruling.program.type(view.record.type);
    const acts: ActView[] = [];
    for (const event of view.events) if (!event.hidden) acts.push(await actOf(work, definition, view, event));
    const documents = documentLines(page.documents);
    const entered = enteredAt(history.items);
    return {
      id: view.id,
      machine: { key: view.machine.key, title: view.machine.title, version: view.machine.version },
      org: view.org,
      code: view.record?.code ?? null,
      title: view.title,
      note: standingOf(definition, view),
      summary:
        view.record === null || type === null
          ? []
          : namedFields(type.schema, view.record.data, page.references as Readonly<Record<string, Reference>>, type.summary ?? []),
      status: view.status,
      seq: view.seq,
      release: work.ruling.release,
      checkedAt: work.at,
      steps: stepsOf(definition, view, entered),
      lanes: lanesOf(definition, view),
      screen: {
        title: view.screen?.title ?? (view.status === "active" ? stateWords(definition, view.state) : "Finished"),
        text: view.screen?.text ?? null,
        primary: view.screen?.primary ?? null,
      },
      checklist: checklistOf(definition, view),
      acts: acts.map((each) => withFile(each, documents)),
      record: {
        type: view.record?.type ?? "",
        id: view.record?.id ?? "",
        title: type?.title ?? "Record",
        fields: view.record === null || type === null ? [] : recordFields(page, type, definition.publicForm?.tokenField),
      },
      people: peopleOf(page),
      clocks: [
        ...view.timers.map((timer) => ({
          id: timer.name,
          kind: "timer" as const,
          title: words(timer.name.slice(timer.name.lastIndexOf(".") + 1)),
          at: timer.dueAt,
        })),
        ...view.tasks.map((task) => ({ id: task.id, kind: task.form, title: task.title, at: task.dueAt })),
      ],
      mails: page.mails.map((mail) => ({
        id: mail.id,
        subject: mail.subject,
        to: mail.recipients.join(", "),
        meaning: mail.state === "queued" ? ("waitsUntil" as const) : meaningOf(mail.state),
        at: mail.sentAt ?? mail.createdAt,
      })),
      documents,
      files: page.files.map((file) => ({ id: file.id, name: file.name, note: file.note, href: `/api/v1/files/${file.id}` })),
      related: page.related
        .filter((group) => group.items.length > 0)
        .map((group) => ({
          title: group.title,
          more: group.more ? `/records/${group.type}` : null,
          items: group.items.map((item) => relatedItem(group, item, work.ruling.program.type(group.type)?.schema ?? {})),
        })),
      more: { ...page.more, events: view.seq > HISTORY_SHOWN },
      history: inOrderOfTime([
        ...historyEntries(definition, [...history.items].reverse(), work.ruling.program, page.timeline),
        ...attemptEntries(definition, attempts.items, work.ruling.program),
      ]),
    };
  });
}

/** The act that hands a document out opens it. */
function withFile(act: ActView, documents: readonly DocumentLine[]): ActView {
  const href = documents.find(({ event }) => event === act.type)?.href;
  return href === undefined ? act : { ...act, opens: href };
}

/** An event as an act, with what its gates say. */
export async function actOf(work: Work, machine: MachineDefinition, view: InstanceView, event: EventView): Promise<ActView> {
  const gates: GateView[] = [];
  const shut = event.gates.filter((gate) => gate.outcome !== "pass" && gate.decision.overridden === undefined);
  const asks =
    event.permitted &&
    !event.allowed &&
    event.payloadSchema !== null &&
    shut.length > 0 &&
    shut.every((gate) => dependsOnPayload(work.ruling.program, machine, event.type, gate.decision));
  for (const gate of event.allowed ? event.gates.slice(0, 3) : asks ? [] : shut) gates.push(await gateOf(work, machine, view, gate));
  return {
    type: event.type,
    title: event.title,
    // What refuses it in place of a gate is said where the act is described.
    description: event.violations?.map(({ message }) => message).join(" ") ?? event.description ?? null,
    tone: event.tone === "primary" || event.tone === "danger" || event.tone === "override" ? event.tone : "default",
    allowed: event.allowed || asks,
    permitted: event.permitted,
    who: event.refusal === undefined ? null : event.refusal.missing.length === 0 ? event.refusal.message : `needs ${event.refusal.missing.join(", ")}`,
    schema: event.payloadSchema,
    initial: event.initial,
    confirm: event.confirm ?? null,
    gates,
  };
}

async function gateOf(work: Work, machine: MachineDefinition, view: InstanceView, gate: ServiceGate): Promise<GateView> {
  const inputs = work.ruling.program.decision(gate.key)?.inputs ?? {};
  const titles = Object.fromEntries(Object.entries(inputs).flatMap(([name, spec]) => (spec.title === undefined ? [] : [[name, spec.title]])));
  const { override } = gate;
  const ways: WayView[] = [];
  for (const option of doable(gate.unlock ?? []).slice(0, 6)) ways.push(wayView(work, machine, view, option, titles));
  return {
    decision: { ...decisionView(gate.decision), ...titleOfDecision(work.ruling.program, gate.key) },
    titles,
    ways,
    override:
      override === undefined
        ? null
        : { may: override.permitted, permission: override.permission, reasons: override.permitted ? await overrideReasons(work, machine, gate.key) : [] },
  };
}

/** Ways that somebody can go; what would merely have to be otherwise is told only where there is no such way. */
function doable(options: readonly UnlockOption[]): readonly UnlockOption[] {
  const acts = options.filter((option) => option.acts.every((act) => act.event !== undefined));
  return acts.length === 0 ? options : acts;
}

export function decisionView(decision: Decision): GateView["decision"] {
  const { key, version, outcome, reasons, explanation, overridden, output } = decision;
  return { key, version, outcome, reasons, explanation, output, ...(overridden === undefined ? {} : { overridden }) };
}

/** What of a way this person may do becomes its buttons; for the rest it names who may. */
function wayView(work: Work, machine: MachineDefinition, view: InstanceView, option: UnlockOption, titles: Readonly<Record<string, string>>): WayView {
  const acts = option.acts
    .filter((act, index) => !option.acts.slice(0, index).some((other) => isSameAct(act, other)))
    .map((act) => (act.title !== undefined || act.event === undefined ? act : { ...act, title: machine.events[act.event]?.title ?? words(act.event) }));
  return {
    ...wayOf({ acts }, titles, work.actor.id),
    acts: acts.flatMap(({ event, title, instance, on, who }) => {
      if (event === undefined) return [];
      const here = instance === view.id || (instance === undefined && on === undefined);
      const may = here
        ? view.events.some((each) => each.type === event && each.allowed && each.permitted)
        : instance !== undefined && who?.some((person) => person.id === work.actor.id) === true;
      const named = here ? (machine.events[event]?.title ?? title) : title;
      return may ? [{ title: named ?? words(event), instance: instance ?? view.id, event, here }] : [];
    }),
  };
}

/** One event may change several of the facts that a gate asks for. */
const isSameAct = (a: UnlockOption["acts"][number], b: UnlockOption["acts"][number]): boolean =>
  a.event !== undefined && a.event === b.event && a.instance === b.instance && a.on === b.on;

async function overrideReasons(work: Work, machine: MachineDefinition, key: string): Promise<readonly { value: string; title: string }[]> {
  const reasons = overrideGuard(machine.config, key)?.reasons;
  if (reasons === undefined) return [];
  const value = await evaluateOne(work, {}, reasons);
  return Array.isArray(value) ? value.map((reason: Json) => ({ value: String(reason), title: words(String(reason)) })) : [];
}

/** The regions beside the main path, each with where it stands. */
function lanesOf(machine: MachineDefinition, view: InstanceView): GuidedView["lanes"] {
  if (typeof view.state === "string") return [];
  const main = new Set((machine.path ?? []).map((path) => path.split(".")[0]));
  return Object.keys(view.state)
    .filter((region) => !main.has(region))
    .map((region) => {
      const path = leavesOf({ [region]: (view.state as { readonly [name: string]: InstanceView["state"] })[region] ?? "" })[0] ?? region;
      return {
        id: region,
        title: stateTitle(machine, region),
        state: stateTitle(machine, path),
        meaning: meaningOfState(path.slice(path.lastIndexOf(".") + 1)),
        note: null,
      };
    });
}

function checklistOf(machine: MachineDefinition, view: InstanceView): GuidedView["checklist"] {
  const current = view.path.find((step) => step.current);
  return {
    title: current === undefined ? "" : `in ${stateTitle(machine, current.state)}`,
    items: view.checklist.map((item) => ({
      id: item.id,
      title: item.label,
      ok: item.ok ?? "unknown",
      detail: (item.ok === true ? null : reasonOf(machine, item)) ?? item.detail ?? null,
      event: item.event ?? null,
    })),
  };
}

/** The sentence of the reason that this item waits for; without one, the gate's first. */
function reasonOf(machine: MachineDefinition, item: InstanceView["checklist"][number]): string | null {
  const code = machine.checklist?.find((spec) => spec.id === item.id)?.reason;
  const reasons = item.decision?.reasons ?? [];
  return (code === undefined ? reasons[0] : reasons.find((reason) => reason.code === code))?.message ?? null;
}

/** When each state was last entered, by the rows at hand. */
function enteredAt(rows: readonly { readonly at: string; readonly from: Json; readonly to: Json }[]): ReadonlyMap<string, string> {
  const entered = new Map<string, string>();
  for (const row of rows) {
    const before = new Set(row.from === null ? [] : pathsOf(row.from));
    for (const path of pathsOf(row.to)) if (!before.has(path)) entered.set(path, row.at);
  }
  return entered;
}

function pathsOf(state: Json, prefix = ""): readonly string[] {
  if (typeof state === "string") return [prefix + state];
  if (typeof state !== "object" || state === null || Array.isArray(state)) return [];
  return Object.entries(state as JsonObject).flatMap(([name, below]) => [prefix + name, ...pathsOf(below, `${prefix}${name}.`)]);
}

/** The record without what stands elsewhere on the screen: people, papers, and long texts; nor the hash of a link. */
function recordFields(page: InstancePage, { schema, show }: TypeDefinition, secret: string | undefined): GuidedView["record"]["fields"] {
  const data = page.instance.record?.data ?? {};
  const people = new Set(Object.entries(page.references).flatMap(([path, reference]) => (reference.type === "people" ? [path.slice(1)] : [])));
  const papers = new Set([...page.documents, ...page.files].map(({ id }) => id));
  const isShown = (value: Json): boolean => typeof value !== "string" || (value.length <= 400 && !papers.has(value));
  const shown = Object.fromEntries(Object.entries(data).filter(([name, value]) => name !== secret && !people.has(name) && isShown(value)));
  const references = page.references as Readonly<Record<string, Reference>>;
  return show === undefined ? fieldsOf(schema, shown, references) : namedFields(schema, shown, references, show);
}

function peopleOf(page: InstancePage): GuidedView["people"] {
  const named = Object.entries(page.references)
    .filter(([, reference]) => reference.type === "people")
    .map(([path, reference]) => ({ title: words(path.slice(1).replace(/_(id|by)$/, "")), text: reference.title }));
  const last = page.timeline.find((line) => line.actor.kind === "person");
  return last === undefined ? named : [...named, { title: "Last act", text: last.actor.name }];
}

function relatedItem({ type, show }: RelatedGroup, item: JsonObject, schema: JsonObject): GuidedView["related"][number]["items"][number] {
  const id = String(item["id"]);
  const code = typeof item["code"] === "string" ? item["code"] : null;
  const instance = typeof item["instance"] === "string" ? item["instance"] : null;
  const state = item["state"];
  const shown = Object.fromEntries([...show, "currency"].flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]]))) as JsonObject;
  return {
    id,
    label: describeValue(item["title"]),
    code,
    state:
      state === undefined || state === null
        ? null
        : leavesOf(state as InstanceView["state"])
            .map((path) => words(path.slice(path.lastIndexOf(".") + 1)))
            .join(", "),
    fields: fieldsOf(schema, shown).filter(({ cell }) => cell !== NONE),
    href: instance === null ? `/records/${type}/${code ?? id}` : `/work/${instance}`,
  };
}
