/** The transitions that are drawn beside the arranged ones: those of the state that is opened, and the one that is chosen. */
import { useMemo } from "react";
import type { Route } from "../document/document.ts";
import type { Picked } from "../document/selection.ts";
import type { ChartTransition } from "./chart.ts";
import { routeTransition } from "./scene.ts";
import type { Scene } from "./use-scene.ts";

export interface Unfolded {
  readonly transition: ChartTransition;
  readonly route: Route;
}

/** `opened`: the state whose folded transitions show. Each is routed around all that is drawn before it. */
export function useUnfolded({ chart, folding, layout }: Scene, opened: string | null, lead: Picked | null): readonly Unfolded[] {
  return useMemo(() => {
    if (layout === null) return [];
    const shown = [...(folding.folded.get(opened ?? "#none") ?? [])].filter((one) => one.targets.length > 0);
    const chosen = lead?.kind === "transition" ? chart.transitions.find((one) => one.id === lead.id) : undefined;
    if (chosen !== undefined && chosen.targets.length > 0 && !folding.drawn.includes(chosen) && !shown.includes(chosen)) shown.push(chosen);
    const byId = new Map(folding.drawn.map((one) => [one.id, one]));
    const others = Object.entries(layout.routes).map(([id, route]): [ChartTransition | null, Route] => [byId.get(id) ?? null, route]);
    return shown.flatMap((transition) => {
      const route = routeTransition(chart, layout.nodes, transition, others);
      if (route === null) return [];
      others.push([transition, route]);
      return [{ transition, route }];
    });
  }, [chart, folding, layout, opened, lead]);
}
