/** Runs a use case in one transaction: opened with its instance, run again where others came first, told to others once it is committed. */
import { EngineError } from "../../core/errors.ts";
import type { Actor, OrgContext } from "../../core/step-types.ts";
import { saveAttempts } from "../../store/attempts.ts";
import { appendAudit } from "../../store/audit.ts";
import { isInboxLocked, queueInboxLock } from "../../store/inbox.ts";
import { type OpenedSend, openSend } from "../../store/open-send.ts";
import type { Tx } from "../../store/tx.ts";
import type { Engine } from "./engine-context.ts";
import { actorIn, type Scope } from "./scope.ts";
import { blankWork, hold, isHealable, Refused, type Work } from "./work.ts";

const ATTEMPTS_FOR_FREE_CODE = 5;

export interface WorkOptions {
  /** The instance that the work is about: opened in the transaction's first flight, which brings the org's epochs along. */
  readonly instanceId?: string;
  /** "late": only where `fn` writes nothing before the instance's event. The work is run again, locked first, where the instance moved on. */
  readonly lock?: "first" | "late";
  /**
   * Where the instance is remembered as this process left it, `fn` decides on that, and the write of its event checks it. Whatever else comes of it
   * (a refusal, an error, nothing written) says nothing yet: all is run again on what the database holds. Only "late".
   */
  readonly recall?: boolean;
  /** Taken in the same flight; only beside `instanceId`. */
  readonly idempotency?: { readonly source: string; readonly key: string };
  /** Rolls everything back after `fn` and gives its result all the same: explain. */
  readonly dryRun?: boolean;
  /** Keeps the actor of an event that caused this one in another transaction. */
  readonly actor?: Actor;
}

/**
 * Runs a use case in one transaction of one org, under the release in force there.
 *
 * A taken code or a lost race for a row runs it again with fresh seeds, at most 5 times. A `Refused` result commits (its
 * audit row) and is then thrown. After the commit listeners are told and the relay is woken.
 */
export async function inWork<T>(
  engine: Engine,
  scope: Scope,
  org: OrgContext,
  fn: (work: Work) => Promise<T | Refused>,
  options: WorkOptions = {},
): Promise<T> {
  let { lock = "first", recall = false } = options;
  for (let attempt = 1; ; attempt++) {
    let last: Work | undefined;
    let result: T | Refused;
    let inVain = false;
    let [isRecalled, isDone] = [false, false];
    try {
      const runs = async (tx: Tx): Promise<T | Refused> => {
        last = undefined;
        isDone = false;
        const work = await openWork(engine, scope, org, tx, { ...options, lock, recall: recall && lock === "late" });
        isRecalled = work.recalled !== null;
        lock = "first";
        last = work;
        const value = await fn(work);
        // Only the write of its event would have told whether it stands so.
        if (isRecalled && (value instanceof Refused || work.recalled !== null)) throw new RolledBack(value);
        if (!(value instanceof Refused)) for (const check of work.lastChecks.values()) await check();
        if (options.dryRun === true) throw new RolledBack(value);
        if (work.audit.length > 0) await appendAudit(tx, work.audit);
        if (work.hasWork) engine.committing(tx);
        isDone = true;
        return value;
      };
      // Who has waited for the key once is told so: each try waits as long again.
      const isInVain = async (error: EngineError): Promise<boolean> => {
        inVain = await waitedForKey(engine, scope, org, { error, work: last, options });
        return inVain;
      };
      result = await engine.store.work({ orgs: [org.id], actorId: scope.principal.id }, runs, isInVain);
    } catch (error) {
      // Of a commit that got no answer nobody knows whether it was done: that is not done again.
      if (isRecalled && !(isDone && isUncertain(error))) {
        [recall, lock] = [false, options.lock ?? "first"];
        continue;
      }
      if (error instanceof RolledBack) return settle(error.value as T | Refused);
      if (isHealable(error) && attempt < ATTEMPTS_FOR_FREE_CODE) continue;
      if (inVain || (await waitedForKey(engine, scope, org, { error, work: last, options })))
        throw new EngineError("idempotency_in_flight", "A request with this key is still being handled.", { retryAfter: 1 }, { cause: error });
      if (last !== undefined && options.dryRun !== true) {
        countDecisions(engine, { ...last, decided: last.decided.filter(({ isRefused }) => isRefused) });
        if (hasAttempts(last)) await keepAttempts(engine, last);
      }
      throw error;
    }
    if (last !== undefined) {
      if (options.recall === true) remember(engine, last);
      tellOthers(engine, last);
      countDecisions(engine, last);
      if (hasAttempts(last)) await keepAttempts(engine, last);
    }
    return settle(result);
  }
}

async function openWork(engine: Engine, scope: Scope, org: OrgContext, tx: Tx, options: WorkOptions): Promise<Work> {
  const { instanceId, idempotency, lock = "first" } = options;
  const recalled = instanceId === undefined || options.recall !== true ? null : engine.memory.recall(org.id, instanceId);
  // A key that was answered already is found when its answer is stored a second time.
  if (recalled !== null && idempotency !== undefined) queueInboxLock(tx, org.id, idempotency.source, idempotency.key);
  const opening =
    instanceId === undefined || recalled !== null
      ? null
      : openSend(tx, { orgId: org.id, instanceId, lock, ...(idempotency === undefined ? {} : { idempotency }) });
  if (opening !== null) tx.depart();
  const at = engine.clock.now();
  const read = await opening;
  if (read !== null) engine.memory.found(read);
  const opened = recalled ?? read;
  const keyed = opened === null || idempotency === undefined ? null : { key: idempotency.key, row: opened.inbox };
  const known = opened === null || instanceId === undefined ? {} : { instanceId, epoch: opened.activationEpoch };
  const ruling = await engine.programs.inForce(tx, org.id, at, known);
  const actor = options.actor ?? actorIn(scope, org.id, ruling.program.access);
  return {
    ...blankWork({ engine, tx, scope, org, ruling, actor, at }),
    ...{ opened, keyed, unheld: lock === "late" ? (opened?.instance ?? null) : null },
    ...{ opensWith: opened, recalled },
  };
}

/** Opens an instance with its record, locked; the one that the work was opened for is open already. */
export async function openInstance(work: Work, instanceId: string): Promise<OpenedSend> {
  const { opened } = work;
  if (opened?.instance?.id === instanceId) {
    work.opened = null;
    return opened;
  }
  hold(work);
  return await openSend(work.tx, { orgId: work.org.id, instanceId });
}

/** Not the database's own refusal: the connection may have broken after the commit had left. */
const isUncertain = (error: unknown): boolean => !(error instanceof EngineError) || error.code === "unavailable" || error.code === "internal";

/** Carries a result out of a transaction that must not commit. Never leaves `inWork`. */
class RolledBack extends EngineError {
  readonly value: unknown;
  constructor(value: unknown) {
    super("internal", "rolled back on purpose");
    this.value = value;
  }
}

function settle<T>(result: T | Refused): T {
  if (result instanceof Refused) throw result.error;
  return result;
}

interface Ended {
  readonly error: unknown;
  /** Missing where the transaction ended in its first flight. */
  readonly work: Work | undefined;
  readonly options: WorkOptions;
}

/**
 * Tells whether a transaction that ended for want of a lock waited for its idempotency key. One that took the key and its instance in
 * one flight cannot know for which of the two: the key is then asked for again, without waiting.
 */
async function waitedForKey(engine: Engine, scope: Scope, org: OrgContext, { error, work, options }: Ended): Promise<boolean> {
  if (!(error instanceof EngineError) || error.code !== "unavailable") return false;
  const { idempotency } = options;
  if (work !== undefined || idempotency === undefined) return work?.waitsForKey === true;
  try {
    return await engine.store.work({ orgs: [org.id], actorId: scope.principal.id }, (tx) => isInboxLocked(tx, org.id, idempotency.source, idempotency.key));
  } catch {
    return false;
  }
}

function countDecisions(engine: Engine, { org, at, decided }: Work): void {
  for (const { machine, decisions } of decided) engine.gateTally.note({ orgId: org.id, at, machine, decisions });
}

const hasAttempts = ({ attempts, undone }: Work): boolean => attempts.length > 0 || undone.length > 0;

/** A refusal stays the refusal that it is, whether its trace could be written or not. */
async function keepAttempts(engine: Engine, { org, scope, attempts, undone }: Work): Promise<void> {
  try {
    await engine.store.work({ orgs: [org.id], actorId: scope.principal.id }, async (tx) => {
      saveAttempts(tx, attempts);
      if (undone.length > 0) await appendAudit(tx, undone);
    });
  } catch (error) {
    engine.log.warn({ err: error, attempts: attempts.length }, "refused attempts were not kept");
  }
}

function remember({ memory }: Engine, { left, opensWith }: Work): void {
  if (left === null || !opensWith?.instance || opensWith.record === null) return;
  const { instance, record } = left;
  // A record of all orgs is not read beside its instance, and what has ended moves no more.
  if (record === null || record.org === null || instance.status !== "active") {
    memory.forget(instance.id);
    return;
  }
  const { activationEpoch, settingsEpoch } = opensWith;
  memory.keep({ instance, record, activationEpoch, settingsEpoch });
}

function tellOthers(engine: Engine, work: Work): void {
  for (const { id } of work.notices) if (id !== work.left?.instance.id && id !== work.left?.record?.id) engine.memory.forget(id);
  engine.changes.publish(work.notices);
  if (work.hasWork) engine.wake();
}
