/** The scene, with a card that is dragged where it stands now: kept inside its lane or container, told once, when it is dropped. Keys move it too. */
import type { NodeChange } from "@xyflow/react";
import { useCallback, useState } from "react";
import type { CanvasLayout, Point, StudioDocument } from "../document/document.ts";
import type { Chart } from "./chart.ts";
import { CONTAINER_BAR, GRID, LANE_BAR } from "./measure.ts";
import type { FlowNode } from "./to-flow.ts";
import { type Drag, type Scene, useScene } from "./use-scene.ts";
import { type Direction, STEPS } from "./walk.ts";

export type OnMove = (chart: Chart, layout: CanvasLayout, drag: Drag) => void;

export interface DraggedScene {
  readonly scene: Scene;
  readonly onNodesChange: (changes: NodeChange<FlowNode>[]) => void;
  readonly drop: () => void;
  /** Moves a state by one step of the grid. */
  readonly nudge: (id: string, direction: Direction) => void;
}

export function useDraggedScene(document: StudioDocument, onMove: OnMove | undefined): DraggedScene {
  const [drag, setDrag] = useState<Drag | null>(null);
  const scene = useScene(document, drag);
  const { chart, layout } = scene;
  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      for (const change of changes) {
        if (change.type !== "position" || change.position === undefined || change.dragging === false) continue;
        setDrag({ id: change.id, to: within(chart, change.id, change.position) });
      }
    },
    [chart],
  );
  const drop = useCallback(() => {
    if (drag !== null && layout !== null) onMove?.(chart, layout, drag);
    setDrag(null);
  }, [drag, layout, chart, onMove]);
  const nudge = (id: string, direction: Direction): void => {
    const box = layout?.nodes[id];
    if (layout === null || box === undefined) return;
    const [right, down] = STEPS[direction];
    onMove?.(chart, layout, { id, to: within(chart, id, { x: box.x + right * GRID, y: box.y + down * GRID }) });
  };
  return { scene, onNodesChange, drop, nudge };
}

/** A place in the state's container, below its bar. */
function within(chart: Chart, id: string, { x, y }: Point): Point {
  const parent = chart.states.get(chart.states.get(id)?.parent ?? "");
  return { x: Math.max(GRID, x), y: Math.max(parent?.isRegion ? LANE_BAR : CONTAINER_BAR + GRID, y) };
}
