/** The state or transition that a problem's JSON pointer lies in: where a click on the problem goes, and what is marked. */
import type { Problem } from "#engine/core/problem.ts";
import { fromPointer } from "../document/json-path.ts";
import type { Picked } from "../document/selection.ts";
import type { Chart } from "./chart.ts";

/** Null for a place outside of `config`, or one that is no longer there. */
export function placeOf(chart: Chart, pointer: string): Picked | null {
  const path = fromPointer(pointer);
  if (path[0] !== "config") return null;
  let best: { picked: Picked; depth: number } | null = null;
  const consider = (place: readonly string[], picked: Picked): void => {
    const within = place.every((part, index) => path[index] === part);
    if (within && (best === null || place.length > best.depth)) best = { picked, depth: place.length };
  };
  for (const state of chart.states.values()) if (state.id !== "") consider(state.path, { kind: "state", id: state.id });
  for (const transition of chart.transitions) consider(transition.path, { kind: "transition", id: transition.id });
  return (best as { picked: Picked } | null)?.picked ?? null;
}

/** Ids of the states and transitions with an error or warning. */
export function problemMarks(chart: Chart, problems: readonly Problem[]): ReadonlySet<string> {
  const places = problems.filter((problem) => problem.severity !== "info").map((problem) => placeOf(chart, problem.path));
  return new Set(places.flatMap((place) => (place === null ? [] : [place.id])));
}
