/**
 * Sends one event to one instance: the main path of the engine, read from top to bottom.
 *
 * open -> idempotency -> permission -> payload -> step with facts -> commit with effects and cascade -> answer. The commit checks that the
 * instance stands as it was opened; where it does not, all is run again, locked.
 * What is refused or blocked changes nothing and leaves one line in the audit log.
 */
import { EngineError } from "../../core/errors.ts";
import { isReservedEvent } from "../../core/machine/chart.ts";
import type { CompactDecision, Decision, EngineEvent, OverrideRequest, StateValue } from "../../core/step-types.ts";
import { isJsonObject, type JsonObject } from "../../schema/json.ts";
import type { EventSpec } from "../../schema/machine.ts";
import type { GuardConfig } from "../../schema/statechart.ts";
import { concealFor } from "../records/conceal.ts";
import { acceptPayload } from "../records/payload.ts";
import { lookupOf } from "../records/reference-lookup.ts";
import { violationError } from "../records/refuse-violation.ts";
import { answerDecisions, shutOnes } from "../work/decision-answer.ts";
import type { Engine } from "../work/engine-context.ts";
import { type Answer, type Idempotency, once, sourceOf } from "../work/idempotency.ts";
import { inWork, openInstance } from "../work/in-work.ts";
import { instanceNotFound, type Location, locateInstance } from "../work/locate-instance.ts";
import { noteAttempt } from "../work/note-attempt.ts";
import type { Scope } from "../work/scope.ts";
import { auditAttempt, Refused, type Work } from "../work/work.ts";
import { runCascade } from "./cascade.ts";
import { type PublicEffect, publicEffects } from "./effect-answer.ts";
import { refuseEvent } from "./event-permission.ts";
import { type InstanceView, viewInstance } from "./instance-view.ts";
import { issueLink } from "./issue-link.ts";
import type { CascadeResult } from "./start-from-cascade.ts";
import { type Moved, moveInstance, type Standing, standingOf, type Transition } from "./transition.ts";

export interface SendInput {
  /** uuid, or `<machine>:<record code>`. */
  readonly instance: string;
  readonly type: string;
  readonly payload?: unknown;
  readonly override?: OverrideRequest;
  readonly expectedSeq?: number;
  readonly idempotency?: Idempotency;
  /** Default: by the scope's channel. */
  readonly via?: EngineEvent["via"];
  /** "lean" leaves the instance's read model out: for callers that do not look at it. */
  readonly answer?: "full" | "lean";
}

export interface SendAnswer {
  readonly seq: number;
  readonly from: StateValue | null;
  readonly to: StateValue;
  readonly decisions: readonly (Decision | CompactDecision)[];
  readonly effects: readonly PublicEffect[];
  readonly instance?: InstanceView;
  /** Of a public form whose link this event has issued: told once, kept nowhere. */
  readonly url?: string;
}

/**
 * Sends an event.
 *
 * - throws EngineError `instance_not_found`, `event_not_permitted`, `event_not_available` (with `events`), `gate_blocked`
 *   (with `decisions`), `invariant_violated` (with `violations`), `seq_conflict`, `payload_invalid`, `idempotency_key_reused`
 */
export async function sendEvent(engine: Engine, scope: Scope, input: SendInput): Promise<Answer<SendAnswer>> {
  const location = await locateInstance(engine, scope, input.instance);
  let url: string | null = null;
  const answer = await inWork(
    engine,
    scope,
    location.org,
    (work) => {
      url = null;
      return once(work, input.idempotency, 200, async () => {
        const sent = await deliver(work, location, input);
        if (sent instanceof Refused) return sent;
        url = sent.url;
        return input.answer === "lean" ? leanAnswerOf(sent) : await sendAnswerOf(work, sent);
      });
    },
    {
      instanceId: location.id,
      lock: "late",
      recall: true,
      ...(input.idempotency === undefined ? {} : { idempotency: { source: sourceOf(scope), key: input.idempotency.key } }),
    },
  );
  return url === null ? answer : { ...answer, body: { ...answer.body, url } };
}

function leanAnswerOf({ moved, cascade }: Pick<Sent, "moved" | "cascade">): SendAnswer {
  return { seq: moved.seq, from: moved.from, to: moved.to, decisions: moved.decisions, effects: publicEffects(moved.effects, cascade) };
}

/** The full answer: decisions expanded, the instance as its reader may see it. */
export async function sendAnswerOf(work: Work, sent: Pick<Sent, "moved" | "cascade">): Promise<SendAnswer> {
  const conceal = await concealFor(work);
  const decisions = await answerDecisions(work, sent.moved.decisions);
  return { ...conceal({ ...leanAnswerOf(sent), decisions }), instance: await viewInstance(work, sent.moved.instance) };
}

export interface Sent {
  readonly moved: Moved;
  readonly cascade: readonly CascadeResult[];
  readonly url: string | null;
}

/** Checks, steps, commits and cascades; the answer is the caller's. */
export async function deliver(work: Work, location: Location, input: SendInput): Promise<Sent | Refused> {
  const standing = await openStanding(work, location, input.instance);
  const link = issueLink(work.engine, standing.machine, input.type, input.payload);
  const attempt = await attemptEvent(work, standing, link === null ? input : { ...input, payload: link.payload });
  if (attempt instanceof Refused) return attempt;
  if (attempt.kind !== "moved") return refuseTransition(work, standing, input, attempt);
  return { moved: attempt, cascade: await runCascade(work, attempt.cascade), url: link?.url ?? null };
}

/** Locks the instance. - throws EngineError `instance_not_found` */
export async function openStanding(work: Work, location: Location, name: string): Promise<Standing> {
  const opened = await openInstance(work, location.id);
  if (opened.instance === null) throw instanceNotFound(name);
  return await standingOf(work, opened.instance, opened.record);
}

/** Permission, sequence, payload, then the step; nothing is written unless it moved. */
export async function attemptEvent(work: Work, standing: Standing, input: SendInput): Promise<Transition | Refused> {
  const { instance, record, machine } = standing;
  const spec = Object.hasOwn(machine.definition.events, input.type) ? machine.definition.events[input.type] : undefined;
  const via = input.via ?? (work.scope.channel === "ui" ? "ui" : "api");
  if (spec === undefined || isReservedEvent(input.type)) {
    return { kind: "not_available", available: Object.keys(machine.definition.events).sort(), state: instance.state };
  }
  const draft: EngineEvent = { type: input.type, payload: isJsonObject(input.payload) ? input.payload : {}, via };
  const subject = { machine, snapshot: instance.snapshot, instance: { id: instance.id, key: instance.key, seq: instance.seq }, record, event: draft };
  const refusal = await refuseEvent(work, spec, subject);
  if (refusal !== null) {
    auditRefusal(work, standing, input, "event_refused", { code: refusal.code, reasons: (refusal.data["reasons"] ?? []) as never });
    return new Refused(refusal);
  }
  if (input.expectedSeq !== undefined && input.expectedSeq !== instance.seq) {
    throw new EngineError("seq_conflict", `The instance is at seq ${instance.seq}, expected ${input.expectedSeq}.`, { seq: instance.seq });
  }
  if (input.override !== undefined) refuseOverride(work, spec, machine.definition.config, input.override);
  const payload = await acceptPayload(spec.payload, input.payload, lookupOf(work, { asReader: true }));
  return await moveInstance(work, standing, {
    type: input.type,
    payload,
    via,
    ...(input.override === undefined ? {} : { override: input.override }),
    ...(input.idempotency === undefined ? {} : { idempotencyKey: input.idempotency.key }),
  });
}

/** The generic override needs the permission that the gate names, and a reason. A gate that names none cannot be overridden. */
function refuseOverride(work: Work, spec: EventSpec, config: unknown, override: OverrideRequest): void {
  if (typeof override.reason !== "string" || override.reason.trim() === "") {
    throw new EngineError("payload_invalid", "An override needs a reason.", { errors: [{ path: "/override/reason", message: "must not be empty" }] });
  }
  const declared = declaredOverrides(config).filter((gate) => sameRef(gate.ref, override.gate));
  const permitted = declared.some((gate) => work.actor.kind === "system" || work.actor.permissions.includes(gate.permission));
  if (permitted) return;
  const permission = declared[0]?.permission;
  throw new EngineError(
    "event_not_permitted",
    `"${spec.title}": the gate "${override.gate}" ${permission === undefined ? "cannot be overridden" : "needs another permission"}.`,
    {
      reasons: [{ code: "OVERRIDE_NOT_PERMITTED", message: "the gate's override permission is missing", facts: { gate: override.gate } }],
      ...(permission === undefined ? {} : { permission }),
    },
  );
}

function sameRef(ref: string, name: string): boolean {
  return ref === name || ref.slice(ref.indexOf(".") + 1) === name.slice(name.indexOf(".") + 1);
}

/** Every gate of a machine that may be overridden, wherever it stands. */
function declaredOverrides(node: unknown): { readonly ref: string; readonly permission: string }[] {
  if (typeof node !== "object" || node === null) return [];
  const guard = node as Partial<Extract<GuardConfig, { type: "gate" }>>;
  const own =
    guard.type === "gate" && guard.params?.override !== undefined
      ? [{ ref: guard.params.ruleset ?? guard.params.table ?? "", permission: guard.params.override.permission }]
      : [];
  return [...own, ...Object.values(node).flatMap(declaredOverrides)];
}

/** The error of an event that did not move, with its line in the audit log. */
export async function refuseTransition(work: Work, standing: Standing, input: SendInput, transition: Exclude<Transition, Moved>): Promise<Refused> {
  const { instance } = standing;
  if (transition.kind === "not_available") {
    const state = JSON.stringify(transition.state);
    return new Refused(
      new EngineError("event_not_available", `"${input.type}" is not available while ${instance.key} is ${state}.`, {
        events: transition.available,
        state: transition.state,
      }),
    );
  }
  if (transition.kind === "violated") return new Refused(await violationError(work, input.type, instance.key, transition));
  // The gates that are shut; what they asked in turn stands in the audit log and in an explanation.
  const shut = shutOnes(transition.decisions);
  const decisions = await answerDecisions(work, shut, instance.machine);
  const reasons = shut.flatMap((decision) => decision.reasons);
  noteAttempt(work, instance, input.type, transition.decisions);
  auditRefusal(work, standing, input, "event_blocked", { reasons: reasons.map((reason) => reason.code), decisions: transition.decisions as never });
  const why = reasons.map((reason) => reason.message).join(" ");
  return new Refused(
    new EngineError("gate_blocked", `${shut.map((decision) => `Gate "${decision.key}"`).join(", ") || "A gate"} blocks "${input.type}": ${why}`, {
      decisions,
      reasons,
      state: transition.state,
    }),
  );
}

function auditRefusal(work: Work, standing: Standing, input: SendInput, action: string, detail: JsonObject): void {
  auditAttempt(
    work,
    action,
    { type: "instance", id: standing.instance.id },
    { event: input.type, key: standing.instance.key, seq: standing.instance.seq, ...detail },
  );
}
