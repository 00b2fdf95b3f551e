/** The right side of the machine page: details of what is selected, its JSON, and who stands there now. */
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from "#engine/schema/json.ts";
import { toPointer, valueAt } from "../../document/json-path.ts";
import type { Picked } from "../../document/selection.ts";
import type { DocumentHandle } from "../../document/use-document.ts";
import { JsonEditor } from "../../kinds/json-editor.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Skeleton } from "../../ui/states.tsx";
import type { Chart } from "../chart.ts";
import { type LiveInstance, LiveInstances } from "./live-instances.tsx";
import { MachineInspector } from "./machine-inspector.tsx";
import { StateInspector } from "./state-inspector.tsx";
import { TransitionInspector, type TransitionStats, transitionTitle } from "./transition-inspector.tsx";

export type InspectorTab = "details" | "json" | "live";

export interface InspectorProps {
  readonly handle: DocumentHandle;
  readonly chart: Chart | null;
  readonly picked: Picked | null;
  readonly tab: InspectorTab;
  readonly onTab: (tab: InspectorTab) => void;
  /** On a phone the inspector is a sheet under the chart; folded, only its head shows. */
  readonly isFolded: boolean;
  readonly onFold: (folded: boolean) => void;
  readonly canEdit: boolean;
  readonly schema?: JsonSchema | undefined;
  readonly jsonAt: string | null;
  readonly onJsonShown: () => void;
  readonly live: { readonly state: string; readonly items: readonly LiveInstance[] | null } | null;
  readonly counts: Readonly<Record<string, number>> | null;
  readonly stats?: TransitionStats | undefined;
  readonly onSelect: (picked: Picked | null) => void;
  readonly onShowInstances: (state: string) => void;
}

export function Inspector(props: InspectorProps) {
  const { handle, chart, picked, tab, onTab, counts, isFolded, onFold } = props;
  const content = handle.document.content;
  const state = picked?.kind === "state" ? (chart?.states.get(picked.id) ?? null) : null;
  const transition = picked?.kind === "transition" ? (chart?.transitions.find((one) => one.id === picked.id) ?? null) : null;
  const kicker = state !== null ? "State" : transition !== null ? "Transition" : "Machine";
  const title = state?.title ?? (transition === null ? String(content["title"] ?? handle.document.key) : transitionTitle(content, transition));
  const count = counts === null || transition !== null ? null : (counts[state?.id ?? ""] ?? 0);
  const shownTab = tab === "live" && transition !== null ? "details" : tab;
  const pick = (next: InspectorTab): void => {
    onTab(next);
    onFold(false);
    if (next === "live") props.onShowInstances(state?.id ?? "");
  };
  return (
    <aside className={isFolded ? "inspector is-folded" : "inspector"} aria-label={`${kicker}: ${title}`}>
      <header>
        <p className="kicker">
          <Icon name={state !== null ? "diamond" : transition !== null ? "arrow" : "nodes"} size={14} />
          {kicker}
          {picked === null ? null : (
            <button type="button" className="link-button push" onClick={() => props.onSelect(null)}>
              Whole machine
            </button>
          )}
          <span className={picked === null ? "only-phone push" : "only-phone"}>
            <Button
              tone="plain"
              small
              icon={isFolded ? "up" : "down"}
              aria-label={isFolded ? "Unfold the inspector" : "Fold the inspector"}
              aria-expanded={!isFolded}
              onClick={() => onFold(!isFolded)}
            />
          </span>
        </p>
        <h2 className="clip">{title}</h2>
        <div className="inspector-tabs" role="tablist" aria-label="Inspector">
          <TabButton id="details" now={shownTab} onPick={pick}>
            Details
          </TabButton>
          <TabButton id="json" now={shownTab} onPick={pick}>
            JSON
          </TabButton>
          {count === null ? null : (
            <TabButton id="live" now={shownTab} onPick={pick}>
              Live <span className="n">{count}</span>
            </TabButton>
          )}
        </div>
      </header>
      <div className={shownTab === "json" ? "inspector-body is-json" : "inspector-body"} role="tabpanel">
        {chart === null ? (
          <div className="stack" style={{ padding: 16 }}>
            {[70, 50, 80, 40].map((width) => (
              <Skeleton key={width} width={`${width}%`} />
            ))}
          </div>
        ) : shownTab === "json" ? (
          <PartJson {...props} />
        ) : shownTab === "live" ? (
          <section>
            <LiveInstances items={props.live?.state === (state?.id ?? "") ? props.live.items : null} total={count ?? 0} />
          </section>
        ) : transition !== null ? (
          <TransitionInspector
            definition={content}
            chart={chart}
            transition={transition}
            stats={props.stats}
            onSelectState={(id) => props.onSelect({ kind: "state", id })}
          />
        ) : state !== null ? (
          <StateInspector definition={content} chart={chart} state={state} onSelect={props.onSelect} />
        ) : (
          <MachineInspector definition={content} chart={chart} />
        )}
      </div>
    </aside>
  );
}

function TabButton({ id, now, onPick, children }: { id: InspectorTab; now: InspectorTab; onPick: (tab: InspectorTab) => void; children: React.ReactNode }) {
  return (
    <button type="button" role="tab" aria-selected={now === id} onClick={() => onPick(id)}>
      {children}
    </button>
  );
}

/** The selected part as JSON, or the whole definition with its schema; both write the same document. */
function PartJson({ handle, chart, picked, canEdit, schema, jsonAt, onJsonShown }: InspectorProps) {
  const part = picked === null ? null : picked.kind === "state" ? chart?.states.get(picked.id) : chart?.transitions.find((one) => one.id === picked.id);
  const content = handle.document.content;
  if (part === null || part === undefined) {
    const replace = (value: Json): void => {
      if (isJsonObject(value)) handle.run({ type: "replace-json", content: value }, "json");
    };
    return (
      <JsonEditor
        label={`${handle.document.key} as JSON`}
        value={withoutLayout(content)}
        schema={schema}
        at={jsonAt}
        onShown={onJsonShown}
        onChange={canEdit ? (value) => replace(withLayoutOf(content, value)) : undefined}
      />
    );
  }
  const value = valueAt(content, part.path) ?? null;
  return (
    <JsonEditor
      key={part.id}
      label={`${toPointer(part.path)} as JSON`}
      value={value}
      onChange={canEdit ? (next) => handle.run({ type: "set-value", path: part.path, value: next }) : undefined}
    />
  );
}

/** Places on the canvas are drawn, not read: the pane leaves them out and keeps them. */
function withoutLayout(content: JsonObject): JsonObject {
  const { layout: _layout, ...rest } = content;
  return rest;
}

function withLayoutOf(content: JsonObject, value: Json): Json {
  return isJsonObject(value) && content["layout"] !== undefined && value["layout"] === undefined ? { ...value, layout: content["layout"] } : value;
}
