/**
 * Makes a chart of an XState v5 config: numbers the states, resolves every target, and works out beforehand which states each
 * transition leaves and enters. What XState would only find at run time (a missing target, a name taken from the prototype, an
 * unknown key) is refused here.
 */
import type { StatechartConfig } from "../../schema/statechart.ts";
import type { Chart } from "./chart.ts";
import type { ChartVocabulary } from "./chart-vocabulary.ts";
import { collectNodes } from "./collect-nodes.ts";
import { compileTransitions, prepareTransitions } from "./compile-transitions.ts";

/**
 * Compiles a config. `options` and `meta` of the config are left to XState and the studio.
 *
 * - throws EngineError `definition_invalid` at the first fault, with its JSON pointer as `path`
 */
export function compileChart<G, A>(config: StatechartConfig, vocabulary: ChartVocabulary<G, A>): Chart<G, A> {
  const collected = collectNodes(config, vocabulary);
  const { nodes, byId, byPath } = collected;
  const { transitions, events } = compileTransitions(collected, vocabulary);
  const chart: Chart<G, A> = {
    ...{ id: config.id, nodes, byId, byPath, transitions, events, hasAlways: nodes.some((node) => node.always.length > 0) },
    timers: new Map(nodes.flatMap((node) => node.delays.map((delay) => [delay.timer, delay.event] as const))),
    configurations: new Map(),
    byName: new Map(),
    byValue: new WeakMap(),
  };
  prepareTransitions(chart);
  return chart;
}
