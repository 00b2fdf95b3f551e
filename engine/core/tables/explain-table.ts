/** The rows behind a compact decision of a table, cell by cell; computed again from the stored inputs, for nothing else is stored. */
import type { Json } from "../../schema/json.ts";
import { Unknown } from "../feel/values.ts";
import type { Evaluated } from "../rules/decision.ts";
import type { Frame } from "../rules/frame.ts";
import type { ConditionNode, Decision, Truth } from "../step-types.ts";
import type { Column, CompiledTable } from "./table-parts.ts";

export function explainRows(compact: Evaluated, compiled: CompiledTable, frame: Frame, json: (slot: number) => Json | undefined): Decision["explanation"] {
  const { columns, rows } = compiled.parts;
  const fired = new Set(compact.fired);
  const cellNode = (column: Column, row: number): ConditionNode => {
    const cell = column.cells[row]!;
    const value = frame.val[column.slot]!;
    const result: Truth = cell.test.testFrame(value, frame.val);
    const actual = json(column.slot);
    return {
      op: "matches",
      result,
      fact: column.name,
      expected: cell.text,
      ...(actual === undefined ? {} : { actual }),
      ...(result === "unknown" ? { because: value instanceof Unknown ? value.reason : "wrong type" } : {}),
    };
  };
  return {
    inputs: compact.inputs,
    params: compact.params,
    rules: rows.map((row, i) => {
      const children = columns.filter((column) => column.cells[i]!.form !== "any").map((column) => cellNode(column, i));
      const results = children.map((child) => child.result);
      const result: Truth = results.includes(false) ? false : results.includes("unknown") ? "unknown" : true;
      return { id: row.id, fired: fired.has(row.id) ? true : result === "unknown" ? "unknown" : false, conditions: { op: "all", result, children } };
    }),
  };
}
