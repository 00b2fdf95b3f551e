/**
 * What is suspicious about a table though it compiles: gaps with the exact missing ranges, rows that overlap where they must not, rows
 * that can never be reached, columns that decide nothing. Bounded: what would take too long is said not to be known.
 */

import { Regions } from "./regions.ts";
import type { CompiledTable } from "./table-parts.ts";

const MAX_BOXES = 5000;
const MAX_FINDINGS = 20;
/** Rows that a message names. */
const MAX_NAMED = 5;
/** Words of sets that each question may cost: some tenths of a second. */
const MAX_WORK = 10_000_000;

type Span = readonly [from: number, to: number];

/** In hexadecimal digits, which are had without going through the bits. */
function spanOf(set: bigint): Span {
  const digits = set.toString(16);
  return [digits.length - digits.replace(/0+$/u, "").length, digits.length - 1];
}

/** What one question may still cost; counted, not timed, so that a table is told the same everywhere. */
class Allowance {
  private left = MAX_WORK;
  private readonly unit: number;
  constructor(regions: readonly Regions[]) {
    this.unit = regions.reduce((sum, region) => sum + region.cost, 0);
  }
  /** Whether so many boxes may still be taken apart. */
  covers(boxes: number): boolean {
    this.left -= boxes * this.unit;
    return this.left >= 0;
  }
  /** Whether the two have something in common; null where that may no longer be asked. */
  meet(one: RowBox, other: RowBox): boolean | null {
    this.left -= one.spans.length;
    const isApart = one.spans.some(([from, to], i) => to < other.spans[i]![0] || other.spans[i]![1] < from);
    if (isApart) return this.left < 0 ? null : false;
    return this.covers(1) ? one.box.every((set, i) => (set & other.box[i]!) !== 0n) : null;
  }
}

/** One set of regions per column. */
type Box = readonly bigint[];
interface RowBox {
  readonly box: Box;
  /** About where each set begins and ends: most rows of a large table are told apart by these alone. */
  readonly spans: readonly Span[];
  /** No cell of the row is dynamic: the box is what it matches, not only what it might. */
  readonly isExact: boolean;
}

/** Fits the lints' Problem, which adds kind and key. */
export interface TableFinding {
  readonly severity: "error" | "warning" | "info";
  readonly code: "column_idle" | "row_never" | "gap" | "gaps_unknown" | "overlap" | "overlaps_unknown" | "row_unreachable" | "unreachable_unknown";
  /** JSON pointer into the definition. */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
  /** Ids of the rows concerned. */
  readonly rows: readonly string[];
  /** For gaps: column -> unary test that describes what is missing; absent columns: any value. */
  readonly ranges?: Readonly<Record<string, string>>;
}

export function analyseTable(table: CompiledTable): readonly TableFinding[] {
  const { columns, rows } = table.parts;
  const regions = columns.map((column) => new Regions(column, table.inputs[column.name] ?? table.params[column.name]));
  const known: RowBox[] = rows.map((_, row) => {
    const sets = columns.map((column, i) => regions[i]!.of(column.cells[row]!));
    const box = sets.map((set, i) => set ?? regions[i]!.all);
    return { box, spans: box.map(spanOf), isExact: !sets.includes(null) };
  });
  return [
    ...idleColumns(table),
    ...neverRows(table, known),
    ...gaps(table, regions, known),
    ...overlaps(table, regions, known),
    ...hidden(table, regions, known),
  ];
}

/** The parts of `box` outside `row`, as disjoint boxes. */
function subtract(box: Box, row: Box): Box[] {
  if (box.some((set, i) => (set & row[i]!) === 0n)) return [box];
  const parts: Box[] = [];
  const rest = [...box];
  for (let i = 0; i < box.length; i++) {
    const outside = rest[i]! & ~row[i]!;
    if (outside !== 0n) parts.push(rest.map((set, j) => (j === i ? outside : set)));
    rest[i] = rest[i]! & row[i]!;
  }
  return parts;
}
/** What is left of `boxes` after all rows; null where it gets too many, or takes too long. */
function remainder(boxes: readonly Box[], rows: readonly Box[], allowance: Allowance): readonly Box[] | null {
  let left: readonly Box[] = boxes;
  for (const row of rows) {
    if (!allowance.covers(left.length)) return null;
    left = left.flatMap((box) => subtract(box, row));
    if (left.length > MAX_BOXES) return null;
    if (left.length === 0) break;
  }
  return left;
}

const HINTS = {
  gaps_unknown: "Split it, or give a default for every output.",
  overlaps_unknown: "Split it, or use FIRST; rows that do match together are told when it decides.",
  unreachable_unknown: "Split it.",
} as const;
const unknown = (code: keyof typeof HINTS, message: string): TableFinding => ({ severity: "info", code, path: "/rows", message, hint: HINTS[code], rows: [] });

function idleColumns(table: CompiledTable): TableFinding[] {
  if (table.parts.rows.length < 2) return [];
  return table.parts.columns.flatMap((column, i): TableFinding[] => {
    const texts = new Set(column.cells.map((cell) => cell.text));
    if (texts.size !== 1) return [];
    return [
      {
        severity: "info",
        code: "column_idle",
        path: `/columns/${i}`,
        message: `Column "${column.name}" has ${[...texts][0]} in every row: it tells no rows apart`,
        hint: "Remove the column, or fill in what differs.",
        rows: [],
      },
    ];
  });
}
function neverRows(table: CompiledTable, known: readonly RowBox[]): TableFinding[] {
  return known.flatMap(({ box }, row): TableFinding[] => {
    const at = box.indexOf(0n);
    if (at < 0) return [];
    const { name } = table.parts.columns[at]!;
    const { id } = table.parts.rows[row]!;
    return [
      {
        severity: "error",
        code: "row_never",
        path: `/rows/${row}/when/${name}`,
        message: `Row "${id}" can never match: no value fits ${table.parts.columns[at]!.cells[row]!.text}`,
        hint: "Mend the cell, or remove the row.",
        rows: [id],
      },
    ];
  });
}
function gaps(table: CompiledTable, regions: readonly Regions[], known: readonly RowBox[]): TableFinding[] {
  const policy = table.definition.hitPolicy;
  if (policy === "COLLECT" || policy === "RULE ORDER" || policy === "OUTPUT ORDER") return [];
  // A row with a cell that only evaluation tells may cover its box: what it might cover is not called a gap.
  const left = remainder(
    [regions.map((region) => region.all)],
    known.map((row) => row.box),
    new Allowance(regions),
  );
  if (left === null) return [unknown("gaps_unknown", "The table is too varied to list its gaps")];
  const hasDefaults = table.definition.outputs.every((output) => output.default !== undefined);
  return left.slice(0, MAX_FINDINGS).map((box) => {
    const ranges = Object.fromEntries(regions.flatMap((region, i) => (box[i] === region.all ? [] : [[region.name, region.describe(box[i]!)]])));
    const text = Object.entries(ranges)
      .map(([name, range]) => `${name}: ${range}`)
      .join("; ");
    const what = hasDefaults ? "the defaults apply" : "nothing is decided";
    return {
      severity: hasDefaults ? ("info" as const) : ("warning" as const),
      code: "gap",
      path: "/rows",
      message: `No row matches ${text === "" ? "anything" : text}: ${what}`,
      hint: "Add a row for it, or a last row of dashes.",
      rows: [],
      ranges,
    };
  });
}
function overlaps(table: CompiledTable, regions: readonly Regions[], known: readonly RowBox[]): TableFinding[] {
  const { hitPolicy } = table.definition;
  if (hitPolicy !== "UNIQUE" && hitPolicy !== "ANY") return [];
  const outputs = table.definition.rows.map((row) => JSON.stringify(Object.entries(row.then).sort(([a], [b]) => (a < b ? -1 : 1))));
  const found: TableFinding[] = [];
  const allowance = new Allowance(regions);
  for (let a = 0; a < known.length && found.length < MAX_FINDINGS; a++) {
    for (let b = a + 1; b < known.length && found.length < MAX_FINDINGS; b++) {
      const [left, right] = [known[a]!, known[b]!];
      const meets = allowance.meet(left, right);
      if (meets === null) return [...found, unknown("overlaps_unknown", "The table is too large to look for all rows that match together")];
      if (!meets) continue;
      if (hitPolicy === "ANY" && outputs[a] === outputs[b]) continue;
      const ids = [table.parts.rows[a]!.id, table.parts.rows[b]!.id];
      const isCertain = left.isExact && right.isExact;
      found.push({
        severity: isCertain ? "error" : "warning",
        code: "overlap",
        path: `/rows/${b}`,
        message: `Rows "${ids[0]}" and "${ids[1]}" ${isCertain ? "match" : "may match"} together, which ${hitPolicy} does not allow${hitPolicy === "ANY" ? " where their outputs differ" : ""}`,
        hint: "Narrow one of them, or use FIRST.",
        rows: ids,
      });
    }
  }
  return found;
}
/** Rows of FIRST whose every case an earlier row takes. */
function hidden(table: CompiledTable, regions: readonly Regions[], known: readonly RowBox[]): TableFinding[] {
  if (table.definition.hitPolicy !== "FIRST") return [];
  const found: TableFinding[] = [];
  const allowance = new Allowance(regions);
  const tooMuch = () => [...found, unknown("unreachable_unknown", "The table is too large to look for all rows that are never reached")];
  for (let row = 1; row < known.length && found.length < MAX_FINDINGS; row++) {
    const { box } = known[row]!;
    if (box.includes(0n)) continue;
    const earlier: number[] = [];
    for (let at = 0; at < row; at++) {
      const meets = known[at]!.isExact ? allowance.meet(known[at]!, known[row]!) : false;
      if (meets === null) return tooMuch();
      if (meets) earlier.push(at);
    }
    const left = remainder(
      [box],
      earlier.map((at) => known[at]!.box),
      allowance,
    );
    if (left?.length !== 0) continue;
    const { id } = table.parts.rows[row]!;
    const by = earlier.map((at) => table.parts.rows[at]!.id);
    const named = by.slice(0, MAX_NAMED).map((other) => `"${other}"`);
    const others = by.length > named.length ? ` and ${by.length - named.length} more` : "";
    found.push({
      severity: "warning",
      code: "row_unreachable",
      path: `/rows/${row}`,
      message: `Row "${id}" is never reached: ${named.join(", ")}${others} above it ${by.length === 1 ? "takes" : "take"} all its cases`,
      hint: "Move it up, or remove it.",
      rows: [id, ...by],
    });
  }
  return found;
}
