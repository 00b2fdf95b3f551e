/** What of the machine is in view: fitted once it is arranged, brought to a state, told to the bars around the canvas. */
import { useReactFlow, useStore } from "@xyflow/react";
import { useCallback, useEffect, useRef } from "react";
import type { Box } from "../document/document.ts";
import { absoluteBox } from "./layout.ts";
import type { Scene } from "./use-scene.ts";

/** What the bars around the canvas may ask of it. */
export interface CanvasControl {
  fit(): void;
  zoomBy(factor: number): void;
  /** Brings a state into view. */
  reveal(state: string): void;
}

export interface Viewport {
  readonly zoom: number;
  /** Brings a state into view that is not wholly in it. */
  readonly follow: (state: string) => void;
}

const READABLE = 0.62;
const MOVES_MS = 140;

export function useViewport(
  { chart, layout, arranged }: Scene,
  {
    isCentred,
    onZoom,
    control,
  }: {
    readonly isCentred: boolean;
    readonly onZoom: ((zoom: number) => void) | undefined;
    readonly control: React.RefObject<CanvasControl | null> | undefined;
  },
): Viewport {
  const flow = useReactFlow();
  const zoom = useStore((state) => state.transform[2]);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  useEffect(() => onZoom?.(zoom), [zoom, onZoom]);

  const fit = useCallback(() => {
    const root = layout?.nodes[""];
    if (root !== undefined && width > 0) void flow.setViewport(fitted(root, width, height, isCentred));
  }, [layout, width, height, flow, isCentred]);
  const fitNow = useRef(fit);
  fitNow.current = fit;
  const isReady = layout !== null && width > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: fitted once per arrangement, not on each change of the layout
  useEffect(() => {
    if (isReady) fitNow.current();
  }, [isReady, arranged]);

  const reveal = useCallback(
    (state: string) => {
      const box = layout === null ? null : absoluteBox(chart, layout.nodes, state);
      if (box !== null) void flow.setCenter(box.x + box.w / 2, box.y + box.h / 2, { zoom: Math.max(flow.getZoom(), READABLE), duration: MOVES_MS });
    },
    [chart, layout, flow],
  );
  useEffect(() => {
    if (control === undefined) return;
    control.current = { fit, zoomBy: (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration: MOVES_MS }), reveal };
    return () => {
      control.current = null;
    };
  }, [control, fit, flow, reveal]);

  const follow = (state: string): void => {
    const box = layout === null ? null : absoluteBox(chart, layout.nodes, state);
    if (box !== null && !isInView(box, flow.getViewport(), width, height)) reveal(state);
  };
  return { zoom, follow };
}

/** The whole machine where it is readable; otherwise its beginning, as small as stays readable. */
function fitted(root: Box, width: number, height: number, isCentred: boolean): { x: number; y: number; zoom: number } {
  const pad = 16;
  const whole = Math.min((width - 2 * pad) / root.w, (height - 2 * pad) / root.h);
  const zoom = Math.min(1, Math.max(whole, READABLE));
  const x = root.w * zoom <= width - 2 * pad ? (width - root.w * zoom) / 2 : pad;
  const y = isCentred ? Math.max(pad, (height - root.h * zoom) / 2) : pad;
  return { x, y, zoom };
}

function isInView(box: Box, view: { x: number; y: number; zoom: number }, width: number, height: number): boolean {
  const left = box.x * view.zoom + view.x;
  const top = box.y * view.zoom + view.y;
  return left >= 0 && top >= 0 && left + box.w * view.zoom <= width && top + box.h * view.zoom <= height;
}
