/** The rule set page: rules in words and groups, its tests, and a place to try it; the JSON pane beside them. */
import "../canvas/editor.css";
import "../kinds/parts.css";
import "./rules.css";
import { useMemo, useState } from "react";
import { sameJson } from "#engine/core/canonical.ts";
import type { Problem } from "#engine/core/problem.ts";
import type { DecisionContext } from "#engine/core/rules/decision.ts";
import type { JsonObject, JsonSchema } from "#engine/schema/json.ts";
import type { RulesetDefinition } from "#engine/schema/ruleset.ts";
import { ProblemsBar } from "../canvas/problems-bar.tsx";
import { fromPointer, isObject } from "../document/json-path.ts";
import type { DocumentHandle } from "../document/use-document.ts";
import { JsonEditor } from "../kinds/json-editor.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice } from "../ui/states.tsx";
import { coverageCount, coverageOf } from "./coverage.ts";
import { DecisionFrame } from "./decision-frame.tsx";
import { RuleList } from "./rule-list.tsx";
import { TestsTable } from "./tests-table.tsx";
import { TryIt } from "./try-it.tsx";
import { useDecision } from "./use-decision.ts";

export interface DecisionEditorProps {
  readonly handle: DocumentHandle;
  readonly version: string;
  readonly moment: DecisionContext;
  readonly canEdit: boolean;
  readonly problems: readonly Problem[];
  readonly schema?: JsonSchema | undefined;
  readonly view: "builder" | "json";
  readonly onView: (view: "builder" | "json") => void;
  /** The base's content, to mark what the draft changed; null where it is new or unchanged. */
  readonly base: JsonObject | null;
}

const POLICY_WORDS: Readonly<Record<string, string>> = {
  gate: "Any rule that fires shuts the gate and adds its reason",
  first: "The fired rule of the highest priority decides",
  collect: "All rules that fire are collected, in order",
  sum: "The points of the rules that fire are added",
};

export function RulesetEditor({ handle, version, moment, canEdit, problems, schema, view, onView, base }: DecisionEditorProps) {
  const { content } = handle.document;
  const definition = content as unknown as RulesetDefinition;
  const live = useDecision(handle.document, version, moment);
  const [test, setTest] = useState<string | null>(live.tests[0]?.name ?? null);
  const [at, setAt] = useState<string | null>(null);
  const rules = useMemo(() => (Array.isArray(content["rules"]) ? definition.rules : []), [content, definition]);
  const coverage = useMemo(
    () =>
      coverageOf(
        rules.map((rule) => rule.name),
        live.results,
      ),
    [rules, live.results],
  );
  const changed = useMemo(() => changedRules(base, rules), [base, rules]);
  const { covered, total } = coverageCount(coverage);
  const never = [...coverage].filter(([, one]) => !one.fired).map(([name]) => name);
  const go = (problem: Problem): void => {
    const path = fromPointer(problem.path);
    const rule = path[0] === "rules" ? rules[Number(path[1])] : undefined;
    if (rule !== undefined && view === "builder") setAt(rule.name);
    else {
      onView("json");
      setAt(problem.path);
    }
  };
  const canShow = live.compiled !== null;
  return (
    <DecisionFrame
      side={<TryIt live={live} moment={moment} test={test} onTest={setTest} firedBlocks={definition.policy?.type === "gate"} />}
      bar={<ProblemsBar problems={problems} onGo={go} />}
    >
      {view === "json" ? (
        <JsonEditor
          label={`${handle.document.key} as JSON`}
          value={content}
          schema={schema}
          problems={problems}
          at={at}
          onChange={canEdit ? (value) => isObject(value) && handle.run({ type: "replace-json", content: value }, "json") : undefined}
        />
      ) : (
        <div className="decision-page">
          {live.fault === null ? null : <Notice tone="blocked">{live.fault.message}. The JSON shows the place.</Notice>}
          <header className="line rules-head">
            <h2>
              {rules.length} {rules.length === 1 ? "rule" : "rules"}
            </h2>
            <span className="quiet clip">{POLICY_WORDS[definition.policy?.type ?? ""] ?? ""}</span>
          </header>
          {typeof content["description"] === "string" ? <p className="soft rules-about">{content["description"]}</p> : null}
          {canShow ? <RuleList definition={definition} coverage={coverage} changed={changed} at={at} /> : null}
          <TestsTable
            tests={live.tests}
            results={live.results}
            chosen={test}
            onChoose={setTest}
            firedBlocks={definition.policy?.type === "gate"}
            note={
              total === 0 || live.results.length === 0 ? null : (
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
              )
            }
          />
        </div>
      )}
    </DecisionFrame>
  );
}

function changedRules(base: JsonObject | null, rules: RulesetDefinition["rules"]): ReadonlySet<string> {
  if (base === null || !Array.isArray(base["rules"])) return new Set();
  const before = new Map((base["rules"] as unknown as RulesetDefinition["rules"]).map((rule) => [rule.name, rule]));
  return new Set(rules.filter((rule) => !sameJson(before.get(rule.name) as never, rule as never)).map((rule) => rule.name));
}
