/** The scene as React Flow's nodes and edges. One way: only the place during a drag lives in React Flow. */
import type { Edge, Node } from "@xyflow/react";
import type { Box, CanvasLayout, Route } from "../document/document.ts";
import { isPicked, type Selection } from "../document/selection.ts";
import type { Chart, ChartState, ChartTransition } from "./chart.ts";
import { dotOf } from "./elk-graph.ts";
import type { Folding } from "./fold.ts";

export type DiffMark = "added" | "removed" | "changed";

export interface StateData extends Record<string, unknown> {
  readonly state: ChartState;
  readonly count: number | null;
  readonly folded: number;
  readonly isSelected: boolean;
  readonly mark: DiffMark | null;
  readonly hasProblem: boolean;
  /** Total of live instances, on the machine's title bar. */
  readonly total: number | null;
  readonly isFirstLane: boolean;
}
export interface TransitionData extends Record<string, unknown> {
  /** Null for the way from a dot to the initial state. */
  readonly transition: ChartTransition | null;
  readonly route: Route;
  readonly isSelected: boolean;
  /** Beside a selected state: drawn stronger. */
  readonly isNear: boolean;
  /** Normally folded, drawn for a moment. */
  readonly isUnfolded: boolean;
  readonly mark: DiffMark | null;
  readonly hasProblem: boolean;
}
export type FlowNode = Node<StateData, "machine" | "lane" | "container" | "card" | "choice" | "history" | "dot">;
export type FlowEdge = Edge<TransitionData, "way">;

export interface SceneInput {
  readonly chart: Chart;
  readonly layout: CanvasLayout;
  readonly folding: Folding;
  readonly unfolded: readonly { readonly transition: ChartTransition; readonly route: Route }[];
  readonly selection: Selection;
  readonly counts: Readonly<Record<string, number>> | null;
  readonly marks: Readonly<Record<string, DiffMark>>;
  /** Ids of states and transitions with a problem. */
  readonly problems: ReadonlySet<string>;
  readonly canMove: boolean;
}

const Z = { container: 1, edge: 40, card: 60, near: 80 } as const;

export function toFlow(input: SceneInput): { readonly nodes: FlowNode[]; readonly edges: FlowEdge[] } {
  const { chart, layout } = input;
  const nodes: FlowNode[] = [];
  const firstLane = new Set([...chart.states.values()].filter((state) => state.kind === "parallel").map((state) => lowest(state.children, layout.nodes)));
  for (const state of chart.states.values()) {
    const box = layout.nodes[state.id];
    if (box === undefined) continue;
    nodes.push(nodeOf(input, state, box, firstLane.has(state.id)));
    const dot = layout.nodes[dotOf(state.id)];
    if (state.initial !== null && dot !== undefined)
      nodes.push({ ...base(dotOf(state.id), dot, state.id), type: "dot", draggable: false, zIndex: Z.card, data: dataOf(input, state, false) });
  }
  return { nodes, edges: edgesOf(input) };
}

const lowest = (ids: readonly string[], nodes: Readonly<Record<string, Box>>): string | undefined =>
  ids.toSorted((a, b) => (nodes[a]?.y ?? 0) - (nodes[b]?.y ?? 0))[0];

const flowId = (id: string): string => (id === "" ? "#root" : id);

function base(
  id: string,
  box: Box,
  parent: string | null,
): Pick<FlowNode, "id" | "position" | "width" | "height" | "measured" | "parentId" | "selectable" | "connectable"> {
  return {
    id: flowId(id),
    position: { x: box.x, y: box.y },
    width: box.w,
    height: box.h,
    measured: { width: box.w, height: box.h },
    selectable: false,
    connectable: false,
    ...(parent === null ? {} : { parentId: flowId(parent) }),
  };
}

function nodeOf(input: SceneInput, state: ChartState, box: Box, isFirstLane: boolean): FlowNode {
  const type = typeOf(state);
  const isHolder = type === "machine" || type === "lane" || type === "container";
  const depth = state.id === "" ? 0 : state.id.split(".").length;
  return {
    ...base(state.id, box, state.parent),
    type,
    draggable: input.canMove && type !== "machine" && type !== "lane",
    ...(type === "container" ? { dragHandle: ".container-bar" } : {}),
    zIndex: isHolder ? Z.container + depth : Z.card,
    data: dataOf(input, state, isFirstLane),
  };
}

function typeOf(state: ChartState): NonNullable<FlowNode["type"]> {
  if (state.id === "") return "machine";
  if (state.isRegion && state.children.length > 0) return "lane";
  if (state.children.length > 0) return "container";
  return state.kind === "choice" ? "choice" : state.kind === "history" ? "history" : "card";
}

function dataOf(input: SceneInput, state: ChartState, isFirstLane: boolean): StateData {
  return {
    state,
    count: input.counts === null ? null : (input.counts[state.id] ?? 0),
    folded: input.folding.folded.get(state.id)?.length ?? 0,
    isSelected: isPicked(input.selection, "state", state.id),
    mark: input.marks[`state:${state.id}`] ?? null,
    hasProblem: input.problems.has(state.id),
    total: input.counts?.[""] ?? null,
    isFirstLane,
  };
}

function edgesOf(input: SceneInput): FlowEdge[] {
  const { chart, layout } = input;
  const edges: FlowEdge[] = [];
  const near = new Set(input.selection.filter((picked) => picked.kind === "state").map((picked) => picked.id));
  const add = (transition: ChartTransition, route: Route, isUnfolded: boolean): void => {
    const isSelected = isPicked(input.selection, "transition", transition.id);
    const [target = transition.source] = transition.targets;
    const isNear = near.has(transition.source) || near.has(target);
    edges.push({
      id: transition.id,
      type: "way",
      source: flowId(transition.source),
      target: flowId(target),
      zIndex: isSelected || isNear || isUnfolded ? Z.edge + 10 : Z.edge,
      focusable: false,
      selectable: false,
      data: {
        transition,
        route,
        isSelected,
        isNear,
        isUnfolded,
        mark: input.marks[`transition:${transition.id}`] ?? null,
        hasProblem: input.problems.has(transition.id),
      },
    });
  };
  for (const transition of input.folding.drawn) {
    const route = layout.routes[transition.id];
    if (route !== undefined) add(transition, route, false);
  }
  for (const { transition, route } of input.unfolded) add(transition, route, true);
  for (const state of chart.states.values()) {
    const route = layout.routes[dotOf(state.id)];
    if (state.initial === null || route === undefined) continue;
    const data = { transition: null, route, isSelected: false, isNear: false, isUnfolded: false, mark: null, hasProblem: false };
    edges.push({
      id: dotOf(state.id),
      type: "way",
      source: flowId(dotOf(state.id)),
      target: flowId(state.initial),
      zIndex: Z.edge,
      focusable: false,
      selectable: false,
      data,
    });
  }
  return edges;
}
