/**
 * Makes a chart of an XState v5 config: numbers the states, resolves every target, and works out beforehand which states each
 * transition leaves and enters. What XState would only find at run time (a missing target, a name taken from the prototype, an
 * unknown key) is refused here.
 */
import type { StatechartConfig, StateNodeConfig, TransitionConfig } from "../../schema/statechart.ts";
import { EngineError } from "../errors.ts";
import { pointer as jsonPointer } from "../problem.ts";
import {
  type Chart,
  type ChartDelay,
  type ChartNode,
  type ChartTransition,
  DONE_PREFIX,
  documentKeys,
  isReservedEvent,
  MAX_DEPTH,
  MAX_STATES,
  type NodeType,
  TIMER_PREFIX,
} from "./chart.ts";
import { computeDomain, computeEntry } from "./entry-set.ts";
import { descend, resolveId, resolveTarget } from "./targets.ts";

/** How guards and actions become executable; the pointer says where in the config they stand. */
export interface ChartVocabulary<G, A> {
  guard(config: unknown, pointer: string): G;
  action(config: unknown, pointer: string): A;
}

const NODE_KEYS = new Set(
  "id type history target initial states on always after onDone entry exit output tags meta description context version options".split(" "),
);
const TRANSITION_KEYS = new Set(["target", "guard", "actions", "reenter", "description", "meta"]);
const TYPES = new Set(["atomic", "compound", "parallel", "final", "history"]);

type AnyNode = StateNodeConfig & StatechartConfig;
type AnyTransitions = string | TransitionConfig | readonly (string | TransitionConfig)[] | undefined;

/**
 * Compiles a config. `options` and `meta` of the config are left to XState and the studio.
 *
 * - throws EngineError `definition_invalid` at the first fault, with its JSON pointer as `path`
 */
export function compileChart<G, A>(config: StatechartConfig, vocabulary: ChartVocabulary<G, A>): Chart<G, A> {
  const nodes: ChartNode<G, A>[] = [];
  const configs: AnyNode[] = [];
  const byId = new Map<string, number>();
  const byPath = new Map<string, number>();
  const fail = (pointer: string, message: string): never => {
    throw new EngineError("definition_invalid", `${pointer || "/"}: ${message}`, { path: pointer });
  };

  const add = (node: AnyNode, key: string, parent: number, depth: number, pointer: string): void => {
    if (typeof node !== "object" || node === null || Array.isArray(node)) fail(pointer, "A state is an object");
    if (depth > MAX_DEPTH) fail(pointer, `States nest at most ${MAX_DEPTH} levels deep`);
    if (nodes.length >= MAX_STATES) fail(pointer, `A machine has at most ${MAX_STATES} states`);
    for (const name of Object.keys(node)) if (!NODE_KEYS.has(name)) fail(pointer, `"${name}" is not part of a state here`);
    const index = nodes.length;
    const path = parent < 0 ? "" : nodes[parent]!.path === "" ? key : `${nodes[parent]!.path}.${key}`;
    const id = node.id ?? (parent < 0 ? "(machine)" : `${nodes[0]!.id}.${path}`);
    const type = typeOf(node);
    if (!TYPES.has(type)) fail(pointer, `There is no state type "${type}"`);
    if (parent >= 0 && !/^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(key)) fail(pointer, `"${key}" cannot be a state name: use letters, digits, _ and -`);
    if (key === "__proto__") fail(pointer, `"${key}" cannot be a state name`);
    if (byId.has(id)) fail(pointer, `The id "${id}" is used twice`);
    const list = (value: readonly unknown[] | undefined, name: "entry" | "exit"): A[] =>
      (Array.isArray(value) ? value : value === undefined ? [] : [value]).map((action, i) => vocabulary.action(action, `${pointer}/${name}/${i}`));
    for (const delay of Object.keys(node.after ?? {})) {
      if (!/^[A-Za-z0-9_-]+$/.test(delay)) fail(`${pointer}${jsonPointer("after", delay)}`, `"${delay}" cannot be the name of a delay`);
    }
    const delays: ChartDelay[] = documentKeys(node.after).map((delay) => ({
      delay,
      timer: path === "" ? delay : `${path}.${delay}`,
      event: `${TIMER_PREFIX}${delay}.${id}`,
    }));
    const created: ChartNode<G, A> = {
      ...{ index, key, id, path, type, parent, end: index, children: [], initial: -1, pointer, delays, historyTargets: null, always: [] },
      deepHistory: node.history === "deep",
      historyChildren: [],
      entry: list(node.entry, "entry"),
      exit: list(node.exit, "exit"),
      on: new Map(),
      hasWildcards: documentKeys(node.on).some((descriptor) => descriptor.endsWith("*")),
      tags: node.tags ?? [],
    };
    nodes.push(created);
    configs.push(node);
    byId.set(id, index);
    byPath.set(path, index);
    if (parent >= 0) {
      nodes[parent]!.children.push(index);
      if (type === "history") nodes[parent]!.historyChildren.push(index);
    } else if (type === "history" || type === "final") fail(pointer, `The whole machine cannot be of type "${type}"`);
    const children = documentKeys(node.states);
    if (children.length > 0 && (type === "atomic" || type === "final" || type === "history")) fail(pointer, `A state of type "${type}" has no states`);
    for (const child of children) add(node.states![child] as AnyNode, child, index, depth + 1, `${pointer}${jsonPointer("states", child)}`);
    created.end = nodes.length - 1;
    if (type === "compound") {
      const initial = created.children.find((child) => nodes[child]!.key === node.initial);
      if (initial === undefined)
        fail(pointer, node.initial === undefined ? "The initial state is missing" : `The initial state "${node.initial}" does not exist`);
      created.initial = initial!;
    }
  };
  add(config as AnyNode, config.id, -1, 1, "");

  const transitions: ChartTransition<G, A>[] = [];
  const events = new Set<string>();
  const tree = { nodes, byId };
  const compileList = (node: ChartNode<G, A>, event: string, list: AnyTransitions, pointer: string): ChartTransition<G, A>[] => {
    if (list === undefined || list === null) return [];
    const many = Array.isArray(list);
    return (many ? (list as readonly (string | TransitionConfig)[]) : [list as string | TransitionConfig]).map((each, i) => {
      const at = many ? `${pointer}/${i}` : pointer;
      if (many && typeof each === "string") fail(at, "In a list, a transition is an object with a target (XState loses plain names in `after`)");
      const transition: TransitionConfig = typeof each === "string" ? { target: each } : each;
      if (typeof transition !== "object" || transition === null) fail(at, "A transition is a target or an object");
      for (const name of Object.keys(transition)) if (!TRANSITION_KEYS.has(name)) fail(at, `"${name}" is not part of a transition here`);
      const named = transition.target === undefined ? null : typeof transition.target === "string" ? [transition.target] : transition.target;
      const targets = named === null || named.length === 0 ? null : named.map((target) => resolveTarget(tree, node.index, target));
      if (targets !== null && targets.length > 1 && !areCompatible(nodes, targets))
        fail(at, "Several targets must lie in different regions of one parallel state");
      const actions = transition.actions ?? [];
      const compiled: ChartTransition<G, A> = {
        ...{ index: transitions.length, source: node.index, event, targets, reenter: transition.reenter === true, pointer: at },
        guard: transition.guard === undefined ? null : vocabulary.guard(transition.guard, `${at}/guard`),
        actions: (Array.isArray(actions) ? actions : [actions]).map((action, j) => vocabulary.action(action, `${at}/actions/${j}`)),
        domain: null,
        entrySet: null,
      };
      transitions.push(compiled);
      return compiled;
    });
  };

  for (const node of nodes) {
    const source = configs[node.index]!;
    for (const descriptor of documentKeys(source.on)) {
      const at = `${node.pointer}${jsonPointer("on", descriptor)}`;
      if (descriptor === "" || isReservedEvent(descriptor)) fail(at, `"${descriptor}" is an event name of the engine itself`);
      events.add(descriptor);
      node.on.set(descriptor, compileList(node, descriptor, source.on![descriptor], at));
    }
    if (source.onDone !== undefined) node.on.set(DONE_PREFIX + node.id, compileList(node, DONE_PREFIX + node.id, source.onDone, `${node.pointer}/onDone`));
    for (const delay of node.delays) {
      node.on.set(delay.event, compileList(node, delay.event, source.after![delay.delay], `${node.pointer}${jsonPointer("after", delay.delay)}`));
    }
    node.always = compileList(node, "", source.always, `${node.pointer}/always`);
    if (node.type === "history") {
      const target = source.target;
      if (target !== undefined) {
        const found = target.startsWith("#") ? resolveId(tree, target) : descend(tree, node.parent, target.split("."));
        const parent = nodes[node.parent]!;
        if (found === null || nodes[found]!.type === "history" || found <= parent.index || found > parent.end) {
          fail(node.pointer, `The default target "${target}" is not a state inside "${parent.path || parent.id}"`);
        }
        node.historyTargets = [found!];
      } else node.historyTargets = nodes[node.parent]!.type === "parallel" ? [node.parent] : null;
      if (nodes[node.parent]!.initial === node.index && node.historyTargets === null)
        fail(node.pointer, "A history state that is the initial state needs a target");
    }
  }
  const chart: Chart<G, A> = {
    ...{ id: config.id, nodes, byId, byPath, transitions, events: [...events].sort(), hasAlways: nodes.some((node) => node.always.length > 0) },
    timers: new Map(nodes.flatMap((node) => node.delays.map((delay) => [delay.timer, delay.event] as const))),
    configurations: new Map(),
    byName: new Map(),
    byValue: new WeakMap(),
  };
  prepareTransitions(chart);
  return chart;
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
function prepareTransitions<G, A>(chart: Chart<G, A>): void {
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

function typeOf(node: AnyNode): NodeType {
  if (node.type !== undefined) return node.type as NodeType;
  if (node.states !== undefined && Object.keys(node.states).length > 0) return "compound";
  return node.history === undefined ? "atomic" : "history";
}
