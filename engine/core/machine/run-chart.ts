/**
 * Runs a chart: one start or one event to its stable state (a macrostep), calling the host for guards, actions and timers in order.
 *
 * Own implementation of XState 5's semantics; tests/property/machine.test.ts holds both against each other.
 */
import { EngineError } from "../errors.ts";
import { tick } from "../time-limit.ts";
import { type Chart, type ChartDelay, type ChartNode, type ChartTransition, DONE_PREFIX, isBelow, MAX_MICROSTEPS } from "./chart.ts";
import { configurationOf } from "./configuration.ts";
import { computeDomain, computeEntry, computeExit, type HistoryValue, initialEntry } from "./entry-set.ts";
import { removeConflicting, selectEventless, selectTransitions, type Verdict } from "./select.ts";

/** What a microstep counts for in a time limit, in operations. */
const MICROSTEP = 50;

/** An event from inside: raised by an action (with `data` for the host), or a completion. */
export interface RaisedEvent {
  readonly type: string;
  readonly data?: unknown;
}

export interface ChartHost<G, A> {
  /** `event` is the type being handled; `always` tells that the transition needs none. */
  guard(transition: ChartTransition<G, A>, event: string): Verdict;
  /** Runs one action; true when it changed data that guards may read. */
  act(action: A, event: string): boolean;
  arm(delay: ChartDelay): void;
  cancel(delay: ChartDelay): void;
  /** A transition was taken: for the trace. */
  taken?(transition: ChartTransition<G, A>, event: string): void;
  /** The next event raised by actions; raised events are handled after `always` has settled. */
  raised(): RaisedEvent | undefined;
  /** A raised event is now being handled. */
  handle?(event: RaisedEvent): void;
  /** The active states from here on, as actions and guards see them: before a microstep while leaving, after it while entering. */
  at?(active: () => Iterable<number>): void;
  /** Default 1,000. */
  readonly maxMicrosteps?: number;
  /** True once the pass is known to be in vain (facts missing): nothing more than this microstep need be tried. */
  readonly doomed: boolean;
}

/** What a chart remembers between events. */
export interface ChartState {
  /** In document order. */
  readonly active: readonly number[];
  readonly history: HistoryValue;
  readonly done: boolean;
}

export type ChartOutcome = { readonly kind: "moved"; readonly state: ChartState } | { readonly kind: "blocked" } | { readonly kind: "not_enabled" };

interface Run<G, A> {
  readonly chart: Chart<G, A>;
  readonly host: ChartHost<G, A>;
  /** In the order of entering, which is what XState selects in within one macrostep. */
  active: Set<number>;
  history: HistoryValue;
  done: boolean;
  readonly queue: RaisedEvent[];
  microsteps: number;
}

/** Enters the initial states and settles. */
export function startChart<G, A>(chart: Chart<G, A>, host: ChartHost<G, A>): ChartState {
  const run: Run<G, A> = { chart, host, active: new Set(), history: new Map(), done: false, queue: [], microsteps: 0 };
  const entries = [...initialEntry(chart)];
  host.at?.(() => entries);
  enter(run, entries, "xstate.init");
  drainRaised(run);
  exitWhenDone(run, "xstate.init");
  settle(run, "xstate.init");
  return stateOf(run);
}

/**
 * Handles one event.
 *
 * - `blocked`: a gate refused a region in which nothing else was taken; nothing was run
 * - `not_enabled`: no transition is enabled; nothing was run (XState would still try `always` then; here a refused event changes nothing)
 * - throws EngineError `limit_exceeded` after 1,000 microsteps
 */
export function sendToChart<G, A>(chart: Chart<G, A>, state: ChartState, event: string, host: ChartHost<G, A>): ChartOutcome {
  if (state.done) return { kind: "not_enabled" };
  const active = new Set(state.active);
  const selection = selectTransitions(chart, active, event, (transition) => host.guard(transition, event));
  if (selection.shut) return { kind: "blocked" };
  if (selection.transitions.length === 0) return { kind: "not_enabled" };
  const run: Run<G, A> = { chart, host, active, history: state.history, done: false, queue: [], microsteps: 0 };
  microstep(run, selection.transitions, event);
  settle(run, event);
  return { kind: "moved", state: stateOf(run) };
}

function stateOf(run: Run<unknown, unknown>): ChartState {
  return { active: configurationOf(run.chart, run.active).active, history: run.history, done: run.done };
}

/** Eventless transitions and raised events until nothing is enabled. */
function settle<G, A>(run: Run<G, A>, first: string): void {
  const { chart, host } = run;
  const limit = host.maxMicrosteps ?? MAX_MICROSTEPS;
  let event = first;
  let tryEventless = true;
  while (!run.done && !host.doomed) {
    tick(MICROSTEP);
    if (++run.microsteps > limit) {
      throw new EngineError("limit_exceeded", `The machine "${chart.id}" made more than ${limit} microsteps for one event`, { limit: "microsteps" });
    }
    let transitions: readonly ChartTransition<G, A>[] = [];
    if (tryEventless && chart.hasAlways) {
      const current = event;
      transitions = selectEventless(chart, run.active, run.history, (transition) => host.guard(transition, current));
    }
    const eventless = transitions.length > 0;
    if (!eventless) {
      const next = run.queue.shift();
      if (next === undefined) return;
      event = next.type;
      if (next.data !== undefined) host.handle?.(next);
      transitions = selectTransitions(chart, run.active, event, (transition) => host.guard(transition, next.type)).transitions;
    }
    const changed = transitions.length > 0 && microstep(run, transitions, event);
    // An eventless transition that changed nothing is not tried again before the next event, as in XState.
    tryEventless = !eventless || changed;
  }
}

const NONE: readonly number[] = [];

/** Leaves, acts, enters; true when states, history or data changed. */
function microstep<G, A>(run: Run<G, A>, selected: readonly ChartTransition<G, A>[], event: string): boolean {
  const { chart, host, active } = run;
  const transitions = removeConflicting(chart, selected, active, run.history);
  // Nothing is left or entered without a target, so no copy is needed to compare with.
  const before = transitions.some((transition) => transition.targets !== null) ? new Set(active) : active;
  const historyBefore = run.history;
  let dataChanged = false;
  if (host.taken) for (const transition of transitions) host.taken(transition, event);

  const only = transitions.length === 1 ? transitions[0]! : null;
  const isKnown = only !== null && only.entrySet !== null;
  const domains = isKnown ? NONE : transitions.map((transition) => computeDomain(chart, transition, run.history));
  const exits = exitsOf(run, transitions);
  run.history = remember(run, exits);
  for (const index of exits) {
    if (leave(run, chart.nodes[index]!, event)) dataChanged = true;
    active.delete(index);
  }
  for (const transition of transitions) for (const action of transition.actions) if (host.act(action, event)) dataChanged = true;
  drainRaised(run);

  // What is still active was not left, so it is not entered: a history target may go back to the source itself.
  const entries = only?.entrySet ?? [...computeEntry(chart, transitions, domains, run.history)].filter((index) => !active.has(index));
  if (host.at) {
    const after = [...active, ...entries];
    host.at(() => after);
  }
  if (enter(run, entries, event)) dataChanged = true;
  if (exitWhenDone(run, event)) dataChanged = true;
  if (run.history !== historyBefore || !sameSet(before, active)) return true;
  // The same states as before: XState keeps their order too, which decides between conflicting `always` of the next microstep.
  run.active = before;
  return dataChanged;
}

/** Active states that the transitions leave together, the deepest first. */
function exitsOf<G, A>({ chart, active, history }: Run<G, A>, transitions: readonly ChartTransition<G, A>[]): readonly number[] {
  const left = transitions.map((transition) => computeExit(chart, transition, active, history));
  const all = left.length === 1 ? left[0]! : [...new Set(left.flat())];
  return all.sort((a, b) => b - a);
}

/** Raised events queue in the order of the actions that raised them, together with completions. */
function drainRaised(run: Run<unknown, unknown>): void {
  for (let event = run.host.raised(); event !== undefined; event = run.host.raised()) run.queue.push(event);
}

function leave<G, A>(run: Run<G, A>, node: ChartNode<G, A>, event: string): boolean {
  let changed = false;
  for (const action of node.exit) if (run.host.act(action, event)) changed = true;
  for (const delay of node.delays) run.host.cancel(delay);
  drainRaised(run);
  return changed;
}

function enter<G, A>(run: Run<G, A>, entries: readonly number[], event: string): boolean {
  const { chart, host, active } = run;
  let changed = false;
  const completed = new Set<number>();
  const order = entries.length > 1 ? [...entries].sort((a, b) => a - b) : entries;
  for (const index of order) {
    const node = chart.nodes[index]!;
    active.add(index);
    for (const action of node.entry) if (host.act(action, event)) changed = true;
    for (const delay of node.delays) host.arm(delay);
    drainRaised(run);
    if (node.type === "final") complete(run, node, completed);
  }
  return changed;
}

/** A final state was entered: raises the completion of its parent and of every parallel ancestor whose regions are all final. */
function complete(run: Run<unknown, unknown>, node: ChartNode<unknown, unknown>, completed: Set<number>): void {
  const { chart, queue } = run;
  const parent = chart.nodes[node.parent]!;
  if (parent.type === "compound") queue.push({ type: DONE_PREFIX + parent.id });
  let ancestor = parent.type === "parallel" ? parent.index : parent.parent;
  while (ancestor >= 0 && chart.nodes[ancestor]!.type === "parallel" && !completed.has(ancestor) && isFinal(run, ancestor)) {
    completed.add(ancestor);
    queue.push({ type: DONE_PREFIX + chart.nodes[ancestor]!.id });
    ancestor = chart.nodes[ancestor]!.parent;
  }
  if (ancestor < 0) run.done = true;
}

function isFinal(run: Run<unknown, unknown>, index: number): boolean {
  const node = run.chart.nodes[index]!;
  if (node.type === "compound") return node.children.some((child) => run.chart.nodes[child]!.type === "final" && run.active.has(child));
  if (node.type === "parallel") return node.children.every((child) => run.chart.nodes[child]!.type === "history" || isFinal(run, child));
  return node.type === "final";
}

/** A machine that is done runs the exit actions of what is still active, deepest last entered first. */
function exitWhenDone<G, A>(run: Run<G, A>, event: string): boolean {
  if (!run.done) return false;
  let changed = false;
  for (const index of [...run.active].sort((a, b) => b - a)) if (leave(run, run.chart.nodes[index]!, event)) changed = true;
  return changed;
}

/** History of the states being left: their active children (shallow) or active leaves (deep). */
function remember(run: Run<unknown, unknown>, exits: readonly number[]): HistoryValue {
  const { chart, active } = run;
  let changed: Map<number, readonly number[]> | undefined;
  for (const index of exits) {
    for (const child of chart.nodes[index]!.historyChildren) {
      const deep = chart.nodes[child]!.deepHistory;
      changed ??= new Map(run.history);
      changed.set(
        child,
        [...active].filter((each) => (deep ? isLeaf(chart, each) && isBelow(chart, each, index) : chart.nodes[each]!.parent === index)).sort((a, b) => a - b),
      );
    }
  }
  return changed ?? run.history;
}

function isLeaf(chart: Chart<unknown, unknown>, index: number): boolean {
  const { type } = chart.nodes[index]!;
  return type === "atomic" || type === "final";
}

function sameSet(a: ReadonlySet<number>, b: ReadonlySet<number>): boolean {
  if (a.size !== b.size) return false;
  for (const each of a) if (!b.has(each)) return false;
  return true;
}
