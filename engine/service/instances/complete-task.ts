/**
 * Completes a task or decides an approval: its outcome is sent to the instance that handed it out, as the person who acts.
 *
 * Nobody decides on their own request. An approval is void when a value that it relied on has changed since it was asked
 * for: it is closed as such and the difference is told, so that nobody approves what they did not see.
 */
import { sameJson } from "../../core/canonical.ts";
import { EngineError } from "../../core/errors.ts";
import type { OrgContext } from "../../core/step-types.ts";
import type { Feel, Json, JsonObject } from "../../schema/json.ts";
import { closeTask, loadTask, type TaskRow } from "../../store/tasks.ts";
import { dayIn } from "../work/ask-decision.ts";
import { type Act, judge, refusalOf, verbOf } from "../work/authorize.ts";
import type { Engine } from "../work/engine-context.ts";
import { evaluate } from "../work/expression.ts";
import { isUuid } from "../work/fresh-id.ts";
import { type Answer, type Idempotency, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import type { Scope } from "../work/scope.ts";
import { auditAttempt, Refused, type Work } from "../work/work.ts";
import { deliver, openStanding, type SendAnswer, sendAnswerOf } from "./send-event.ts";

export interface CompleteInput {
  readonly id: string;
  /** One of the task's outcomes; "done" for a task that has none. */
  readonly outcome: string;
  readonly note?: string;
  /** Joins the event's payload. */
  readonly payload?: JsonObject;
  readonly idempotency?: Idempotency;
}

export interface CompleteAnswer {
  readonly task: { readonly id: string; readonly status: string; readonly outcome: string };
  /** null for a task that sends nothing. */
  readonly event: SendAnswer | null;
}

/**
 * Completes it.
 *
 * - throws EngineError `not_found` (also for those whom it is not open to), `task_closed`, `event_not_permitted` (OWN_REQUEST,
 *   rank), `approval_void` (with `changed`), `payload_invalid` for an outcome that it does not have, and all that send-event throws
 */
export async function completeTask(engine: Engine, scope: Scope, input: CompleteInput): Promise<Answer<CompleteAnswer>> {
  const org = await orgOfTask(engine, scope, input.id);
  return await inWork(engine, scope, org, (work) => once(work, input.idempotency, 200, () => complete(work, input)));
}

async function orgOfTask(engine: Engine, scope: Scope, id: string): Promise<OrgContext> {
  const row = isUuid(id) ? await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, (tx) => loadTask(tx, id)) : null;
  const org = scope.orgs.find((candidate) => candidate.id === row?.orgId);
  if (org === undefined) throw taskNotFound(id);
  return org;
}

const taskNotFound = (id: string): EngineError => new EngineError("not_found", `There is no task "${id.slice(0, 60)}".`);

async function complete(work: Work, input: CompleteInput): Promise<CompleteAnswer | Refused> {
  const task = await loadTask(work.tx, input.id, "update");
  if (task === null) throw taskNotFound(input.id);
  const refusal = refuse(work, task);
  if (refusal !== null) {
    auditAttempt(work, "task_refused", { type: "task", id: task.id }, { outcome: input.outcome, code: refusal.code });
    return new Refused(refusal);
  }
  if (task.status !== "open") throw new EngineError("task_closed", `The task is ${task.status}.`, { status: task.status, outcome: task.outcome });
  const event = eventOf(task, input.outcome);
  const changed = await changedValues(work, task);
  if (changed.length > 0) return await voidApproval(work, task, changed);
  const closed = { orgId: work.org.id, id: task.id, outcome: input.outcome, note: input.note ?? null, by: work.actor.id, at: work.at };
  await closeTask(work.tx, { ...closed, status: "done", ...(input.payload === undefined ? {} : { payload: input.payload }) });
  work.notices.push({ orgId: work.org.id, kind: "task", id: task.id, of: task.kind });
  const answer = { id: task.id, status: "done", outcome: input.outcome };
  if (event === null || task.instanceId === null) return { task: answer, event: null };
  const send = {
    instance: task.instanceId,
    type: event,
    payload: { ...input.payload, ...(input.note === undefined ? {} : { note: input.note }) },
  };
  const sent = await deliver(work, { org: work.org, id: task.instanceId }, send);
  if (sent instanceof Refused) throw sent.error;
  return { task: answer, event: await sendAnswerOf(work, sent) };
}

/** The outcome's event; null where completing the task is all there is. */
function eventOf(task: TaskRow, outcome: string): string | null {
  if (Object.hasOwn(task.outcomes, outcome)) return task.outcomes[outcome] ?? null;
  const outcomes = Object.keys(task.outcomes).sort();
  if (outcomes.length === 0) return null;
  throw new EngineError("payload_invalid", `The task has no outcome "${outcome}".`, {
    errors: [{ path: "/outcome", message: `must be one of ${outcomes.join(", ")}` }],
  });
}

/** Whom the task is open to: its assignee, or the holders of its permission or role; never those excluded from it. */
function refuse(work: Work, task: TaskRow): EngineError | null {
  if (work.actor.kind === "system") return null;
  const isAssignee = task.assignee === work.actor.id;
  const byRole = task.role !== null && work.actor.roles.includes(task.role);
  const byPermission = task.permission !== null && work.actor.permissions.includes(task.permission);
  const isOpenToAll = task.assignee === null && task.role === null && task.permission === null;
  if (!isAssignee && !byRole && !byPermission && !isOpenToAll) {
    return new EngineError("event_not_permitted", `The task "${task.title}" is not yours to do.`, {
      reasons: [{ code: "FORBIDDEN", message: "the permission is missing", facts: {} }],
      ...(task.permission === null ? {} : { permission: task.permission }),
    });
  }
  const act: Act = {
    orgId: work.org.id,
    permissions: byPermission && !isAssignee && task.permission !== null ? [task.permission] : [],
    verb: task.form === "approval" ? "approve" : verbOf(task.permission ?? undefined),
    isRequester: task.excluded.includes(work.actor.id),
    minRank: task.minRank,
  };
  const moment = { now: work.at, today: dayIn(work.org.timeZone, work.at) };
  const verdict = judge(work.ruling.program, work.scope, work.actor, act, moment);
  const what = `The task "${task.title}"`;
  if (!verdict.allow) return refusalOf(verdict, act, { hidden: "not_found", forbidden: "event_not_permitted", what });
  if (!act.isRequester) return null;
  return new EngineError("event_not_permitted", `${what}: nobody decides on their own request.`, {
    reasons: [{ code: "OWN_REQUEST", message: "nobody decides on their own request", facts: {} }],
  });
}

interface ChangedValue extends JsonObject {
  readonly name: string;
  readonly was: Json;
  readonly now: Json;
}

/** Values relied on that are no longer what they were. */
async function changedValues(work: Work, task: TaskRow): Promise<readonly ChangedValue[]> {
  const names = Object.keys(task.relies).sort();
  if (names.length === 0 || task.instanceId === null) return [];
  const { instance, record, machine } = await openStanding(work, { org: work.org, id: task.instanceId }, task.instanceId);
  const expressions: Record<string, Feel> = {};
  for (const name of names) expressions[name] = task.relies[name]?.expr ?? "null";
  const subject = { machine, record, snapshot: instance.snapshot, instance: { id: instance.id, key: instance.key, seq: instance.seq } };
  const values = await evaluate(work, subject, expressions);
  return names.flatMap((name) => {
    const was = task.relies[name]?.value ?? null;
    const now = values[name] ?? null;
    return sameJson(was, now) ? [] : [{ name, was, now }];
  });
}

async function voidApproval(work: Work, task: TaskRow, changed: readonly ChangedValue[]): Promise<Refused> {
  await closeTask(work.tx, { orgId: work.org.id, id: task.id, status: "void", outcome: null, note: null, by: work.actor.id, at: work.at });
  auditAttempt(work, "approval_void", { type: "task", id: task.id }, { changed });
  const list = changed.map(({ name, was, now }) => `${name} was ${JSON.stringify(was)}, is ${JSON.stringify(now)}`).join("; ");
  return new Refused(new EngineError("approval_void", `What this approval relied on has changed: ${list}.`, { changed }));
}
