/** The machine as a whole: shown while nothing is selected. */
import { isJsonObject, type JsonObject } from "#engine/schema/json.ts";

import { DefinitionLink } from "../../kinds/definition-link.tsx";
import type { Chart } from "../chart.ts";
import { actionsNamed } from "../named-actions.ts";
import { EffectList, Expression, Pairs, payloadText, Section, whoMay } from "./parts.tsx";

const listOf = (value: unknown): readonly JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);

export function MachineInspector({ definition, chart }: { definition: JsonObject; chart: Chart }) {
  const starts = isJsonObject(definition["start"]) ? Object.entries(definition["start"]) : [];
  const delays = isJsonObject(definition["delays"]) ? Object.entries(definition["delays"]) : [];
  const named = isJsonObject(definition["actions"]) ? Object.keys(definition["actions"]) : [];
  const invariants = listOf(definition["invariants"]);
  const checklist = listOf(definition["checklist"]);
  const gates = new Set(chart.transitions.flatMap((one) => one.guard.gates.map((gate) => gate.asks)));
  return (
    <>
      <section>
        {typeof definition["description"] === "string" ? <p className="soft">{definition["description"]}</p> : null}
        <Pairs
          items={[
            ["Record", typeof definition["record"] === "string" ? <DefinitionLink key="record" kind="type" to={definition["record"]} /> : null],
            ["States", String([...chart.states.values()].filter((state) => state.children.length === 0).length)],
            ["Transitions", String(chart.transitions.length)],
            ["Gates", String(gates.size)],
            ["Tests", String(listOf(definition["tests"]).length)],
          ]}
        />
      </section>
      {starts.length === 0 ? null : (
        <Section title="Starts with">
          {starts.map(([event, spec]) => (
            <Pairs
              key={event}
              items={
                isJsonObject(spec)
                  ? [
                      ["Event", <code key="e">{event}</code>],
                      ["Who may", whoMay(spec)],
                      [
                        "Payload",
                        <code key="p" className="wrap">
                          {payloadText(spec["payload"])}
                        </code>,
                      ],
                    ]
                  : []
              }
            />
          ))}
        </Section>
      )}
      {checklist.length === 0 ? null : (
        <Section title="Checklist" aside={checklist.length}>
          <ul className="plain-list">
            {checklist.map((item) => (
              <li key={String(item["id"])}>{String(item["title"] ?? item["id"])}</li>
            ))}
          </ul>
        </Section>
      )}
      {named.map((name) => (
        <Section
          key={name}
          title={
            <>
              Action &nbsp;<code>{name}</code>
            </>
          }
        >
          <EffectList actions={actionsNamed(definition, name)} />
        </Section>
      ))}
      {delays.length === 0 ? null : (
        <Section title="Delays">
          <Pairs items={delays.map(([name, text]) => [name, <Expression key={name} text={String(text)} />])} />
        </Section>
      )}
      {invariants.length === 0 ? null : (
        <Section title="Never">
          {invariants.map((invariant) => (
            <Pairs key={String(invariant["name"])} items={[[String(invariant["name"]), <Expression key="never" text={String(invariant["never"])} />]]} />
          ))}
        </Section>
      )}
    </>
  );
}
