/** Arrow keys on the canvas: to the state that a transition leads to in that direction, else to the nearest that way. */
import type { Box, CanvasLayout } from "../document/document.ts";
import type { Chart } from "./chart.ts";
import { absoluteBox } from "./layout.ts";

export type Direction = "left" | "right" | "up" | "down";

export const DIRECTIONS: Readonly<Record<string, Direction>> = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" };
/** To the right and down, by one step of the grid. */
export const STEPS: Readonly<Record<Direction, readonly [right: number, down: number]>> = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] };

/** Null where nothing lies that way. Without a state to start from: the first one of the machine. */
export function neighbour(chart: Chart, layout: CanvasLayout, from: string | null, direction: Direction): string | null {
  if (from === null) return [...chart.states.values()].find((state) => state.children.length === 0)?.id ?? null;
  const own = absoluteBox(chart, layout.nodes, from);
  if (own === null) return null;
  const linked = new Set<string>();
  for (const transition of chart.transitions) {
    if (transition.source === from) for (const target of transition.targets) linked.add(target);
    if (transition.targets.includes(from)) linked.add(transition.source);
  }
  let best: { id: string; cost: number } | null = null;
  for (const state of chart.states.values()) {
    if (state.id === from || state.id === "" || (state.isRegion && state.children.length > 0)) continue;
    const box = absoluteBox(chart, layout.nodes, state.id);
    if (box === null) continue;
    const away = distance(own, box, direction);
    if (away === null) continue;
    const cost = linked.has(state.id) ? away * 0.4 : away;
    if (best === null || cost < best.cost) best = { id: state.id, cost };
  }
  return best?.id ?? null;
}

/** How far `to` lies in that direction, sideways counted double; null where it lies elsewhere. */
function distance(from: Box, to: Box, direction: Direction): number | null {
  const dx = to.x + to.w / 2 - (from.x + from.w / 2);
  const dy = to.y + to.h / 2 - (from.y + from.h / 2);
  const ahead = direction === "right" ? dx : direction === "left" ? -dx : direction === "down" ? dy : -dy;
  const aside = Math.abs(direction === "left" || direction === "right" ? dy : dx);
  return ahead <= 8 || aside > ahead * 3 ? null : ahead + aside * 2;
}
