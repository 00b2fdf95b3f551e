/** What a compiled table consists of: made by compile-table, walked by evaluate-table and explain-table. */
import type { Json } from "../../schema/json.ts";
import type { TableDefinition, TableOutput } from "../../schema/table.ts";
import type { Expression } from "../feel/compile.ts";
import { converter, fromFeel } from "../feel/convert.ts";
import { type FeelValue, Unknown } from "../feel/values.ts";
import type { CompiledDecision } from "../rules/decision.ts";
import type { Cell } from "./cells.ts";
import type { ColumnIndex } from "./column-index.ts";

export interface Column {
  readonly name: string;
  readonly slot: number;
  /** Per row: its cell, the dash included. */
  readonly cells: readonly Cell[];
  readonly index: ColumnIndex;
}
export interface RowOutput {
  readonly name: string;
  /** Value and JSON where they depend on nothing. */
  readonly constant?: { readonly value: FeelValue; readonly json: Json };
  readonly expression?: Expression;
}
export interface CompiledRow {
  readonly id: string;
  readonly outputs: readonly RowOutput[];
  /** Cells that only evaluation tells. */
  readonly dynamic: readonly { readonly slot: number; readonly cell: Cell }[];
}
export interface TableParts {
  readonly columns: readonly Column[];
  readonly rows: readonly CompiledRow[];
  readonly outputSlots: readonly number[];
  readonly compute: readonly { readonly name: string; readonly slot: number; readonly expression: Expression }[];
  readonly outcome: Expression | undefined;
  readonly reasons: Expression | undefined;
}
export interface CompiledTable extends CompiledDecision {
  readonly kind: "table";
  readonly definition: TableDefinition;
  readonly parts: TableParts;
}

/** What an output is where no row gives it. */
export function defaultOf(output: TableOutput): { readonly value: FeelValue; readonly json: Json } {
  const json = output.default ?? null;
  if (output.type === undefined) return { value: json as FeelValue, json };
  const value = converter({ ...output, nullable: true })(json);
  return value instanceof Unknown ? { value: json as FeelValue, json } : { value, json: fromFeel(value, output) ?? null };
}
