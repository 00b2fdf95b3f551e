/** The document's machine as chart, folding and complete layout; arranges with ELK (loaded on demand) what has no saved layout. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { CanvasLayout, Point, StudioDocument } from "../document/document.ts";
import { layoutOf } from "../document/document.ts";
import { buildChart, type Chart } from "./chart.ts";
import { type Folding, foldTransitions } from "./fold.ts";
import { type Arrange, arrange } from "./layout.ts";
import { completeLayout, layoutCovers } from "./scene.ts";

export interface Scene {
  readonly chart: Chart;
  readonly folding: Folding;
  /** Null until the machine has been arranged for the first time. */
  readonly layout: CanvasLayout | null;
  /** Counts arrangements: the view is fitted anew on each. */
  readonly arranged: number;
}

export interface Drag {
  readonly id: string;
  readonly to: Point;
}

let elk: Promise<Arrange> | null = null;
/** One ELK for the session, fetched when the first machine needs it. */
export function loadElk(): Promise<Arrange> {
  elk ??= import("elkjs/lib/elk.bundled.js").then(({ default: ELK }) => new ELK() as unknown as Arrange);
  return elk;
}

export function useScene(document: StudioDocument, drag: Drag | null, usage?: ReadonlyMap<string, number>): Scene {
  const chart = useMemo(() => buildChart(document.content), [document.content]);
  const folding = useMemo(() => foldTransitions(chart, mainPath(document), usage), [chart, document, usage]);
  const saved = useMemo(() => layoutOf(document), [document]);
  const covered = saved !== null && layoutCovers(chart, saved) ? saved : null;
  const shape = useMemo(
    () =>
      [...chart.states.values()].map((state) => `${state.id}:${state.kind}:${state.title}`).join() +
      folding.drawn.map((one) => one.id + one.targets.join()).join(),
    [chart, folding],
  );
  const [auto, setAuto] = useState<{ readonly shape: string; readonly layout: CanvasLayout; readonly count: number } | null>(null);
  const latest = useRef({ chart, folding });
  latest.current = { chart, folding };
  const needsArranging = covered === null && auto?.shape !== shape;
  useEffect(() => {
    if (!needsArranging) return;
    let stale = false;
    const run = async (): Promise<void> => {
      const layout = await arrange(await loadElk(), latest.current.chart, latest.current.folding);
      if (!stale) setAuto((before) => ({ shape, layout, count: (before?.count ?? 0) + 1 }));
    };
    void run();
    return () => {
      stale = true;
    };
  }, [needsArranging, shape]);
  const source = covered ?? auto?.layout ?? null;
  const layout = useMemo(() => {
    if (source === null) return null;
    const box = drag === null ? undefined : source.nodes[drag.id];
    const moved = drag === null || box === undefined ? source : { ...source, nodes: { ...source.nodes, [drag.id]: { ...box, x: drag.to.x, y: drag.to.y } } };
    return completeLayout(chart, moved, folding);
  }, [source, chart, folding, drag]);
  const arranged = covered === null ? (auto?.count ?? 0) : 1;
  return useMemo(() => ({ chart, folding, layout, arranged }), [chart, folding, layout, arranged]);
}

/** `path` of the machine: states of the main way, in order. */
export function mainPath(document: StudioDocument): readonly string[] {
  const path = document.content["path"];
  return Array.isArray(path) ? path.filter((state): state is string => typeof state === "string") : [];
}
