/**
 * All conditions that compare one fact with constants, decided by one search: for every stretch between the constants (or every text
 * that is named) the results are computed once, by the operators themselves, and stored as words to be joined.
 */
import { FeelDate, FeelDateTime, type FeelValue, Unknown } from "../feel/values.ts";
import { type Frame, orderOf, TAG_NULL, TAG_NUM, TAG_UNKNOWN } from "./frame.ts";
import { answerOf, type Leaf, shiftOf, wordOf } from "./leaf.ts";

const LINE = new Set(["decimal", "integer", "boolean", "date", "datetime"]);
/** Operators whose answer depends on the equality of text alone. */
const WORDS = new Set(["equal", "notEqual", "in", "notIn", "isNull", "notNull"]);
/** Stands for every text that no condition names. */
const OTHER_WORD = "\u0000";

function constantsOf(leaf: Leaf): readonly FeelValue[] {
  if (!("constant" in leaf.operand) || leaf.operator.expects === "flag") return [];
  const { constant } = leaf.operand;
  return (Array.isArray(constant) ? (constant as readonly FeelValue[]) : [constant]).filter((value) => value !== null);
}
/** A condition on a fact of a scalar type whose constants have a place on its line, or are text compared for equality. */
export function isIndexable(leaf: Leaf): boolean {
  if (!("constant" in leaf.operand) || leaf.type === undefined) return false;
  if (leaf.type === "string") return WORDS.has(leaf.operator.name);
  return LINE.has(leaf.type) && constantsOf(leaf).every((value) => orderOf(value) !== null);
}

/** Rows of `results`: for a value that is unknown, for null, then one per stretch or word. */
export const ROW_UNKNOWN = 0;
const ROW_NULL = 1;
const ROW_FIRST = 2;
const ROW_NONE = -1;

export class SlotIndex {
  readonly slot: number;
  private readonly isText: boolean;
  private readonly indices: readonly number[];
  private readonly leaves: readonly Leaf[];
  /** Words of the results that this fact's conditions lie in. Plain arrays here and below: for a few entries they are quicker than typed ones. */
  private readonly at: readonly number[];
  /** The only one of `at`, or -1. */
  private readonly single: number;
  /** As many words a row as `at` has. Row 2 + 2i + 1 is bound i itself, row 2 + 2i what lies before it; or row 2 + i is word i, the last any other. */
  private readonly results: readonly number[];
  private readonly bounds: readonly number[];
  private readonly words: readonly string[];
  private readonly rowOfWord: ReadonlyMap<string, number>;

  /** Without `indices` an index of nothing. */
  constructor(slot: number, indices: readonly number[], leaves: readonly Leaf[]) {
    this.slot = slot;
    this.indices = indices;
    this.leaves = leaves;
    const type = indices.length === 0 ? undefined : leaves[indices[0]!]!.type;
    this.isText = type === "string";
    this.at = [...new Set(indices.map(wordOf))];
    this.single = this.at.length === 1 ? this.at[0]! : -1;
    const answers = (value: FeelValue): Int32Array => this.row((leaf) => leaf.operator.test(value, (leaf.operand as { constant: FeelValue }).constant));
    const constants = indices.flatMap((index) => constantsOf(leaves[index]!));
    this.words = this.isText ? [...new Set(constants as string[])] : [];
    this.rowOfWord = new Map(this.words.map((word, i) => [word, ROW_FIRST + i]));
    const bounds = this.isText ? [] : [...new Set(constants.map((value) => orderOf(value)!))].sort((a, b) => a - b);
    this.bounds = bounds;
    const valueAt = (place: number): FeelValue =>
      type === "boolean" ? place > 0.5 : type === "date" ? new FeelDate(place) : type === "datetime" ? new FeelDateTime(place, null) : place;
    const places = [...bounds.flatMap((bound, i) => [i === 0 ? bound - 1 : (bounds[i - 1]! + bound) / 2, bound]), (bounds.at(-1) ?? 0) + 1];
    const values: readonly FeelValue[] = this.isText ? [...this.words, OTHER_WORD] : places.map(valueAt);
    const rows = [this.row(() => new Unknown("missing")), answers(null), ...values.map(answers)];
    this.results = rows.flatMap((row) => [...row]);
  }
  private row(answerFor: (leaf: Leaf) => boolean | Unknown): Int32Array {
    const words = [...this.at];
    const row = new Int32Array(words.length);
    for (const index of this.indices) {
      const answer = answerFor(this.leaves[index]!);
      row[words.indexOf(wordOf(index))]! |= (answer === true ? 1 : answer === false ? 0 : 2) << shiftOf(index);
    }
    return row;
  }

  /** Joins the results into the words. */
  apply(frame: Frame, planes: Int32Array): void {
    const { at } = this;
    const row = this.rowOf(frame);
    if (row === ROW_NONE) {
      // A decimal of more than 15 digits: the operators themselves.
      this.row((leaf) => answerOf(leaf, frame)).forEach((word, i) => {
        planes[at[i]!]! |= word;
      });
      return;
    }
    this.join(row, planes);
  }
  /** Joins the results of a row into the words. */
  join(row: number, planes: Int32Array): void {
    const { at, results, single } = this;
    if (single >= 0) {
      planes[single]! |= results[row]!;
      return;
    }
    const count = at.length;
    const from = row * count;
    for (let i = 0; i < count; i++) planes[at[i]!]! |= results[from + i]!;
  }
  /** The row of a number, of a truth value as 0 or 1, or of what else has a place on a line. */
  rowOfNumber(place: number): number {
    const { bounds } = this;
    let low = 0;
    if (bounds.length > 16) {
      let high = bounds.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (bounds[middle]! < place) low = middle + 1;
        else high = middle;
      }
    } else while (low < bounds.length && bounds[low]! < place) low++;
    return ROW_FIRST + 2 * low + (low < bounds.length && bounds[low] === place ? 1 : 0);
  }
  rowOfText(value: string): number {
    const { words } = this;
    if (words.length > 8) return this.rowOfWord.get(value) ?? ROW_FIRST + words.length;
    let i = 0;
    while (i < words.length && words[i] !== value) i++;
    return ROW_FIRST + i;
  }
  private rowOf(frame: Frame): number {
    const { slot } = this;
    const tag = frame.tag[slot]!;
    if (tag === TAG_NUM && !this.isText) return this.rowOfNumber(frame.num[slot]!);
    if (tag === TAG_UNKNOWN) return ROW_UNKNOWN;
    if (tag === TAG_NULL) return ROW_NULL;
    const value = frame.val[slot]!;
    return this.isText && typeof value === "string" ? this.rowOfText(value) : ROW_NONE;
  }
}
