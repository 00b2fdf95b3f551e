/** What cards and pills need besides their own data: gestures, and the mode. One context, so that node data stays plain. */
import { createContext, useContext } from "react";
import type { Picked } from "../document/selection.ts";
import type { ChartTransition } from "./chart.ts";
import type { GateRates } from "./gate-rates.ts";

export interface CanvasActions {
  readonly mode: CanvasMode;
  select(picked: Picked, add: boolean): void;
  /** Transitions that are drawn only while this state is pointed at. */
  unfold(state: string | null): void;
  showInstances(state: string): void;
  readonly foldedOf: (state: string) => readonly ChartTransition[];
  /** Of the gates, as they decided lately; shown over live instances. */
  readonly rates: GateRates;
}
export type CanvasMode = "design" | "live" | "diff";

const CanvasContext = createContext<CanvasActions>({
  mode: "design",
  select: () => {},
  unfold: () => {},
  showInstances: () => {},
  foldedOf: () => [],
  rates: {},
});
export const CanvasProvider = CanvasContext.Provider;
export const useCanvas = (): CanvasActions => useContext(CanvasContext);
