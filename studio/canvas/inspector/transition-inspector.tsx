/** Everything about one transition, read-only, with links to what it names. */
import { isJsonObject, type JsonObject } from "#engine/schema/json.ts";
import { valueAt } from "../../document/json-path.ts";
import { Icon } from "../../ui/icon.tsx";
import type { Chart, ChartTransition } from "../chart.ts";
import type { GateRates } from "../gate-rates.ts";
import { placedActions } from "../named-actions.ts";
import { Effects, Expression, Gate, Pairs, payloadText, Section, whoMay } from "./parts.tsx";

export interface TransitionStats {
  readonly gates: GateRates;
}

export function TransitionInspector({
  definition,
  chart,
  transition,
  stats,
  onSelectState,
}: {
  definition: JsonObject;
  chart: Chart;
  transition: ChartTransition;
  stats?: TransitionStats | undefined;
  onSelectState: (state: string) => void;
}) {
  const config = valueAt(definition, transition.path);
  const placed = placedActions(definition, isJsonObject(config) ? config["actions"] : undefined);
  const spec = eventSpec(definition, transition.event);
  const delays = isJsonObject(definition["delays"]) ? definition["delays"] : {};
  const override = transition.guard.gates.filter((gate) => gate.overridePermission !== null);
  const state = (id: string) => (
    <button key={id} type="button" className="tag as-button" onClick={() => onSelectState(id)}>
      {chart.states.get(id)?.title ?? id}
    </button>
  );
  return (
    <>
      <section>
        <div className="path-row">
          {state(transition.source)}
          <Icon name="arrow" />
          {transition.targets.length === 0 ? <span className="quiet">stays</span> : transition.targets.map(state)}
        </div>
        {transition.description === null ? null : <p className="soft">{transition.description}</p>}
        {transition.kind === "event" ? (
          <Pairs
            items={[
              [
                "Event",
                <span key="event" className="wrap">
                  <code>{transition.event}</code>
                  {spec?.["bulk"] === true ? <span className="tag">single or bulk</span> : null}
                </span>,
              ],
              [
                "Payload",
                <code key="payload" className="wrap">
                  {payloadText(spec?.["payload"])}
                </code>,
              ],
              [
                "Who may",
                spec === null ? (
                  <span key="who" className="mark m-unknown">
                    <Icon name="question" /> not declared
                  </span>
                ) : (
                  whoMay(spec)
                ),
              ],
              ["Before", typeof spec?.["confirm"] === "string" ? spec["confirm"] : null],
            ]}
          />
        ) : transition.kind === "after" ? (
          <Pairs
            items={[
              ["After", <code key="after">{transition.event}</code>],
              ["Delay", <Expression key="delay" text={String(delays[transition.event] ?? transition.event)} />],
            ]}
          />
        ) : (
          <p className="small quiet">
            {transition.kind === "always" ? "Taken at once, as soon as its condition holds." : "Taken when everything inside has finished."}
          </p>
        )}
      </section>
      {transition.guard.gates.length === 0 ? null : (
        <Section
          title={transition.guard.gates.length === 1 ? "Gate" : `${transition.guard.gates.length} gates, all must open`}
          aside={stats === undefined ? undefined : "last 30 days"}
        >
          {transition.guard.gates.map((gate) => (
            <Gate key={gate.asks} gate={gate} stats={stats?.gates[gate.asks]} />
          ))}
        </Section>
      )}
      {transition.guard.conditions.length === 0 ? null : (
        <Section title="Only when">
          {transition.guard.conditions.map((text) => (
            <Expression key={text} text={text} />
          ))}
        </Section>
      )}
      {override.length === 0 ? null : (
        <Section
          title={
            <>
              <Icon name="key" className="override-key" /> Override
            </>
          }
        >
          <Pairs items={override.map((gate) => [gate.asks, <code key={gate.asks}>{gate.overridePermission}</code>])} />
          <p className="small quiet">Recorded with a reason; one at a time.</p>
        </Section>
      )}
      <Section title="Effects, in order">
        <Effects placed={placed} />
      </Section>
    </>
  );
}

/** The declaration of an event: `events` or `start`. */
export function eventSpec(definition: JsonObject, event: string): JsonObject | null {
  for (const group of ["events", "start"]) {
    const specs = definition[group];
    const spec = isJsonObject(specs) && Object.hasOwn(specs, event) ? specs[event] : undefined;
    if (isJsonObject(spec)) return spec;
  }
  return null;
}

export function transitionTitle(definition: JsonObject, transition: ChartTransition): string {
  const title = transition.kind === "event" ? eventSpec(definition, transition.event)?.["title"] : undefined;
  if (typeof title === "string") return title;
  if (transition.kind === "after") return `After ${transition.event.replaceAll("_", " ")}`;
  return transition.kind === "always" ? "At once" : transition.kind === "done" ? "When done" : transition.event;
}
