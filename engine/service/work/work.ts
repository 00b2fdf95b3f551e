/**
 * One transaction of the engine: who acts, in which org, under which definitions, and what is still to be done before the
 * commit. Made by `inWork`; lives exactly as long as the transaction.
 */
import { EngineError } from "../../core/errors.ts";
import type { Actor, CompactDecision, FactBag, FactRequest, Instant, OrgContext, RecordState } from "../../core/step-types.ts";
import type { TimeLimit } from "../../core/time-limit.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { AttemptWrite } from "../../store/attempts.ts";
import type { AuditWrite } from "../../store/audit.ts";
import type { RecalledFrom } from "../../store/commit-send.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { holdInstance, type OpenedSend } from "../../store/open-send.ts";
import type { AskedQuery } from "../../store/record-batch.ts";
import type { Page, Tx } from "../../store/tx.ts";
import type { ChangeNotice } from "./change-feed.ts";
import type { Engine } from "./engine-context.ts";
import type { Ruling } from "./program-cache.ts";
import type { Scope } from "./scope.ts";

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
  /** Rows of what was left to transactions of their own. */
  sentOn: number;
  /** The instance that the transaction was opened for; taken once. */
  opened: OpenedSend | null;
  /** The same, while it is read and not locked: see `hold`. */
  unheld: InstanceRow | null;
  /** What the transaction was opened with. */
  readonly opensWith: OpenedSend | null;
  /** Where that instance is remembered and not read: what its event has to check; taken once. */
  recalled: RecalledFrom | null;
  /** How the event of that instance leaves it. */
  left: { readonly instance: InstanceRow; readonly record: RecordState | null } | null;
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

/** Collects facts over the rounds of one evaluation, as the org sees them now. */
export interface FactLoader {
  bag(): FactBag;
  load(requests: readonly FactRequest[]): Promise<void>;
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
    sentOn: 0,
    opened: null,
    unheld: null,
    opensWith: null,
    recalled: null,
    left: null,
    keyed: null,
    shared: null,
  };
}

/**
 * Before the transaction waits for anything but its own instance: locks that, where it was only read, so that every transaction has its
 * instance first and two of them cannot wait for each other.
 */
export function hold(work: Work): void {
  if (work.unheld !== null) holdInstance(work.tx, work.unheld);
  work.unheld = null;
}

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

export const isHealable = (error: unknown): boolean => error instanceof EngineError && HEALABLE.has(error);

/** Notes a refused or blocked attempt in the audit log: the only trace that it leaves. */
export function auditAttempt(work: Work, action: string, subject: AuditWrite["subject"], detail: AuditWrite["detail"]): void {
  work.audit.push({ orgId: work.org.id, at: work.at, actorId: work.actor.id, action, subject, detail });
}
