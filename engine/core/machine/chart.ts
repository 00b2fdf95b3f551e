/**
 * A statechart as a table: what compile-chart.ts makes of an XState v5 config, and what select.ts and microstep.ts walk.
 *
 * Nodes are numbered in document order, so the descendants of node n are exactly n+1 … end(n). Document order is sorted key
 * order: the hash that names a version ignores key order, so key order must not decide anything.
 */
import type { StateValue } from "../step-types.ts";

export type NodeType = "atomic" | "compound" | "parallel" | "final" | "history";

/** A transition with its targets resolved. `G` and `A` are compiled guards and actions. */
export interface ChartTransition<G, A> {
  /** Position among all transitions of the chart, in document order. */
  readonly index: number;
  readonly source: number;
  /** Event descriptor; "" for `always`. */
  readonly event: string;
  /** null: no target, the transition only acts. */
  readonly targets: readonly number[] | null;
  readonly reenter: boolean;
  readonly guard: G | null;
  readonly actions: readonly A[];
  /** JSON pointer into the config. */
  readonly pointer: string;
  /** Known beforehand unless a target is a history node: the node below which states are left and entered; -1 is above the root. */
  readonly domain: number | null;
  /** Nodes entered when the transition is taken alone, in document order; null where history decides. */
  entrySet: readonly number[] | null;
}

export interface ChartDelay {
  /** Key in `after`: milliseconds or the name of a delay. */
  readonly delay: string;
  /** `<state path>.<delay>`: stable name of the timer. */
  readonly timer: string;
  /** Internal event type, as XState names it. */
  readonly event: string;
}

export interface ChartNode<G, A> {
  readonly index: number;
  readonly key: string;
  readonly id: string;
  /** Keys from below the root, joined by dots; "" is the root. */
  readonly path: string;
  readonly type: NodeType;
  readonly parent: number;
  /** Last descendant. */
  end: number;
  readonly children: number[];
  initial: number;
  readonly deepHistory: boolean;
  /** History nodes among the children. */
  readonly historyChildren: number[];
  historyTargets: readonly number[] | null;
  readonly entry: readonly A[];
  readonly exit: readonly A[];
  /** Candidates by descriptor, in document order. */
  readonly on: Map<string, readonly ChartTransition<G, A>[]>;
  readonly hasWildcards: boolean;
  always: readonly ChartTransition<G, A>[];
  readonly delays: readonly ChartDelay[];
  readonly tags: readonly string[];
  /** JSON pointer into the config. */
  readonly pointer: string;
}

/** A set of active states that the chart has been in: everything that follows from it, computed once. */
export interface Configuration {
  /** Indexes in document order. */
  readonly active: readonly number[];
  readonly value: StateValue;
  /** Paths of all active states but the root, in document order. */
  readonly states: readonly string[];
}

export interface Chart<G, A> {
  readonly id: string;
  readonly nodes: readonly ChartNode<G, A>[];
  readonly byId: ReadonlyMap<string, number>;
  readonly byPath: ReadonlyMap<string, number>;
  readonly transitions: readonly ChartTransition<G, A>[];
  /** Descriptors other than timers and completions, sorted. */
  readonly events: readonly string[];
  readonly hasAlways: boolean;
  /** Timer name -> internal event type. */
  readonly timers: ReadonlyMap<string, string>;
  /** By a mask of their states, or by their indexes as text where there are too many. */
  readonly configurations: Map<string | number, Configuration>;
  /** Of state values that are a plain name: the children of the root. */
  readonly byName: Map<string, Configuration>;
  readonly byValue: WeakMap<object, Configuration>;
}

export const MAX_STATES = 2_000;
export const MAX_DEPTH = 32;
export const MAX_MICROSTEPS = 1_000;
export const TIMER_PREFIX = "xstate.after.";
export const DONE_PREFIX = "xstate.done.state.";

/** Event types that only the engine itself makes. */
export function isReservedEvent(type: string): boolean {
  return /^(xstate|done|error|after)(\.|$)/.test(type);
}

/** Tells whether `node` lies below `ancestor`; -1 is above the root. */
export function isBelow(chart: Chart<unknown, unknown>, node: number, ancestor: number): boolean {
  return node > ancestor && (ancestor < 0 || node <= chart.nodes[ancestor]!.end);
}

export function isAtomic(node: ChartNode<unknown, unknown>): boolean {
  return node.type === "atomic" || node.type === "final";
}

/** XState's rule: the exact type, `*` for any, `a.b.*` for everything below `a.b` and `a.b` itself. */
export function matchesDescriptor(type: string, descriptor: string): boolean {
  if (descriptor === type || descriptor === "*") return true;
  if (!descriptor.endsWith(".*")) return false;
  const prefix = descriptor.slice(0, -2);
  return type === prefix || type.startsWith(`${prefix}.`);
}

/** Keys in document order: sorted by code units, but integer-like keys first, as ECMAScript objects have them. */
export function documentKeys(object: object | undefined): string[] {
  if (object === undefined) return [];
  return Object.keys(
    Object.fromEntries(
      Object.keys(object)
        .sort()
        .map((key) => [key, 0]),
    ),
  );
}
