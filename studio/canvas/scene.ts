/**
 * What the canvas shows: the chart, its layout completed with whatever it lacks, and the folding. Derived from the document on
 * each change; nothing here is stored. `completeLayout` is the one place where missing boxes and routes are made up.
 */
import type { Box, CanvasLayout, Point, Route } from "../document/document.ts";
import type { Chart, ChartState, ChartTransition } from "./chart.ts";
import { dotOf } from "./elk-graph.ts";
import type { Folding } from "./fold.ts";
import { absoluteBox } from "./layout.ts";
import { CONTAINER_BAR, cardSize, DOT, LANE_BAR, pillSize, ROOT_BAR } from "./measure.ts";
import { findRoute, legHitsBox } from "./router.ts";

/** Whether the saved layout knows every state; otherwise the machine is arranged afresh. */
export function layoutCovers(chart: Chart, layout: CanvasLayout): boolean {
  return [...chart.states.keys()].every((id) => layout.nodes[id] !== undefined);
}

/** Boxes that stand in the way of a transition between two states: cards, and containers that enclose neither end. */
export function obstaclesOf(chart: Chart, nodes: Readonly<Record<string, Box>>, from: string, to: string): Box[] {
  const around = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}.`) || outer === "";
  const boxes: Box[] = [];
  for (const state of chart.states.values()) {
    if (around(from, state.id) || around(to, state.id)) {
      const box = absoluteBox(chart, nodes, state.id);
      const bar = state.id === "" ? ROOT_BAR : state.isRegion ? 0 : CONTAINER_BAR;
      if (box !== null && state.id !== from && state.id !== to && bar > 0) boxes.push({ ...box, h: bar - 8 });
      continue;
    }
    const parents = ancestors(chart, state.id);
    if (parents.some((parent) => !around(from, parent) && !around(to, parent))) continue;
    if (state.isRegion && state.children.length > 0) continue;
    const box = absoluteBox(chart, nodes, state.id);
    if (box !== null) boxes.push(box);
  }
  for (const id of [from, to]) {
    const box = absoluteBox(chart, nodes, id);
    if (box !== null && (chart.states.get(id)?.children.length ?? 0) === 0) boxes.push(box);
  }
  return boxes;
}

function ancestors(chart: Chart, id: string): string[] {
  const result: string[] = [];
  for (let at = chart.states.get(id)?.parent ?? null; at !== null; at = chart.states.get(at)?.parent ?? null) {
    const state = chart.states.get(at) as ChartState;
    if (!state.isRegion) result.push(at);
  }
  return result;
}

/** The way of one transition as the boxes stand now, keeping clear of the others. Null where an end has no box. */
export function routeTransition(
  chart: Chart,
  nodes: Readonly<Record<string, Box>>,
  transition: ChartTransition,
  others: readonly (readonly [ChartTransition | null, Route])[],
): Route | null {
  const [target = transition.source] = transition.targets;
  const from = absoluteBox(chart, nodes, transition.source);
  const to = absoluteBox(chart, nodes, target);
  if (from === null || to === null) return null;
  const obstacles = obstaclesOf(chart, nodes, transition.source, target);
  const pills = others.flatMap(([other, route]) => (other === null ? [] : [pillBox(other, route)]));
  return findRoute({ from, to, obstacles, taken: others.map(([, route]) => route.points), pill: pillSize(transition), pills });
}

function pillBox(transition: ChartTransition, route: Route): Box {
  const { w, h } = pillSize(transition);
  return { x: route.label.x - w / 2 - 2, y: route.label.y - h / 2 - 2, w: w + 4, h: h + 4 };
}

/** Whether a route still begins and ends at its boxes and runs through no card. */
export function isSound(chart: Chart, nodes: Readonly<Record<string, Box>>, transition: ChartTransition, route: Route): boolean {
  const [target = transition.source] = transition.targets;
  const from = absoluteBox(chart, nodes, transition.source);
  const to = absoluteBox(chart, nodes, target);
  const first = route.points[0];
  const last = route.points.at(-1);
  if (from === null || to === null || first === undefined || last === undefined) return false;
  if (!touches(first, from) || !touches(last, to)) return false;
  if (transition.source === target) return true;
  const walls = obstaclesOf(chart, nodes, transition.source, target).map((box) => ({ x: box.x + 2, y: box.y + 2, w: box.w - 4, h: box.h - 4 }));
  return !route.points.some((point, index) => index > 0 && walls.some((wall) => legHitsBox(route.points[index - 1] as Point, point, wall)));
}

function touches(point: Point, box: Box): boolean {
  const near = 3;
  const inside = point.x >= box.x - near && point.x <= box.x + box.w + near && point.y >= box.y - near && point.y <= box.y + box.h + near;
  const within = point.x > box.x + near && point.x < box.x + box.w - near && point.y > box.y + near && point.y < box.y + box.h - near;
  return inside && !within;
}

/** A layout with a box for every state and initial dot and a sound route for every drawn transition. Saved places are kept. */
export function completeLayout(chart: Chart, layout: CanvasLayout, folding: Folding): CanvasLayout {
  const nodes: Record<string, Box> = { ...layout.nodes };
  for (const state of chart.states.values()) {
    nodes[state.id] ??= freePlace(chart, nodes, state);
    const dot = dotOf(state.id);
    const initial = state.initial === null ? undefined : nodes[state.initial];
    if (initial !== undefined) nodes[dot] ??= { x: initial.x - 40, y: initial.y + initial.h / 2 - DOT / 2, w: DOT, h: DOT };
  }
  const routes: Record<string, Route> = {};
  const others: [ChartTransition | null, Route][] = [];
  const keep = (id: string, transition: ChartTransition | null, route: Route): void => {
    routes[id] = route;
    others.push([transition, route]);
  };
  const missing: ChartTransition[] = [];
  for (const transition of folding.drawn) {
    const route = layout.routes[transition.id];
    if (route !== undefined && isSound(chart, nodes, transition, route)) keep(transition.id, transition, route);
    else missing.push(transition);
  }
  for (const state of chart.states.values()) {
    if (state.initial === null) continue;
    const id = dotOf(state.id);
    const route = dotRoute(chart, nodes, state, layout.routes[id]);
    if (route !== null) keep(id, null, route);
  }
  for (const transition of missing) {
    const route = routeTransition(chart, nodes, transition, others);
    if (route !== null) keep(transition.id, transition, route);
  }
  return { nodes, routes };
}

function dotRoute(chart: Chart, nodes: Readonly<Record<string, Box>>, state: ChartState, saved: Route | undefined): Route | null {
  const from = absoluteBox(chart, nodes, dotOf(state.id));
  const to = absoluteBox(chart, nodes, state.initial as string);
  if (from === null || to === null) return null;
  const last = saved?.points.at(-1);
  const first = saved?.points[0];
  if (saved !== undefined && first !== undefined && last !== undefined && touches(first, from) && touches(last, to)) return saved;
  return findRoute({ from, to, obstacles: [to], taken: [], pill: { w: 0, h: 0 } });
}

/** Below everything in its container; the container does not grow, a person sees at once what is new. */
function freePlace(chart: Chart, nodes: Readonly<Record<string, Box>>, state: ChartState): Box {
  const siblings = (chart.states.get(state.parent ?? "")?.children ?? []).map((id) => nodes[id]).filter((box) => box !== undefined);
  const size = state.children.length > 0 ? { w: 320, h: 160 } : cardSize(state);
  const top = Math.max(LANE_BAR + 24, ...siblings.map((box) => box.y + box.h + 32));
  return { x: Math.min(24, ...siblings.map((box) => box.x)), y: top, ...size };
}

/**
 * After a move: containers grow so that they hold what is in them, and routes that no longer fit are named so that they are
 * found anew. Answers the whole change, for one `move-node` command.
 */
export function afterMove(
  chart: Chart,
  layout: CanvasLayout,
  id: string,
  to: Point,
): { readonly nodes: Record<string, Box>; readonly routes: Record<string, Route | null> } {
  const box = layout.nodes[id];
  if (box === undefined) return { nodes: {}, routes: {} };
  const nodes: Record<string, Box> = { [id]: { ...box, x: to.x, y: to.y } };
  const all = (): Record<string, Box> => ({ ...layout.nodes, ...nodes });
  const dot = dotOf(chart.states.get(id)?.parent ?? "");
  const dotBox = layout.nodes[dot];
  if (dotBox !== undefined && chart.states.get(chart.states.get(id)?.parent ?? "")?.initial === id)
    nodes[dot] = { ...dotBox, x: dotBox.x + to.x - box.x, y: dotBox.y + to.y - box.y };
  for (let at = chart.states.get(id)?.parent ?? null; at !== null; at = chart.states.get(at)?.parent ?? null) {
    const parent = chart.states.get(at) as ChartState;
    const own = all()[at];
    if (own === undefined) continue;
    const inner = parent.children.map((child) => all()[child]).filter((child) => child !== undefined);
    const margin = parent.kind === "parallel" ? 0 : 24;
    const w = Math.max(own.w, ...inner.map((child) => child.x + child.w + margin));
    const h = Math.max(own.h, ...inner.map((child) => child.y + child.h + margin));
    if (w === own.w && h === own.h) break;
    nodes[at] = { ...own, w, h };
    if (parent.isRegion) pushLanes(chart, all(), nodes, at);
  }
  const routes: Record<string, Route | null> = {};
  const now = all();
  for (const transition of chart.transitions) {
    const route = layout.routes[transition.id];
    if (route !== undefined && !isSound(chart, now, transition, route)) routes[transition.id] = null;
  }
  for (const key of Object.keys(nodes)) if (layout.routes[key] !== undefined) routes[key] = null;
  return { nodes, routes };
}

/** Lanes below one that grew move down, and all lanes get the width of the widest. */
function pushLanes(chart: Chart, all: Readonly<Record<string, Box>>, nodes: Record<string, Box>, grown: string): void {
  const lanes = (chart.states.get(chart.states.get(grown)?.parent ?? "")?.children ?? [])
    .map((id) => ({ id, box: all[id] as Box }))
    .toSorted((a, b) => a.box.y - b.box.y);
  const w = Math.max(...lanes.map((lane) => lane.box.w));
  let y = lanes[0]?.box.y ?? 0;
  for (const lane of lanes) {
    nodes[lane.id] = { ...lane.box, w, y };
    y += lane.box.h;
  }
}
