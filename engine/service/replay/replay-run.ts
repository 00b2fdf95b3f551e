/**
 * Replays recorded instances page by page through another ruling: loads rows, supplies facts that they do not hold, folds them,
 * counts. Used by the replay job and by the check of a draft.
 */
import { type Divergence, type ReplayResult, replayInstance } from "../../core/replay.ts";
import type { DecisionAt } from "../../core/replay-compare.ts";
import type { CompactDecision, FactBag, FactRequest, OrgContext } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { type ReplayFilter, replayInstances } from "../../store/events.ts";
import { loadFacts } from "../../store/facts.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { loadInstance } from "../../store/instances.ts";
import { copyPlayedRows } from "../../store/played-rows.ts";
import type { Session, Tx } from "../../store/tx.ts";
import { takeTurns } from "../work/breathe.ts";
import type { Engine } from "../work/engine-context.ts";
import type { Ruling } from "../work/program-cache.ts";
import type { Scope } from "../work/scope.ts";
import { createTimeLimit, REPLAY_STEP_MS } from "../work/time-limit.ts";
import { type Narrowing, narrowed } from "./replay-filter.ts";
import { type CopiedPage, type RecordedInstance, recordedInstances } from "./replay-fold.ts";
import { type Actors, type RecordedRow, recordedRows } from "./replay-row.ts";
import { causeOf, type TallyBook } from "./replay-tally.ts";

export type MissingFacts = "asOf" | "recorded" | "unknown";

export interface ReplayPlan {
  readonly session: Session;
  readonly orgs: ReadonlyMap<string, OrgContext>;
  /** What would have been in force. */
  readonly ruling: Ruling;
  readonly filter: ReplayFilter;
  readonly narrowing: Narrowing | null;
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

interface ReadPage extends CopiedPage {
  /** Instances that were looked at. */
  readonly looked: number;
  readonly next: string | null;
}
export interface ReplayedPage {
  /** Instances that did not come out the same. */
  readonly findings: readonly ReplayFinding[];
  /** Instances that were looked at. */
  readonly done: number;
  readonly isLast: boolean;
}

/** All instances of the plan, page by page and counted in the book. Further pages are on their way while one is folded. */
export async function* replayPages(engine: Engine, plan: ReplayPlan, book: TallyBook): AsyncGenerator<ReplayedPage, void, void> {
  const actors: Actors = new Map();
  const folding: Promise<ReplayedPage>[] = [];
  const memory: Memory = [];
  let reading: Promise<ReadPage> | null = readPage(engine, plan, memory, null);
  try {
    while (reading !== null || folding.length > 0) {
      if (reading !== null && folding.length < (engine.replayThreads?.width ?? 1)) {
        const page: ReadPage = await reading;
        reading = page.next === null ? null : readPage(engine, plan, memory, page.next);
        const folded = foldPage(engine, plan, book, page, actors, memory);
        folding.push(folded);
        // Told when they are awaited.
        for (const each of [reading, folded]) each?.catch(() => {});
      } else {
        const folded = await folding[0];
        void folding.shift();
        if (folded !== undefined) yield folded;
      }
    }
  } finally {
    // Nothing of it goes on when whoever asked has left.
    await Promise.allSettled([reading, ...folding]);
  }
}

/** Pages that have been folded: the next ones are read into them, or the collector would come for every few pages. */
type Memory = SharedArrayBuffer[];

async function readPage(engine: Engine, plan: ReplayPlan, memory: Memory, cursor: string | null): Promise<ReadPage> {
  return await engine.store.work(plan.session, async (tx) => {
    const { items, next } = await replayInstances(tx, plan.filter, { limit: PAGE, cursor, maxEvents: PAGE_EVENTS });
    const taken = await narrowed(
      engine,
      tx,
      plan,
      items.map((item) => item.id),
    );
    const instances = items.flatMap(({ id, orgId }) => {
      const org = plan.orgs.get(orgId);
      return org === undefined || !taken.has(id) ? [] : [{ id, org }];
    });
    return { instances, rows: await rowsOf(tx, instances, memory.pop()), looked: items.length, next };
  });
}

async function foldPage(engine: Engine, plan: ReplayPlan, book: TallyBook, page: ReadPage, actors: Actors, memory: Memory): Promise<ReplayedPage> {
  const left = page.instances.length === 0 ? [] : await foldBeside(engine, plan, book, page);
  memory.push(page.rows.buffer);
  const findings = left.length === 0 ? [] : await foldHere(engine, plan, book, left, actors);
  return { findings, done: page.looked, isLast: page.next === null };
}

const rowsOf = async (tx: Tx, instances: CopiedPage["instances"], into?: SharedArrayBuffer): Promise<CopiedPage["rows"]> =>
  instances.length === 0
    ? new Uint8Array(into ?? new SharedArrayBuffer(0))
    : await copyPlayedRows(
        tx,
        instances.map((each) => each.id),
        into,
      );

/** In the replay's thread where there is one; gives those that it could not settle. */
async function foldBeside(engine: Engine, plan: ReplayPlan, book: TallyBook, page: CopiedPage): Promise<readonly RecordedInstance[]> {
  const folding = engine.replayThreads?.fold(plan.ruling.program, page) ?? null;
  if (folding === null) return [...recordedInstances(page)];
  try {
    const { tally, others } = await folding;
    book.add(tally);
    const ids = new Set(others);
    return [...recordedInstances({ ...page, instances: page.instances.filter((each) => ids.has(each.id)) })];
  } catch (error) {
    engine.log.warn({ err: error }, "A page of a replay was folded without its thread");
    return [...recordedInstances(page)];
  }
}

async function foldHere(
  engine: Engine,
  plan: ReplayPlan,
  book: TallyBook,
  instances: readonly RecordedInstance[],
  actors: Actors,
): Promise<readonly ReplayFinding[]> {
  return await engine.store.work(plan.session, async (tx) => {
    const decisionAt = await recordedDecisions(engine, tx, plan, instances);
    const findings: ReplayFinding[] = [];
    const giveWay = takeTurns();
    for (const { id, org, machine, rows } of instances) {
      const recorded = recordedRows(rows, org, actors);
      const result = await replayOne(tx, plan, recorded, decisionAt);
      book.addInstance(machine, result.recorded, result);
      if (result.verdict !== "identical") findings.push(findingOf(recorded, result, await loadInstance(tx, id)));
      await giveWay();
    }
    return findings;
  });
}

/** Compiled decisions of the releases that made these rows, to explain what was recorded. */
async function recordedDecisions(engine: Engine, tx: Tx, plan: ReplayPlan, instances: readonly RecordedInstance[]): Promise<DecisionAt> {
  const rulings = [plan.ruling];
  const releases = new Set<number | null>();
  for (const { rows } of instances) for (const row of rows) releases.add(row.release);
  for (const number of releases) if (number !== null) rulings.push(await engine.programs.release(tx, number));
  return (key, version) => {
    for (const { program } of rulings) {
      const decision = program.decision(key);
      if (decision !== null && decision.version === version) return decision;
    }
    return null;
  };
}

async function replayOne(tx: Tx, plan: ReplayPlan, rows: readonly RecordedRow[], decisionAt: DecisionAt): Promise<ReplayResult> {
  const [first] = rows as [RecordedRow];
  const { program } = plan.ruling;
  const machine = program.machine(first.texts.machine);
  if (machine === null) return unplayable(rows);
  const instance = { id: first.texts.instanceId, key: machine.key };
  const more = new Map<number, FactBag>();
  const played = { program, machine };
  const limit = () => createTimeLimit(REPLAY_STEP_MS);
  for (let round = 0; ; round += 1) {
    const result = replayInstance({ instance, rows, under: () => played, strict: false, more, limit, decisionAt });
    if (result.missing === null || round >= FACT_ROUNDS) return result;
    const { seq, requests } = result.missing;
    const supplied = await supply(tx, plan, rows, seq, requests);
    more.set(seq, { ...more.get(seq), ...supplied });
  }
}

/** The machine is not in the release: nothing can be said. */
function unplayable(rows: readonly RecordedRow[]): ReplayResult {
  const [row] = rows as [RecordedRow];
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
  const recorded = rows.flatMap((each) => each.decisions);
  return { verdict: "unknown", rows: 0, differences: [difference], first: difference, final: null, missing: null, recorded };
}

const UNKNOWN: Json = { $unknown: "not recorded" };

/** Values for facts that a row does not hold, by the plan's choice. Every request gets one, so the replay always goes on. */
async function supply(tx: Tx, plan: ReplayPlan, rows: readonly RecordedRow[], seq: number, requests: readonly FactRequest[]): Promise<FactBag> {
  const row = rows.find((each) => each.seq === seq);
  if (plan.missingFacts === "asOf" && row !== undefined) {
    const bag = await loadFacts(tx, requests, plan.ruling.catalogue, { orgId: row.org.id, now: row.now, asOf: row.now });
    return Object.fromEntries(requests.map((request) => [request.key, bag[request.key] ?? UNKNOWN]));
  }
  return Object.fromEntries(requests.map((request) => [request.key, plan.missingFacts === "recorded" ? recordedNear(rows, seq, request.key) : UNKNOWN]));
}

/** The value that the nearest row of the same instance recorded, earlier ones first. */
function recordedNear(input: readonly RecordedRow[], seq: number, key: string): Json {
  const earlier = input.filter((row) => row.seq < seq).toReversed();
  const later = input.filter((row) => row.seq > seq);
  return [...earlier, ...later].find((row) => Object.hasOwn(row.facts.bag, key))?.facts.bag[key] ?? UNKNOWN;
}

function findingOf(rows: readonly RecordedRow[], result: ReplayResult, instance: InstanceRow | null): ReplayFinding {
  const first = result.first as Divergence;
  const row = rows.find((each) => each.seq === first.seq) ?? (rows[0] as RecordedRow);
  const { instanceId, machine, release } = row.texts;
  const code = instance === null ? null : instance.key.slice(instance.key.indexOf(":") + 1);
  const diff = {
    instance: { id: instanceId, machine, code },
    seq: first.seq,
    at: row.now,
    event: first.event,
    verdict: result.verdict,
    was: { state: row.to, release, outcome: "moved" },
    now: { state: first.replayedState, outcome: first.result },
    decisions: first.decisions,
    effects: first.effects,
    facts: inputsOf(row.decisions),
    following: result.differences.length - 1,
  };
  return { orgId: row.org.id, instanceId, seq: first.seq, cause: causeOf(first), diff: diff as unknown as JsonObject };
}

/** Inputs of what was recorded, by decision: the values beside the conditions that differ. */
export const inputsOf = (decisions: readonly CompactDecision[]): JsonObject => Object.fromEntries(decisions.map((decision) => [decision.key, decision.inputs]));

export function planOf(scope: Scope, ruling: Ruling, filter: ReplayFilter, missingFacts: MissingFacts, narrowing: Narrowing | null = null): ReplayPlan {
  const ids = scope.orgs.map((org) => org.id);
  return {
    session: { orgs: ids, actorId: scope.principal.id },
    orgs: new Map(scope.orgs.map((org) => [org.id, org])),
    ruling,
    filter: { ...filter, orgs: ids },
    narrowing,
    missingFacts,
  };
}
