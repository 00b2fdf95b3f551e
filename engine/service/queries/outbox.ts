/** Effects on their way out: waiting, delivered, failed, parked; and the two acts of a person on them: retry and discard. */
import { EngineError } from "../../core/errors.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { listOutbox as listRows, loadOutbox, markOutbox, type OutboxRow, type OutboxStatus } from "../../store/outbox.ts";
import { concealFor } from "../records/conceal.ts";
import { dayIn } from "../work/ask-decision.ts";
import { authorize } from "../work/authorize.ts";
import type { Engine } from "../work/engine-context.ts";
import { isUuid } from "../work/fresh-id.ts";
import { type Answer, type Keyed, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import { inReading, pageOf, worksPermitted } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { withoutHidden } from "./visible-instance.ts";

const PERMISSION = "integration.admin";
/** Members of a payload that never leave the engine by this list. */
const SECRET = new Set(["secret", "html", "text", "attachments"]);

export interface OutboxAnswer {
  readonly id: string;
  readonly org: string;
  readonly key: string;
  readonly kind: string;
  readonly state: OutboxStatus;
  readonly attempts: number;
  readonly nextAttempt: string;
  readonly error: string | null;
  readonly subject: string | null;
  readonly instance: string | null;
  readonly payload: JsonObject;
  readonly createdAt: string;
  readonly deliveredAt: string | null;
}

export interface OutboxListInput {
  readonly state?: OutboxStatus;
  readonly kind?: string;
  /** Part of a key, code, event or last answer, among the newest 50,000 that fit the rest. */
  readonly q?: string;
  readonly limit?: number;
  readonly cursor?: string | null;
}

/** Newest first, delivered ones too. - throws EngineError `permission_denied` */
export async function listOutbox(
  engine: Engine,
  scope: Scope,
  input: OutboxListInput = {},
): Promise<{ readonly items: readonly OutboxAnswer[]; readonly next: string | null }> {
  return await inReading(engine, scope, async (reading) => {
    const works = worksPermitted(reading, PERMISSION);
    if (works.length === 0) throw new EngineError("permission_denied", "To see the outbox: the permission is missing.", { permission: PERMISSION });
    const filter = {
      orgs: works.map((work) => work.org.id),
      ...(input.state === undefined ? {} : { status: input.state }),
      ...(input.kind === undefined ? {} : { kind: input.kind }),
      ...(input.q === undefined ? {} : { search: input.q }),
    };
    const page = await listRows(reading.tx, filter, pageOf(input));
    const conceal = await concealFor(reading.works[0]);
    const shown = await withoutHidden(reading, page.items, ({ instanceId }) => instanceId);
    return { items: shown.map((row) => conceal(answerOutbox(reading.workOf(row.orgId), row))), next: page.next };
  });
}

/** Puts a row that failed or is parked back in the queue. - throws EngineError `not_found`, `permission_denied` */
export async function retryOutbox(engine: Engine, scope: Scope, input: { readonly id: string } & Keyed): Promise<Answer<OutboxAnswer>> {
  return await settleRow(engine, scope, input, { status: "pending", action: "outbox_retried", reason: null });
}

/** Gives a row up for good; the reason is audited. */
export async function discardOutbox(
  engine: Engine,
  scope: Scope,
  input: { readonly id: string; readonly reason?: string } & Keyed,
): Promise<Answer<OutboxAnswer>> {
  return await settleRow(engine, scope, input, { status: "discarded", action: "outbox_discarded", reason: input.reason ?? "discarded by a person" });
}

interface Settlement {
  readonly status: "pending" | "discarded";
  readonly action: string;
  readonly reason: string | null;
}

async function settleRow(engine: Engine, scope: Scope, { id, idempotency }: { readonly id: string } & Keyed, how: Settlement): Promise<Answer<OutboxAnswer>> {
  const orgId = isUuid(id)
    ? await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, async (tx) => (await loadOutbox(tx, id))?.orgId ?? null)
    : null;
  const org = scope.orgs.find((candidate) => candidate.id === orgId);
  if (org === undefined) throw notFound(id);
  return await inWork(engine, scope, org, (work) => once(work, idempotency, 200, () => settleIn(work, id, how)));
}

const notFound = (id: string): EngineError => new EngineError("not_found", `There is no outbox row "${id.slice(0, 60)}".`);

async function settleIn(work: Work, id: string, { status, action, reason }: Settlement): Promise<OutboxAnswer> {
  const { org, scope } = work;
  const act = {
    orgId: org.id,
    permissions: [PERMISSION],
    verb: "edit",
    hidden: "not_found",
    forbidden: "permission_denied",
    what: "To change the outbox",
  } as const;
  authorize(work.ruling.program, scope, work.actor, act, { now: work.at, today: dayIn(org.timeZone, work.at) });
  // Why it failed is still read beside why it was given up.
  const failed = reason === null ? null : ((await loadOutbox(work.tx, id))?.lastError ?? null);
  const kept = failed === null ? reason : `${reason} (last answer: ${failed})`;
  if (!(await markOutbox(work.tx, { orgId: org.id, id }, status, kept, work.at))) throw notFound(id);
  work.audit.push({ orgId: org.id, at: work.at, actorId: work.actor.id, action, subject: { type: "outbox", id }, detail: { reason } });
  work.hasWork = true;
  const row = await loadOutbox(work.tx, id);
  if (row === null) throw notFound(id);
  return answerOutbox(work, row);
}

function answerOutbox(work: Work, row: OutboxRow): OutboxAnswer {
  return {
    id: row.id,
    org: work.org.code,
    key: row.key,
    kind: row.kind,
    state: row.status,
    attempts: row.attempts,
    nextAttempt: row.nextAttempt,
    error: row.lastError,
    subject: row.subject,
    instance: row.instanceId,
    payload: Object.fromEntries(Object.entries(row.payload).filter((entry): entry is [string, Json] => !SECRET.has(entry[0]))),
    createdAt: row.createdAt,
    deliveredAt: row.deliveredAt,
  };
}
