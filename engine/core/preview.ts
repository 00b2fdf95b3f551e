/**
 * What an instance could do next: every event of its active states with its gates, decisions and ways through; its checklist; how
 * far it is on its main path. One pass collects what all of them need, so that the shell loads it in few rounds.
 */
import type { JsonObject } from "../schema/json.ts";
import type { EventSpec } from "../schema/machine.ts";
import { fillText } from "./acts/act-run.ts";
import { askGate, isOpen } from "./acts/gate.ts";
import { type EvaluationInput, worldOf } from "./evaluate.ts";
import { sourcesOf } from "./facts/ask-decision.ts";
import { StepScope } from "./facts/step-scope.ts";
import type { Expression } from "./feel/compile.ts";
import { truthOf } from "./feel/values.ts";
import { type CompiledMachine, eventsAt } from "./machine/compile.ts";
import { configurationAt } from "./machine/configuration.ts";
import { candidatesOf } from "./machine/select.ts";
import type { Program } from "./program.ts";
import { toDecision } from "./rules/decision.ts";
import { unlock } from "./rules/unlock.ts";
import { type StepOptions, step } from "./step.ts";
import type { CompactDecision, Decision, EngineEvent, FactRequest, Snapshot, StepResult, Truth, Violation } from "./step-types.ts";
import { isOutOfTime, type TimeLimit, within } from "./time-limit.ts";

export interface PreviewInput extends EvaluationInput {
  readonly snapshot: Snapshot;
  readonly instance: { readonly id: string; readonly key: string; readonly seq: number };
  readonly machine: CompiledMachine;
  /** Of each event's step, and of the checklist; what is cut is unknown. */
  readonly limit?: () => TimeLimit;
}

export interface PreviewedEvent {
  readonly type: string;
  readonly title: string;
  /**
   * - `allowed`: it would be taken, as far as this can be told without its payload
   * - `blocked`: a gate is shut, or an invariant would be broken
   * - `unavailable`: every candidate's condition is false
   * - `unknown`: a gate or condition cannot be told
   */
  readonly status: "allowed" | "blocked" | "unavailable" | "unknown";
  /** What stands against it reads the payload, so it can only be told once there is one; `status` is then "allowed". */
  readonly needsPayload: boolean;
  /** Invariants of the machine that refuse it as things stand. */
  readonly violations: readonly Violation[];
  readonly decisions: readonly Decision[];
  /** Gates that this event may override, with the permission for it. */
  readonly overrides: readonly { readonly gate: string; readonly permission: string }[];
}

export interface PreviewedItem {
  readonly id: string;
  readonly title: string;
  readonly ok: Truth;
  readonly detail?: string;
  readonly event?: string;
  readonly decision?: Decision;
}

export interface Preview {
  readonly kind: "preview";
  readonly events: readonly PreviewedEvent[];
  readonly checklist: readonly PreviewedItem[];
  /** State paths of the main path: those behind, the present one, those ahead. */
  readonly path: readonly { readonly state: string; readonly progress: "done" | "current" | "ahead" }[];
}
export type PreviewResult = Preview | { readonly kind: "needs"; readonly requests: readonly FactRequest[] };

const SEED = "00000000000000000000000000000000";

/** Events and checklist of an instance as it stands, for its reader. `hidden` events are left out; permissions are the service's matter. */
export function previewInstance(program: Program, input: PreviewInput): PreviewResult {
  const { machine, snapshot } = input;
  const requests = new Map<string, FactRequest>();
  const collect = (found: readonly FactRequest[]) => {
    for (const request of found) requests.set(request.key, request);
  };
  const configuration = configurationAt(machine.chart, snapshot.value);
  const types = snapshot.status === "active" ? eventsAt(machine, configuration.active) : [];
  const events: PreviewedEvent[] = [];
  for (const type of types) {
    const spec = Object.hasOwn(machine.definition.events, type) ? machine.definition.events[type]! : undefined;
    if (spec === undefined || spec.hidden === true) continue;
    const result = dryStep(program, input, { type, payload: {}, via: "ui" });
    if (result.kind === "needs") {
      collect(result.requests);
      continue;
    }
    const compact = "decisions" in result ? result.decisions.filter((each) => each.at === "guard") : [];
    const plain = statusOf(result);
    const needsPayload =
      plain !== "allowed" && (result.kind === "violated" ? takesPayload(spec) : hangsOnPayload(program, input, configuration.active, type, compact));
    events.push({
      ...{ type, title: spec.title, status: needsPayload ? "allowed" : plain, needsPayload, decisions: compact.map((each) => explained(program, each)) },
      violations: result.kind === "violated" && !needsPayload ? result.violations : [],
      overrides: overridesOf(machine, configuration.active, type, compact),
    });
  }
  const checklist = boundedChecklist(program, input, collect);
  if (requests.size > 0) return { kind: "needs", requests: [...requests.values()].sort((a, b) => (a.key < b.key ? -1 : 1)) };
  return { kind: "preview", events, checklist, path: pathProgress(machine, configuration.states) };
}

/** What one event would do, without doing it: the consequence preview. */
export function dryStep(program: Program, input: PreviewInput, event: EngineEvent): StepResult {
  const { snapshot, instance, facts, actor, org, now } = input;
  return step(program, input.machine, { snapshot, instance, record: input.record ?? null, event, facts, actor, org, now, seed: SEED }, options(input));
}

const options = ({ limit }: PreviewInput): StepOptions => (limit === undefined ? {} : { limit: limit() });

function statusOf(result: StepResult): PreviewedEvent["status"] {
  if (result.kind === "moved") return "allowed";
  if (result.kind === "blocked") return result.decisions.some((each) => each.outcome === "unknown" && each.overridden === undefined) ? "unknown" : "blocked";
  if (result.kind === "violated") return result.violations.every((each) => each.outcome === "unknown") ? "unknown" : "blocked";
  return result.kind === "not_available" ? "unavailable" : "unknown";
}

/** What a payload may change, an empty one cannot tell. */
const takesPayload = (spec: EventSpec): boolean => Object.keys((spec.payload?.["properties"] ?? {}) as JsonObject).length > 0;

/** Tells whether every shut gate, or where none is shut some condition, reads the payload. */
function hangsOnPayload(program: Program, input: PreviewInput, active: readonly number[], type: string, decisions: readonly CompactDecision[]): boolean {
  const { machine } = input;
  const guards = active.flatMap((index) => candidatesOf(machine.chart.nodes[index]!, type)).flatMap((candidate) => candidate.guard ?? []);
  const recordType = input.record?.type ?? machine.definition.record;
  const shut = decisions.filter((each) => !isOpen(each));
  if (shut.length === 0) return guards.some((guard) => guard.whens.some(readsPayload) && !isOutOfReach(program, input, guard.whens, type));
  return shut.every((decision) =>
    guards.some((guard) =>
      guard.gates.some((gate) => {
        const compiled = program.decision(gate.ref);
        if (compiled?.key !== decision.key) return false;
        return sourcesOf(compiled, recordType).some(({ name, source }) => readsPayload(gate.bind.get(name) ?? source));
      }),
    ),
  );
}

/** Conditions of which one is false whatever the payload may be: without one, what reads it is unknown. */
function isOutOfReach(program: Program, input: PreviewInput, whens: readonly Expression[], type: string): boolean {
  const scope = new StepScope(worldOf(program, { ...input, event: { type, payload: {}, via: "ui" } }));
  return whens.some((when) => truthOf(when.evaluate(scope)) === false);
}

const readsPayload = (expression: Expression | undefined): boolean => expression?.reads.some((path) => path[0] === "payload") ?? false;

/** A decision with its tree and, where it is shut, the ways through. */
export function explained(program: Program, compact: CompactDecision): Decision {
  const compiled = program.decision(compact.key);
  if (compiled === null || compiled.version !== compact.version) return withoutTree(compact);
  const decision = toDecision(compact, compiled);
  return isOpen(compact) ? decision : { ...decision, unlock: unlock(decision, compiled) };
}

function withoutTree(compact: CompactDecision): Decision {
  const { key, version, outcome, output, reasons, inputs, params } = compact;
  return { key, version, outcome, output, reasons, events: [], explanation: { inputs, params, rules: [] } };
}

/** Gates of the event's candidates that can be overridden and are shut. */
function overridesOf(machine: CompiledMachine, active: readonly number[], type: string, decisions: readonly CompactDecision[]): PreviewedEvent["overrides"] {
  const shut = new Set(decisions.filter((each) => !isOpen(each)).map((each) => each.key));
  const found = new Map<string, string>();
  for (const index of active) {
    for (const candidate of candidatesOf(machine.chart.nodes[index]!, type)) {
      for (const gate of candidate.guard?.gates ?? []) {
        const key = [...shut].find((each) => each === gate.ref || each.endsWith(`.${gate.ref}`));
        if (gate.override !== null && key !== undefined) found.set(key, gate.override.permission);
      }
    }
  }
  return [...found].map(([gate, permission]) => ({ gate, permission }));
}

/** A checklist that takes too long is not told at all. */
function boundedChecklist(program: Program, input: PreviewInput, collect: (requests: readonly FactRequest[]) => void): readonly PreviewedItem[] {
  try {
    return within(options(input).limit, () => previewChecklist(program, input, collect));
  } catch (error) {
    if (!isOutOfTime(error)) throw error;
    return input.machine.definition.checklist!.map(({ id, title }) => ({ id, title, ok: "unknown" }));
  }
}

function previewChecklist(program: Program, input: PreviewInput, collect: (requests: readonly FactRequest[]) => void): PreviewedItem[] {
  const world = worldOf(program, input);
  const scope = new StepScope(world);
  const items: PreviewedItem[] = [];
  for (const [i, item] of input.machine.checklist.entries()) {
    const spec = input.machine.definition.checklist![i]!;
    if (item.when !== null && truthOf(item.when.evaluate(scope)) !== true) continue;
    const detail = item.detail === null ? "" : fillText(item.detail, scope);
    const rest = { ...(detail === "" ? {} : { detail }), ...(spec.event === undefined ? {} : { event: spec.event }) };
    if (item.gate !== null) {
      const decision = askGate(scope, item.gate, "checklist");
      if (decision === null) continue;
      items.push({ id: item.id, title: spec.title, ok: gateItem(decision, spec.reason), decision: explained(program, decision), ...rest });
    } else items.push({ id: item.id, title: spec.title, ok: item.expr === null ? "unknown" : truthOf(item.expr.evaluate(scope)), ...rest });
  }
  collect(world.requests.list());
  return items;
}

/** With a reason: ok while the gate does not give that reason; an unknown gate is only ok where it gives other reasons alone. */
function gateItem(decision: CompactDecision, reason: string | undefined): Truth {
  if (reason !== undefined && decision.reasons.some((each) => each.code === reason)) return false;
  if (decision.outcome === "unknown") return "unknown";
  return reason !== undefined ? true : isOpen(decision);
}

/** The last state of the main path that is active counts as present; what comes before it as done. */
function pathProgress(machine: CompiledMachine, states: readonly string[]): Preview["path"] {
  const path = machine.definition.path ?? [];
  const current = path.findLastIndex((state) => states.includes(state));
  return path.map((state, i) => ({ state, progress: current < 0 || i > current ? "ahead" : i === current ? "current" : "done" }));
}
