/**
 * One transaction of the engine: who acts, in which org, under which definitions, and what is still to be done before the
 * commit. Made by `inWork`; lives exactly as long as the transaction.
 */
import { EngineError } from "../../core/errors.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import { step } from "../../core/step.ts";
import type { Actor, CompactDecision, FactBag, FactRequest, Instant, OrgContext, StepInput, StepResult } from "../../core/step-types.ts";
import { type TimeLimit, tickOff, within } from "../../core/time-limit.ts";
import type { JsonObject } from "../../schema/json.ts";
import { type AttemptWrite, saveAttempts } from "../../store/attempts.ts";
import type { AuditWrite } from "../../store/audit.ts";
import { appendAudit } from "../../store/audit.ts";
import { loadFacts } from "../../store/facts.ts";
import { isInboxLocked } from "../../store/inbox.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { holdInstance, type OpenedSend, openSend } from "../../store/open-send.ts";
import { type AskedQuery, queryBatch } from "../../store/record-batch.ts";
import type { Page, Tx } from "../../store/tx.ts";
import type { ChangeNotice } from "./change-feed.ts";
import type { Engine } from "./engine-context.ts";
import { gather, Turns } from "./gather.ts";
import type { Ruling } from "./program-cache.ts";
import { actorIn, type Scope } from "./scope.ts";
import { createTimeLimit, READING_MS, STEP_MS } from "./time-limit.ts";

export interface Work {
  readonly engine: Engine;
  readonly tx: Tx;
  readonly scope: Scope;
  readonly org: OrgContext;
  readonly ruling: Ruling;
  readonly actor: Actor;
  readonly at: Instant;
  /** Told after the commit. */
  readonly notices: ChangeNotice[];
  /** Written last, because the log's chain serialises the org's writers. */
  readonly audit: AuditWrite[];
  /** Run before the commit, over everything that was written; what they throw undoes it. By what they are about, so that each is run once. */
  readonly lastChecks: Map<string, () => Promise<void>>;
  /** What gates decided here; counted once the transaction has ended. */
  readonly decided: { readonly machine: string; readonly decisions: readonly CompactDecision[]; readonly isRefused: boolean }[];
  /** Refused attempts: written after the transaction, in one of their own, whatever became of it. */
  readonly attempts: AttemptWrite[];
  /** Lines of the audit log about what undid the transaction: written as the attempts are. */
  readonly undone: AuditWrite[];
  /** Set when something waits in the outbox or a timer was armed. */
  hasWork: boolean;
  /** Instances moved in this transaction. */
  moves: number;
  /** The instance that the transaction was opened for; taken once. */
  opened: OpenedSend | null;
  /** The same, while it is read and not locked: see `hold`. */
  unheld: InstanceRow | null;
  /** The idempotency key that the transaction was opened with: locked, and its stored answer read. */
  readonly keyed: { readonly key: string; readonly row: OpenedSend["inbox"] } | null;
  /** While another transaction may be holding the caller's idempotency key. */
  waitsForKey: boolean;
  /** What was read already, where nothing is written any more: read models ask for the same facts many times. */
  readonly shared: SharedReads | null;
}

export interface SharedReads {
  readonly facts: FactLoader;
  /** The same query for many rows is one statement. */
  readonly query: (asked: AskedQuery) => Promise<Page<JsonObject>>;
  /** Of everything that is evaluated for one answer; stands still in between. */
  readonly limit: TimeLimit;
  /** Permission -> its holders. */
  readonly holders: Map<string, readonly { readonly id: string; readonly name: string }[]>;
}

/** Work that has done nothing yet. */
export function blankWork(within: Pick<Work, "engine" | "tx" | "scope" | "org" | "ruling" | "actor" | "at">): Work {
  return {
    ...within,
    notices: [],
    audit: [],
    lastChecks: new Map(),
    decided: [],
    attempts: [],
    undone: [],
    hasWork: false,
    waitsForKey: false,
    moves: 0,
    opened: null,
    unheld: null,
    keyed: null,
    shared: null,
  };
}

/** The same work for reading only: facts are loaded once and without locks. */
export function forReading(work: Work): Work {
  if (work.shared !== null) return work;
  const loader = createFactLoader(work);
  const turns = new Turns();
  const load = gather(turns, async (lists: readonly (readonly FactRequest[])[]): Promise<readonly undefined[]> => {
    await loader.load([...new Map(lists.flat().map((request) => [request.key, { ...request, locks: [] }])).values()]);
    return lists.map(() => undefined);
  });
  const query = gather(turns, (asked: readonly AskedQuery[]) => queryBatch(work.tx, work.ruling.catalogue, asked));
  const limit = createTimeLimit(READING_MS, "What the page asks of definitions");
  limit.pause();
  return { ...work, shared: { facts: { bag: loader.bag, load }, query, limit, holders: new Map() } };
}

/** The facts of one evaluation: those of the reading, or fresh ones. */
export function factsOf(work: Work): FactLoader {
  return work.shared?.facts ?? createFactLoader(work);
}

/**
 * Evaluates outside of a step, within a step's time; what one answer asks for many rows has its time together.
 *
 * - throws EngineError `limit_exceeded` with limit "time"
 */
export function inTime<T>({ shared }: Pick<Work, "shared">, run: () => T): T {
  if (shared === null) return within(createTimeLimit(STEP_MS, "The evaluation"), run);
  shared.limit.resume();
  try {
    return within(shared.limit, () => {
      tickOff();
      return run();
    });
  } finally {
    shared.limit.pause();
  }
}

export const MAX_FACT_ROUNDS = 20;
const ATTEMPTS_FOR_FREE_CODE = 5;

/** An outcome that is to be thrown once what it wrote (the audit log) is committed. */
export class Refused {
  readonly error: EngineError;
  constructor(error: EngineError) {
    this.error = error;
  }
}

/** Errors that a fresh seed, or a second look, may heal: a code or an upserted row that another transaction took first. */
const HEALABLE = new WeakSet<EngineError>();

export function healable(error: EngineError): EngineError {
  HEALABLE.add(error);
  return error;
}

export interface WorkOptions {
  /** The instance that the work is about: opened in the transaction's first flight, which brings the org's epochs along. */
  readonly instanceId?: string;
  /** "late": only where `fn` writes nothing before the instance's event. The work is run again, locked first, where the instance moved on. */
  readonly lock?: "first" | "late";
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
  let { lock = "first" } = options;
  for (let attempt = 1; ; attempt++) {
    let last: Work | undefined;
    let result: T | Refused;
    try {
      const runs = async (tx: Tx): Promise<T | Refused> => {
        last = undefined;
        const work = await openWork(engine, scope, org, tx, { ...options, lock });
        lock = "first";
        last = work;
        const value = await fn(work);
        if (!(value instanceof Refused)) for (const check of work.lastChecks.values()) await check();
        if (options.dryRun === true) throw new RolledBack(value);
        if (work.audit.length > 0) await appendAudit(tx, work.audit);
        if (work.hasWork) engine.committing(tx);
        return value;
      };
      // Who has waited for the key once is told so: each try waits as long again.
      const isInVain = (error: EngineError) => waitedForKey(engine, scope, org, { error, work: last, options });
      result = await engine.store.work({ orgs: [org.id], actorId: scope.principal.id }, runs, isInVain);
    } catch (error) {
      if (error instanceof RolledBack) return settle(error.value as T | Refused);
      if (error instanceof EngineError && HEALABLE.has(error) && attempt < ATTEMPTS_FOR_FREE_CODE) continue;
      if (await waitedForKey(engine, scope, org, { error, work: last, options }))
        throw new EngineError("idempotency_in_flight", "A request with this key is still being handled.", { retryAfter: 1 }, { cause: error });
      if (last !== undefined && options.dryRun !== true) await keepAttempts(engine, { ...last, decided: last.decided.filter(({ isRefused }) => isRefused) });
      throw error;
    }
    if (last !== undefined) {
      tellOthers(engine, last);
      await keepAttempts(engine, last);
    }
    return settle(result);
  }
}

async function openWork(engine: Engine, scope: Scope, org: OrgContext, tx: Tx, options: WorkOptions): Promise<Work> {
  const at = engine.clock.now();
  const { instanceId, idempotency, lock = "first" } = options;
  const opened =
    instanceId === undefined ? null : await openSend(tx, { orgId: org.id, instanceId, lock, ...(idempotency === undefined ? {} : { idempotency }) });
  const keyed = opened === null || idempotency === undefined ? null : { key: idempotency.key, row: opened.inbox };
  const known = opened === null || instanceId === undefined ? {} : { instanceId, epoch: opened.activationEpoch };
  const ruling = await engine.programs.inForce(tx, org.id, at, known);
  const actor = options.actor ?? actorIn(scope, org.id, ruling.program.access);
  return { ...blankWork({ engine, tx, scope, org, ruling, actor, at }), opened, keyed, unheld: lock === "late" ? (opened?.instance ?? null) : null };
}

/**
 * Before the transaction waits for anything but its own instance: locks that, where it was only read, so that every transaction has its
 * instance first and two of them cannot wait for each other.
 */
export function hold(work: Work): void {
  if (work.unheld !== null) holdInstance(work.tx, work.unheld);
  work.unheld = null;
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

/** A refusal stays the refusal that it is, whether its trace could be written or not. */
async function keepAttempts(engine: Engine, { org, scope, at, attempts, undone, decided }: Work): Promise<void> {
  for (const { machine, decisions } of decided) engine.gateTally.note({ orgId: org.id, at, machine, decisions });
  if (attempts.length === 0 && undone.length === 0) return;
  try {
    await engine.store.work({ orgs: [org.id], actorId: scope.principal.id }, async (tx) => {
      saveAttempts(tx, attempts);
      if (undone.length > 0) await appendAudit(tx, undone);
    });
  } catch (error) {
    engine.log.warn({ err: error, attempts: attempts.length }, "refused attempts were not kept");
  }
}

function tellOthers(engine: Engine, work: Work): void {
  engine.changes.publish(work.notices);
  if (work.hasWork) engine.wake();
}

export type SettledStep = Exclude<StepResult, { kind: "needs" }>;

/**
 * Steps, loading what the step asks for, until it decides. Facts taken under a lock stay locked until the commit. All passes together have
 * 250 ms (`failed` with `limit_exceeded` beyond); loading is not counted.
 *
 * - throws EngineError `limit_exceeded` after 20 rounds: a definition asks for facts without end
 */
export async function stepWithFacts(work: Work, machine: CompiledMachine, input: Omit<StepInput, "facts">): Promise<{ result: SettledStep; bag: FactBag }> {
  const loader = createFactLoader(work);
  const limit = createTimeLimit(STEP_MS);
  for (let round = 0; round < MAX_FACT_ROUNDS; round++) {
    const result = step(work.ruling.program, machine, { ...input, facts: loader.bag() }, { limit });
    if (result.kind !== "needs") return { result, bag: loader.bag() };
    limit.pause();
    await loader.load(result.requests);
    limit.resume();
  }
  throw new EngineError("limit_exceeded", `"${input.event.type}" asked for facts more than ${MAX_FACT_ROUNDS} times.`, { limit: MAX_FACT_ROUNDS });
}

/** Collects facts over the rounds of one evaluation, as the org sees them now. */
export interface FactLoader {
  bag(): FactBag;
  load(requests: readonly FactRequest[]): Promise<void>;
}

/**
 * A lock that is asked for late voids what was read before it: everything is then read again, under the lock (reliability P13).
 */
export function createFactLoader(work: Work): FactLoader {
  const held = new Set<string>();
  const known = new Map<string, FactRequest>();
  let bag: FactBag = {};
  const context = { orgId: work.org.id, now: work.at };
  return {
    bag: () => bag,
    async load(requests) {
      const locks = requests.flatMap((request) => request.locks).filter((lock) => !held.has(lock));
      for (const request of requests) known.set(request.key, request);
      for (const lock of locks) held.add(lock);
      if (locks.length > 0) hold(work);
      const again = locks.length > 0 && Object.keys(bag).length > 0;
      const loaded = await loadFacts(work.tx, again ? [...known.values()] : requests, work.ruling.catalogue, context);
      bag = { ...bag, ...loaded };
    },
  };
}

/** Notes a refused or blocked attempt in the audit log: the only trace that it leaves. */
export function auditAttempt(work: Work, action: string, subject: AuditWrite["subject"], detail: AuditWrite["detail"]): void {
  work.audit.push({ orgId: work.org.id, at: work.at, actorId: work.actor.id, action, subject, detail });
}
