/** The decision table page: the sheet, its tests and problems, and a place to try it; the JSON pane beside them. */
import "../canvas/editor.css";
import "../kinds/parts.css";
import "../rules/rules.css";
import "./tables.css";
import { useMemo, useState } from "react";
import { sameJson } from "#engine/core/canonical.ts";
import type { Problem } from "#engine/core/problem.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { TableDefinition } from "#engine/schema/table.ts";
import { ProblemsBar } from "../canvas/problems-bar.tsx";
import { fromPointer, isObject } from "../document/json-path.ts";
import { JsonEditor } from "../kinds/json-editor.tsx";
import { coverageOf } from "../rules/coverage.ts";
import { DecisionFrame } from "../rules/decision-frame.tsx";
import type { DecisionEditorProps } from "../rules/ruleset-editor.tsx";
import { TestsTable } from "../rules/tests-table.tsx";
import { TryIt } from "../rules/try-it.tsx";
import { useDecision } from "../rules/use-decision.ts";
import { Notice } from "../ui/states.tsx";
import { TableGrid } from "./table-grid.tsx";

const HIT_WORDS: Readonly<Record<string, readonly [string, string]>> = {
  UNIQUE: ["Unique", "Exactly one row may match"],
  FIRST: ["First", "The first row that matches decides"],
  PRIORITY: ["Priority", "The matching row with the highest output decides"],
  ANY: ["Any", "All matching rows say the same"],
  COLLECT: ["Collect", "The outputs of all matching rows"],
  "RULE ORDER": ["Rule order", "All matching rows, in order"],
  "OUTPUT ORDER": ["Output order", "All matching rows, by output"],
};

export function TableEditor({ handle, version, moment, canEdit, problems, schema, view, onView, base }: DecisionEditorProps) {
  const { content } = handle.document;
  const definition = content as unknown as TableDefinition;
  const live = useDecision(handle.document, version, moment);
  const [test, setTest] = useState<string | null>(live.tests[0]?.name ?? null);
  const [at, setAt] = useState<string | null>(null);
  const rows = useMemo(() => (Array.isArray(content["rows"]) ? definition.rows : []), [content, definition]);
  const coverage = useMemo(
    () =>
      coverageOf(
        rows.map((row) => row.id),
        live.results,
      ),
    [rows, live.results],
  );
  const changed = useMemo(() => changedRows(base, rows), [base, rows]);
  const shown = live.results[live.tests.findIndex((one) => one.name === test)]?.decision;
  const untested = [...coverage].filter(([, one]) => !one.fired).map(([id]) => id);
  const [policy, meaning] = HIT_WORDS[definition.hitPolicy] ?? [definition.hitPolicy, ""];
  const gaps = problems.filter((problem) => problem.code.includes("gap")).length;
  const overlaps = problems.filter((problem) => problem.code.includes("overlap")).length;
  const go = (problem: Problem): void => {
    const path = fromPointer(problem.path);
    const row = path[0] === "rows" ? rows[Number(path[1])] : undefined;
    if (row !== undefined && view === "builder") setAt(row.id);
    else {
      onView("json");
      setAt(problem.path);
    }
  };
  return (
    <DecisionFrame
      side={<TryIt live={live} moment={moment} test={test} onTest={setTest} firedBlocks={false} />}
      bar={
        <ProblemsBar problems={problems} onGo={go}>
          <span className="quiet">
            {rows.length} rows, {definition.columns?.length ?? 0} conditions
          </span>
          {gaps === 0 ? null : <span className="tally m-unknown">{gaps === 1 ? "1 gap" : `${gaps} gaps`}</span>}
          {overlaps === 0 ? null : <span className="tally m-done">{overlaps === 1 ? "1 overlap" : `${overlaps} overlaps`}</span>}
        </ProblemsBar>
      }
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
            <span className="tag sheet-policy">
              <span className="quiet">Hit policy</span> {policy}
              {definition.aggregate === undefined ? "" : ` ${definition.aggregate.toLowerCase()}`}
            </span>
            <span className="quiet clip">{meaning}</span>
          </header>
          {typeof content["description"] === "string" ? <p className="soft rules-about">{content["description"]}</p> : null}
          {Array.isArray(definition.columns) && Array.isArray(definition.outputs) ? (
            <TableGrid definition={definition} coverage={coverage} matched={new Set(shown?.fired ?? [])} changed={changed} problems={problems} at={at} />
          ) : null}
          <TestsTable
            tests={live.tests}
            results={live.results}
            chosen={test}
            onChoose={setTest}
            firedBlocks={false}
            note={
              untested.length === 0 || live.results.length === 0 ? null : (
                <span className="small quiet clip">
                  rows without a test: <code>{untested.join(", ")}</code>
                </span>
              )
            }
          />
        </div>
      )}
    </DecisionFrame>
  );
}

function changedRows(base: JsonObject | null, rows: TableDefinition["rows"]): ReadonlySet<string> {
  if (base === null || !Array.isArray(base["rows"])) return new Set();
  const before = new Map((base["rows"] as unknown as TableDefinition["rows"]).map((row) => [row.id, row]));
  return new Set(rows.filter((row) => !sameJson(before.get(row.id) as never, row as never)).map((row) => row.id));
}
