/**
 * Which states a microstep leaves and enters: SCXML's procedures as XState 5 has them, on node numbers.
 * Source: W3C SCXML appendix D (computeExitSet, computeEntrySet, addDescendantStatesToEnter, addAncestorStatesToEnter).
 */
import { type Chart, type ChartNode, type ChartTransition, isBelow } from "./chart.ts";

export type HistoryValue = ReadonlyMap<number, readonly number[]>;
type AnyChart = Chart<unknown, unknown>;
type AnyTransition = ChartTransition<unknown, unknown>;

/** Where a history node goes: what was remembered, or its default. */
function historyTargets(chart: AnyChart, node: ChartNode<unknown, unknown>, history: HistoryValue): readonly number[] {
  return history.get(node.index) ?? defaultHistory(chart, node);
}

function defaultHistory(chart: AnyChart, node: ChartNode<unknown, unknown>): readonly number[] {
  return node.historyTargets ?? [chart.nodes[node.parent]!.initial];
}

function effectiveTargets(chart: AnyChart, targets: readonly number[], history: HistoryValue): readonly number[] {
  if (!targets.some((target) => chart.nodes[target]!.type === "history")) return targets;
  const found = new Set<number>();
  for (const target of targets) {
    const node = chart.nodes[target]!;
    if (node.type !== "history") found.add(target);
    else if (history.has(target)) for (const each of history.get(target)!) found.add(each);
    else for (const each of effectiveTargets(chart, defaultHistory(chart, node), history)) found.add(each);
  }
  return [...found];
}

/** The node below which the transition leaves and enters states; -1 when the root itself is left and entered again. */
export function computeDomain(chart: AnyChart, transition: AnyTransition, history: HistoryValue): number {
  if (transition.domain !== null) return transition.domain;
  const targets = effectiveTargets(chart, transition.targets ?? [], history);
  const { source } = transition;
  if (!transition.reenter && targets.every((target) => target === source || isBelow(chart, target, source))) return source;
  const [head, ...tail] = [...targets, source];
  for (let ancestor = chart.nodes[head!]!.parent; ancestor >= 0; ancestor = chart.nodes[ancestor]!.parent) {
    if (tail.every((each) => isBelow(chart, each, ancestor))) return ancestor;
  }
  return transition.reenter ? -1 : 0;
}

/** Active states that the transition leaves. */
export function computeExit(chart: AnyChart, transition: AnyTransition, active: Iterable<number>, history: HistoryValue): number[] {
  if (transition.targets === null) return [];
  const domain = computeDomain(chart, transition, history);
  const left: number[] = [];
  if (transition.reenter && transition.source === domain) left.push(domain);
  for (const index of active) if (isBelow(chart, index, domain)) left.push(index);
  return left;
}

/**
 * States that the transitions enter together.
 *
 * `domains` are those that the states were left by: XState works them out again with the history that the leaving itself has just
 * written, and then a transition to the history of a state that one is in can lose or double states.
 */
export function computeEntry(chart: AnyChart, transitions: readonly AnyTransition[], domains: readonly number[], history: HistoryValue): Set<number> {
  const entered = new Set<number>();
  for (const [i, transition] of transitions.entries()) {
    const domain = domains[i]!;
    const { source, reenter } = transition;
    for (const target of transition.targets ?? []) {
      const node = chart.nodes[target]!;
      if (node.type !== "history" && (source !== target || source !== domain || reenter)) entered.add(target);
      addDescendants(chart, node, history, entered);
    }
    const limit = source === 0 && reenter ? null : domain;
    for (const target of effectiveTargets(chart, transition.targets ?? [], history)) {
      const ancestors = properAncestors(chart, target, domain);
      if (domain >= 0 && chart.nodes[domain]!.type === "parallel") ancestors.push(domain);
      addAncestors(chart, ancestors, limit, history, entered);
    }
  }
  return entered;
}

/** The states of a start: from the root down. */
export function initialEntry(chart: AnyChart): Set<number> {
  const entered = new Set<number>();
  const visit = (index: number): void => {
    entered.add(index);
    const node = chart.nodes[index]!;
    if (node.type === "compound") visit(node.initial);
    else if (node.type === "parallel") for (const child of node.children) if (chart.nodes[child]!.type !== "history") visit(child);
  };
  visit(0);
  const start: AnyTransition = {
    ...{ index: -1, source: 0, event: "", targets: [...entered], reenter: true, guard: null, actions: [], pointer: "", domain: null, entrySet: null },
  };
  return computeEntry(chart, [start], [-1], new Map());
}

function addDescendants(chart: AnyChart, node: ChartNode<unknown, unknown>, history: HistoryValue, entered: Set<number>): void {
  if (node.type === "history") {
    const targets = historyTargets(chart, node, history);
    for (const target of targets) {
      entered.add(target);
      addDescendants(chart, chart.nodes[target]!, history, entered);
    }
    for (const target of targets) addAncestors(chart, properAncestors(chart, target, node.parent), null, history, entered);
  } else if (node.type === "compound") {
    const initial = chart.nodes[node.initial]!;
    if (initial.type !== "history") entered.add(initial.index);
    addDescendants(chart, initial, history, entered);
    addAncestors(chart, properAncestors(chart, initial.index, node.index), null, history, entered);
  } else if (node.type === "parallel") addRegions(chart, node, history, entered);
}

function addAncestors(chart: AnyChart, ancestors: readonly number[], limit: number | null, history: HistoryValue, entered: Set<number>): void {
  for (const ancestor of ancestors) {
    if (limit === null || isBelow(chart, ancestor, limit)) entered.add(ancestor);
    const node = chart.nodes[ancestor]!;
    if (node.type === "parallel") addRegions(chart, node, history, entered);
  }
}

/** Regions that nothing has been entered in yet start at their beginning. */
function addRegions(chart: AnyChart, node: ChartNode<unknown, unknown>, history: HistoryValue, entered: Set<number>): void {
  for (const child of node.children) {
    if (chart.nodes[child]!.type === "history") continue;
    let touched = false;
    for (const each of entered) {
      if (isBelow(chart, each, child)) {
        touched = true;
        break;
      }
    }
    if (touched) continue;
    entered.add(child);
    addDescendants(chart, chart.nodes[child]!, history, entered);
  }
}

/** Ancestors of `node` from the nearest outwards, up to but without `limit`; none when they are the same. */
function properAncestors(chart: AnyChart, node: number, limit: number): number[] {
  const ancestors: number[] = [];
  if (node === limit) return ancestors;
  for (let parent = chart.nodes[node]!.parent; parent >= 0 && parent !== limit; parent = chart.nodes[parent]!.parent) ancestors.push(parent);
  return ancestors;
}
