/** Everything about one state, read-only: what happens on entry and exit, what leads in and out, what its screen says. */
import { isJsonObject, type JsonObject } from "#engine/schema/json.ts";
import { valueAt } from "../../document/json-path.ts";
import type { Picked } from "../../document/selection.ts";
import type { Chart, ChartState, ChartTransition } from "../chart.ts";
import { Pill } from "../edges/way.tsx";
import { placedActions } from "../named-actions.ts";
import { Effects, Expression, Pairs, Section } from "./parts.tsx";

const KIND_WORDS: Readonly<Record<ChartState["kind"], string>> = {
  atomic: "A plain state",
  compound: "Holds other states, one at a time",
  parallel: "All of its regions at once",
  final: "An end",
  history: "Returns to where it was",
  choice: "Decides at once",
};

export function StateInspector({
  definition,
  chart,
  state,
  onSelect,
}: {
  definition: JsonObject;
  chart: Chart;
  state: ChartState;
  onSelect: (picked: Picked) => void;
}) {
  const config = valueAt(definition, state.path);
  const node = isJsonObject(config) ? config : {};
  const delays = isJsonObject(definition["delays"]) ? definition["delays"] : {};
  const screens = isJsonObject(definition["screens"]) ? definition["screens"] : {};
  const screen = Object.hasOwn(screens, state.id) && isJsonObject(screens[state.id]) ? (screens[state.id] as JsonObject) : null;
  const timers = isJsonObject(node["after"]) ? Object.keys(node["after"]) : [];
  const out = chart.transitions.filter((one) => one.source === state.id);
  const incoming = chart.transitions.filter((one) => one.targets.includes(state.id) && one.source !== state.id);
  return (
    <>
      <section>
        <Pairs
          items={[
            ["Id", <code key="id">{state.id}</code>],
            ["Kind", KIND_WORDS[state.kind]],
            ["Begins in", state.initial === null ? null : <code key="initial">{state.initial.split(".").at(-1)}</code>],
          ]}
        />
        {typeof node["description"] === "string" ? <p className="soft">{node["description"]}</p> : null}
      </section>
      {screen === null ? null : (
        <Section title="Screen">
          <p>{String(screen["title"] ?? "")}</p>
          {typeof screen["text"] === "string" ? <p className="small quiet">{screen["text"]}</p> : null}
          {typeof screen["primary"] === "string" ? <Pairs items={[["Offers first", <code key="primary">{screen["primary"]}</code>]]} /> : null}
        </Section>
      )}
      {node["entry"] === undefined ? null : (
        <Section title="On entry, in order">
          <Effects placed={placedActions(definition, node["entry"])} />
        </Section>
      )}
      {node["exit"] === undefined ? null : (
        <Section title="On exit, in order">
          <Effects placed={placedActions(definition, node["exit"])} />
        </Section>
      )}
      {timers.length === 0 ? null : (
        <Section title="Timers">
          <Pairs items={timers.map((name) => [name, <Expression key={name} text={String(delays[name] ?? name)} />])} />
        </Section>
      )}
      <Section title="Leads out" aside={out.length}>
        <Transitions list={out} chart={chart} end="target" onSelect={onSelect} />
      </Section>
      <Section title="Leads in" aside={incoming.length}>
        <Transitions list={incoming} chart={chart} end="source" onSelect={onSelect} />
      </Section>
    </>
  );
}

function Transitions({
  list,
  chart,
  end,
  onSelect,
}: {
  list: readonly ChartTransition[];
  chart: Chart;
  end: "source" | "target";
  onSelect: (picked: Picked) => void;
}) {
  if (list.length === 0) return <p className="small quiet">{end === "target" ? "Nothing leads out." : "Nothing leads here."}</p>;
  return (
    <ul className="transition-list machine-canvas-pills">
      {list.map((one) => {
        const other = end === "source" ? one.source : one.targets[0];
        return (
          <li key={one.id}>
            <button type="button" onClick={() => onSelect({ kind: "transition", id: one.id })}>
              <span className="pill">
                <Pill transition={one} />
                {one.label === "" ? <span className="name">at once</span> : null}
              </span>
              <span className="push clip small quiet">{other === undefined ? "stays" : (chart.states.get(other)?.title ?? other)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
