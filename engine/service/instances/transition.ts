/**
 * Takes one instance one event further inside a transaction: steps it, commits the step, carries out what it says. The
 * cascade to other instances is queued; `cascade.ts` works it off.
 */
import { EngineError } from "../../core/errors.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import type { CompactDecision, Effect, EngineEvent, RecordState, Snapshot, StateValue, StepInput } from "../../core/step-types.ts";
import type { JsonObject } from "../../schema/json.ts";
import { commitSend } from "../../store/commit-send.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { createRecord, updateRecord } from "../../store/records.ts";
import { checkPayload, withDefaults, withoutForbiddenNulls } from "../records/payload.ts";
import { recordTypeOf, touchesKeys } from "../records/record-type.ts";
import { auditViolation } from "../records/refuse-violation.ts";
import { evaluateMap } from "../work/expression.ts";
import { type SettledStep, stepWithFacts } from "../work/fact-loader.ts";
import { healable, hold, type Work } from "../work/work.ts";
import { type Carried, carryOut } from "./carry-out.ts";

/** An instance as it was opened, with the version of its machine that it is pinned to. */
export interface Standing {
  readonly instance: InstanceRow;
  readonly record: RecordState | null;
  readonly machine: CompiledMachine;
}

export async function standingOf(work: Work, instance: InstanceRow, record: RecordState | null): Promise<Standing> {
  return { instance, record, machine: await work.engine.programs.machine(work.tx, work.ruling, instance.machine, instance.machineVersion) };
}

export interface Moved {
  readonly kind: "moved";
  readonly instance: InstanceRow;
  readonly record: RecordState | null;
  readonly seq: number;
  readonly from: StateValue | null;
  readonly to: StateValue;
  readonly decisions: readonly CompactDecision[];
  readonly effects: readonly Effect[];
  readonly timers: Extract<SettledStep, { kind: "moved" }>["timers"];
  /** Events for other instances, to be worked off before the commit. */
  readonly cascade: Carried["cascade"];
}

export type Transition =
  | Moved
  | { readonly kind: "blocked"; readonly decisions: readonly CompactDecision[]; readonly state: StateValue }
  | Extract<SettledStep, { kind: "violated" }>
  | { readonly kind: "not_available"; readonly available: readonly string[]; readonly state: StateValue | null };

/** A cascade sends on what comes after them. */
export const MOVES_PER_TRANSACTION = 200;

/** Sends one event to a running instance. What is not `moved` has written nothing. */
export async function moveInstance(work: Work, standing: Standing, event: EngineEvent): Promise<Transition> {
  const { instance, record, machine } = standing;
  if (instance.status !== "active") return { kind: "not_available", available: [], state: instance.state };
  return await stepAndCommit(work, machine, event, {
    snapshot: instance.snapshot,
    instance: { id: instance.id, key: instance.key, seq: instance.seq },
    record,
    unique: null,
    recordExists: record !== null,
    lastHash: instance.lastHash,
    release: instance.release,
    createdAt: instance.createdAt,
  });
}

export interface Beginning {
  readonly machine: CompiledMachine;
  readonly instanceId: string;
  readonly event: EngineEvent;
  /** The record that the instance is about; null: the start event creates it. */
  readonly record: RecordState | null;
  readonly unique: string | null;
}

/** Starts a new instance, with the record that its start event creates where none is named. */
export async function beginInstance(work: Work, beginning: Beginning): Promise<Transition> {
  const { machine, record } = beginning;
  return await stepAndCommit(work, machine, beginning.event, {
    snapshot: null,
    instance: { id: beginning.instanceId, key: keyOf(machine, record, beginning.instanceId), seq: 0 },
    record,
    unique: beginning.unique,
    recordExists: record !== null,
    lastHash: null,
    release: work.ruling.release,
    createdAt: work.at,
  });
}

interface Before {
  readonly snapshot: Snapshot | null;
  readonly instance: StepInput["instance"];
  readonly record: RecordState | null;
  readonly unique: string | null;
  readonly recordExists: boolean;
  readonly lastHash: string | null;
  readonly release: number | null;
  readonly createdAt: string;
}

async function stepAndCommit(work: Work, machine: CompiledMachine, event: EngineEvent, before: Before): Promise<Transition> {
  countMove(work);
  const recordBefore = before.record === null ? null : toState(before.record);
  const seed = work.engine.seed();
  const { result, bag } = await stepWithFacts(work, machine, {
    snapshot: before.snapshot,
    instance: before.instance,
    record: recordBefore,
    event,
    actor: work.actor,
    org: work.org,
    now: work.at,
    seed,
  });
  if (result.kind === "failed") throw stepFailed(machine, event, result);
  if (result.kind === "violated") auditViolation(work, { machine: machine.key, event: event.type, instance: before.instance }, result.violations);
  if (result.kind !== "moved") return result;
  if (result.decisions.length > 0) work.decided.push({ machine: machine.key, decisions: result.decisions, isRefused: false });
  const isPlain = isPlainUpdate(work, before, result);
  if (!isOwnAffair(result, isPlain)) hold(work);
  const isKept = before.record !== null && !result.recordChanged;
  const record = isKept ? before.record : await writeOwnRecord(work, machine, before, { ...result, isPlain });
  const instance: InstanceRow = {
    orgId: work.org.id,
    id: before.instance.id,
    machine: machine.key,
    machineVersion: machine.version,
    key: keyOf(machine, record, before.instance.id),
    recordType: record?.type ?? machine.definition.record,
    recordId: record?.id ?? before.instance.id,
    state: result.to,
    status: result.snapshot.status,
    seq: before.instance.seq + 1,
    snapshot: result.snapshot,
    release: before.release,
    lastHash: before.lastHash,
    createdAt: before.createdAt,
    updatedAt: work.at,
  };
  const override = event.override ?? (await overrideOf(work, machine, event, before, recordBefore));
  const carried = await carryOut(work, { machine, instanceId: instance.id, key: instance.key, seq: instance.seq, record }, result.effects);
  const isOpened = work.opensWith?.instance?.id === instance.id;
  const recalled = isOpened ? work.recalled : null;
  const hash = commitSend(work.tx, {
    orgId: work.org.id,
    instance: { ...instance, unique: before.unique },
    ...(recalled === null ? {} : { recalled: isKept ? recalled : { ...recalled, record: null } }),
    event: {
      at: work.at,
      actor: work.actor,
      type: event.type,
      event: asSent(event),
      facts: { record: recordBefore, bag },
      decisions: result.decisions,
      effects: result.effects,
      from: result.from,
      to: result.to,
      seed,
      override,
    },
    ...(record !== null && isPlain ? { record: { op: "update" as const, row: record, expectedVersion: before.record?.version ?? 0 } } : {}),
    timers: result.timers,
    tasks: carried.tasks,
    cancelTasks: carried.cancelTasks,
    outbox: carried.outbox,
  });
  const left = { ...instance, lastHash: hash };
  work.unheld = null;
  if (isOpened) {
    work.recalled = null;
    work.left = { instance: left, record };
  }
  if (carried.outbox.length > 0 || result.timers.arm.length > 0) work.hasWork = true;
  work.notices.push({ orgId: work.org.id, kind: "instance", id: instance.id, of: machine.key, seq: instance.seq });
  return {
    kind: "moved",
    instance: left,
    record,
    seq: instance.seq,
    from: result.from,
    to: result.to,
    decisions: result.decisions,
    effects: result.effects,
    timers: result.timers,
    cascade: carried.cascade,
  };
}

/** - throws EngineError `limit_exceeded`: instances that move one another without end */
function countMove(work: Work): void {
  work.moves += 1;
  if (work.moves <= MOVES_PER_TRANSACTION) return;
  throw new EngineError("limit_exceeded", `One act moved more than ${MOVES_PER_TRANSACTION} instances.`, { limit: MOVES_PER_TRANSACTION });
}

function stepFailed(machine: CompiledMachine, event: EngineEvent, failed: Extract<SettledStep, { kind: "failed" }>): EngineError {
  return new EngineError(failed.code, `${machine.key} "${event.type}": ${failed.message}`, {
    ...(failed.limit === undefined ? {} : { limit: failed.limit }),
    ...(failed.code === "payload_invalid" ? { errors: [] } : {}),
  });
}

/** The event as the log keeps it: what lifted its gates stands in a column of its own. */
function asSent({ type, payload, via, idempotencyKey }: EngineEvent): JsonObject {
  return { type, payload, via, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
}

/** What an event that is declared an override lifted, and why; null for every other event. */
async function overrideOf(work: Work, machine: CompiledMachine, event: EngineEvent, before: Before, record: RecordState | null): Promise<JsonObject | null> {
  const { events } = machine.definition;
  const declared = Object.hasOwn(events, event.type) ? events[event.type]?.override : undefined;
  if (declared === undefined) return null;
  return await evaluateMap(work, { record, event, machine, snapshot: before.snapshot, instance: before.instance }, declared);
}

type MovedStep = Extract<SettledStep, { kind: "moved" }>;

/** All that the step writes goes with the instance's own row. */
function isOwnAffair({ recordChanged, effects }: MovedStep, isPlain: boolean): boolean {
  return (!recordChanged || isPlain) && effects.every((effect) => effect.kind !== "record" && effect.kind !== "document");
}

/** A changed record whose unique keys stay as they are flies with the commit; everything else goes through records.ts. */
function isPlainUpdate(work: Work, before: Before, result: MovedStep): boolean {
  if (!result.recordChanged || before.record === null || result.record === null) return false;
  return !touchesKeys(recordTypeOf(work.ruling.program, before.record.type), before.record.data, result.record.data);
}

async function writeOwnRecord(
  work: Work,
  machine: CompiledMachine,
  before: Before,
  result: Pick<MovedStep, "record"> & { readonly isPlain: boolean },
): Promise<RecordState | null> {
  const after = result.record;
  if (after === null) return before.record;
  const type = recordTypeOf(work.ruling.program, after.type);
  const kept = withoutForbiddenNulls(type.schema, after.data);
  const data = checkPayload(type.schema, before.record === null ? withDefaults(type.schema, kept) : kept);
  const common = { orgId: type.scope === "global" ? null : work.org.id, id: after.id, data, actorId: work.actor.id, at: work.at };
  if (before.record === null) {
    try {
      return await createRecord(work.tx, work.ruling.catalogue, type, { ...common, code: after.code });
    } catch (error) {
      throw error instanceof EngineError && error.code === "unique_taken" && isGeneratedCode(error) ? healable(error) : error;
    }
  }
  if (result.isPlain) return { ...after, data, version: before.record.version + 1 };
  if (machine.definition.record !== after.type) throw new EngineError("internal", `${machine.key} changed a record of type ${after.type}.`);
  return await updateRecord(work.tx, work.ruling.catalogue, type, { ...common, ifVersion: before.record.version });
}

function isGeneratedCode(error: EngineError): boolean {
  const fields = error.data["fields"];
  return Array.isArray(fields) && fields.includes("code");
}

/** `<machine id>:<record code>`; the record's id where it has no code, the instance's where it has no record. */
function keyOf(machine: CompiledMachine, record: { readonly id: string; readonly code: string | null } | null, instanceId: string): string {
  return `${machine.key.slice(machine.key.indexOf(".") + 1)}:${record?.code ?? record?.id ?? instanceId}`;
}

/** The part of a row that a step sees and the log keeps. */
export function toState(row: RecordState): RecordState {
  return { id: row.id, type: row.type, org: row.org, code: row.code, version: row.version, data: row.data };
}
