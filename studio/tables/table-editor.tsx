/** The decision table page: its rows as a sheet. */
import "./tables.css";
import type { TableDefinition } from "#engine/schema/table.ts";
import { DecisionEditor, type DecisionPageProps } from "../rules/decision-editor.tsx";
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

export function TableEditor(props: DecisionPageProps) {
  const { problems } = props;
  const { content } = props.handle.document;
  const definition = content as unknown as TableDefinition;
  const rows = Array.isArray(content["rows"]) ? definition.rows.length : 0;
  const [policy, meaning] = HIT_WORDS[definition.hitPolicy] ?? [definition.hitPolicy, ""];
  const gaps = problems.filter((problem) => problem.code.includes("gap")).length;
  const overlaps = problems.filter((problem) => problem.code.includes("overlap")).length;
  const isSheet = Array.isArray(content["columns"]) && Array.isArray(content["outputs"]);
  return (
    <DecisionEditor
      {...props}
      list="rows"
      name="id"
      firedBlocks={false}
      head={
        <>
          <span className="tag sheet-policy">
            <span className="quiet">Hit policy</span> {policy}
            {definition.aggregate === undefined ? "" : ` ${definition.aggregate.toLowerCase()}`}
          </span>
          <span className="quiet clip">{meaning}</span>
        </>
      }
      tallies={
        <>
          <span className="quiet">
            {rows} rows, {definition.columns?.length ?? 0} conditions
          </span>
          {gaps === 0 ? null : <span className="tally m-unknown">{gaps === 1 ? "1 gap" : `${gaps} gaps`}</span>}
          {overlaps === 0 ? null : <span className="tally m-done">{overlaps === 1 ? "1 overlap" : `${overlaps} overlaps`}</span>}
        </>
      }
      body={({ coverage, changed, shown, at, edit }) =>
        isSheet ? (
          <TableGrid
            definition={definition}
            coverage={coverage}
            matched={new Set(shown?.fired ?? [])}
            changed={changed}
            problems={problems}
            at={at}
            edit={edit}
          />
        ) : null
      }
      note={({ coverage }) => {
        const untested = [...coverage].filter(([, one]) => !one.fired).map(([id]) => id);
        return untested.length === 0 ? null : (
          <span className="small quiet clip">
            no test reaches {untested.length === 1 ? "row" : "rows"} <code>{untested.join(", ")}</code>
          </span>
        );
      }}
    />
  );
}
