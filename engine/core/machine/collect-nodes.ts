/**
 * The first pass over an XState v5 config: numbers its states in document order and refuses what is no state: unknown keys, names
 * taken from the prototype, ids used twice, a missing initial state. Transitions are left to compile-transitions.ts.
 */
import type { StatechartConfig, StateNodeConfig } from "../../schema/statechart.ts";
import { pointer as jsonPointer } from "../problem.ts";
import { type ChartDelay, type ChartNode, documentKeys, MAX_DEPTH, MAX_STATES, type NodeType, TIMER_PREFIX } from "./chart.ts";
import { chartFault } from "./chart-fault.ts";
import type { ChartVocabulary } from "./chart-vocabulary.ts";

const NODE_KEYS = new Set(
  "id type history target initial states on always after onDone entry exit output tags meta description context version options".split(" "),
);
const TYPES = new Set(["atomic", "compound", "parallel", "final", "history"]);
const CHILDLESS = new Set<NodeType>(["atomic", "final", "history"]);

/** A state or the whole machine, as written. */
export type NodeConfig = StateNodeConfig & StatechartConfig;

export interface CollectedNodes<G, A> {
  readonly nodes: readonly ChartNode<G, A>[];
  /** By the node's index. */
  readonly configs: readonly NodeConfig[];
  readonly byId: ReadonlyMap<string, number>;
  readonly byPath: ReadonlyMap<string, number>;
}

/** - throws EngineError `definition_invalid` at the first fault, with its JSON pointer as `path` */
export function collectNodes<G, A>(config: StatechartConfig, vocabulary: ChartVocabulary<G, A>): CollectedNodes<G, A> {
  const collecting: Collecting<G, A> = { nodes: [], configs: [], byId: new Map(), byPath: new Map(), vocabulary };
  addNode(collecting, { node: config as NodeConfig, key: config.id, parent: -1, depth: 1, pointer: "" });
  return collecting;
}

interface Collecting<G, A> {
  readonly nodes: ChartNode<G, A>[];
  readonly configs: NodeConfig[];
  readonly byId: Map<string, number>;
  readonly byPath: Map<string, number>;
  readonly vocabulary: ChartVocabulary<G, A>;
}

/** A state that is to be added. */
interface Place {
  readonly node: NodeConfig;
  readonly key: string;
  /** -1: it is the machine itself. */
  readonly parent: number;
  readonly depth: number;
  readonly pointer: string;
}

function addNode<G, A>(collecting: Collecting<G, A>, place: Place): void {
  const { nodes, configs, byId, byPath } = collecting;
  const { node, parent, depth, pointer } = place;
  checkNode(place, nodes.length);
  const created = createNode(collecting, place);
  const { index, id, path, type } = created;
  if (byId.has(id)) chartFault(pointer, `The id "${id}" is used twice`);
  nodes.push(created);
  configs.push(node);
  byId.set(id, index);
  byPath.set(path, index);
  if (parent >= 0) {
    nodes[parent]!.children.push(index);
    if (type === "history") nodes[parent]!.historyChildren.push(index);
  } else if (type === "history" || type === "final") chartFault(pointer, `The whole machine cannot be of type "${type}"`);
  const children = documentKeys(node.states);
  if (children.length > 0 && CHILDLESS.has(type)) chartFault(pointer, `A state of type "${type}" has no states`);
  for (const child of children) {
    addNode(collecting, {
      node: node.states![child] as NodeConfig,
      key: child,
      parent: index,
      depth: depth + 1,
      pointer: `${pointer}${jsonPointer("states", child)}`,
    });
  }
  created.end = nodes.length - 1;
  if (type === "compound") created.initial = initialOf(nodes, created, node.initial);
}

/** What does not depend on the other states. */
function checkNode({ node, key, parent, depth, pointer }: Place, count: number): void {
  if (typeof node !== "object" || node === null || Array.isArray(node)) chartFault(pointer, "A state is an object");
  if (depth > MAX_DEPTH) chartFault(pointer, `States nest at most ${MAX_DEPTH} levels deep`);
  if (count >= MAX_STATES) chartFault(pointer, `A machine has at most ${MAX_STATES} states`);
  for (const name of Object.keys(node)) if (!NODE_KEYS.has(name)) chartFault(pointer, `"${name}" is not part of a state here`);
  const type = typeOf(node);
  if (!TYPES.has(type)) chartFault(pointer, `There is no state type "${type}"`);
  if (parent >= 0 && !/^[A-Za-z0-9_][A-Za-z0-9_-]*$/.test(key)) chartFault(pointer, `"${key}" cannot be a state name: use letters, digits, _ and -`);
  if (key === "__proto__") chartFault(pointer, `"${key}" cannot be a state name`);
  for (const delay of Object.keys(node.after ?? {})) {
    if (!/^[A-Za-z0-9_-]+$/.test(delay)) chartFault(`${pointer}${jsonPointer("after", delay)}`, `"${delay}" cannot be the name of a delay`);
  }
}

/** Without its place among the others: `end`, `initial`, children and transitions follow. */
function createNode<G, A>({ nodes, vocabulary }: Collecting<G, A>, { node, key, parent, pointer }: Place): ChartNode<G, A> {
  const index = nodes.length;
  const path = parent < 0 ? "" : nodes[parent]!.path === "" ? key : `${nodes[parent]!.path}.${key}`;
  const id = node.id ?? (parent < 0 ? "(machine)" : `${nodes[0]!.id}.${path}`);
  const delays: ChartDelay[] = documentKeys(node.after).map((delay) => ({
    delay,
    timer: path === "" ? delay : `${path}.${delay}`,
    event: `${TIMER_PREFIX}${delay}.${id}`,
  }));
  return {
    ...{ index, key, id, path, type: typeOf(node), parent, end: index, children: [], initial: -1, pointer, delays, historyTargets: null, always: [] },
    deepHistory: node.history === "deep",
    historyChildren: [],
    entry: vocabulary.actions(node.entry, `${pointer}/entry`),
    exit: vocabulary.actions(node.exit, `${pointer}/exit`),
    on: new Map(),
    hasWildcards: documentKeys(node.on).some((descriptor) => descriptor.endsWith("*")),
    tags: node.tags ?? [],
  };
}

function initialOf(nodes: readonly ChartNode<unknown, unknown>[], { children, pointer }: ChartNode<unknown, unknown>, named: string | undefined): number {
  const initial = children.find((child) => nodes[child]!.key === named);
  return initial ?? chartFault(pointer, named === undefined ? "The initial state is missing" : `The initial state "${named}" does not exist`);
}

function typeOf(node: NodeConfig): NodeType {
  if (node.type !== undefined) return node.type as NodeType;
  if (node.states !== undefined && Object.keys(node.states).length > 0) return "compound";
  return node.history === undefined ? "atomic" : "history";
}
