/**
 * All conditions that compare one fact with constants, decided by one search: for every stretch between the constants (or every text
 * that is named) the results are computed once, by the operators themselves, and stored as words to be joined.
 */
import { type FeelValue, Unknown } from "../feel/values.ts";
import { type Frame, orderOf, TAG_NULL, TAG_NUM, TAG_UNKNOWN } from "./frame.ts";
import { answerOf, type Leaf, shiftOf, wordOf } from "./leaves.ts";
import { FeelDate, FeelDateTime } from "../feel/values.ts";

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

export class SlotIndex {
  private readonly slot: number;
  private readonly isText: boolean;
  private readonly indices: readonly number[];
  private readonly leaves: readonly Leaf[];
  /** Words of the results that this fact's conditions lie in. */
  private readonly at: Uint16Array;
  private readonly onNull: Int32Array;
  private readonly onUnknown: Int32Array;
  private readonly bounds: Float64Array;
  /** Row 2i + 1 is bound i itself, row 2i what lies before it. */
  private readonly stretches: readonly Int32Array[];
  private readonly words: readonly string[];
  private readonly byWord: readonly Int32Array[];
  private readonly wordRows: ReadonlyMap<string, Int32Array>;
  private readonly onOtherWord: Int32Array;

  constructor(slot: number, indices: readonly number[], leaves: readonly Leaf[]) {
    this.slot = slot;
    this.indices = indices;
    this.leaves = leaves;
    const { type } = leaves[indices[0]!]!;
    this.isText = type === "string";
    this.at = Uint16Array.from(new Set(indices.map(wordOf)));
    this.onNull = this.row((leaf) => leaf.operator.test(null, (leaf.operand as { constant: FeelValue }).constant));
    this.onUnknown = this.row(() => new Unknown("missing"));
    const constants = indices.flatMap((index) => constantsOf(leaves[index]!));
    const answers = (value: FeelValue): Int32Array => this.row((leaf) => leaf.operator.test(value, (leaf.operand as { constant: FeelValue }).constant));
    this.words = this.isText ? [...new Set(constants as string[])] : [];
    this.byWord = this.words.map(answers);
    this.wordRows = new Map(this.words.map((word, i) => [word, this.byWord[i]!]));
    this.onOtherWord = this.isText ? answers(OTHER_WORD) : this.onNull;
    const bounds = this.isText ? [] : [...new Set(constants.map((value) => orderOf(value)!))].sort((a, b) => a - b);
    this.bounds = Float64Array.from(bounds);
    const valueAt = (place: number): FeelValue => (type === "boolean" ? place > 0.5 : type === "date" ? new FeelDate(place) : type === "datetime" ? new FeelDateTime(place, null) : place);
    this.stretches = this.isText ? [] : [...bounds.flatMap((bound, i) => [answers(valueAt(i === 0 ? bound - 1 : (bounds[i - 1]! + bound) / 2)), answers(valueAt(bound))]), answers(valueAt((bounds.at(-1) ?? 0) + 1))];
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
    const row = this.lookup(frame);
    const { at } = this;
    for (let i = 0; i < at.length; i++) planes[at[i]!]! |= row[i]!;
  }
  private lookup(frame: Frame): Int32Array {
    const { slot } = this;
    const tag = frame.tag[slot]!;
    if (tag === TAG_NUM && !this.isText) {
      const { bounds } = this;
      const place = frame.num[slot]!;
      let low = 0;
      let high = bounds.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (bounds[middle]! < place) low = middle + 1;
        else high = middle;
      }
      return this.stretches[low < bounds.length && bounds[low] === place ? 2 * low + 1 : 2 * low]!;
    }
    if (tag === TAG_UNKNOWN) return this.onUnknown;
    if (tag === TAG_NULL) return this.onNull;
    const value = frame.val[slot]!;
    if (this.isText && typeof value === "string") {
      const { words } = this;
      if (words.length > 8) return this.wordRows.get(value) ?? this.onOtherWord;
      for (let i = 0; i < words.length; i++) if (words[i] === value) return this.byWord[i]!;
      return this.onOtherWord;
    }
    // A decimal of more than 15 digits: the operators themselves.
    return this.row((leaf) => answerOf(leaf, frame));
  }
}
