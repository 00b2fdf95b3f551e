/**
 * Automatic arrangement of a whole machine. Parallel states are stacks of lanes, each arranged on its own; everything else is
 * arranged by ELK's layered algorithm with its orthogonal routes. What ELK does not route (between lanes, loops, into parallel
 * states) is left to `router.ts`. Asynchronous only because ELK is; the same chart always gives the same layout.
 */
import type { ElkNode } from "elkjs/lib/elk-api.js";
import type { Box, CanvasLayout, Point, Route } from "../document/document.ts";
import type { Chart, ChartState } from "./chart.ts";
import { elkGraph } from "./elk-graph.ts";
import type { Folding } from "./fold.ts";
import { CONTAINER_BAR, cardSize, ROOT_BAR, snap } from "./measure.ts";
import { simplify } from "./path.ts";

export interface Arrange {
  layout(graph: ElkNode): Promise<ElkNode>;
}

/** Boxes relative to the arranged part's corner and routes in its coordinates. */
interface Part {
  readonly w: number;
  readonly h: number;
  readonly nodes: Record<string, Box>;
  readonly routes: Record<string, Route>;
}

/** Width to height of a canvas beside the inspector. */
const ASPECT = 1.5;
/** Pixels that show at a readable size without scrolling. */
const LONG = 1500;

/** Boxes are relative to their container, routes absolute. Dots are boxes too, under `dotOf(container)`. */
export async function arrange(elk: Arrange, chart: Chart, folding: Folding): Promise<CanvasLayout> {
  const part = await arrangePart(elk, chart, folding, chart.root);
  return { nodes: { ...part.nodes, [chart.root]: { x: 0, y: 0, w: part.w, h: part.h } }, routes: part.routes };
}

async function arrangePart(elk: Arrange, chart: Chart, folding: Folding, id: string): Promise<Part> {
  const state = chart.states.get(id) as ChartState;
  return state.kind === "parallel" ? arrangeLanes(elk, chart, folding, state) : arrangeGraph(elk, chart, folding, state);
}

const barOf = (state: ChartState): number => (state.id === "" ? ROOT_BAR : state.isRegion ? 0 : CONTAINER_BAR);

async function arrangeLanes(elk: Arrange, chart: Chart, folding: Folding, state: ChartState): Promise<Part> {
  const lanes: [string, Part][] = [];
  for (const child of state.children) lanes.push([child, await arrangeRegion(elk, chart, folding, child)]);
  const w = Math.max(320, ...lanes.map(([, part]) => part.w));
  const nodes: Record<string, Box> = {};
  const routes: Record<string, Route> = {};
  let y = barOf(state);
  for (const [child, part] of lanes) {
    nodes[child] = { x: 0, y, w, h: part.h };
    Object.assign(nodes, part.nodes);
    Object.assign(routes, moveRoutes(part.routes, 0, y));
    y += part.h;
  }
  return { w, h: y, nodes, routes };
}

async function arrangeRegion(elk: Arrange, chart: Chart, folding: Folding, id: string): Promise<Part> {
  const state = chart.states.get(id) as ChartState;
  if (state.children.length > 0) return arrangePart(elk, chart, folding, id);
  const { w, h } = cardSize(state);
  return { w: w + 48, h: h + 48, nodes: {}, routes: {} };
}

/** Left to right; where that is too long for the canvas, wrapped like lines of text. */
async function arrangeGraph(elk: Arrange, chart: Chart, folding: Folding, state: ChartState): Promise<Part> {
  const inner = new Map<string, Part>();
  for (const id of parallelsBelow(chart, state)) inner.set(id, await arrangePart(elk, chart, folding, id));
  const fixed = new Map([...inner].map(([id, part]) => [id, { w: part.w, h: part.h }]));
  const input = { chart, container: state.id, drawn: folding.drawn, fixed, direction: "RIGHT" } as const;
  const long = await elk.layout(elkGraph({ ...input, wrap: false }));
  if (sizeCost(long) <= LONG || state.children.length < 4) return partOf(long, state, inner);
  const wrapped = await elk.layout(elkGraph({ ...input, wrap: true })).catch(() => long);
  return partOf(sizeCost(wrapped) < sizeCost(long) ? wrapped : long, state, inner);
}

/** Height counts for more than width: a canvas is wider than high. */
const sizeCost = (graph: ElkNode): number => Math.max(graph.width ?? 0, (graph.height ?? 0) * ASPECT);

/** Parallel states inside `state` that no other parallel state encloses. */
function parallelsBelow(chart: Chart, state: ChartState): string[] {
  return state.children.flatMap((id) => {
    const child = chart.states.get(id) as ChartState;
    return child.kind === "parallel" ? [id] : parallelsBelow(chart, child);
  });
}

function partOf(graph: ElkNode, state: ChartState, inner: ReadonlyMap<string, Part>): Part {
  const top = barOf(state);
  const nodes: Record<string, Box> = {};
  const routes: Record<string, Route> = {};
  const visit = (node: ElkNode, originX: number, originY: number, isRoot: boolean): void => {
    for (const child of node.children ?? []) {
      const x = Math.round(child.x ?? 0);
      const y = Math.round(child.y ?? 0) + (isRoot ? top : 0);
      nodes[child.id] = { x, y, w: Math.round(child.width ?? 0), h: Math.round(child.height ?? 0) };
      const part = inner.get(child.id);
      if (part !== undefined) {
        Object.assign(nodes, part.nodes);
        Object.assign(routes, moveRoutes(part.routes, originX + x, originY + y));
      }
      visit(child, originX + x, originY + y, false);
    }
    for (const edge of node.edges ?? []) {
      const [section] = edge.sections ?? [];
      if (section === undefined) continue;
      const points = simplify(
        [section.startPoint, ...(section.bendPoints ?? []), section.endPoint].map((point) => ({ x: Math.round(point.x), y: Math.round(point.y) + top })),
      );
      const [pill] = edge.labels ?? [];
      const label =
        pill === undefined
          ? middle(points)
          : { x: Math.round((pill.x ?? 0) + (pill.width ?? 0) / 2), y: Math.round((pill.y ?? 0) + (pill.height ?? 0) / 2) + top };
      routes[edge.id] = { points, label };
    }
  };
  visit(graph, 0, 0, true);
  return { w: snap((graph.width ?? 0) + 4), h: snap((graph.height ?? 0) + 4) + top, nodes, routes };
}

const middle = (points: readonly Point[]): Point => {
  const a = points[Math.floor((points.length - 1) / 2)] ?? { x: 0, y: 0 };
  const b = points[Math.floor((points.length - 1) / 2) + 1] ?? a;
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
};

function moveRoutes(routes: Readonly<Record<string, Route>>, dx: number, dy: number): Record<string, Route> {
  const move = (point: Point): Point => ({ x: point.x + dx, y: point.y + dy });
  return Object.fromEntries(Object.entries(routes).map(([id, route]) => [id, { points: route.points.map(move), label: move(route.label) }]));
}

/** Where a box stands on the canvas: its own corner plus those of all its containers. */
export function absoluteBox(chart: Chart, nodes: Readonly<Record<string, Box>>, id: string): Box | null {
  const own = nodes[id];
  if (own === undefined) return null;
  let { x, y } = own;
  const owner = id.endsWith("#initial") ? id.slice(0, -"#initial".length) : (chart.states.get(id)?.parent ?? null);
  for (let at = owner; at !== null; at = chart.states.get(at)?.parent ?? null) {
    x += nodes[at]?.x ?? 0;
    y += nodes[at]?.y ?? 0;
  }
  return { x, y, w: own.w, h: own.h };
}
