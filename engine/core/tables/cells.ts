/**
 * What a cell of a table says, as far as it can be told before any input is known: which literals it compares with.
 *
 * Between its own literals a static cell gives one and the same answer; the index (column-index.ts) and the gap check (analyse.ts)
 * rest on that. A cell that reads a param, another input or a function of `?` is dynamic: asked only for rows that are still possible.
 */
import { mentionsInput, type Node, type Test } from "../feel/ast.ts";
import { compileFeel, type UnaryTest } from "../feel/compile.ts";
import { isNumeric } from "../feel/decimals.ts";
import { parseDate, parseDateTime } from "../feel/temporal.ts";
import { FeelDate, FeelDateTime, FeelRange, type FeelValue, isList } from "../feel/values.ts";
import type { Family } from "../rules/operators.ts";

/** Families whose values have a place on a line or in a map. */
export type Indexed = "number" | "string" | "boolean" | "date" | "datetime";

export interface Cell {
  readonly row: number;
  readonly text: string;
  readonly test: UnaryTest;
  /** "any": the dash. "dynamic": only evaluation tells. */
  readonly form: "any" | "static" | "dynamic";
  /** Family of the literals; null where the only literal is null. */
  readonly family: Indexed | null;
  /** Numbers, days or milliseconds that it compares with. */
  readonly bounds: readonly number[];
  readonly words: readonly string[];
}

/** The value of an expression without names; undefined where it has some. */
function closedValue(node: Node, text: string): FeelValue | undefined {
  if (node.kind === "literal") return node.value;
  if (node.kind === "range") {
    const [low, high] = [closedValue(node.low, text), closedValue(node.high, text)];
    return low === undefined || high === undefined ? undefined : new FeelRange(low, high, node.lowIncluded, node.highIncluded);
  }
  if (node.kind === "list") {
    const items = node.items.map((item) => closedValue(item, text));
    return items.includes(undefined) ? undefined : (items as FeelValue[]);
  }
  if ((node.kind !== "call" && node.kind !== "negate") || mentionsInput(node)) return undefined;
  return compileFeel(text.slice(node.from, node.to)).constant;
}
/** Literals of a test; null where it is not made of literals alone. */
function literalsOf(test: Test, text: string): readonly FeelValue[] | null {
  const value = test.value.kind === "input" ? undefined : closedValue(test.value, text);
  if (value === undefined) return null;
  if (test.kind === "end") return isList(value) || value instanceof FeelRange ? null : [value];
  const entries = isList(value) ? value : [value];
  return entries.some(isList) ? null : entries.flatMap((entry) => (entry instanceof FeelRange ? [entry.low, entry.high] : [entry]));
}
function familyOfValue(value: FeelValue): Indexed | "other" {
  if (typeof value === "number") return "number";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "boolean";
  if (value instanceof FeelDate) return "date";
  return value instanceof FeelDateTime ? "datetime" : "other";
}
/** Text in a column of dates is a date. */
function asFamily(value: FeelValue, family: Family): FeelValue {
  if (typeof value !== "string") return value;
  if (family === "date") return parseDate(value) ?? value;
  return family === "datetime" ? (parseDateTime(value) ?? value) : value;
}
const placeOf = (value: FeelValue): number => (value instanceof FeelDate ? value.day : value instanceof FeelDateTime ? value.ms : (value as number));

/**
 * `problem` tells why the cell cannot be meant: a literal of another type than the column's, or outside its enum.
 */
export function readCell(
  row: number,
  test: UnaryTest,
  family: Family,
  allowed: readonly string[] | undefined,
): { readonly cell: Cell; readonly problem?: string } {
  const base = { row, text: test.text, test, family: null, bounds: [], words: [] };
  const { any, tests } = test.ast;
  if (any) return { cell: { ...base, form: "any" } };
  const literals = tests.map((entry) => literalsOf(entry, test.text));
  const known = literals
    .flatMap((list) => list ?? [])
    .filter((value) => value !== null)
    .map((value) => asFamily(value, family));
  const families = new Set(known.map(familyOfValue));
  if (family !== "any" && family !== "list" && family !== "record" && family !== "duration") {
    const stranger = known.find((value) => familyOfValue(value) !== family && !(family === "number" && isNumeric(value)));
    if (stranger !== undefined)
      return { cell: { ...base, form: "dynamic" }, problem: `The column holds a ${family}; this cell compares it with a ${familyOfValue(stranger)}` };
    const outside = allowed === undefined ? undefined : known.find((value) => typeof value === "string" && !allowed.includes(value));
    if (outside !== undefined) return { cell: { ...base, form: "dynamic" }, problem: `"${String(outside)}" is none of ${allowed!.join(", ")}` };
  }
  const isOrdered = tests.some((entry) => entry.kind === "end" && entry.op !== "=" && entry.op !== "!=") || test.text.includes("..");
  const only = families.size === 1 ? [...families][0]! : null;
  const isStatic =
    !literals.includes(null) && families.size <= 1 && only !== "other" && !(isOrdered && (only === "string" || only === "boolean" || only === null));
  if (!isStatic) return { cell: { ...base, form: "dynamic" } };
  const bounds = only === null || only === "string" || only === "boolean" ? [] : [...new Set(known.map(placeOf))].sort((a, b) => a - b);
  return { cell: { ...base, form: "static", family: only, bounds, words: only === "string" ? (known as string[]) : [] } };
}
