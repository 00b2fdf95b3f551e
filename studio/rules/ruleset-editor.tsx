/** The rule set page: its rules in words and groups. */
import type { RulesetDefinition } from "#engine/schema/ruleset.ts";
import { Icon } from "../ui/icon.tsx";
import { type Coverage, coverageCount } from "./coverage.ts";
import { DecisionEditor, type DecisionPageProps } from "./decision-editor.tsx";
import { RuleList } from "./rule-list.tsx";

const POLICY_WORDS: Readonly<Record<string, string>> = {
  gate: "Any rule that fires shuts the gate and adds its reason",
  first: "The fired rule of the highest priority decides",
  collect: "All rules that fire are collected, in order",
  sum: "The points of the rules that fire are added",
};

export function RulesetEditor(props: DecisionPageProps) {
  const { content } = props.handle.document;
  const definition = content as unknown as RulesetDefinition;
  const count = Array.isArray(content["rules"]) ? definition.rules.length : 0;
  return (
    <DecisionEditor
      {...props}
      list="rules"
      name="name"
      firedBlocks={definition.policy?.type === "gate"}
      head={
        <>
          <h2>
            {count} {count === 1 ? "rule" : "rules"}
          </h2>
          <span className="quiet clip">{POLICY_WORDS[definition.policy?.type ?? ""] ?? ""}</span>
        </>
      }
      body={({ compiles, ...parts }) =>
        compiles ? <RuleList definition={definition} coverage={parts.coverage} changed={parts.changed} at={parts.at} edit={parts.edit} /> : null
      }
      note={({ coverage }) => <OutcomesCovered coverage={coverage} />}
    />
  );
}

function OutcomesCovered({ coverage }: { coverage: ReadonlyMap<string, Coverage> }) {
  const { covered, total } = coverageCount(coverage);
  const never = [...coverage].filter(([, one]) => !one.fired).map(([name]) => name);
  if (total === 0) return null;
  return (
    <>
      <span className={`tally small ${covered === total ? "m-open" : "m-unknown"}`}>
        <Icon name={covered === total ? "check" : "warn"} size={14} />
        {covered} of {total} outcomes covered
      </span>
      {never.length === 0 ? null : (
        <span className="small quiet clip">
          never true: <code>{never.join(", ")}</code>
        </span>
      )}
    </>
  );
}
