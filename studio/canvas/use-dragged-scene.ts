/** The scene, with a card that is dragged where it stands now: kept inside its lane or container, told once, when it is dropped. */
import type { NodeChange } from "@xyflow/react";
import { useCallback, useState } from "react";
import type { CanvasLayout, StudioDocument } from "../document/document.ts";
import type { Chart } from "./chart.ts";
import { CONTAINER_BAR, GRID, LANE_BAR } from "./measure.ts";
import type { FlowNode } from "./to-flow.ts";
import { type Drag, type Scene, useScene } from "./use-scene.ts";

export type OnMove = (chart: Chart, layout: CanvasLayout, drag: Drag) => void;

export interface DraggedScene {
  readonly scene: Scene;
  readonly onNodesChange: (changes: NodeChange<FlowNode>[]) => void;
  readonly drop: () => void;
}

export function useDraggedScene(document: StudioDocument, onMove: OnMove | undefined): DraggedScene {
  const [drag, setDrag] = useState<Drag | null>(null);
  const scene = useScene(document, drag);
  const { chart, layout } = scene;
  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      for (const change of changes) {
        if (change.type !== "position" || change.position === undefined || change.dragging === false) continue;
        const parent = chart.states.get(chart.states.get(change.id)?.parent ?? "");
        const top = parent?.isRegion ? LANE_BAR : CONTAINER_BAR + GRID;
        setDrag({ id: change.id, to: { x: Math.max(GRID, change.position.x), y: Math.max(top, change.position.y) } });
      }
    },
    [chart],
  );
  const drop = useCallback(() => {
    if (drag !== null && layout !== null) onMove?.(chart, layout, drag);
    setDrag(null);
  }, [drag, layout, chart, onMove]);
  return { scene, onNodesChange, drop };
}
