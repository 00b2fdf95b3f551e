/** The decision table as a sheet: conditions left, results right, problems between the rows they concern. */
import { Fragment } from "react";
import type { Problem } from "#engine/core/problem.ts";
import type { TableDefinition, TableRow } from "#engine/schema/table.ts";
import type { InputSpec, ValueSpec } from "#engine/schema/values.ts";
import { fromPointer, type JsonPath } from "../document/json-path.ts";
import type { Coverage } from "../rules/coverage.ts";
import { CoverageMarks } from "../rules/rule-list.tsx";
import { Icon } from "../ui/icon.tsx";
import { CellText } from "./cell-text.tsx";

export interface TableGridProps {
  readonly definition: TableDefinition;
  readonly coverage: ReadonlyMap<string, Coverage>;
  /** Rows that matched for the shown test. */
  readonly matched: ReadonlySet<string>;
  readonly changed: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  readonly at: string | null;
  readonly edit: ((path: JsonPath) => void) | null;
}

export function TableGrid({ definition, coverage, matched, changed, problems, at, edit }: TableGridProps) {
  const params = definition.params ?? {};
  const { columns, outputs, rows } = definition;
  const width = columns.length + outputs.length + 2;
  return (
    <div className="sheet-scroll">
      <table className="sheet">
        <thead>
          <tr className="sheet-groups">
            <th scope="col" aria-label="Row" />
            <th scope="colgroup" colSpan={columns.length}>
              When
            </th>
            <th scope="colgroup" colSpan={outputs.length} className="then">
              Then
            </th>
            <th scope="col">Tests</th>
          </tr>
          <tr className="sheet-names">
            <td className="sheet-corner" />
            {columns.map((column) => (
              <th key={column.name} scope="col">
                <code>{column.name}</code>
                <small>{describeInput(definition.inputs[column.name], column.title)}</small>
              </th>
            ))}
            {outputs.map((output, index) => (
              <th key={output.name} scope="col" className={index === 0 ? "then" : undefined}>
                <code>{output.name}</code>
                <small>{describeSpec(output)}</small>
              </th>
            ))}
            <td className="sheet-corner" />
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => {
            const own = problems.filter((problem) => rowOf(problem, rows) === index);
            return (
              <Fragment key={row.id}>
                <Row
                  row={row}
                  index={index}
                  edit={edit}
                  definition={definition}
                  params={params}
                  isMatched={matched.has(row.id)}
                  isChanged={changed.has(row.id)}
                  isAt={at === row.id}
                  coverage={coverage.get(row.id)}
                />
                {own.map((problem) => (
                  <tr
                    key={`${problem.code} ${problem.path} ${problem.message}`}
                    className={
                      problem.severity === "info"
                        ? "sheet-problem m-done"
                        : problem.severity === "error"
                          ? "sheet-problem m-blocked"
                          : "sheet-problem m-unknown"
                    }
                  >
                    <td colSpan={width}>
                      <Icon name={problem.severity === "info" ? "info" : "warn"} /> <b>{problem.message}</b> <span className="soft">{problem.hint}</span>
                    </td>
                  </tr>
                ))}
              </Fragment>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  row,
  index,
  edit,
  definition,
  params,
  isMatched,
  isChanged,
  isAt,
  coverage,
}: {
  row: TableRow;
  index: number;
  edit: ((path: JsonPath) => void) | null;
  definition: TableDefinition;
  params: NonNullable<TableDefinition["params"]>;
  isMatched: boolean;
  isChanged: boolean;
  isAt: boolean;
  coverage: Coverage | undefined;
}) {
  const cell = (side: "when" | "then", name: string, text: string) => {
    const shown = <CellText text={text} params={params} isResult={side === "then"} />;
    if (edit === null) return shown;
    const path = ["rows", String(index), side, ...(row[side][name] === undefined ? [] : [name])];
    return (
      <button type="button" className="cell-edit" title="Edit in the JSON" aria-label={`${name} of row ${row.id}: ${text}, edit`} onClick={() => edit(path)}>
        {shown}
      </button>
    );
  };
  return (
    <tr className={[isMatched ? "is-matched" : "", isChanged ? "is-draft" : "", isAt ? "is-at" : ""].filter(Boolean).join(" ")} title={row.note}>
      <th scope="row">
        {isMatched ? <Icon name="check" label="matches" size={14} /> : null}
        {row.id}
      </th>
      {definition.columns.map((column) => (
        <td key={column.name}>{cell("when", column.name, row.when[column.name] ?? "-")}</td>
      ))}
      {definition.outputs.map((output, n) => (
        <td key={output.name} className={n === 0 ? "then" : undefined}>
          {cell("then", output.name, row.then[output.name] ?? "")}
        </td>
      ))}
      <td className="sheet-tests">{coverage === undefined ? null : <CoverageMarks coverage={coverage} />}</td>
    </tr>
  );
}

/** The row that a problem's pointer names, by position or id; null for the whole table. */
function rowOf(problem: Problem, rows: readonly TableRow[]): number | null {
  const [list, row] = fromPointer(problem.path);
  if (list !== "rows" || row === undefined) return null;
  const index = Number(row);
  return Number.isInteger(index) && rows[index] !== undefined ? index : rows.findIndex((one) => one.id === row);
}

function describeInput(spec: InputSpec | undefined, title: string | undefined): string {
  if (spec === undefined) return [title, "derived"].filter(Boolean).join(", ");
  return describeSpec(spec);
}

function describeSpec(spec: ValueSpec): string {
  return [spec.enum === undefined ? spec.type : `enum, ${spec.enum.length} values`, spec.unit].filter(Boolean).join(", ");
}
