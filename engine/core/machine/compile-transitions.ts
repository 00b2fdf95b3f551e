/**
 * The second pass over an XState v5 config: resolves the targets of every transition and works out beforehand which states each leaves
 * and enters.
 */
import type { TransitionConfig } from "../../schema/statechart.ts";
import { pointer as jsonPointer } from "../problem.ts";
import { type Chart, type ChartNode, type ChartTransition, DONE_PREFIX, documentKeys, isReservedEvent } from "./chart.ts";
import { chartFault } from "./chart-fault.ts";
import type { ChartVocabulary } from "./chart-vocabulary.ts";
import type { CollectedNodes, NodeConfig } from "./collect-nodes.ts";
import { computeDomain, computeEntry } from "./entry-set.ts";
import { descend, resolveId, resolveTarget } from "./targets.ts";

const TRANSITION_KEYS = new Set(["target", "guard", "actions", "reenter", "description", "meta"]);

type TransitionConfigs = string | TransitionConfig | readonly (string | TransitionConfig)[] | undefined;

export interface CompiledTransitions<G, A> {
  readonly transitions: readonly ChartTransition<G, A>[];
  /** Descriptors other than timers and completions, sorted. */
  readonly events: readonly string[];
}

/** Fills in the nodes' transitions. - throws EngineError `definition_invalid` at the first fault, with its JSON pointer as `path` */
export function compileTransitions<G, A>(collected: CollectedNodes<G, A>, vocabulary: ChartVocabulary<G, A>): CompiledTransitions<G, A> {
  const transitions: ChartTransition<G, A>[] = [];
  const events = new Set<string>();
  const compile = (node: ChartNode<G, A>, event: string, configs: TransitionConfigs, pointer: string): ChartTransition<G, A>[] => {
    const made = compileList(collected, vocabulary, { node, event, configs, pointer, first: transitions.length });
    transitions.push(...made);
    return made;
  };
  for (const node of collected.nodes) {
    const source = collected.configs[node.index]!;
    for (const descriptor of documentKeys(source.on)) {
      const at = `${node.pointer}${jsonPointer("on", descriptor)}`;
      if (descriptor === "" || isReservedEvent(descriptor)) chartFault(at, `"${descriptor}" is an event name of the engine itself`);
      events.add(descriptor);
      node.on.set(descriptor, compile(node, descriptor, source.on![descriptor], at));
    }
    const done = DONE_PREFIX + node.id;
    if (source.onDone !== undefined) node.on.set(done, compile(node, done, source.onDone, `${node.pointer}/onDone`));
    for (const { delay, event } of node.delays) {
      node.on.set(event, compile(node, event, source.after![delay], `${node.pointer}${jsonPointer("after", delay)}`));
    }
    node.always = compile(node, "", source.always, `${node.pointer}/always`);
    if (node.type === "history") node.historyTargets = historyTargets(collected, node, source);
  }
  return { transitions, events: [...events].sort() };
}

/** The candidates for one event of one state. */
interface Candidates<G, A> {
  readonly node: ChartNode<G, A>;
  readonly event: string;
  readonly configs: TransitionConfigs;
  readonly pointer: string;
  /** Index of the first of them among all transitions. */
  readonly first: number;
}

function compileList<G, A>(
  { nodes, byId }: CollectedNodes<G, A>,
  vocabulary: ChartVocabulary<G, A>,
  { node, event, configs, pointer, first }: Candidates<G, A>,
): ChartTransition<G, A>[] {
  if (configs === undefined || configs === null) return [];
  const many = Array.isArray(configs);
  return (many ? (configs as readonly (string | TransitionConfig)[]) : [configs as string | TransitionConfig]).map((each, i) => {
    const at = many ? `${pointer}/${i}` : pointer;
    if (many && typeof each === "string") chartFault(at, "In a list, a transition is an object with a target (XState loses plain names in `after`)");
    const transition: TransitionConfig = typeof each === "string" ? { target: each } : each;
    if (typeof transition !== "object" || transition === null) chartFault(at, "A transition is a target or an object");
    for (const name of Object.keys(transition)) if (!TRANSITION_KEYS.has(name)) chartFault(at, `"${name}" is not part of a transition here`);
    const named = transition.target === undefined ? null : typeof transition.target === "string" ? [transition.target] : transition.target;
    const targets = named === null || named.length === 0 ? null : named.map((target) => resolveTarget({ nodes, byId }, node.index, target));
    if (targets !== null && targets.length > 1 && !areCompatible(nodes, targets))
      chartFault(at, "Several targets must lie in different regions of one parallel state");
    return {
      ...{ index: first + i, source: node.index, event, targets, reenter: transition.reenter === true, pointer: at },
      guard: transition.guard === undefined ? null : vocabulary.guard(transition.guard, `${at}/guard`),
      actions: vocabulary.actions(transition.actions, `${at}/actions`),
      domain: null,
      entrySet: null,
    };
  });
}

/** Where a history state leads that has nothing to remember; null: into its parent's initial state. */
function historyTargets<G, A>({ nodes, byId }: CollectedNodes<G, A>, node: ChartNode<G, A>, { target }: NodeConfig): readonly number[] | null {
  const parent = nodes[node.parent]!;
  if (target !== undefined) {
    const tree = { nodes, byId };
    const found = target.startsWith("#") ? resolveId(tree, target) : descend(tree, node.parent, target.split("."));
    if (found === null || nodes[found]!.type === "history" || found <= parent.index || found > parent.end) {
      return chartFault(node.pointer, `The default target "${target}" is not a state inside "${parent.path || parent.id}"`);
    }
    return [found];
  }
  if (parent.initial === node.index && parent.type !== "parallel") return chartFault(node.pointer, "A history state that is the initial state needs a target");
  return parent.type === "parallel" ? [node.parent] : null;
}

/** Several targets must lie in different regions of a parallel state, or a state would have two active children. */
function areCompatible(nodes: readonly ChartNode<unknown, unknown>[], targets: readonly number[]): boolean {
  return targets.every((left, i) =>
    targets.slice(i + 1).every((right) => {
      if (left === right) return false;
      let common = nodes[left]!.parent;
      while (common >= 0 && !(right > common && right <= nodes[common]!.end)) common = nodes[common]!.parent;
      const above = (low: number, high: number) => low <= nodes[high]!.end && low > high;
      return common >= 0 && nodes[common]!.type === "parallel" && !above(left, right) && !above(right, left);
    }),
  );
}

/** A transition without history targets always has the same domain, and taken alone always enters the same states. */
export function prepareTransitions<G, A>(chart: Chart<G, A>): void {
  const none = new Map<number, readonly number[]>();
  for (const transition of chart.transitions) {
    if (transition.targets?.some((target) => chart.nodes[target]!.type === "history")) continue;
    const domain = computeDomain(chart, transition, none);
    (transition as { domain: number | null }).domain = domain;
    const entered = computeEntry(chart, [transition], [domain], none);
    // A target that is the root itself is not left without `reenter`, so it is not entered (XState would run its entry actions again).
    if (domain >= 0) entered.delete(domain);
    const historyInside = [...entered].some((index) => chart.nodes[index]!.type === "history" || startsInHistory(chart, index));
    transition.entrySet = historyInside ? null : [...entered].sort((a, b) => a - b);
  }
}

function startsInHistory(chart: Chart<unknown, unknown>, index: number): boolean {
  const { initial } = chart.nodes[index]!;
  return initial >= 0 && chart.nodes[initial]!.type === "history";
}
