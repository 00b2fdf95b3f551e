/** How large cards and pills will be, without a browser: the layout must know before anything is drawn. All sizes are multiples of the 8 px grid. */
import type { ChartState, ChartTransition } from "./chart.ts";

export const GRID = 8;
export const CARD_HEIGHT = 56;
export const CHIP_ROW = 24;
export const CARD_MIN = 144;
export const CARD_MAX = 240;
/** Title bar of the machine and of a container. */
export const ROOT_BAR = 40;
export const CONTAINER_BAR = 32;
export const LANE_BAR = 28;
export const PILL_HEIGHT = 20;
export const CHOICE = 24;
export const DOT = 12;

const TITLE_CHAR = 7.2;
const MONO_CHAR = 6.4;
const CHIP_CHAR = 5.6;

export const snap = (value: number): number => Math.round(value / GRID) * GRID;
const snapUp = (value: number): number => Math.ceil(value / GRID) * GRID;

export function cardSize(state: ChartState): { readonly w: number; readonly h: number } {
  if (state.kind === "choice") return { w: CHOICE, h: CHOICE };
  if (state.kind === "history") return { w: 32, h: 32 };
  const title = state.title.length * TITLE_CHAR + 64;
  const name = state.name.length * MONO_CHAR + 24;
  const chips = visibleChips(state).reduce((sum, chip) => sum + chip.text.length * CHIP_CHAR + 30, 16);
  const w = Math.min(CARD_MAX, Math.max(CARD_MIN, snapUp(Math.max(title, name, chips))));
  return { w, h: state.chips.length > 0 ? CARD_HEIGHT + CHIP_ROW : CARD_HEIGHT };
}

/** Chips that a card has room for; the rest is a count. */
export function visibleChips(state: ChartState): ChartState["chips"] {
  return state.chips.slice(0, state.chips.length > 3 ? 2 : 3);
}

/** Icons on a pill: a diamond, a key, a clock, then up to three effects. */
export function pillIcons(transition: ChartTransition): number {
  const effects = new Set(transition.effects.filter((kind) => kind !== "set" && kind !== "note"));
  return (
    (transition.guard.gates.length > 0 ? 1 : 0) + (transition.guard.isOverridable ? 1 : 0) + (transition.kind === "after" ? 1 : 0) + Math.min(effects.size, 3)
  );
}

export function pillSize(transition: ChartTransition): { readonly w: number; readonly h: number } {
  const text = transition.label.length * (transition.kind === "always" ? CHIP_CHAR : MONO_CHAR);
  return { w: Math.ceil(text + pillIcons(transition) * 16 + 16), h: PILL_HEIGHT };
}
