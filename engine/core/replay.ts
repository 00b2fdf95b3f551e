/**
 * Folds `step` over a recorded history: on the release that made it, to prove that it is reproduced to the byte; on another one,
 * to see what would have gone elsewhere and why.
 *
 * Pure: facts that the other release asks for and the row does not hold are handed back as requests; the shell loads them as of
 * the row's instant and calls again with them in `more`.
 */
import type { Json, JsonObject } from "../schema/json.ts";
import { sameJson } from "./canonical.ts";
import type { CompiledMachine } from "./machine/compile.ts";
import type { Program } from "./program.ts";
import { compareDecisions, compareEffects, type DecisionAt, type DecisionDifference, type EffectDifference, sameTimers } from "./replay-compare.ts";
import { step } from "./step.ts";
import type {
  Actor,
  CompactDecision,
  Effect,
  EngineEvent,
  FactBag,
  FactRequest,
  Instant,
  OrgContext,
  RecordState,
  Snapshot,
  StateValue,
  StepResult,
  TimerArm,
} from "./step-types.ts";
import type { TimeLimit } from "./time-limit.ts";

/** One row of an instance's event log, as `step` needs it. */
export interface ReplayRow {
  /** 1 for the start; without gaps. */
  readonly seq: number;
  readonly event: EngineEvent;
  readonly facts: { readonly record: RecordState | null; readonly bag: FactBag };
  readonly actor: Actor;
  readonly org: OrgContext;
  readonly now: Instant;
  readonly seed: string;
  readonly to: StateValue;
  readonly decisions: readonly CompactDecision[];
  readonly effects: readonly Effect[];
  /** The JSON texts of the three, where at hand: what a replay gives in the same letters is the same, and they need not be parsed. */
  readonly texts?: { readonly to: string; readonly decisions: string; readonly effects: string };
  /** Compared where recorded. */
  readonly timers?: { readonly arm: readonly TimerArm[]; readonly cancel: readonly string[] };
}

export interface ReplayInput {
  readonly instance: { readonly id: string; readonly key: string };
  /** In order of `seq`, from the start or following `snapshot`. */
  readonly rows: readonly ReplayRow[];
  /** State before the first row where that is not the start. */
  readonly snapshot?: Snapshot | null;
  /** Program and machine version for a row: those that made it, or those to try. */
  readonly under: (row: ReplayRow) => { readonly program: Program; readonly machine: CompiledMachine; readonly pinned?: Program };
  /** True: the same release, everything must be equal. False: another one, versions and ids may differ. */
  readonly strict: boolean;
  /** Facts by seq that rows do not hold, as of their instants. */
  readonly more?: ReadonlyMap<number, FactBag>;
  /**
   * Of each row's step. None by default: what was decided once must not come out otherwise on a slower machine, so that a replay has
   * none, or one that is far beyond that of the live step.
   */
  readonly limit?: () => TimeLimit;
  /** Versions for explaining what was recorded. */
  readonly decisionAt?: DecisionAt;
}

export interface Divergence {
  readonly seq: number;
  readonly event: string;
  /** What happened in the replay. `unknown`: facts are missing, see `requests`. */
  readonly result: StepResult["kind"] | "unknown";
  readonly recordedState: StateValue;
  readonly replayedState: StateValue | null;
  readonly stateDiffers: boolean;
  readonly decisions: readonly DecisionDifference[];
  readonly effects: EffectDifference | null;
  readonly timersDiffer: boolean;
  readonly recordDiffers: boolean;
}

export interface ReplayResult {
  /**
   * - `identical`: nothing differs
   * - `decisions`: the same states, but decisions, effects, data or timers differ
   * - `diverged`: another state at some point
   * - `unknown`: it could not be replayed to the end for want of facts
   */
  readonly verdict: "identical" | "decisions" | "diverged" | "unknown";
  readonly rows: number;
  readonly differences: readonly Divergence[];
  /** The first row where the state differs, else the first difference. */
  readonly first: Divergence | null;
  readonly final: Snapshot | null;
  readonly missing: { readonly seq: number; readonly requests: readonly FactRequest[] } | null;
  /** All decisions that the rows recorded, of those too that were not replayed. */
  readonly recorded: readonly CompactDecision[];
}

/** Differences that are listed; more are only counted in the verdict. */
export const MAX_DIFFERENCES = 50;
const NO_DECISION: DecisionAt = () => null;

/** Event type of a row that a migration wrote; no machine takes it. */
export const MIGRATED = "instance.migrated";

export function replayInstance(input: ReplayInput): ReplayResult {
  const { rows, strict, more } = input;
  const decisionAt = input.decisionAt ?? NO_DECISION;
  const differences: Divergence[] = [];
  const recorded: CompactDecision[] = [];
  let snapshot: Snapshot | null = input.snapshot ?? null;
  let last: Last = { recorded: null, used: null, after: null };
  let hasDiverged = false;
  let done = 0;
  for (const row of rows) {
    if (row.event.type === MIGRATED) {
      // A person moved the instance to another version of its machine: nothing decided that, so there is nothing to compare.
      if (snapshot !== null) snapshot = { ...snapshot, value: row.to, history: {} };
      recorded.push(...row.decisions);
      done++;
      continue;
    }
    const { program, machine, pinned } = input.under(row);
    const record = strict ? row.facts.record : carryOver(row.facts.record, last);
    const extra = more?.get(row.seq);
    const facts = extra === undefined ? row.facts.bag : { ...row.facts.bag, ...extra };
    const { event, actor, org, now, seed } = row;
    const { id, key } = input.instance;
    const stepped = { snapshot, instance: { id, key, seq: row.seq - 1 }, record, event, facts, actor, org, now, seed };
    const options = { ...(pinned === undefined ? {} : { pinned }), ...(input.limit === undefined ? {} : { limit: input.limit() }) };
    const result = step(program, machine, stepped, options);
    if (result.kind === "needs") {
      const difference = divergenceOf(row, result, snapshot, { decisions: [], effects: null, stateDiffers: false, timersDiffer: false, recordDiffers: false });
      const all = [...differences, difference];
      const missing = { seq: row.seq, requests: result.requests };
      return { verdict: "unknown", rows: done + 1, differences: all, first: firstOf(all), final: snapshot, missing, recorded: restOf(recorded, rows, done) };
    }
    done++;
    const moved = result.kind === "moved" ? result : null;
    const decided = "decisions" in result ? result.decisions : NOTHING;
    const isAsDecided = isWritten(decided, row.texts?.decisions);
    const before = isAsDecided ? decided : row.decisions;
    for (const each of before) recorded.push(each);
    const decisions = isAsDecided ? NOTHING : compareDecisions(before, decided, decisionAt, strict);
    const effects = isWritten(moved?.effects ?? NOTHING, row.texts?.effects) ? null : compareEffects(row.effects, moved?.effects ?? NOTHING, strict);
    const state = moved === null ? (snapshot?.value ?? null) : moved.to;
    const stateDiffers = state === null || !(isStateWritten(state, row.texts?.to) || sameJson(state as Json, row.to as Json));
    const timersDiffer = row.timers !== undefined && moved !== null && !sameTimers(row.timers, moved.timers);
    const next = rows[done];
    const recordDiffers = strict && next !== undefined && moved !== null && differsFromLog(moved.record, next.facts.record);
    if (stateDiffers || decisions.length > 0 || effects !== null || timersDiffer || recordDiffers) {
      if (stateDiffers) hasDiverged = true;
      if (differences.length < MAX_DIFFERENCES)
        differences.push(divergenceOf(row, result, snapshot, { decisions, effects, stateDiffers, timersDiffer, recordDiffers }));
    }
    if (moved !== null) {
      snapshot = moved.snapshot;
      last = { recorded: row.facts.record, used: record, after: moved.record };
    }
    if (snapshot === null) break;
  }
  const verdict = hasDiverged ? "diverged" : differences.length > 0 ? "decisions" : "identical";
  return { verdict, rows: done, differences, first: firstOf(differences), final: snapshot, missing: null, recorded: restOf(recorded, rows, done) };
}

const NOTHING: readonly never[] = [];

/** Whether a value is written in the letters of this text. */
function isWritten(value: unknown, text: string | undefined): boolean {
  if (text === undefined) return false;
  return value === NOTHING ? text === "[]" : JSON.stringify(value) === text;
}

/** Texts of the states of charts, which keep one object for each. */
const stateTexts = new WeakMap<object, string>();

function isStateWritten(state: StateValue, text: string | undefined): boolean {
  if (typeof state === "string") return isWritten(state, text);
  let own = stateTexts.get(state);
  if (own === undefined) {
    own = JSON.stringify(state);
    stateTexts.set(state, own);
  }
  return own === text;
}

function restOf(recorded: CompactDecision[], rows: readonly ReplayRow[], done: number): readonly CompactDecision[] {
  for (const row of rows.slice(done)) recorded.push(...row.decisions);
  return recorded;
}

function firstOf(differences: readonly Divergence[]): Divergence | null {
  return differences.find((each) => each.stateDiffers) ?? differences[0] ?? null;
}

function divergenceOf(
  row: ReplayRow,
  result: StepResult,
  before: Snapshot | null,
  what: Pick<Divergence, "decisions" | "effects" | "stateDiffers" | "timersDiffer" | "recordDiffers">,
): Divergence {
  const { kind } = result;
  const replayedState = kind === "moved" ? result.to : kind === "needs" ? null : (before?.value ?? null);
  const { stateDiffers, decisions, effects, timersDiffer, recordDiffers } = what;
  return {
    ...{ seq: row.seq, event: row.event.type, result: kind === "needs" ? "unknown" : kind, recordedState: row.to, replayedState },
    ...{ stateDiffers, decisions, effects, timersDiffer, recordDiffers },
  };
}

/** The last row that moved: its record as the log has it, as the replay was given it, and as the replay left it. */
interface Last {
  readonly recorded: RecordState | null;
  readonly used: RecordState | null;
  readonly after: RecordState | null;
}

/**
 * The record before a row: as recorded, but with what the replay has written differently.
 *
 * A field is the replay's where its step wrote it, where it already was the replay's and the log has not written it since, or where
 * only the recorded step wrote it. What somebody edited between the rows is as recorded.
 */
function carryOver(recorded: RecordState | null, last: Last): RecordState | null {
  const { used, after } = last;
  if (recorded === null || after === null || used === null || last.recorded === null) return recorded ?? after;
  if (sameJson(after.data, recorded.data)) return recorded;
  const isOneWrite = recorded.version <= last.recorded.version + 1;
  const data: Record<string, Json> = { ...recorded.data };
  for (const field of new Set([...Object.keys(after.data), ...Object.keys(recorded.data)])) {
    const own = after.data[field];
    if (sameJson(own, recorded.data[field])) continue;
    const isWritten = !sameJson(own, used.data[field]);
    const wasOurs = !sameJson(used.data[field], last.recorded.data[field]);
    const isLogged = !sameJson(recorded.data[field], last.recorded.data[field]);
    if (!isWritten && !(wasOurs && !isLogged) && !(isLogged && isOneWrite)) continue;
    if (own === undefined) delete data[field];
    else data[field] = own;
  }
  return { ...recorded, data };
}

/** In a strict replay: fields that the step wrote and the next row of the log does not show. Later edits are not ours to judge. */
function differsFromLog(after: RecordState | null, next: RecordState | null): boolean {
  if (after === null || next === null || after.version + 1 < next.version) return false;
  return !isSubset(after.data, next.data);
}

function isSubset(part: JsonObject, whole: JsonObject): boolean {
  // A null that its schema has no place for is stored as an absent field, and an absent field reads as null.
  return Object.keys(part).every((field) => sameJson(part[field] ?? null, whole[field] ?? null));
}
