/**
 * Selects the transitions that an event, or nothing at all, enables: deepest state first, region by region, first open candidate.
 * Source: W3C SCXML selectTransitions and removeConflictingTransitions, as XState 5 has them.
 */
import { type Chart, type ChartNode, type ChartTransition, isAtomic, isBelow, matchesDescriptor } from "./chart.ts";
import { computeExit, type HistoryValue } from "./entry-set.ts";

/**
 * What a guard answers.
 * - `open`: the candidate is taken
 * - `closed`: it is not, the next one is tried
 * - `shut`: a gate refuses it; the next one is tried, and when no other is taken in its chain the event is blocked
 * - `pending`: facts are missing; the pass is in vain, the candidate is taken only to learn what else it needs
 */
export type Verdict = "open" | "closed" | "shut" | "pending";
export type GuardHost<G, A> = (transition: ChartTransition<G, A>) => Verdict;

export interface Selection<G, A> {
  readonly transitions: readonly ChartTransition<G, A>[];
  /** A gate refused some region or chain of states in which nothing else was taken. */
  readonly shut: boolean;
}

const NOTHING: Selection<never, never> = { transitions: [], shut: false };
const SHUT: Selection<never, never> = { transitions: [], shut: true };

/** Candidates of one state for an event: exact type first, then wildcards from the longest. */
export function candidatesOf<G, A>(node: ChartNode<G, A>, type: string): readonly ChartTransition<G, A>[] {
  const exact = node.on.get(type);
  if (!node.hasWildcards) return exact ?? [];
  const wild: string[] = [];
  for (const descriptor of node.on.keys()) if (descriptor !== type && matchesDescriptor(type, descriptor)) wild.push(descriptor);
  if (wild.length === 0) return exact ?? [];
  wild.sort((a, b) => b.length - a.length);
  return [...(exact ?? []), ...wild.flatMap((descriptor) => node.on.get(descriptor)!)];
}

export function selectTransitions<G, A>(chart: Chart<G, A>, active: ReadonlySet<number>, type: string, guard: GuardHost<G, A>): Selection<G, A> {
  return selectIn(chart, active, 0, type, guard);
}

function selectIn<G, A>(chart: Chart<G, A>, active: ReadonlySet<number>, index: number, type: string, guard: GuardHost<G, A>): Selection<G, A> {
  const node = chart.nodes[index]!;
  let inner: Selection<G, A> = NOTHING;
  if (node.type === "compound") {
    for (const child of node.children) {
      if (!active.has(child)) continue;
      inner = selectIn(chart, active, child, type, guard);
      break;
    }
  } else if (node.type === "parallel") {
    const taken: ChartTransition<G, A>[] = [];
    let shut = false;
    for (const child of active) {
      if (chart.nodes[child]!.parent !== index) continue;
      const region = selectIn(chart, active, child, type, guard);
      if (region.shut) shut = true;
      for (const transition of region.transitions) taken.push(transition);
    }
    if (taken.length > 0) return { transitions: taken, shut };
    inner = shut ? SHUT : NOTHING;
  }
  if (inner.transitions.length > 0) return inner;
  let { shut } = inner;
  for (const transition of candidatesOf(node, type)) {
    const verdict = transition.guard === null ? "open" : guard(transition);
    if (verdict === "open" || verdict === "pending") return { transitions: [transition], shut: false };
    if (verdict === "shut") shut = true;
  }
  return shut ? SHUT : NOTHING;
}

/** Enabled `always` transitions; a shut or pending one is simply not taken. */
export function selectEventless<G, A>(
  chart: Chart<G, A>,
  active: ReadonlySet<number>,
  history: HistoryValue,
  guard: GuardHost<G, A>,
): readonly ChartTransition<G, A>[] {
  const enabled = new Set<ChartTransition<G, A>>();
  let asked: Map<number, Verdict> | undefined;
  for (const atom of active) {
    if (!isAtomic(chart.nodes[atom]!)) continue;
    chain: for (let index = atom; index >= 0; index = chart.nodes[index]!.parent) {
      for (const transition of chart.nodes[index]!.always) {
        let verdict: Verdict | undefined = "open";
        if (transition.guard !== null) {
          asked ??= new Map();
          verdict = asked.get(transition.index);
          if (verdict === undefined) {
            verdict = guard(transition);
            asked.set(transition.index, verdict);
          }
        }
        if (verdict !== "open") continue;
        enabled.add(transition);
        break chain;
      }
    }
  }
  return removeConflicting(chart, [...enabled], active, history);
}

/** Of two transitions that would leave the same state, the deeper one wins, else the earlier one. */
export function removeConflicting<G, A>(
  chart: Chart<G, A>,
  transitions: readonly ChartTransition<G, A>[],
  active: ReadonlySet<number>,
  history: HistoryValue,
): readonly ChartTransition<G, A>[] {
  if (transitions.length < 2) return transitions;
  const kept: { transition: ChartTransition<G, A>; exit: readonly number[] }[] = [];
  for (const transition of transitions) {
    const exit = conflictSet(chart, transition, active, history);
    const preempted = new Set<unknown>();
    let lost = false;
    for (const other of kept) {
      if (!exit.some((index) => other.exit.includes(index))) continue;
      if (isBelow(chart, transition.source, other.transition.source)) preempted.add(other);
      else {
        lost = true;
        break;
      }
    }
    if (lost) continue;
    for (let i = kept.length - 1; i >= 0; i--) if (preempted.has(kept[i])) kept.splice(i, 1);
    kept.push({ transition, exit });
  }
  return kept.map(({ transition }) => transition);
}

/**
 * What a transition leaves, for conflicts. A history target that goes back to the source leaves nothing, and XState then takes it
 * beside a transition that does leave the source: two children of one state become active. Such a transition claims its source here.
 */
function conflictSet(
  chart: Chart<unknown, unknown>,
  transition: ChartTransition<unknown, unknown>,
  active: ReadonlySet<number>,
  history: HistoryValue,
): readonly number[] {
  const exit = computeExit(chart, transition, active, history);
  if (exit.length > 0 || transition.targets === null || transition.domain !== null) return exit;
  return [transition.source];
}
