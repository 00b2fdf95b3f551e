/**
 * What each event would meet now, and how the checklist stands: the core's preview with the reader's rights added. Who may
 * send an event is asked of the access decision; who could open a shut gate is told by name.
 */
import { EngineError } from "../../core/errors.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import { type Preview, type PreviewedEvent, previewInstance } from "../../core/preview.ts";
import type { Decision, Reason, RecordState, UnlockOption, Violation } from "../../core/step-types.ts";
import type { Json, JsonObject, JsonSchema } from "../../schema/json.ts";
import type { EventSpec } from "../../schema/machine.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { sentenceOf } from "../work/authorize.ts";
import { withHolders } from "../work/decision-answer.ts";
import { evaluate, type Subject } from "../work/expression.ts";
import { factsOf, MAX_FACT_ROUNDS } from "../work/fact-loader.ts";
import { createTimeLimit, STEP_MS } from "../work/time-limit.ts";
import { withPlaces } from "../work/unlock-places.ts";
import type { Work } from "../work/work.ts";
import { isForSender, judgeEvent, senderOf } from "./event-permission.ts";
import { callerSchema } from "./issue-link.ts";
import { narrowedSchema } from "./narrowed-schema.ts";
import { toState } from "./transition.ts";

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
  /** Permitted, and no gate is shut, as far as this can be told without its payload. */
  readonly allowed: boolean;
  readonly permitted: boolean;
  /** Why not permitted. */
  readonly refusal?: { readonly code: string; readonly message: string; readonly missing: readonly string[] };
  readonly payloadSchema: JsonSchema | null;
  /** What the form begins with; a value that is unknown now is left out. */
  readonly initial: JsonObject;
  /** What the gates say depends on the payload, which is not there yet. */
  readonly needsPayload: boolean;
  /** Invariants that refuse it as things stand. */
  readonly violations?: readonly Violation[];
  readonly gates: readonly GateView[];
  readonly tone: string;
  readonly confirm?: string;
  readonly bulk: boolean;
  readonly hidden: boolean;
}

/** Events and checklist of the instance, loaded in as few rounds as its facts allow. */
export async function loadPreview(work: Work, machine: CompiledMachine, instance: InstanceRow, record: RecordState | null): Promise<Preview> {
  const facts = factsOf(work);
  for (let round = 0; round < MAX_FACT_ROUNDS; round++) {
    const result = previewInstance(work.ruling.program, {
      machine,
      snapshot: instance.snapshot,
      instance: { id: instance.id, key: instance.key, seq: instance.seq },
      record: record === null ? null : toState(record),
      facts: facts.bag(),
      actor: work.actor,
      org: work.org,
      now: work.at,
      limit: () => createTimeLimit(STEP_MS),
    });
    if (result.kind === "preview") return result;
    await facts.load(result.requests);
  }
  throw new EngineError("limit_exceeded", `The preview of ${instance.key} asked for facts more than ${MAX_FACT_ROUNDS} times.`, { limit: MAX_FACT_ROUNDS });
}

/** The events that the state offers to such as the actor, with what stands against each. */
export async function viewEvents(
  work: Work,
  machine: CompiledMachine,
  instance: InstanceRow,
  record: RecordState | null,
  events: readonly PreviewedEvent[],
): Promise<readonly EventView[]> {
  const views: EventView[] = [];
  for (const event of events) {
    const spec = machine.definition.events[event.type];
    if (spec === undefined || event.status === "unavailable" || !isForSender(spec, senderOf(work))) continue;
    views.push(await viewEvent(work, machine, instance, record, event, spec));
  }
  return views;
}

async function viewEvent(
  work: Work,
  machine: CompiledMachine,
  instance: InstanceRow,
  record: RecordState | null,
  previewed: PreviewedEvent,
  spec: EventSpec,
): Promise<EventView> {
  const { type, status, needsPayload } = previewed;
  const event = { type, payload: {}, via: "api" } as const;
  const subject = { machine, snapshot: instance.snapshot, instance: { id: instance.id, key: instance.key, seq: instance.seq }, record, event };
  const verdict = await judgeEvent(work, spec, subject);
  return {
    type,
    title: spec.title,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    allowed: verdict.allow && status === "allowed",
    permitted: verdict.allow,
    ...(verdict.allow ? {} : { refusal: { code: verdict.code, message: sentenceOf(verdict), missing: verdict.missing } }),
    payloadSchema: await narrowedSchema(work, subject, callerSchema(machine, type, spec.payload)),
    initial: verdict.allow && spec.initial !== undefined ? known(await evaluate(work, subject, spec.initial)) : {},
    needsPayload,
    ...(previewed.violations.length === 0 ? {} : { violations: previewed.violations }),
    gates: await viewGates(work, subject, previewed),
    tone: spec.tone ?? "default",
    ...(spec.confirm === undefined ? {} : { confirm: spec.confirm }),
    bulk: spec.bulk === true,
    hidden: spec.hidden === true,
  };
}

function known(values: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

async function viewGates(work: Work, subject: Subject, previewed: PreviewedEvent): Promise<readonly GateView[]> {
  const gates: GateView[] = [];
  for (const each of previewed.decisions) {
    const decision = await withPlaces(work, subject, await withHolders(work, each, subject.machine?.definition.key));
    const override = previewed.overrides.find((candidate) => candidate.gate === decision.key);
    gates.push({
      key: decision.key,
      outcome: decision.outcome,
      reasons: decision.reasons,
      decision,
      ...(decision.unlock === undefined ? {} : { unlock: decision.unlock }),
      ...(override === undefined ? {} : { override: { permission: override.permission, permitted: work.actor.permissions.includes(override.permission) } }),
    });
  }
  return gates;
}
