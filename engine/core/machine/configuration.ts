/** State values and sets of active states: the same thing in XState's form and in the chart's. */
import type { Json } from "../../schema/json.ts";
import { EngineError } from "../errors.ts";
import type { StateValue } from "../step-types.ts";
import { type Chart, type ChartNode, type Configuration, isAtomic } from "./chart.ts";

const MAX_KEPT = 4_096;
type AnyChart = Chart<unknown, unknown>;

/** The configuration of a set of active states; the same object for the same set while it is kept. */
export function configurationOf(chart: AnyChart, active: Iterable<number>): Configuration {
  // Up to 31 states fit a number; it is much cheaper than a text.
  const small = chart.nodes.length <= 31;
  let name: number | string = 0;
  if (small) for (const index of active) name |= 1 << index;
  else name = sortedIndexes(active).join(" ");
  const known = chart.configurations.get(name);
  if (known !== undefined) return known;
  const sorted = sortedIndexes(active);
  const members = new Set(sorted);
  const configuration: Configuration = {
    active: sorted,
    value: stateValueOf(chart, chart.nodes[0]!, members),
    states: sorted.filter((index) => index > 0).map((index) => chart.nodes[index]!.path),
  };
  if (chart.configurations.size >= MAX_KEPT) chart.configurations.clear();
  chart.configurations.set(name, configuration);
  if (typeof configuration.value === "object") chart.byValue.set(configuration.value, configuration);
  return configuration;
}

const sortedIndexes = (active: Iterable<number>): number[] => [...active].sort((a, b) => a - b);

/**
 * The configuration that a stored state value names. Parts that the value leaves out start at their initial state, as in XState.
 *
 * - throws EngineError `internal` where the value names a state that the chart does not have
 */
export function configurationAt(chart: AnyChart, value: StateValue): Configuration {
  const kept = typeof value === "object" ? chart.byValue.get(value) : chart.byName.get(value);
  if (kept !== undefined) return kept;
  const active: number[] = [];
  collect(chart, chart.nodes[0]!, value, active);
  const configuration = configurationOf(chart, active);
  if (typeof value === "object") chart.byValue.set(value, configuration);
  else chart.byName.set(value, configuration);
  return configuration;
}

/** Tells whether a value names only states of this chart: what a migration or a restore asks first. */
export function isStateOf(chart: AnyChart, value: StateValue): boolean {
  try {
    configurationAt(chart, value);
    return true;
  } catch (error) {
    if (error instanceof EngineError) return false;
    throw error;
  }
}

function collect(chart: AnyChart, node: ChartNode<unknown, unknown>, value: StateValue | undefined, active: number[]): void {
  active.push(node.index);
  if (node.type === "compound") {
    const key = typeof value === "string" ? value : Object.keys(value ?? {})[0];
    const child = key === undefined ? node.initial : childNamed(chart, node, key);
    collect(chart, chart.nodes[child]!, typeof value === "object" && key !== undefined ? value[key] : undefined, active);
  } else if (node.type === "parallel") {
    if (typeof value === "object") for (const key of Object.keys(value)) childNamed(chart, node, key);
    for (const index of node.children) {
      const child = chart.nodes[index]!;
      if (child.type === "history") continue;
      const inner = typeof value === "object" && Object.hasOwn(value, child.key) ? value[child.key] : undefined;
      collect(chart, child, inner, active);
    }
  } else if (typeof value === "string") childNamed(chart, node, value);
}

function childNamed(chart: AnyChart, node: ChartNode<unknown, unknown>, key: string): number {
  const found = node.children.find((index) => chart.nodes[index]!.key === key);
  if (found === undefined || chart.nodes[found]!.type === "history") {
    throw new EngineError("internal", `The machine "${chart.id}" has no state "${node.path === "" ? key : `${node.path}.${key}`}"`, { state: key as Json });
  }
  return found;
}

function stateValueOf(chart: AnyChart, node: ChartNode<unknown, unknown>, active: ReadonlySet<number>): StateValue {
  const value: Record<string, StateValue> = {};
  for (const index of node.children) {
    if (!active.has(index)) continue;
    const child = chart.nodes[index]!;
    if (node.type === "compound" && isAtomic(child)) return child.key;
    value[child.key] = stateValueOf(chart, child, active);
  }
  return value;
}
