/**
 * Replays recorded instances page by page through another ruling: loads rows, supplies facts that they do not hold, folds them,
 * counts. Used by the replay job and by the check of a draft.
 */
import { type Divergence, type ReplayResult, type ReplayRow, replayInstance } from "../core/replay.ts";
import type { DecisionAt } from "../core/replay-compare.ts";
import type { CompactDecision, EngineEvent, FactBag, FactRequest, OrgContext, OverrideRequest } from "../core/step-types.ts";
import type { Json, JsonObject } from "../schema/types.ts";
import { searchAudit } from "../store/audit.ts";
import { type PlayedRow, type ReplayFilter, replayInstances, replayRows } from "../store/events.ts";
import { loadFacts } from "../store/facts.ts";
import type { InstanceRow } from "../store/instance-row.ts";
import { loadInstance } from "../store/instances.ts";
import type { Session, Tx } from "../store/tx.ts";
import { dayIn } from "./ask-decision.ts";
import type { Engine } from "./engine-context.ts";
import type { Ruling } from "./program-cache.ts";
import { causeOf, createTally, meaningOf, type Tally, type TallyBook } from "./replay-tally.ts";
import type { Scope } from "./scope.ts";
import { createTimeLimit, REPLAY_STEP_MS } from "./time-limit.ts";

export type MissingFacts = "asOf" | "recorded" | "unknown";

export interface ReplayPlan {
  readonly session: Session;
  readonly orgs: ReadonlyMap<string, OrgContext>;
  /** What would have been in force. */
  readonly ruling: Ruling;
  readonly filter: ReplayFilter;
  readonly missingFacts: MissingFacts;
}

/** One instance that went elsewhere, as it is stored and shown. */
export interface ReplayFinding {
  readonly orgId: string;
  readonly instanceId: string;
  readonly seq: number;
  readonly cause: string;
  readonly diff: JsonObject;
}

/** A page ends at either: many short histories, or few long ones. */
const PAGE = 200;
const PAGE_EVENTS = 2_000;
const FACT_ROUNDS = 200;
const MAX_ATTEMPTS = 2_000;

/** One page of instances; `next` is null on the last. Findings are those that did not come out the same. */
export async function replayPage(
  engine: Engine,
  plan: ReplayPlan,
  book: TallyBook,
  cursor: string | null,
): Promise<{ readonly findings: readonly ReplayFinding[]; readonly done: number; readonly next: string | null }> {
  return await engine.store.work(plan.session, async (tx) => {
    const page = await replayInstances(tx, plan.filter, { limit: PAGE, cursor, maxEvents: PAGE_EVENTS });
    const rows = await replayRows(
      tx,
      page.items.map((item) => item.id),
    );
    const byInstance = Map.groupBy(rows, (row) => row.instanceId);
    const decisionAt = await recordedDecisions(engine, tx, plan, rows);
    const findings: ReplayFinding[] = [];
    let rested = performance.now();
    for (const item of page.items) {
      const own = byInstance.get(item.id) ?? [];
      const [first] = own;
      const org = plan.orgs.get(item.orgId);
      if (first === undefined || org === undefined) continue;
      const result = await replayOne(tx, plan, own, org, decisionAt);
      book.addInstance(
        first.machine,
        own.flatMap((row) => row.decisions),
        result,
      );
      if (result.verdict !== "identical") findings.push(findingOf(own, result, await loadInstance(tx, item.id)));
      if (performance.now() - rested > TURN_MS) {
        await breathe();
        rested = performance.now();
      }
    }
    return { findings, done: page.items.length, next: page.next };
  });
}

/** The longest that a replay keeps others waiting, an instance's own length aside. */
const TURN_MS = 4;

/** Lets other requests of this process have their turn: a replay is long, and never in a hurry. */
const breathe = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Compiled decisions of the releases that made these rows, to explain what was recorded. */
async function recordedDecisions(engine: Engine, tx: Tx, plan: ReplayPlan, rows: readonly PlayedRow[]): Promise<DecisionAt> {
  const rulings = [plan.ruling];
  for (const number of new Set(rows.map((row) => row.release))) if (number !== null) rulings.push(await engine.programs.release(tx, number));
  return (key, version) => {
    for (const { program } of rulings) {
      const decision = program.decision(key);
      if (decision !== null && decision.version === version) return decision;
    }
    return null;
  };
}

async function replayOne(tx: Tx, plan: ReplayPlan, rows: readonly PlayedRow[], org: OrgContext, decisionAt: DecisionAt): Promise<ReplayResult> {
  const [first] = rows as [PlayedRow];
  const machine = plan.ruling.program.machine(first.machine);
  const input = rows.map((row) => toReplayRow(row, org));
  if (machine === null) return unplayable(input[0] as ReplayRow);
  const more = new Map<number, FactBag>();
  const under = () => ({ program: plan.ruling.program, machine });
  const limit = () => createTimeLimit(REPLAY_STEP_MS);
  for (let round = 0; ; round += 1) {
    const result = replayInstance({ instance: { id: first.instanceId, key: machine.key }, rows: input, under, strict: false, more, limit, decisionAt });
    if (result.missing === null || round >= FACT_ROUNDS) return result;
    const { seq, requests } = result.missing;
    const supplied = await supply(tx, plan, rows, input, seq, requests);
    more.set(seq, { ...more.get(seq), ...supplied });
  }
}

/** The machine is not in the release: nothing can be said. */
function unplayable(row: ReplayRow): ReplayResult {
  const difference: Divergence = {
    seq: row.seq,
    event: row.event.type,
    result: "unknown",
    recordedState: row.to,
    replayedState: null,
    stateDiffers: false,
    decisions: [],
    effects: null,
    timersDiffer: false,
    recordDiffers: false,
  };
  return { verdict: "unknown", rows: 0, differences: [difference], first: difference, final: null, missing: null };
}

function toReplayRow(row: PlayedRow, org: OrgContext): ReplayRow {
  const override = row.override as unknown as OverrideRequest | null;
  const event = { ...(row.event as unknown as EngineEvent), ...(override === null ? {} : { override }) };
  const facts = row.facts ?? { record: null, bag: {} };
  return { seq: row.seq, event, facts, actor: row.actor, org, now: row.at, seed: row.seed, to: row.to, decisions: row.decisions, effects: row.effects };
}

const UNKNOWN: Json = { $unknown: "not recorded" };

/** Values for facts that a row does not hold, by the plan's choice. Every request gets one, so the replay always goes on. */
async function supply(
  tx: Tx,
  plan: ReplayPlan,
  rows: readonly PlayedRow[],
  input: readonly ReplayRow[],
  seq: number,
  requests: readonly FactRequest[],
): Promise<FactBag> {
  const row = rows.find((each) => each.seq === seq);
  if (plan.missingFacts === "asOf" && row !== undefined) {
    const bag = await loadFacts(tx, requests, plan.ruling.catalogue, { orgId: row.orgId, now: row.at, asOf: row.at });
    return Object.fromEntries(requests.map((request) => [request.key, bag[request.key] ?? UNKNOWN]));
  }
  return Object.fromEntries(requests.map((request) => [request.key, plan.missingFacts === "recorded" ? recordedNear(input, seq, request.key) : UNKNOWN]));
}

/** The value that the nearest row of the same instance recorded, earlier ones first. */
function recordedNear(input: readonly ReplayRow[], seq: number, key: string): Json {
  const earlier = input.filter((row) => row.seq < seq).toReversed();
  const later = input.filter((row) => row.seq > seq);
  return [...earlier, ...later].find((row) => Object.hasOwn(row.facts.bag, key))?.facts.bag[key] ?? UNKNOWN;
}

function findingOf(rows: readonly PlayedRow[], result: ReplayResult, instance: InstanceRow | null): ReplayFinding {
  const first = result.first as Divergence;
  const row = rows.find((each) => each.seq === first.seq) ?? (rows[0] as PlayedRow);
  const code = instance === null ? null : instance.key.slice(instance.key.indexOf(":") + 1);
  const diff = {
    instance: { id: row.instanceId, machine: row.machine, code },
    seq: first.seq,
    at: row.at,
    event: first.event,
    verdict: result.verdict,
    was: { state: row.to, release: row.release, outcome: "moved" },
    now: { state: first.replayedState, outcome: first.result },
    decisions: first.decisions,
    effects: first.effects,
    facts: inputsOf(row.decisions),
    following: result.differences.length - 1,
  };
  return { orgId: row.orgId, instanceId: row.instanceId, seq: first.seq, cause: causeOf(first), diff: diff as unknown as JsonObject };
}

/** Inputs of what was recorded, by decision: the values beside the conditions that differ. */
const inputsOf = (decisions: readonly CompactDecision[]): JsonObject => Object.fromEntries(decisions.map((decision) => [decision.key, decision.inputs]));

/**
 * Attempts that a gate refused leave no event, only their decisions in the audit log: those decisions are asked again, so that a
 * loosened gate shows what it would have let through. Answers findings for attempts that would pass.
 */
export async function replayAttempts(engine: Engine, plan: ReplayPlan, book: TallyBook): Promise<readonly ReplayFinding[]> {
  return await engine.store.work(plan.session, async (tx) => {
    const findings: ReplayFinding[] = [];
    let cursor: string | null = null;
    let seen = 0;
    do {
      const page: Awaited<ReturnType<typeof searchAudit>> = await searchAudit(
        tx,
        { action: "event_blocked", ...windowOf(plan.filter) },
        { limit: 200, cursor },
      );
      seen += page.items.length;
      cursor = page.next;
      for (const item of page.items) {
        const finding = reaskAttempt(plan, book, item);
        if (finding !== null) findings.push(finding);
      }
      await breathe();
    } while (cursor !== null && seen < MAX_ATTEMPTS);
    return findings;
  });
}

const windowOf = (filter: ReplayFilter) => ({
  ...(filter.orgs === undefined ? {} : { orgs: filter.orgs }),
  ...(filter.from === undefined ? {} : { from: filter.from }),
  ...(filter.to === undefined ? {} : { to: filter.to }),
});

function reaskAttempt(
  plan: ReplayPlan,
  book: TallyBook,
  item: {
    readonly orgId: string | null;
    readonly at: string;
    readonly subject: { readonly type: string; readonly id: string } | null;
    readonly detail: JsonObject;
  },
): ReplayFinding | null {
  const recorded = Array.isArray(item.detail["decisions"]) ? (item.detail["decisions"] as unknown as readonly CompactDecision[]) : [];
  const org = item.orgId === null ? undefined : plan.orgs.get(item.orgId);
  const key = typeof item.detail["key"] === "string" ? item.detail["key"] : "";
  const machine = plan.ruling.program.resolve("machine", key.slice(0, Math.max(0, key.indexOf(":"))));
  if (recorded.length === 0 || org === undefined || item.subject === null || item.orgId === null) return null;
  if (machine !== null && plan.filter.machines !== undefined && !plan.filter.machines.includes(machine)) return null;
  const moment = { now: item.at, today: dayIn(org.timeZone, item.at) };
  const asked = recorded.flatMap((decision) => {
    const compiled = plan.ruling.program.decision(decision.key);
    if (compiled === null || !decision.at.startsWith("guard")) return [];
    const again = compiled.evaluate(decision.inputs, decision.params, moment);
    return [
      {
        key: decision.key,
        was: meaningOf(decision),
        now: meaningOf({ ...again, ...(decision.expect === undefined ? {} : { expect: decision.expect }) }),
        decision,
        again,
      },
    ];
  });
  if (asked.length === 0) return null;
  book.addAttempt(machine ?? item.subject.type, asked);
  const wouldPass = asked.some((one) => one.was === "blocked") && asked.every((one) => one.now !== "blocked");
  const turned = asked.find((one) => one.was !== one.now);
  if (!wouldPass || turned === undefined) return null;
  const brief = (decision: Pick<CompactDecision, "outcome" | "output" | "fired" | "version">) => ({
    outcome: decision.outcome,
    output: decision.output,
    fired: decision.fired,
    version: decision.version,
  });
  const diff = {
    instance: { id: item.subject.id, machine, code: key.slice(key.indexOf(":") + 1) || null },
    seq: Number(item.detail["seq"] ?? 0),
    at: item.at,
    event: item.detail["event"] ?? "",
    verdict: "diverged",
    was: { state: null, release: null, outcome: "blocked" },
    now: { state: null, outcome: "moved" },
    decisions: asked
      .filter((one) => one.was !== one.now)
      .map((one) => ({ key: one.key, at: one.decision.at, recorded: brief(one.decision), replayed: brief(one.again), conditions: [] })),
    effects: null,
    facts: inputsOf(recorded),
    following: 0,
  };
  return { orgId: item.orgId, instanceId: item.subject.id, seq: Number(item.detail["seq"] ?? 0), cause: turned.key, diff: diff as unknown as JsonObject };
}

export interface ReplaySummary extends Tally {
  readonly from: string;
  readonly to: string;
  /** Only a part was replayed within the time that a check may take. */
  readonly truncated: boolean;
}

const DAY_MS = 86_400_000;
const BRIEF_MS = 8_000;

/** The last days of the scope's orgs through a ruling, as far as some seconds go: for the report of a check. */
export async function replayBriefly(engine: Engine, scope: Scope, ruling: Ruling, days: number): Promise<ReplaySummary> {
  const to = engine.clock.now();
  const from = new Date(Date.parse(to) - days * DAY_MS).toISOString();
  const plan = planOf(scope, ruling, { from }, "recorded");
  const book = createTally();
  const started = performance.now();
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof replayPage>> = await replayPage(engine, plan, book, cursor);
    cursor = page.next;
  } while (cursor !== null && performance.now() - started < BRIEF_MS);
  await replayAttempts(engine, plan, book);
  return { from, to, truncated: cursor !== null, ...book.close() };
}

export function planOf(scope: Scope, ruling: Ruling, filter: ReplayFilter, missingFacts: MissingFacts): ReplayPlan {
  const ids = scope.orgs.map((org) => org.id);
  return {
    session: { orgs: ids, actorId: scope.principal.id },
    orgs: new Map(scope.orgs.map((org) => [org.id, org])),
    ruling,
    filter: { ...filter, orgs: ids },
    missingFacts,
  };
}
