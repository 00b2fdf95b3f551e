/** Who may send an event: what its definition demands, evaluated for one instance, and asked of the access decision. */
import { EngineError } from "../../core/errors.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import type { EngineEvent, RecordState, Snapshot, StepInput } from "../../core/step-types.ts";
import type { Feel, Json } from "../../schema/json.ts";
import type { EventSpec } from "../../schema/machine.ts";
import { dayIn } from "../work/ask-decision.ts";
import { type Act, judge, refusalOf, type Verdict, verbOf } from "../work/authorize.ts";
import { evaluate, type Subject, textsOf } from "../work/expression.ts";
import type { Work } from "../work/work.ts";

/** The instance that an event is for; a start has neither snapshot nor record yet. */
export interface EventSubject {
  readonly machine: CompiledMachine;
  readonly snapshot: Snapshot | null;
  readonly instance: StepInput["instance"];
  readonly record: RecordState | null;
  readonly event: EngineEvent;
}

type Sender = "person" | "system" | "contract" | "public";

const SENDERS = { person: "person", client: "person", system: "system", public: "public" } as const;

/** Tells whether this kind of sender may send the event at all. The engine itself may send every event. */
export function isForSender(spec: EventSpec, sender: Sender): boolean {
  if (sender === "system") return true;
  const by = spec.by ?? "person";
  return typeof by === "string" ? by === sender : by.includes(sender);
}

export const senderOf = (work: Work): Sender => SENDERS[work.actor.kind];

/** What the definition demands of the sender of this event, for this instance. */
export async function actOf(work: Work, spec: EventSpec, subject: EventSubject): Promise<Act> {
  const expressions: Record<string, Feel> = {};
  if (typeof spec.permission === "object") expressions["permission"] = spec.permission.expr;
  if (spec.requester !== undefined) expressions["requester"] = spec.requester;
  if (spec.minRank !== undefined) expressions["minRank"] = spec.minRank;
  const values: Readonly<Record<string, Json | undefined>> =
    Object.keys(expressions).length === 0 ? {} : await evaluate(work, toExpressionSubject(subject), expressions);
  const permissions = permissionsOf(spec, values["permission"]);
  const minRank = values["minRank"];
  return {
    orgId: work.org.id,
    permissions,
    verb: spec.verb ?? verbOf(permissions[0]),
    isRequester: textsOf(values["requester"]).includes(work.actor.id),
    minRank: typeof minRank === "number" ? minRank : typeof minRank === "string" ? Number(minRank) || 0 : 0,
  };
}

/** An expression that cannot tell which permission is needed closes the event: nobody holds "?". */
function permissionsOf(spec: EventSpec, value: Json | undefined): readonly string[] {
  if (spec.permission === undefined) return [];
  if (typeof spec.permission === "string") return [spec.permission];
  const permissions = textsOf(value);
  return permissions.length > 0 || Array.isArray(value) ? permissions : ["?"];
}

export function toExpressionSubject(subject: EventSubject): Subject {
  return { machine: subject.machine, snapshot: subject.snapshot, instance: subject.instance, record: subject.record, event: subject.event };
}

/** The access decision's verdict on an event. */
export async function judgeEvent(work: Work, spec: EventSpec, subject: EventSubject): Promise<Verdict & { readonly act: Act }> {
  const act = await actOf(work, spec, subject);
  const moment = { now: work.at, today: dayIn(work.org.timeZone, work.at) };
  return { ...judge(work.ruling.program, work.scope, work.actor, act, moment), act };
}

/**
 * The refusal of an event, or null where its sender may send it.
 *
 * - 403 `event_not_permitted` with the reason; 404 where the actor may not even see the instance
 */
export async function refuseEvent(work: Work, spec: EventSpec, subject: EventSubject): Promise<EngineError | null> {
  const what = `"${subject.event.type}" on ${subject.machine.key}`;
  if (!isForSender(spec, senderOf(work))) {
    return new EngineError("event_not_permitted", `${what}: this event is not sent by people.`, {
      reasons: [{ code: "NOT_FOR_SENDER", message: "this event is not sent by people", facts: {} }],
    });
  }
  if (work.actor.kind === "system") return null;
  const verdict = await judgeEvent(work, spec, subject);
  if (verdict.allow) return null;
  return refusalOf(verdict, verdict.act, { hidden: "instance_not_found", forbidden: "event_not_permitted", what });
}
