/** What the pages of rule sets and tables have in common: the parts that decide, their tests, a place to try them, and the JSON pane beside them. */
import "../canvas/editor.css";
import "../kinds/parts.css";
import "./rules.css";
import { type ReactNode, useMemo, useState } from "react";
import { sameJson } from "#engine/core/canonical.ts";
import type { TestResult } from "#engine/core/definition-tests.ts";
import type { Problem } from "#engine/core/problem.ts";
import type { DecisionContext } from "#engine/core/rules/decision.ts";
import { isJsonObject, type JsonObject, type JsonSchema } from "#engine/schema/json.ts";
import { ProblemsBar } from "../canvas/problems-bar.tsx";
import { fromPointer, type JsonPath, toPointer } from "../document/json-path.ts";
import type { DocumentHandle } from "../document/use-document.ts";
import { JsonEditor } from "../kinds/json-editor.tsx";
import { Notice } from "../ui/states.tsx";
import { type Coverage, coverageOf } from "./coverage.ts";
import { TestsTable } from "./tests-table.tsx";
import { TryIt } from "./try-it.tsx";
import { useDecision } from "./use-decision.ts";

export interface DecisionPageProps {
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

/** What of a decision is shown: which parts the tests fire, which differ from the base, and where the reader was led. */
export interface DecisionParts {
  readonly coverage: ReadonlyMap<string, Coverage>;
  readonly changed: ReadonlySet<string>;
  /** Name of a part. */
  readonly at: string | null;
  /** Of the chosen test. */
  readonly shown: TestResult["decision"];
  readonly compiles: boolean;
  /** Leads to a place of the JSON, to change it there; null for who only reads. */
  readonly edit: ((path: JsonPath) => void) | null;
}

interface Props extends DecisionPageProps {
  /** Where the parts stand, and which of their fields names them. */
  readonly list: "rules" | "rows";
  readonly name: "name" | "id";
  readonly firedBlocks: boolean;
  readonly head: ReactNode;
  readonly tallies?: ReactNode;
  readonly body: (parts: DecisionParts) => ReactNode;
  readonly note: (parts: DecisionParts) => ReactNode;
}

export function DecisionEditor(props: Props) {
  const { handle, version, moment, canEdit, problems, schema, view, onView, base, list, name, firedBlocks } = props;
  const { content } = handle.document;
  const live = useDecision(handle.document, version, moment);
  const [test, setTest] = useState<string | null>(live.tests[0]?.name ?? null);
  const [at, setAt] = useState<string | null>(null);
  const [jsonAt, setJsonAt] = useState<string | null>(null);
  const parts = useMemo(() => partsIn(content, list), [content, list]);
  const names = useMemo(() => parts.map((part) => String(part[name])), [parts, name]);
  const coverage = useMemo(() => coverageOf(names, live.results), [names, live.results]);
  const changed = useMemo(() => {
    const before = new Map(partsIn(base, list).map((part) => [part[name], part]));
    return new Set(names.filter((_, n) => Array.isArray(base?.[list]) && !sameJson(before.get(parts[n]?.[name]), parts[n])));
  }, [base, list, name, names, parts]);
  const goJson = (pointer: string): void => {
    onView("json");
    setJsonAt(pointer);
  };
  const go = (problem: Problem): void => {
    const path = fromPointer(problem.path);
    const part = path[0] === list ? names[Number(path[1])] : undefined;
    if (part !== undefined && view === "builder") setAt(part);
    else goJson(problem.path);
  };
  const shown = live.results[live.tests.findIndex((one) => one.name === test)]?.decision;
  const edit = (path: JsonPath): void => goJson(toPointer(path));
  const seen: DecisionParts = { coverage, changed, at, shown, compiles: live.compiled !== null, edit: canEdit ? edit : null };
  return (
    <div className="workspace decision-workspace">
      <div className="workspace-canvas">
        {view === "json" ? (
          <JsonEditor
            label={`${handle.document.key} as JSON`}
            value={content}
            schema={schema}
            problems={problems}
            at={jsonAt}
            onShown={() => setJsonAt(null)}
            onChange={canEdit ? (value) => isJsonObject(value) && handle.run({ type: "replace-json", content: value }, "json") : undefined}
          />
        ) : (
          <div className="decision-page">
            {live.fault === null ? null : <Notice tone="blocked">{live.fault.message}. The JSON shows the place.</Notice>}
            <header className="line rules-head">{props.head}</header>
            {typeof content["description"] === "string" ? <p className="soft rules-about">{content["description"]}</p> : null}
            {props.body(seen)}
            <TestsTable
              tests={live.tests}
              results={live.results}
              chosen={test}
              onChoose={setTest}
              firedBlocks={firedBlocks}
              edit={seen.edit}
              note={live.results.length === 0 ? null : props.note(seen)}
            />
          </div>
        )}
      </div>
      <TryIt live={live} moment={moment} test={test} onTest={setTest} firedBlocks={firedBlocks} />
      <ProblemsBar problems={problems} onGo={go}>
        {props.tallies}
      </ProblemsBar>
    </div>
  );
}

function partsIn(content: JsonObject | null, list: string): readonly JsonObject[] {
  const found = content?.[list];
  return Array.isArray(found) ? (found as readonly JsonObject[]) : [];
}
