/**
 * The pure step: one event, or a start, takes one instance to its next stable state, or says why not. Start reading here.
 *
 * Live execution, the simulator, what-if, definition tests and replay all call this function. It reads no clock, no database and
 * no chance; what it needs and has not been given it asks for by `needs`, and what it wants done it says by `effects`.
 */
import type { JsonObject } from "../schema/json.ts";
import { ActRun, dueInstant } from "./acts/act-run.ts";
import { guardVerdict } from "./acts/gate.ts";
import { violationsOf } from "./acts/invariants.ts";
import { fieldsOf, newCode } from "./acts/record.ts";
import { runAction } from "./acts/run-action.ts";
import { sameJson } from "./canonical.ts";
import { EngineError } from "./errors.ts";
import { withDefaults } from "./facts/schema-values.ts";
import { StepScope } from "./facts/step-scope.ts";
import { World } from "./facts/world.ts";
import { FeelDuration } from "./feel/values.ts";
import { type ChartDelay, type ChartTransition, DONE_PREFIX, isReservedEvent } from "./machine/chart.ts";
import type { ActionCode, GuardCode } from "./machine/code.ts";
import { type CompiledMachine, eventsAt } from "./machine/compile.ts";
import { configurationAt, configurationOf } from "./machine/configuration.ts";
import type { HistoryValue } from "./machine/entry-set.ts";
import { type ChartHost, type ChartState, type RaisedEvent, sendToChart, startChart } from "./machine/run-chart.ts";
import type { Verdict } from "./machine/select.ts";
import { idOf, type Program } from "./program.ts";
import type { EngineEvent, RecordState, Snapshot, StepInput, StepResult, TransitionTrace, Violation } from "./step-types.ts";
import { type TimeLimit, within } from "./time-limit.ts";

export interface StepOptions {
  /** Program of the release that the instance started with, for gates with `binding: "pinned"`. Default: the given one. */
  readonly pinned?: Program;
  /** Ends the step as `failed` once it is spent. Default: none. */
  readonly limit?: TimeLimit;
}

const TIMER_EVENT = "after.";
const NONE_VIOLATED: readonly Violation[] = [];
const NO_HISTORY: Snapshot["history"] = {};
const EMPTY: HistoryValue = new Map();

/**
 * Steps one instance.
 *
 * - `input` is not changed; parts of it may be shared with the result
 * - `blocked`, `violated` (an invariant of the machine) and `not_available` change nothing; `needs` lists everything that this pass missed, sorted by key
 * - `failed` is a fault of the definitions: a reference that goes nowhere, or a limit (1,000 microsteps, 20,000 effects, the time given)
 */
export function step(program: Program, machine: CompiledMachine, input: StepInput, options: StepOptions = {}): StepResult {
  try {
    return within(options.limit, () => new Stepping(program, machine, input, options).run());
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const code = error.code === "limit_exceeded" || error.code === "payload_invalid" ? error.code : "internal";
    const { limit } = error.data;
    return { kind: "failed", code, message: error.message, ...(typeof limit === "string" ? { limit } : {}) };
  }
}

class Stepping implements ChartHost<GuardCode, ActionCode> {
  private readonly machine: CompiledMachine;
  private readonly input: StepInput;
  private readonly world: World;
  private readonly scope: StepScope;
  private readonly acts: ActRun;
  private readonly trace: TransitionTrace[] = [];

  constructor(program: Program, machine: CompiledMachine, input: StepInput, options: StepOptions) {
    this.machine = machine;
    this.input = input;
    const { snapshot, record, event, instance, facts, actor, org, now } = input;
    this.world = new World(
      program,
      { machine, record, context: snapshot?.context ?? machine.definition.config.context ?? {}, event, configuration: null, instance, facts, actor, org, now },
      options.pinned,
    );
    this.scope = new StepScope(this.world);
    this.acts = new ActRun(this.world, input.seed, snapshot?.counters ?? {});
  }

  run(): StepResult {
    const { event, snapshot } = this.input;
    const isTimer = event.via === "timer" && event.type.startsWith(TIMER_EVENT);
    if (isReservedEvent(event.type) && !isTimer) return this.notAvailable();
    if (snapshot === null) return this.start();
    if (snapshot.status !== "active") return { kind: "not_available", available: [], state: snapshot.value };
    const type = isTimer ? this.machine.chart.timers.get(event.type.slice(TIMER_EVENT.length)) : event.type;
    if (type === undefined) return this.notAvailable();
    return this.send(type, restore(this.machine, snapshot), snapshot);
  }

  private start(): StepResult {
    const { machine, world } = this;
    const { event } = this.input;
    if (!Object.hasOwn(machine.definition.start, event.type)) return this.notAvailable();
    if (world.record === null && machine.definition.start[event.type]!.create !== undefined) world.record = this.createRecord(event);
    const initial = startChart(machine.chart, this);
    if (initial.done) return this.result(initial);
    const outcome = sendToChart(machine.chart, initial, event.type, this);
    if (outcome.kind === "blocked")
      return this.refused({ kind: "blocked", decisions: world.decisions, state: configurationOf(machine.chart, initial.active).value });
    return this.result(outcome.kind === "moved" ? outcome.state : initial);
  }

  private createRecord(event: EngineEvent): RecordState {
    const { machine, world, acts } = this;
    const type = world.program.type(machine.definition.record);
    if (type === null)
      throw new EngineError("internal", `There is no record type "${machine.definition.record}" in this release`, { reference: machine.definition.record });
    const id = acts.ids.uuid();
    const data: JsonObject = withDefaults(type.schema, fieldsOf(type, machine.create.get(event.type)!, this.scope));
    acts.recordChanged = true;
    return { id, type: idOf(type.key), org: type.scope === "org" ? world.org.id : null, code: newCode(acts, type, data, world.org.code), version: 1, data };
  }

  private send(type: string, state: ChartState, snapshot: Snapshot): StepResult {
    this.world.deferConfiguration(() => configurationOf(this.machine.chart, state.active));
    const outcome = sendToChart(this.machine.chart, state, type, this);
    if (outcome.kind === "moved") return this.result(outcome.state);
    if (outcome.kind === "blocked") return this.refused({ kind: "blocked", decisions: this.world.decisions, state: snapshot.value });
    return this.refused({ kind: "not_available", available: eventsAt(this.machine, state.active), state: snapshot.value });
  }

  /* The chart's host: */

  get doomed(): boolean {
    return this.world.requests.pending;
  }
  guard(transition: ChartTransition<GuardCode, ActionCode>): Verdict {
    return guardVerdict(this.scope, transition.guard!);
  }
  act(action: ActionCode): boolean {
    return runAction(this.acts, this.scope, action);
  }
  cancel(delay: ChartDelay): void {
    this.acts.setTimer(delay.timer, null);
  }
  raised(): RaisedEvent | undefined {
    const next = this.acts.raised.shift();
    return next === undefined ? undefined : { type: next.type, data: next };
  }
  handle(raised: RaisedEvent): void {
    this.world.event = raised.data as EngineEvent;
  }
  at(active: () => Iterable<number>): void {
    this.world.deferConfiguration(() => configurationOf(this.machine.chart, active()));
  }
  taken(transition: ChartTransition<GuardCode, ActionCode>, event: string): void {
    const path = (index: number) => this.machine.chart.nodes[index]!.path;
    const name =
      transition.event === "" ? "always" : event.startsWith(DONE_PREFIX) ? `done.${event.slice(DONE_PREFIX.length)}` : (this.world.event?.type ?? event);
    this.trace.push({ source: path(transition.source), targets: (transition.targets ?? []).map(path), event: name });
  }
  arm(delay: ChartDelay): void {
    const { world, acts } = this;
    const expression = this.machine.delays.get(delay.delay);
    const value = expression === undefined ? new FeelDuration("time", Number(delay.delay)) : expression.evaluate(this.scope);
    acts.setTimer(delay.timer, dueInstant(value, world));
  }

  /** Blocked and not available, unless something was missing: then nothing is decided yet. */
  private refused(result: StepResult): StepResult {
    const { requests } = this.world;
    return requests.pending ? { kind: "needs", requests: requests.list() } : result;
  }

  private notAvailable(): StepResult {
    const { snapshot } = this.input;
    if (snapshot === null) return { kind: "not_available", available: Object.keys(this.machine.definition.start).sort(), state: "" };
    return { kind: "not_available", available: eventsAt(this.machine, configurationAt(this.machine.chart, snapshot.value).active), state: snapshot.value };
  }

  /** Of the machine's invariants, over the states that the step ends in. */
  private violations(state: ChartState): readonly Violation[] {
    const { machine, world } = this;
    if (machine.invariants.length === 0) return NONE_VIOLATED;
    world.deferConfiguration(() => configurationOf(machine.chart, state.active));
    return violationsOf(machine.invariants, this.scope);
  }

  private result(state: ChartState): StepResult {
    const { world, acts, machine } = this;
    const { requests } = world;
    if (requests.pending) return { kind: "needs", requests: requests.list() };
    const { value } = configurationOf(machine.chart, state.active);
    const violations = this.violations(state);
    if (requests.pending) return { kind: "needs", requests: requests.list() };
    if (violations.length > 0) return { kind: "violated", violations, decisions: world.decisions, state: this.input.snapshot?.value ?? value };
    const before = this.input.record;
    const { record } = world;
    const arm: { name: string; dueAt: string }[] = [];
    const cancel: string[] = [];
    for (const [name, dueAt] of acts.timers ?? []) {
      if (dueAt === null) cancel.push(name);
      else arm.push({ name, dueAt });
    }
    return {
      kind: "moved",
      snapshot: { value, status: state.done ? "done" : "active", context: world.context, history: historyIds(machine, state.history), counters: acts.counters },
      from: this.input.snapshot?.value ?? null,
      to: value,
      record,
      recordChanged: acts.recordChanged && !(before !== null && record !== null && sameJson(before.data, record.data)),
      decisions: world.decisions,
      effects: acts.effects,
      timers: { arm, cancel },
      trace: this.trace,
    };
  }
}

/** What the chart remembers, from a stored snapshot. Ids of a history that the chart no longer has are passed over. */
function restore(machine: CompiledMachine, snapshot: Snapshot): ChartState {
  const { chart } = machine;
  const { active } = configurationAt(chart, snapshot.value);
  const entries = Object.entries(snapshot.history);
  if (entries.length === 0) return { active, history: EMPTY, done: false };
  const history = new Map<number, readonly number[]>();
  for (const [id, remembered] of entries) {
    const node = chart.byId.get(id);
    const states = remembered.map((each) => chart.byId.get(each)).filter((each) => each !== undefined);
    if (node !== undefined && states.length > 0) history.set(node, states);
  }
  return { active, history, done: false };
}

function historyIds(machine: CompiledMachine, history: HistoryValue): Snapshot["history"] {
  if (history.size === 0) return NO_HISTORY;
  const ids = (index: number) => machine.chart.nodes[index]!.id;
  return Object.fromEntries([...history].map(([node, states]) => [ids(node), states.map(ids)] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}
