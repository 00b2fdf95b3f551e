/** The machine page: canvas, inspector with JSON pane, problems, tools. Data and callbacks come by props. */
import "./editor.css";
import "../kinds/parts.css";
import { useCallback, useMemo, useRef, useState } from "react";
import type { Problem } from "#engine/core/problem.ts";
import type { JsonSchema } from "#engine/schema/json.ts";
import { type Action, useActionKeys } from "../actions/action.ts";
import { ActionBar } from "../actions/action-bar.tsx";
import type { CanvasLayout } from "../document/document.ts";
import { leading, NOTHING, type Picked, pick, prune, type Selection, toggle } from "../document/selection.ts";
import type { DocumentHandle } from "../document/use-document.ts";
import { Button } from "../ui/button.tsx";
import type { CanvasMode } from "./canvas-context.ts";
import type { Chart } from "./chart.ts";
import { FindState } from "./find-state.tsx";
import { Inspector, type InspectorTab } from "./inspector/inspector.tsx";
import type { LiveInstance } from "./inspector/live-instances.tsx";
import type { TransitionStats } from "./inspector/transition-inspector.tsx";
import { arrange } from "./layout.ts";
import { MachineCanvas } from "./machine-canvas.tsx";
import { placeOf, problemMarks } from "./place-of-problem.ts";
import { ProblemsBar } from "./problems-bar.tsx";
import { afterMove, completeLayout } from "./scene.ts";
import { type Drag, loadElk, type Scene } from "./use-scene.ts";
import type { CanvasControl } from "./use-viewport.ts";

export interface MachineEditorProps {
  readonly handle: DocumentHandle;
  readonly mode: Exclude<CanvasMode, "diff">;
  readonly canEdit: boolean;
  readonly problems: readonly Problem[];
  readonly schema?: JsonSchema | undefined;
  readonly counts: Readonly<Record<string, number>> | null;
  /** Instances of the state that was asked for, while they are loading null. */
  readonly live: { readonly state: string; readonly items: readonly LiveInstance[] | null } | null;
  readonly stats?: TransitionStats | undefined;
  readonly onShowInstances: (state: string) => void;
  readonly onExport: () => void;
}

export function MachineEditor({ handle, mode, canEdit, problems, schema, counts, live, stats, onShowInstances, onExport }: MachineEditorProps) {
  const { document, run } = handle;
  const [scene, setScene] = useState<Scene | null>(null);
  const [picked, setPicked] = useState<Selection>(NOTHING);
  const [tab, setTab] = useState<InspectorTab>("details");
  const [jsonAt, setJsonAt] = useState<string | null>(null);
  const [isFinding, setFinding] = useState(false);
  const [isFolded, setFolded] = useState(true);
  const [zoom, setZoom] = useState(1);
  const control = useRef<CanvasControl>(null);
  const chart = scene?.chart ?? null;
  const selection = useMemo(() => (chart === null ? picked : prune(picked, (one) => exists(chart, one))), [picked, chart]);

  const select = useCallback((one: Picked | null, add: boolean) => {
    setPicked((now) => (one === null ? NOTHING : add ? toggle(now, one) : pick(one)));
    setFolded(one === null);
  }, []);
  const onMove = useCallback(
    (moved: Chart, layout: CanvasLayout, drag: Drag) => run({ type: "move-node", ...merged(layout, afterMove(moved, layout, drag.id, drag.to)) }),
    [run],
  );
  const show = useCallback(
    (state: string) => {
      setPicked(pick({ kind: "state", id: state }));
      setTab("live");
      setFolded(false);
      onShowInstances(state);
    },
    [onShowInstances],
  );
  const tidy = async (): Promise<void> => {
    if (scene === null) return;
    const layout = completeLayout(scene.chart, await arrange(await loadElk(), scene.chart, scene.folding), scene.folding);
    run({ type: "set-layout", layout });
    setTimeout(() => control.current?.fit(), 0);
  };
  const go = (problem: Problem): void => {
    const place = chart === null ? null : placeOf(chart, problem.path);
    setFolded(false);
    if (place === null) {
      setPicked(NOTHING);
      setTab("json");
      setJsonAt(problem.path);
      return;
    }
    setPicked(pick(place));
    setTab("details");
    control.current?.reveal(place.kind === "state" ? place.id : (place.id.split("|")[0] ?? ""));
  };

  const showJson = (isShown: boolean): void => {
    setTab(isShown ? "json" : "details");
    setFolded(!isShown);
  };

  const { past, future } = handle.history;
  const actions: Action[][] = [
    canEdit
      ? [
          {
            id: "undo",
            title: past.length === 0 ? "Undo" : `Undo ${past.at(-1)?.title.toLowerCase() ?? ""}`,
            icon: "back",
            keys: "mod+z",
            enabled: past.length > 0,
            run: handle.undo,
          },
          { id: "redo", title: "Redo", icon: "redo", keys: "mod+shift+z", enabled: future.length > 0, run: handle.redo },
        ]
      : [],
    [
      ...(canEdit ? [{ id: "arrange", title: "Arrange", icon: "tree", keys: "shift+l", enabled: scene !== null, run: () => void tidy() } as const] : []),
      { id: "find", title: "Find a state", icon: "search", keys: "f", enabled: chart !== null, run: () => setFinding(true) },
      { id: "json", title: "JSON", icon: "braces", keys: "j", enabled: true, pressed: tab === "json", run: () => showJson(tab !== "json") },
      { id: "export", title: "Export XState JSON", icon: "download", enabled: true, run: onExport },
    ],
  ];
  useActionKeys(actions.flat());
  const marks = useMemo(() => (chart === null ? new Set<string>() : problemMarks(chart, problems)), [chart, problems]);
  const drawn = scene === null ? "" : `${scene.folding.drawn.length} of ${scene.chart.transitions.length} transitions drawn`;

  return (
    <div className={tab === "json" ? "workspace machine-workspace is-wide" : "workspace machine-workspace"}>
      <div className="workspace-canvas">
        <MachineCanvas
          document={document}
          mode={mode}
          selection={selection}
          onSelect={select}
          counts={counts}
          {...(stats === undefined ? {} : { rates: stats.gates })}
          problems={marks}
          {...(canEdit ? { onMove } : {})}
          onShowInstances={show}
          onScene={setScene}
          onZoom={setZoom}
          control={control}
        />
        <ActionBar label="Canvas" groups={actions} />
        {isFinding && chart !== null ? (
          <FindState
            chart={chart}
            onClose={() => setFinding(false)}
            onFind={(state) => {
              setPicked(pick({ kind: "state", id: state }));
              control.current?.reveal(state);
              setFinding(false);
            }}
          />
        ) : null}
      </div>
      <Inspector
        handle={handle}
        chart={chart}
        picked={leading(selection)}
        tab={tab}
        onTab={setTab}
        isFolded={isFolded}
        onFold={setFolded}
        canEdit={canEdit}
        schema={schema}
        jsonAt={jsonAt}
        onJsonShown={() => setJsonAt(null)}
        live={live}
        counts={counts}
        stats={stats}
        onSelect={(one) => select(one, false)}
        onShowInstances={show}
      />
      <ProblemsBar problems={problems} onGo={go}>
        <span className="quiet off-narrow">{drawn}</span>
        <Button tone="plain" small icon="minus" aria-label="Zoom out" onClick={() => control.current?.zoomBy(0.8)} />
        <span className="zoom">{Math.round(zoom * 100)} %</span>
        <Button tone="plain" small icon="plus" aria-label="Zoom in" onClick={() => control.current?.zoomBy(1.25)} />
        <Button tone="plain" small onClick={() => control.current?.fit()}>
          Fit
        </Button>
      </ProblemsBar>
    </div>
  );
}

const exists = (chart: Chart, one: Picked): boolean =>
  one.kind === "state" ? chart.states.has(one.id) : chart.transitions.some((transition) => transition.id === one.id);

/** The first move keeps the automatic arrangement: all boxes and routes go into the document with it. */
const merged = (layout: CanvasLayout, change: ReturnType<typeof afterMove>) => ({
  nodes: { ...layout.nodes, ...change.nodes },
  routes: { ...layout.routes, ...change.routes },
});
