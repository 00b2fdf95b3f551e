/**
 * Which transitions are drawn at once. Where many leave a state, the less telling fold into its "+n" badge: those that stay
 * where they are, and those that the same event makes from many states to one target. What is selected or pointed at unfolds.
 */
import type { Chart, ChartTransition } from "./chart.ts";

export interface Folding {
  readonly drawn: readonly ChartTransition[];
  /** State path -> what its badge holds. */
  readonly folded: ReadonlyMap<string, readonly ChartTransition[]>;
}

/** Outgoing transitions drawn per state before folding sets in. */
const PER_STATE = 3;
/** The same event to the same target from this many states is a habit of the machine, not of the state. */
const COMMON = 3;

/** `path` are the states of the main way, in order; `usage` counts of the last days by transition id, where known. */
export function foldTransitions(chart: Chart, path: readonly string[], usage: ReadonlyMap<string, number> = new Map()): Folding {
  const sources = new Map<string, number>();
  const habit = (transition: ChartTransition): string => `${transition.event} ${transition.targets.join(",")}`;
  for (const transition of chart.transitions) sources.set(habit(transition), (sources.get(habit(transition)) ?? 0) + 1);
  const rank = new Map(path.map((state, index) => [state, index]));
  const onPath = (transition: ChartTransition): boolean => {
    const from = rank.get(transition.source);
    const to = transition.targets[0] === undefined ? undefined : rank.get(transition.targets[0]);
    return from !== undefined && to !== undefined && to === from + 1;
  };
  const weight = (transition: ChartTransition): number =>
    (onPath(transition) ? 1000 : 0) +
    (transition.kind === "always" || transition.kind === "done" ? 500 : 0) +
    Math.min(usage.get(transition.id) ?? 0, 400) +
    (transition.guard.gates.length > 0 ? 20 : 0) +
    (transition.targets.length > 0 ? 10 : 0);

  const isHabit = (transition: ChartTransition): boolean =>
    transition.kind === "event" && (sources.get(habit(transition)) ?? 0) >= COMMON && !onPath(transition);
  const stays = (transition: ChartTransition): boolean => transition.targets.length === 0;

  const drawn: ChartTransition[] = [];
  const folded = new Map<string, ChartTransition[]>();
  const habitDrawn = new Set<string>();
  for (const [id] of chart.states) {
    const outgoing = chart.transitions.filter((transition) => transition.source === id);
    const shown = outgoing.filter((transition) => !stays(transition) && !(isHabit(transition) && habitDrawn.has(habit(transition))));
    const keep = new Set(shown.toSorted((a, b) => weight(b) - weight(a)).slice(0, PER_STATE));
    for (const transition of outgoing) {
      if (keep.has(transition)) {
        drawn.push(transition);
        if (isHabit(transition)) habitDrawn.add(habit(transition));
      } else folded.set(id, [...(folded.get(id) ?? []), transition]);
    }
  }
  return { drawn, folded };
}
