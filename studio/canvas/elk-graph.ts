/**
 * What ELK is asked to arrange: one graph per region (or per machine without regions), containers nested inside, pills as
 * inline edge labels so that the layout leaves room for them, and a dot before each initial state.
 */
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api.js";
import type { Chart, ChartState, ChartTransition } from "./chart.ts";
import { CONTAINER_BAR, cardSize, DOT, LANE_BAR, pillSize } from "./measure.ts";

/** Sizes of parts that are arranged on their own before (parallel states inside a graph). */
export type FixedSizes = ReadonlyMap<string, { readonly w: number; readonly h: number }>;

export const dotOf = (container: string): string => `${container}#initial`;

export interface GraphInput {
  readonly chart: Chart;
  /** The state whose children are arranged. */
  readonly container: string;
  readonly drawn: readonly ChartTransition[];
  readonly fixed: FixedSizes;
  readonly direction: "RIGHT" | "DOWN";
  readonly wrap: boolean;
}

const PADDING = 24;
const padding = (top: number): string => `[top=${top},left=${PADDING},bottom=${PADDING},right=${PADDING}]`;

const SPACING: Readonly<Record<string, string>> = {
  "elk.spacing.nodeNode": "32",
  "elk.spacing.edgeNode": "16",
  "elk.spacing.edgeEdge": "12",
  "elk.spacing.edgeLabel": "4",
  "elk.spacing.labelNode": "8",
  "elk.layered.spacing.nodeNodeBetweenLayers": "32",
  "elk.layered.spacing.edgeNodeBetweenLayers": "16",
  "elk.layered.spacing.edgeEdgeBetweenLayers": "12",
};

/** The ELK graph of everything below `container`; labels carry the transition id, dots the container's. */
export function elkGraph(input: GraphInput): ElkNode {
  const { chart, container, fixed } = input;
  const inside = new Set<string>();
  const nodeOf = (id: string): ElkNode => {
    const state = chart.states.get(id) as ChartState;
    inside.add(id);
    const size = fixed.get(id);
    if (size !== undefined) return { id, width: size.w, height: size.h };
    if (state.children.length === 0) {
      const { w, h } = cardSize(state);
      const low = state.kind === "choice" ? [{ id: `${id}#name`, text: state.title, width: state.title.length * 6, height: 14 }] : [];
      return {
        id,
        width: w,
        height: h,
        labels: low,
        layoutOptions: state.kind === "choice" ? { "elk.nodeLabels.placement": "OUTSIDE V_BOTTOM H_CENTER" } : {},
      };
    }
    return {
      id,
      children: childrenOf(state),
      layoutOptions: { "elk.padding": padding(CONTAINER_BAR + 24), ...SPACING, "elk.direction": input.direction === "RIGHT" ? "DOWN" : "RIGHT" },
    };
  };
  const childrenOf = (state: ChartState): ElkNode[] => {
    const dot: ElkNode[] = state.initial === null ? [] : [{ id: dotOf(state.id), width: DOT, height: DOT }];
    return [...dot, ...state.children.map(nodeOf)];
  };
  const root = chart.states.get(container) as ChartState;
  const children = childrenOf(root);
  return {
    id: `${container}#graph`,
    children,
    edges: [...initialEdges(chart, inside, container), ...input.drawn.flatMap((transition) => edgesOf(transition, chart, inside, fixed))],
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": input.direction,
      "elk.hierarchyHandling": "INCLUDE_CHILDREN",
      "elk.edgeRouting": "ORTHOGONAL",
      "elk.json.edgeCoords": "ROOT",
      "elk.padding": padding(LANE_BAR + 12),
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
      "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
      "elk.layered.nodePlacement.favorStraightEdges": "true",
      "elk.layered.edgeRouting.selfLoopDistribution": "NORTH",
      "elk.layered.mergeEdges": "false",
      "elk.layered.feedbackEdges": "false",
      "elk.layered.thoroughness": "20",
      ...(input.wrap ? { "elk.layered.wrapping.strategy": "MULTI_EDGE", "elk.aspectRatio": "1.7", "elk.layered.wrapping.additionalEdgeSpacing": "24" } : {}),
      ...SPACING,
    },
  };
}

/** Dot to initial child, in every container of the graph. */
function initialEdges(chart: Chart, inside: ReadonlySet<string>, container: string): ElkExtendedEdge[] {
  return [container, ...inside]
    .map((id) => chart.states.get(id) as ChartState)
    .filter((state) => state.initial !== null && inside.has(state.initial))
    .map((state) => ({ id: dotOf(state.id), sources: [dotOf(state.id)], targets: [state.initial as string] }));
}

/** A transition within this graph; ends inside a part that is arranged on its own attach to that part. Only the first target is arranged. */
function edgesOf(transition: ChartTransition, chart: Chart, inside: ReadonlySet<string>, fixed: FixedSizes): ElkExtendedEdge[] {
  const [target] = transition.targets;
  if (target === undefined) return [];
  const from = visibleEnd(transition.source, chart, inside, fixed);
  const to = visibleEnd(target, chart, inside, fixed);
  if (from === null || to === null || from !== transition.source || to !== target) return [];
  const { w, h } = pillSize(transition);
  return [
    {
      id: transition.id,
      sources: [from],
      targets: [to],
      labels:
        transition.label === ""
          ? []
          : [
              {
                id: `${transition.id}#pill`,
                text: transition.label,
                width: w,
                height: h,
                layoutOptions: { "elk.edgeLabels.inline": "true", "elk.edgeLabels.placement": "CENTER" },
              },
            ],
    },
  ];
}

function visibleEnd(id: string, chart: Chart, inside: ReadonlySet<string>, fixed: FixedSizes): string | null {
  for (let at: string | null = id; at !== null; at = chart.states.get(at)?.parent ?? null) {
    if (inside.has(at)) return fixed.has(at) || at === id ? at : null;
  }
  return null;
}
