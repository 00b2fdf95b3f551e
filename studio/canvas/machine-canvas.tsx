/** The canvas of one machine. Draws the scene, turns gestures into callbacks; the document is changed by whoever owns it. */
import "@xyflow/react/dist/base.css";
import "./canvas.css";
import "./marks.css";
import { Background, BackgroundVariant, MiniMap, type NodeChange, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Box, CanvasLayout, Route, StudioDocument } from "../document/document.ts";
import { leading, type Picked, type Selection } from "../document/selection.ts";
import { type CanvasActions, type CanvasMode, CanvasProvider } from "./canvas-context.ts";
import type { Chart, ChartTransition } from "./chart.ts";
import { EDGE_TYPES, WayEnds } from "./edges/way.tsx";
import type { GateRates } from "./gate-rates.ts";
import { absoluteBox } from "./layout.ts";
import { CONTAINER_BAR, GRID, LANE_BAR } from "./measure.ts";
import { NODE_TYPES } from "./nodes/state-nodes.tsx";
import { routeTransition } from "./scene.ts";
import { type DiffMark, type FlowNode, toFlow } from "./to-flow.ts";
import { type Drag, type Scene, useScene } from "./use-scene.ts";
import { DIRECTIONS, neighbour, STEPS } from "./walk.ts";

export interface MachineCanvasProps {
  readonly document: StudioDocument;
  readonly mode: CanvasMode;
  readonly selection: Selection;
  readonly onSelect: (picked: Picked | null, add: boolean) => void;
  /** Live instances by state path; "" is the total. */
  readonly counts?: Readonly<Record<string, number>> | null;
  readonly rates?: GateRates;
  readonly marks?: Readonly<Record<string, DiffMark>>;
  readonly problems?: ReadonlySet<string>;
  /** Called when a card was dropped elsewhere. Without it nothing can be moved. */
  readonly onMove?: (chart: Chart, layout: CanvasLayout, drag: Drag) => void;
  readonly onShowInstances?: (state: string) => void;
  /** Tells who surrounds the canvas about scene and zoom. */
  readonly onScene?: (scene: Scene) => void;
  readonly onZoom?: (zoom: number) => void;
  readonly showMinimap?: boolean;
  readonly control?: React.RefObject<CanvasControl | null>;
}

/** What the bars around the canvas may ask of it. */
export interface CanvasControl {
  fit(): void;
  zoomBy(factor: number): void;
  /** Brings a state into view. */
  reveal(state: string): void;
}

const NO_MARKS: Readonly<Record<string, DiffMark>> = {};
const NO_RATES: GateRates = {};
const NO_PROBLEMS: ReadonlySet<string> = new Set();
const READABLE = 0.62;

export function MachineCanvas(props: MachineCanvasProps) {
  return (
    <ReactFlowProvider>
      <CanvasInside {...props} />
    </ReactFlowProvider>
  );
}

function CanvasInside(props: MachineCanvasProps) {
  const {
    document,
    mode,
    rates = NO_RATES,
    selection,
    onSelect,
    counts = null,
    marks = NO_MARKS,
    problems = NO_PROBLEMS,
    onMove,
    onShowInstances,
    onScene,
    onZoom,
    showMinimap = true,
    control,
  } = props;
  const [drag, setDrag] = useState<Drag | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const scene = useScene(document, drag);
  const { chart, folding, layout } = scene;
  const frame = useRef<HTMLElement>(null);
  useEffect(() => onScene?.(scene), [scene, onScene]);

  const lead = leading(selection);
  const opened = pointed ?? (lead?.kind === "state" ? lead.id : null);
  const unfolded = useMemo(() => {
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

  const { nodes, edges } = useMemo(
    () =>
      layout === null
        ? { nodes: [], edges: [] }
        : toFlow({ chart, layout, folding, unfolded, selection, counts, marks, problems, canMove: onMove !== undefined }),
    [chart, layout, folding, unfolded, selection, counts, marks, problems, onMove],
  );

  const actions = useMemo<CanvasActions>(
    () => ({
      mode,
      select: onSelect,
      unfold: setPointed,
      showInstances: (state) => onShowInstances?.(state),
      foldedOf: (state) => folding.folded.get(state) ?? [],
      rates: mode === "live" ? rates : NO_RATES,
    }),
    [mode, onSelect, onShowInstances, folding, rates],
  );

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

  const flow = useReactFlow();
  const zoom = useStore((state) => state.transform[2]);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  useEffect(() => onZoom?.(zoom), [zoom, onZoom]);

  const fit = useCallback(() => {
    const root = layout?.nodes[""];
    if (root !== undefined && width > 0) void flow.setViewport(fitted(root, width, height, mode === "diff"));
  }, [layout, width, height, flow, mode]);
  const fitNow = useRef(fit);
  fitNow.current = fit;
  const isReady = layout !== null && width > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: fitted once per arrangement, not on each change of the layout
  useEffect(() => {
    if (isReady) fitNow.current();
  }, [isReady, scene.arranged]);

  const reveal = useCallback(
    (state: string) => {
      const box = layout === null ? null : absoluteBox(chart, layout.nodes, state);
      if (box !== null) void flow.setCenter(box.x + box.w / 2, box.y + box.h / 2, { zoom: Math.max(flow.getZoom(), READABLE), duration: 140 });
    },
    [chart, layout, flow],
  );
  useEffect(() => {
    if (control === undefined) return;
    control.current = { fit, zoomBy: (factor) => void flow.zoomTo(flow.getZoom() * factor, { duration: 140 }), reveal };
    return () => {
      control.current = null;
    };
  }, [control, fit, flow, reveal]);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const direction = DIRECTIONS[event.key];
    if (event.key === "Escape") onSelect(null, false);
    if (direction === undefined || layout === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = lead?.kind === "state" ? layout.nodes[lead.id] : undefined;
    if (event.shiftKey) {
      event.preventDefault();
      const [right, down] = STEPS[direction];
      if (box !== undefined && lead !== null)
        onMove?.(chart, layout, { id: lead.id, to: within(chart, lead.id, { x: box.x + right * GRID, y: box.y + down * GRID }) });
      return;
    }
    const next = neighbour(chart, layout, lead?.kind === "state" ? lead.id : lead === null ? null : (lead.id.split("|")[0] ?? null), direction);
    event.preventDefault();
    if (next === null) return;
    onSelect({ kind: "state", id: next }, false);
    if (!isInView(absoluteBox(chart, layout.nodes, next), flow.getViewport(), width, height)) reveal(next);
  };

  return (
    <section
      ref={frame}
      className="machine-canvas"
      data-mode={mode}
      data-zoom={zoom < 0.35 ? "far" : zoom < 0.6 ? "mid" : "near"}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a canvas takes the keyboard as a whole
      tabIndex={0}
      aria-label={`Canvas: arrow keys walk between states, ${onMove === undefined ? "" : "with Shift they move the selected one, "}Escape selects nothing`}
      onKeyDown={onKeyDown}
    >
      <WayEnds />
      <CanvasProvider value={actions}>
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onNodesChange={onNodesChange}
          onNodeDragStop={drop}
          onNodeClick={(event, node) => {
            if (node.type === "dot") return;
            onSelect(node.id === "#root" || node.type === "lane" ? null : { kind: "state", id: node.id }, event.shiftKey);
          }}
          onPaneClick={() => onSelect(null, false)}
          minZoom={0.15}
          maxZoom={2}
          snapToGrid
          snapGrid={[GRID, GRID]}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          disableKeyboardA11y
          elevateNodesOnSelect={false}
          zIndexMode="manual"
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          zoomOnDoubleClick={false}
          panOnScroll
          onlyRenderVisibleElements={false}
          proOptions={{ hideAttribution: true }}
        >
          <Background variant={BackgroundVariant.Dots} gap={16} size={1.5} color="var(--canvas-dot)" />
          {showMinimap ? (
            <MiniMap<FlowNode>
              pannable
              zoomable
              ariaLabel="Overview"
              style={{ width: 128, height: 96 }}
              nodeColor={minimapColor}
              nodeStrokeWidth={0}
              maskColor="color-mix(in srgb, var(--accent) 8%, transparent)"
              bgColor="var(--surface-raised)"
            />
          ) : null}
        </ReactFlow>
      </CanvasProvider>
      {layout === null ? <Arranging /> : null}
      <span className="visually-hidden" aria-live="polite">
        {lead === null ? "" : spokenSelection(chart, lead, counts)}
      </span>
    </section>
  );
}

/** A place in the state's container, below its bar. */
function within(chart: Chart, id: string, { x, y }: { readonly x: number; readonly y: number }): { x: number; y: number } {
  const parent = chart.states.get(chart.states.get(id)?.parent ?? "");
  return { x: Math.max(GRID, x), y: Math.max(parent?.isRegion ? LANE_BAR : CONTAINER_BAR + GRID, y) };
}

const minimapColor = (node: FlowNode): string =>
  node.data.isSelected
    ? "var(--accent)"
    : node.type === "machine" || node.type === "lane" || node.type === "dot"
      ? "transparent"
      : node.type === "container"
        ? "var(--line)"
        : "var(--line-strong)";

/** The whole machine where it is readable; otherwise its beginning, as small as stays readable. */
function fitted(root: Box, width: number, height: number, isCentred: boolean): { x: number; y: number; zoom: number } {
  const pad = 16;
  const whole = Math.min((width - 2 * pad) / root.w, (height - 2 * pad) / root.h);
  const zoom = Math.min(1, Math.max(whole, READABLE));
  const x = root.w * zoom <= width - 2 * pad ? (width - root.w * zoom) / 2 : pad;
  const y = isCentred ? Math.max(pad, (height - root.h * zoom) / 2) : pad;
  return { x, y, zoom };
}

function isInView(box: Box | null, view: { x: number; y: number; zoom: number }, width: number, height: number): boolean {
  if (box === null) return true;
  const left = box.x * view.zoom + view.x;
  const top = box.y * view.zoom + view.y;
  return left >= 0 && top >= 0 && left + box.w * view.zoom <= width && top + box.h * view.zoom <= height;
}

function spokenSelection(chart: Chart, picked: Picked, counts: Readonly<Record<string, number>> | null): string {
  if (picked.kind === "transition") return `Transition ${picked.id.split("|")[1]?.split(":")[1] ?? ""}`;
  const state = chart.states.get(picked.id);
  const outgoing = chart.transitions.filter((one) => one.source === picked.id).map((one) => one.label || one.kind);
  return `${state?.title ?? picked.id}${counts === null ? "" : `, ${counts[picked.id] ?? 0} instances`}, ${outgoing.length === 0 ? "no transitions leave it" : `transitions: ${outgoing.join(", ")}`}`;
}

/** The canvas before the machine is arranged, in its final shape. */
const Arranging = () => (
  <div className="canvas-loading" role="status" aria-label="Arranging the machine">
    {["abc", "de", "fgh"].map((row) => (
      <div key={row}>
        {[...row].map((card) => (
          <span key={card} />
        ))}
      </div>
    ))}
  </div>
);
