/**
 * Starts a machine by one of its start events: checked like any event (permission, payload, gates), and creating the record
 * that it is about unless one is named. A machine that is unique by a key is started once; the second caller gets the first's.
 */
import { EngineError } from "../../core/errors.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import type { EngineEvent } from "../../core/step-types.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { StartSpec } from "../../schema/machine.ts";
import type { InstanceRow, RecordRow } from "../../store/instance-row.ts";
import { openStart } from "../../store/open-send.ts";
import { loadRecord } from "../../store/records.ts";
import { acceptPayload } from "../records/payload.ts";
import { recordTypeOf } from "../records/record-type.ts";
import { lookupOf } from "../records/reference-lookup.ts";
import { violationError } from "../records/refuse-violation.ts";
import { isHidden } from "../records/visibility.ts";
import { answerDecisions, shutOnes } from "../work/decision-answer.ts";
import type { Engine } from "../work/engine-context.ts";
import { evaluateOne } from "../work/expression.ts";
import { freshId } from "../work/fresh-id.ts";
import { type Answer, type Idempotency, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import { narrowedTo, requireOneOrg, type Scope } from "../work/scope.ts";
import { auditAttempt, Refused, type Work } from "../work/work.ts";
import { runCascade } from "./cascade.ts";
import { refuseEvent } from "./event-permission.ts";
import { type InstanceView, viewInstance } from "./instance-view.ts";
import { issueLink } from "./issue-link.ts";
import { type CascadeResult, startOf, uniqueOf } from "./start-from-cascade.ts";
import { beginInstance, type Transition } from "./transition.ts";

export interface StartInput {
  /** Key or id of the machine. */
  readonly machine: string;
  readonly event: { readonly type: string; readonly payload?: unknown };
  /** uuid or code; without it the start event creates the record. */
  readonly record?: { readonly type: string; readonly id: string };
  readonly idempotency?: Idempotency;
  readonly via?: EngineEvent["via"];
}

/**
 * Starts an instance; answers 201 with it, 200 with the existing one of the same unique key.
 *
 * - throws EngineError `definition_not_found`, `event_not_available`, `event_not_permitted`, `gate_blocked`, `invariant_violated`, `payload_invalid`,
 *   `record_not_found`, `org_required`, `unique_taken`
 */
export async function startInstance(engine: Engine, scope: Scope, input: StartInput): Promise<Answer<InstanceView & { readonly url?: string }>> {
  const named = await scopeNamed(engine, scope, input);
  let url: string | null = null;
  const answer = await inWork(engine, named, requireOneOrg(named), (work) => {
    url = null;
    return once(work, input.idempotency, 201, async () => {
      const started = await startIn(work, input);
      if (started instanceof Refused) return started;
      url = started.url;
      return { existing: started.outcome === "existing", view: await viewInstance(work, started.instance) };
    });
  });
  const { existing, view } = answer.body;
  return { status: existing ? 200 : 201, replayed: answer.replayed, body: url === null ? view : { ...view, url } };
}

/** A start event may say which property of its payload names the org: then that org is the scope. */
async function scopeNamed(engine: Engine, scope: Scope, { machine, event }: StartInput): Promise<Scope> {
  const [first] = scope.orgs;
  const { payload } = event;
  if (first === undefined || typeof payload !== "object" || payload === null) return scope;
  const { program } = await engine.store.work({ orgs: [first.id], actorId: scope.principal.id }, (tx) =>
    engine.programs.inForce(tx, first.id, engine.clock.now()),
  );
  const starts = program.machine(machine)?.definition.start ?? {};
  const property = Object.hasOwn(starts, event.type) ? starts[event.type]?.orgFrom : undefined;
  const value = property === undefined ? undefined : (payload as JsonObject)[property];
  return typeof value === "string" && value !== "" ? narrowedTo(scope, value) : scope;
}

export interface Started {
  readonly outcome: "started" | "existing";
  readonly instance: InstanceRow;
  readonly transition: Transition | null;
  readonly cascade: readonly CascadeResult[];
  /** Of a public form whose link the start has issued. */
  readonly url: string | null;
}

/** The same inside a transaction that is open. */
export async function startIn(work: Work, input: StartInput): Promise<Started | Refused> {
  const machine = work.ruling.program.machine(input.machine);
  if (machine === null) throw new EngineError("definition_not_found", `There is no machine "${input.machine}".`);
  const { name, spec } = startOf(machine, input.event.type);
  const via = input.via ?? (work.scope.channel === "ui" ? "ui" : "api");
  const link = issueLink(work.engine, machine, name, input.event.payload);
  const asked = link?.payload ?? input.event.payload;
  const given = typeof asked === "object" && asked !== null ? (asked as JsonObject) : {};
  const record = input.record === undefined ? null : await namedRecord(work, machine, input.record);
  const instanceId = freshId(work.at, work.engine.seed(), machine.key);
  const draft: EngineEvent = { type: name, payload: given, via };
  const refusal = await refuseEvent(work, spec, { machine, snapshot: null, instance: { id: instanceId, key: "", seq: 0 }, record, event: draft });
  if (refusal !== null) {
    auditAttempt(work, "event_refused", { type: "machine", id: machine.key }, { event: name, code: refusal.code });
    return new Refused(refusal);
  }
  const payload = await acceptPayload(spec.payload, asked, lookupOf(work, { asReader: work.actor.kind !== "system" }));
  const event: EngineEvent = { type: name, payload, via, ...(input.idempotency === undefined ? {} : { idempotencyKey: input.idempotency.key }) };
  const unique = await uniqueOf(work, spec, event);
  const opened = await openStart(work.tx, {
    orgId: work.org.id,
    machine: machine.key,
    ...(record === null ? {} : { record: { type: record.type, id: record.id } }),
    ...(unique === null ? {} : { unique }),
  });
  if (opened.instance !== null) return { outcome: "existing", instance: opened.instance, transition: null, cascade: [], url: null };
  const about = opened.record ?? record ?? (await adopted(work, machine, spec, event));
  const transition = await beginInstance(work, { machine, instanceId, event, record: about, unique });
  if (transition.kind !== "moved") return await refuseStart(work, machine, name, transition);
  return { outcome: "started", instance: transition.instance, transition, cascade: await runCascade(work, transition.cascade), url: link?.url ?? null };
}

async function namedRecord(work: Work, machine: CompiledMachine, named: { readonly type: string; readonly id: string }): Promise<RecordRow> {
  const type = recordTypeOf(work.ruling.program, named.type);
  const row = await loadRecord(work.tx, type, named.id);
  if (row === null || (await isHidden(work, type, row))) throw new EngineError("record_not_found", `There is no ${named.type} "${named.id}".`);
  const expected = recordTypeOf(work.ruling.program, machine.definition.record);
  if (type.key !== expected.key) {
    throw new EngineError("payload_invalid", `${machine.key} is about ${machine.definition.record}, not ${named.type}.`, {
      errors: [{ path: "/record/type", message: `must be "${machine.definition.record}"` }],
    });
  }
  return row;
}

/** A record that exists already, known to the start's own expression only: what the start then writes makes it visible. */
async function adopted(work: Work, machine: CompiledMachine, spec: StartSpec, event: EngineEvent): Promise<RecordRow | null> {
  if (spec.adopt === undefined) return null;
  const id = await evaluateOne(work, { event }, spec.adopt);
  if (typeof id !== "string") return null;
  const type = recordTypeOf(work.ruling.program, machine.definition.record);
  return await work.tx.asSystem(() => loadRecord(work.tx, type, id));
}

async function refuseStart(work: Work, machine: CompiledMachine, event: string, transition: Exclude<Transition, { kind: "moved" }>): Promise<Refused> {
  if (transition.kind === "not_available") {
    return new Refused(new EngineError("event_not_available", `"${event}" does not start ${machine.key}.`, { events: transition.available }));
  }
  if (transition.kind === "violated") return new Refused(await violationError(work, event, machine.key, transition));
  // The gates that are shut; what they asked in turn stands in the audit log and in an explanation.
  const shut = shutOnes(transition.decisions);
  const decisions = await answerDecisions(work, shut, machine.key);
  const reasons = shut.flatMap((decision) => decision.reasons);
  auditAttempt(work, "event_blocked", { type: "machine", id: machine.key }, { event, reasons: reasons.map((reason) => reason.code) });
  return new Refused(
    new EngineError(
      "gate_blocked",
      `${shut.map((decision) => `Gate "${decision.key}"`).join(", ")} blocks "${event}": ${reasons.map((reason) => reason.message).join(" ")}`,
      {
        decisions,
        reasons,
      },
    ),
  );
}
