/**
 * One column of a table as bitmaps: which rows a value leaves possible, by one search and no test.
 *
 * Bit r of word r >> 5 is row r. Dynamic cells count as possible; whoever asks tests them afterwards. Everything in here was answered by
 * the cells' own tests at one value per stretch, so that the index cannot disagree with them.
 */
import { DAY_MS } from "../feel/temporal.ts";
import { FeelDate, FeelDateTime, type FeelValue } from "../feel/values.ts";
import { type Frame, TAG_NULL, TAG_NUM, TAG_UNKNOWN } from "../rules/frame.ts";
import type { Cell, Indexed } from "./cells.ts";

/** Above this many bytes a column is not indexed. */
const MAX_BYTES = 16_000_000;
const NO_SLOTS: readonly FeelValue[] = [];
/** Stands for every text that no cell names. */
const OTHER_WORD = "\u0000";

export type Bits = Int32Array;
export const setBit = (bits: Bits, row: number): void => {
  bits[row >> 5]! |= 1 << (row & 31);
};
export const hasBit = (bits: Bits, row: number): boolean => (bits[row >> 5]! & (1 << (row & 31))) !== 0;

/** The value at a place on the line of a family. */
export function valueAt(family: Indexed, place: number): FeelValue {
  if (family === "date") return new FeelDate(Math.round(place));
  return family === "datetime" ? new FeelDateTime(Math.round(place), null) : place;
}
/** A place strictly between two bounds; infinite bounds are open. */
export function between(low: number, high: number): number {
  if (low === Number.NEGATIVE_INFINITY) return high === Number.POSITIVE_INFINITY ? 0 : high - (Math.abs(high) < DAY_MS ? 1 : DAY_MS);
  if (high === Number.POSITIVE_INFINITY) return low + (Math.abs(low) < DAY_MS ? 1 : DAY_MS);
  return low + (high - low) / 2;
}

export class ColumnIndex {
  readonly slot: number;
  /** Rows whose cell is dynamic in this column. */
  private readonly dynamicRows: ReadonlySet<number>;
  private readonly family: Indexed | null;
  private readonly words: number;
  private readonly cells: readonly Cell[];
  private readonly open: Bits;
  private readonly onNull: Bits;
  private readonly onOther: Bits;
  private readonly bounds: Float64Array = new Float64Array(0);
  private readonly stretches: readonly Bits[] = [];
  private readonly byWord: ReadonlyMap<string, Bits> = new Map();
  private readonly byFlag: readonly Bits[] = [];
  /** Whether the last lookup found cells that are unknown. */
  wasSlow = false;
  /** Rows that stay possible though their cell is not decided: those that are neither dash nor dynamic. Used when the value is unknown. */
  readonly undecided: Bits;

  /** `cells` has one entry per row that has a cell other than the dash. */
  constructor(slot: number, rowCount: number, cells: readonly Cell[]) {
    this.slot = slot;
    this.words = (rowCount + 31) >> 5;
    const families = new Set(cells.flatMap((cell) => (cell.form === "static" && cell.family !== null ? [cell.family] : [])));
    this.family = families.size === 1 ? [...families][0]! : null;
    const bounds = [...new Set(cells.flatMap((cell) => (cell.form === "static" ? cell.bounds : [])))].sort((a, b) => a - b);
    const isTooLarge = (2 * bounds.length + 1) * this.words * 4 > MAX_BYTES;
    const isMixed = families.size > 1 || isTooLarge;
    this.cells = cells.filter((cell) => cell.form === "static" && !isMixed);
    const statics = new Set(this.cells.map((cell) => cell.row));
    this.dynamicRows = new Set(cells.filter((cell) => cell.form !== "any" && !statics.has(cell.row)).map((cell) => cell.row));
    this.undecided = this.bits(this.cells.map((cell) => cell.row));
    this.open = new Int32Array(this.words).fill(-1);
    for (let w = 0; w < this.words; w++) this.open[w]! &= ~this.undecided[w]!;
    this.onNull = this.answers(null);
    this.onOther = this.answers(OTHER_WORD);
    if (this.family === "string") this.byWord = new Map([...new Set(this.cells.flatMap((cell) => cell.words))].map((word) => [word, this.answers(word)]));
    else if (this.family === "boolean") this.byFlag = [this.answers(false), this.answers(true)];
    else if (this.family !== null && !isMixed) {
      this.bounds = Float64Array.from(bounds);
      this.stretches = this.fillStretches(bounds);
    }
  }
  isDynamic(row: number): boolean {
    return this.dynamicRows.has(row);
  }
  get hasStatics(): boolean {
    return this.cells.length > 0;
  }
  private bits(rows: readonly number[]): Bits {
    const bits = new Int32Array(this.words);
    for (const row of rows) setBit(bits, row);
    return bits;
  }
  /** Open rows, and those whose cell holds for the value. */
  private answers(value: FeelValue): Bits {
    const bits = Int32Array.from(this.open);
    for (const cell of this.cells) if (cell.test.testFrame(value, NO_SLOTS) === true) setBit(bits, cell.row);
    return bits;
  }
  /** Stretch 2i + 1 is bound i itself, stretch 2i what lies before it. Each cell is asked once per stretch between its own bounds. */
  private fillStretches(bounds: readonly number[]): readonly Bits[] {
    const stretches = Array.from({ length: 2 * bounds.length + 1 }, () => Int32Array.from(this.open));
    const position = new Map(bounds.map((bound, i) => [bound, i]));
    const family = this.family!;
    for (const cell of this.cells) {
      let from = 0;
      const own = cell.bounds;
      for (let i = 0; i <= own.length; i++) {
        const to = i < own.length ? 2 * position.get(own[i]!)! : stretches.length - 1;
        const inside = between(own[i - 1] ?? Number.NEGATIVE_INFINITY, own[i] ?? Number.POSITIVE_INFINITY);
        if (cell.test.testFrame(valueAt(family, inside), NO_SLOTS) === true) for (let s = from; s <= to; s++) setBit(stretches[s]!, cell.row);
        if (i < own.length && cell.test.testFrame(valueAt(family, own[i]!), NO_SLOTS) === true) setBit(stretches[to + 1]!, cell.row);
        from = to + 2;
      }
    }
    return stretches;
  }

  /** Rows that the slot's value leaves possible; null where the value is not known. `unsure` gets the rows whose cell is unknown. */
  lookup(frame: Frame, unsure: Bits): Bits | null {
    const tag = frame.tag[this.slot]!;
    this.wasSlow = false;
    if (tag === TAG_UNKNOWN) return null;
    if (tag === TAG_NULL) return this.onNull;
    const value = frame.val[this.slot]!;
    switch (this.family) {
      case "string":
        return typeof value === "string" ? (this.byWord.get(value) ?? this.onOther) : this.slowly(value, unsure);
      case "boolean":
        return typeof value === "boolean" ? this.byFlag[value ? 1 : 0]! : this.slowly(value, unsure);
      case null:
        return this.onOther;
      default:
        return tag === TAG_NUM && this.isOfFamily(value) ? this.stretches[this.stretchOf(frame.num[this.slot]!)]! : this.slowly(value, unsure);
    }
  }
  private isOfFamily(value: FeelValue): boolean {
    return this.family === "number" ? typeof value === "number" : this.family === "date" ? value instanceof FeelDate : value instanceof FeelDateTime;
  }
  private stretchOf(place: number): number {
    const { bounds } = this;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle]! < place) low = middle + 1;
      else high = middle;
    }
    return low < bounds.length && bounds[low] === place ? 2 * low + 1 : 2 * low;
  }
  /** A value that the index does not know (a decimal of more than 15 digits, another type): every cell is asked. */
  private slowly(value: FeelValue, unsure: Bits): Bits {
    const bits = Int32Array.from(this.open);
    this.wasSlow = true;
    for (const cell of this.cells) {
      const answer = cell.test.testFrame(value, NO_SLOTS);
      if (answer !== false) setBit(bits, cell.row);
      if (answer === "unknown") setBit(unsure, cell.row);
    }
    return bits;
  }
}
