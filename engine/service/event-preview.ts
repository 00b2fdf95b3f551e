/**
 * What each event would meet now: who may send it, and which of its gates are shut and how they open. Asks the very `step`
 * that would run, with an empty payload, and throws its result away; facts are shared over all events of the instance.
 */

import type { CompiledMachine } from "../core/machine/compile.ts";
import { eventsAt } from "../core/machine/compile.ts";
import { step } from "../core/step.ts";
import type { CompactDecision, Decision, Reason, UnlockOption } from "../core/step-types.ts";
import type { EventSpec, GuardConfig, JsonObject, JsonSchema } from "../schema/types.ts";
import type { InstanceRow } from "../store/instances.ts";
import type { RecordRow } from "../store/records.ts";
import { answerDecisions, isGuards } from "./decision-answer.ts";
import { isForSender, judgeEvent, senderOf } from "./event-permission.ts";
import { callerSchema } from "./issue-link.ts";
import { toState } from "./transition.ts";
import { type FactLoader, factsOf, MAX_FACT_ROUNDS, type SettledStep, type Work } from "./work.ts";

export interface GateView {
  readonly key: string;
  readonly outcome: string;
  readonly reasons: readonly Reason[];
  readonly decision: Decision;
  readonly unlock?: readonly UnlockOption[];
  readonly override?: { readonly permission: string; readonly permitted: boolean };
}

export interface EventView {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  /** Permitted, and no gate is shut. */
  readonly allowed: boolean;
  readonly permitted: boolean;
  /** Why not permitted. */
  readonly refusal?: { readonly code: string; readonly missing: readonly string[] };
  readonly payloadSchema: JsonSchema | null;
  readonly gates: readonly GateView[];
  readonly tone: string;
  readonly confirm?: string;
  readonly bulk: boolean;
  readonly hidden: boolean;
}

/** The events that the state knows and that are sent by such as the actor, in the order of the definition's names. */
export async function previewEvents(work: Work, machine: CompiledMachine, instance: InstanceRow, record: RecordRow | null): Promise<readonly EventView[]> {
  const loader = factsOf(work);
  const views: EventView[] = [];
  for (const type of offered(work, machine, instance)) {
    const spec = machine.definition.events[type] as EventSpec;
    const result = await tryEvent(work, loader, machine, instance, record, type);
    if (result.kind === "not_available") continue;
    views.push(await viewEvent(work, machine, instance, record, type, spec, result));
  }
  return views;
}

/** Events in some active state's table, known to the definition, not the engine's own. */
function offered(work: Work, machine: CompiledMachine, instance: InstanceRow): readonly string[] {
  const active = new Set<string>();
  const sender = senderOf(work);
  const indexes = activeIndexes(machine, instance);
  for (const type of eventsAt(machine, indexes)) if (Object.hasOwn(machine.definition.events, type)) active.add(type);
  return [...active].filter((type) => sender === "system" || isForSender(machine.definition.events[type] as EventSpec, sender));
}

function activeIndexes(machine: CompiledMachine, instance: InstanceRow): readonly number[] {
  const paths = new Set<string>([""]);
  const visit = (value: InstanceRow["state"], prefix: string): void => {
    if (typeof value === "string") {
      paths.add(prefix + value);
      return;
    }
    for (const [name, below] of Object.entries(value)) {
      paths.add(prefix + name);
      visit(below, `${prefix}${name}.`);
    }
  };
  visit(instance.state, "");
  return machine.chart.nodes.filter((node) => paths.has(node.path)).map((node) => node.index);
}

async function tryEvent(
  work: Work,
  loader: FactLoader,
  machine: CompiledMachine,
  instance: InstanceRow,
  record: RecordRow | null,
  type: string,
): Promise<SettledStep> {
  for (let round = 0; round < MAX_FACT_ROUNDS; round++) {
    const result = step(work.ruling.program, machine, {
      snapshot: instance.snapshot,
      instance: { id: instance.id, key: instance.key, seq: instance.seq },
      record: record === null ? null : toState(record),
      event: { type, payload: {}, via: work.scope.channel === "ui" ? "ui" : "api" },
      facts: loader.bag(),
      actor: work.actor,
      org: work.org,
      now: work.at,
      seed: PREVIEW_SEED,
    });
    if (result.kind !== "needs") return result;
    await loader.load(result.requests);
  }
  return { kind: "failed", code: "limit_exceeded", message: "too many facts" };
}

/** Nothing that a preview creates is kept, so its ids need not differ. */
const PREVIEW_SEED = "0".repeat(32);

async function viewEvent(
  work: Work,
  machine: CompiledMachine,
  instance: InstanceRow,
  record: RecordRow | null,
  type: string,
  spec: EventSpec,
  result: SettledStep,
): Promise<EventView> {
  const event = { type, payload: {}, via: "api" } as const;
  const verdict = await judgeEvent(work, spec, {
    machine,
    snapshot: instance.snapshot,
    instance: { id: instance.id, key: instance.key, seq: instance.seq },
    record,
    event,
  });
  const decisions = result.kind === "blocked" || result.kind === "moved" ? result.decisions : [];
  const gates = await viewGates(work, machine, decisions.filter(isGuards));
  return {
    type,
    title: spec.title,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    allowed: verdict.allow && result.kind !== "blocked",
    permitted: verdict.allow,
    ...(verdict.allow ? {} : { refusal: { code: verdict.code, missing: verdict.missing } }),
    payloadSchema: callerSchema(machine, type, spec.payload),
    gates,
    tone: spec.tone ?? "default",
    ...(spec.confirm === undefined ? {} : { confirm: spec.confirm }),
    bulk: spec.bulk === true,
    hidden: spec.hidden === true,
  };
}

async function viewGates(work: Work, machine: CompiledMachine, decisions: readonly CompactDecision[]): Promise<readonly GateView[]> {
  const answers = await answerDecisions(work, decisions);
  return answers.map((decision): GateView => {
    const permission = overridePermission(machine.definition.config as unknown as JsonObject, decision.key);
    return {
      key: decision.key,
      outcome: decision.outcome,
      reasons: decision.reasons,
      decision,
      ...(decision.unlock === undefined ? {} : { unlock: decision.unlock }),
      ...(permission === null ? {} : { override: { permission, permitted: work.actor.permissions.includes(permission) } }),
    };
  });
}

/** Permission that overrides a gate of this rule set or table, where some transition declares one. */
function overridePermission(node: unknown, key: string): string | null {
  if (typeof node !== "object" || node === null) return null;
  const guard = node as Partial<Extract<GuardConfig, { type: "gate" }>>;
  if (guard.type === "gate" && guard.params?.override !== undefined) {
    const ref = guard.params.ruleset ?? guard.params.table ?? "";
    if (ref === key || ref === key.slice(key.indexOf(".") + 1)) return guard.params.override.permission;
  }
  for (const child of Object.values(node)) {
    const found = overridePermission(child, key);
    if (found !== null) return found;
  }
  return null;
}
