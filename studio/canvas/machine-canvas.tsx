/** The canvas of one machine. Draws the scene, turns gestures into callbacks; the document is changed by whoever owns it. */
import "@xyflow/react/dist/base.css";
import "./canvas.css";
import "./marks.css";
import { Background, BackgroundVariant, MiniMap, ReactFlow, ReactFlowProvider } from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";
import type { StudioDocument } from "../document/document.ts";
import { leading, type Picked, type Selection } from "../document/selection.ts";
import { type CanvasActions, type CanvasMode, CanvasProvider } from "./canvas-context.ts";
import type { Chart } from "./chart.ts";
import { EDGE_TYPES, WayEnds } from "./edges/way.tsx";
import type { GateRates } from "./gate-rates.ts";
import { GRID } from "./measure.ts";
import { NODE_TYPES } from "./nodes/state-nodes.tsx";
import { type DiffMark, type FlowNode, toFlow } from "./to-flow.ts";
import { type OnMove, useDraggedScene } from "./use-dragged-scene.ts";
import type { Scene } from "./use-scene.ts";
import { useUnfolded } from "./use-unfolded.ts";
import { type CanvasControl, useViewport } from "./use-viewport.ts";
import { DIRECTIONS, neighbour } from "./walk.ts";

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
  readonly onMove?: OnMove;
  readonly onShowInstances?: (state: string) => void;
  /** Tells who surrounds the canvas about scene and zoom. */
  readonly onScene?: (scene: Scene) => void;
  readonly onZoom?: (zoom: number) => void;
  readonly showMinimap?: boolean;
  readonly control?: React.RefObject<CanvasControl | null>;
}

const NO_MARKS: Readonly<Record<string, DiffMark>> = {};
const NO_RATES: GateRates = {};
const NO_PROBLEMS: ReadonlySet<string> = new Set();

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
  const [pointed, setPointed] = useState<string | null>(null);
  const { scene, onNodesChange, drop, nudge } = useDraggedScene(document, onMove);
  const { chart, folding, layout } = scene;
  useEffect(() => onScene?.(scene), [scene, onScene]);

  const lead = leading(selection);
  const opened = pointed ?? (lead?.kind === "state" ? lead.id : null);
  const unfolded = useUnfolded(scene, opened, lead);
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

  const { zoom, follow } = useViewport(scene, { isCentred: mode === "diff", onZoom, control });

  const onKeyDown = (event: React.KeyboardEvent): void => {
    const direction = DIRECTIONS[event.key];
    if (event.key === "Escape") onSelect(null, false);
    if (direction === undefined || layout === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (event.shiftKey) {
      if (lead?.kind === "state") nudge(lead.id, direction);
      return;
    }
    const next = neighbour(chart, layout, lead?.kind === "state" ? lead.id : lead === null ? null : (lead.id.split("|")[0] ?? null), direction);
    if (next === null) return;
    onSelect({ kind: "state", id: next }, false);
    follow(next);
  };

  return (
    <section
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

const minimapColor = (node: FlowNode): string =>
  node.data.isSelected
    ? "var(--accent)"
    : node.type === "machine" || node.type === "lane" || node.type === "dot"
      ? "transparent"
      : node.type === "container"
        ? "var(--line)"
        : "var(--line-strong)";

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
