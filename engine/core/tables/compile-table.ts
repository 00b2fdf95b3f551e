/**
 * Compiles a decision table: columns to an index, cells that need evaluation to tests, outputs to constants where they are.
 *
 * A row that might match (a cell is unknown) makes the outcome "unknown" wherever it could have counted.
 */
import type { TableDefinition } from "../../schema/table.ts";
import type { Expression } from "../feel/compile.ts";
import { converter, fromFeel } from "../feel/convert.ts";
import { Unknown } from "../feel/values.ts";
import { familyOf } from "../rules/operators.ts";
import { DefinitionErrors, pointer } from "../rules/problems.ts";
import { Reader } from "../rules/reader.ts";
import { type Cell, readCell } from "./cells.ts";
import { ColumnIndex } from "./column-index.ts";
import { TableEvaluator } from "./evaluate-table.ts";
import { type Column, type CompiledRow, type CompiledTable, defaultOf, type RowOutput } from "./table-parts.ts";

export const MAX_ROWS = 20_000;
export const MAX_COLUMNS = 64;

/** Throws EngineError `definition_invalid` with `errors`: [{path, message, from?, to?}]. */
export function compileTable(definition: TableDefinition, hash: string): CompiledTable {
  const errors = new DefinitionErrors();
  const reader = new Reader(definition, errors);
  if (definition.rows.length > MAX_ROWS) errors.add("/rows", `A table has at most ${MAX_ROWS} rows`);
  if (definition.columns.length > MAX_COLUMNS) errors.add("/columns", `A table has at most ${MAX_COLUMNS} columns`);
  errors.refuse(definition.key);
  const columns = definition.columns.map((_, i) => compileColumn(definition, i, reader, errors));
  const columnNames = new Set(definition.columns.map((column) => column.name));
  const ids = new Set<string>();
  const rows = definition.rows.map((row, i) => {
    if (ids.has(row.id)) errors.add(pointer("rows", i, "id"), `Two rows have the id "${row.id}"`);
    ids.add(row.id);
    for (const name of Object.keys(row.when)) if (!columnNames.has(name)) errors.add(pointer("rows", i, "when", name), `"${name}" is no column of this table`);
    return compileRow(definition, i, columns, reader, errors);
  });
  const slots = new Map(reader.slots);
  const outputSlots = definition.outputs.map((output, i) => {
    if (definition.outputs.findIndex((other) => other.name === output.name) !== i) errors.add(pointer("outputs", i), `Two outputs are named "${output.name}"`);
    const slot = reader.reserve(output.name, undefined);
    slots.set(output.name, slot);
    return slot;
  });
  const compile = (path: string, text: string | undefined): Expression | undefined => {
    const expression = text === undefined ? undefined : errors.feel(path, text, { slots: new Map(slots) });
    if (expression !== undefined) reader.noteReads(expression.reads);
    return expression;
  };
  const compute = Object.entries(definition.compute ?? {}).flatMap(([name, text]) => {
    const expression = compile(pointer("compute", name), text);
    const slot = reader.reserve(name, undefined);
    slots.set(name, slot);
    return expression === undefined ? [] : [{ name, slot, expression }];
  });
  const outcome = compile("/outcome", definition.outcome);
  const reasons = compile("/reasons", definition.reasons);
  if (definition.aggregate !== undefined && definition.hitPolicy !== "COLLECT") errors.add("/aggregate", "Only COLLECT aggregates");
  if ((definition.hitPolicy === "PRIORITY" || definition.hitPolicy === "OUTPUT ORDER") && !definition.outputs.some((output) => output.values !== undefined)) {
    errors.add("/hitPolicy", `${definition.hitPolicy} needs an output with "values" in order of priority`);
  }
  errors.refuse(definition.key);
  return new TableEvaluator(definition, hash, reader, { columns, rows, outputSlots, compute, outcome, reasons });
}

function compileColumn(definition: TableDefinition, at: number, reader: Reader, errors: DefinitionErrors): Column {
  const { name } = definition.columns[at]!;
  const slot = reader.slots.get(name);
  if (slot === undefined) {
    errors.add(pointer("columns", at, "name"), `"${name}" is no input, param or derived value of this table`);
    return { name, slot: 0, cells: [], index: new ColumnIndex(0, 0, []) };
  }
  reader.noteSlot(slot);
  const spec = reader.specs[slot];
  const family = familyOf(spec?.type);
  const cells: Cell[] = [];
  const known = new Map<string, Omit<Cell, "row">>();
  definition.rows.forEach((row, i) => {
    const text = (Object.hasOwn(row.when, name) ? row.when[name]! : "-").trim();
    let shape = known.get(text);
    if (shape === undefined) {
      const path = pointer("rows", i, "when", name);
      const test = errors.unaryTests(path, text, { slots: reader.slots });
      if (test === undefined) return;
      reader.noteReads(test.reads);
      const { cell, problem } = readCell(i, test, family, spec?.enum);
      if (problem !== undefined) errors.add(path, problem);
      shape = cell;
      known.set(text, cell);
    }
    cells.push({ ...shape, row: i });
  });
  return {
    name,
    slot,
    cells,
    index: new ColumnIndex(
      slot,
      definition.rows.length,
      cells.filter((cell) => cell.form !== "any"),
    ),
  };
}

function compileRow(definition: TableDefinition, at: number, columns: readonly Column[], reader: Reader, errors: DefinitionErrors): CompiledRow {
  const row = definition.rows[at]!;
  for (const name of Object.keys(row.then)) {
    if (!definition.outputs.some((output) => output.name === name)) errors.add(pointer("rows", at, "then", name), `"${name}" is no output of this table`);
  }
  const outputs = definition.outputs.map((output): RowOutput => {
    const { name } = output;
    const path = pointer("rows", at, "then", name);
    if (!Object.hasOwn(row.then, name)) {
      return { name, constant: defaultOf(output) };
    }
    const expression = errors.feel(path, row.then[name]!, { slots: reader.slots });
    if (expression === undefined) return { name, constant: { value: null, json: null } };
    reader.noteReads(expression.reads);
    const { constant } = expression;
    if (constant === undefined) return { name, expression };
    const json = fromFeel(constant, output.type === undefined ? undefined : output);
    if (constant instanceof Unknown || json === undefined) errors.add(path, "This has no value");
    else if (output.type !== undefined && converter({ ...output, nullable: true })(json) instanceof Unknown)
      errors.add(path, `${row.then[name]} does not fit the output's type ${output.type}`);
    return { name, constant: { value: constant, json: json ?? null } };
  });
  const dynamic = columns.flatMap((column) => (column.index.isDynamic(at) ? [{ slot: column.slot, cell: column.cells[at]! }] : []));
  return { id: row.id, outputs, dynamic };
}
