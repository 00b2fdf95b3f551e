import { type Frame, TAG_NUM } from "./frame.ts";
import { answerOf, FALSE, LEAVES_PER_WORD, type Leaf, shiftOf, TRUE, UNKNOWN_BITS, wordOf } from "./leaf.ts";
import { isIndexable, SlotIndex } from "./leaf-index.ts";
import type { Answer } from "./operators.ts";

const bitsOf = (answer: Answer): number => (answer === true ? TRUE : answer === false ? FALSE : UNKNOWN_BITS);

/** Comparisons of two numbers, for conditions between two facts. */
const LT = 1;
const LE = 2;
const GT = 3;
const GE = 4;
const EQ = 5;
const NE = 6;
const CODES: Readonly<Record<string, number>> = {
  lessThan: LT,
  lt: LT,
  lessThanInclusive: LE,
  lte: LE,
  greaterThan: GT,
  gt: GT,
  greaterThanInclusive: GE,
  gte: GE,
  equal: EQ,
  notEqual: NE,
};
const NUMERIC = new Set(["decimal", "integer"]);

export class Leaves {
  readonly leaves: readonly Leaf[];
  /** Words that hold the results of all conditions. */
  readonly words: number;
  /** One for each fact that conditions compare with constants. */
  readonly indices: readonly SlotIndex[];
  /** Leaves that no index decides: both sides vary, or the type is only known when evaluated. */
  private readonly others: readonly number[];
  private readonly codes: Uint8Array;
  private readonly left: Uint16Array;
  private readonly right: Uint16Array;
  private readonly word: Uint16Array;
  private readonly shift: Uint8Array;

  /** `types`: declared type per slot. */
  constructor(leaves: readonly Leaf[], types: readonly (string | undefined)[]) {
    this.leaves = leaves;
    this.words = wordOf(leaves.length + LEAVES_PER_WORD - 1);
    const bySlot = new Map<number, number[]>();
    const others: number[] = [];
    leaves.forEach((leaf, i) => {
      if (!isIndexable(leaf)) others.push(i);
      else bySlot.set(leaf.slot, [...(bySlot.get(leaf.slot) ?? []), i]);
    });
    this.indices = [...bySlot].map(([slot, indices]) => new SlotIndex(slot, indices, leaves));
    this.others = others;
    const isNumeric = (slot: number): boolean => NUMERIC.has(types[slot] ?? "");
    this.codes = Uint8Array.from(others, (i) => {
      const { operand, operator, slot } = leaves[i]!;
      return "slot" in operand && isNumeric(slot) && isNumeric(operand.slot) ? (CODES[operator.name] ?? 0) : 0;
    });
    this.word = Uint16Array.from(others, wordOf);
    this.shift = Uint8Array.from(others, shiftOf);
    this.left = Uint16Array.from(others, (i) => leaves[i]!.slot);
    this.right = Uint16Array.from(others, (i) => {
      const { operand } = leaves[i]!;
      return "slot" in operand ? operand.slot : 0;
    });
  }

  /** Slots that `decideOthers` reads from the frame. */
  get slotsOfOthers(): readonly number[] {
    return [...this.left, ...this.right];
  }
  /** Joins the conditions that no index decides into `planes`. */
  decideOthers(frame: Frame, planes: Int32Array): void {
    const { others, word, shift } = this;
    for (let i = 0; i < others.length; i++) planes[word[i]!]! |= this.other(i, others[i]!, frame) << shift[i]!;
  }
  private other(i: number, leaf: number, frame: Frame): number {
    const a = this.left[i]!;
    const b = this.right[i]!;
    const code = this.codes[i]!;
    if (code === 0 || frame.tag[a] !== TAG_NUM || frame.tag[b] !== TAG_NUM) return bitsOf(this.answer(leaf, frame));
    const order = frame.num[a]! - frame.num[b]!;
    switch (code) {
      case LT:
        return order < 0 ? TRUE : FALSE;
      case LE:
        return order <= 0 ? TRUE : FALSE;
      case GT:
        return order > 0 ? TRUE : FALSE;
      case GE:
        return order >= 0 ? TRUE : FALSE;
      case EQ:
        return frame.num[a] === frame.num[b] ? TRUE : FALSE;
      default:
        return frame.num[a] !== frame.num[b] ? TRUE : FALSE;
    }
  }
  answer(index: number, frame: Frame): Answer {
    return answerOf(this.leaves[index]!, frame);
  }
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const CODES_OF_DIGITS = Uint8Array.from(ALPHABET, (digit) => digit.charCodeAt(0));

/** Writes results as base64, a digit per three conditions. One for each compiled rule set, because it keeps its buffer. */
export class LeafPacker {
  private readonly codes: number[];
  constructor(count: number) {
    this.codes = new Array<number>(Math.ceil(count / 3)).fill(0);
  }
  pack(planes: Int32Array): string {
    const { codes } = this;
    let shift = 24;
    let word = 0;
    for (let digit = 0; digit < codes.length; digit++) {
      codes[digit] = CODES_OF_DIGITS[(planes[word]! >> shift) & 63]!;
      shift -= 6;
      if (shift < 0) {
        shift = 24;
        word++;
      }
    }
    return String.fromCharCode.apply(null, codes);
  }
}
/** The results of `count` conditions; what the text does not hold is unknown. */
export function unpackLeaves(packed: string, count: number): readonly (boolean | "unknown")[] {
  return Array.from({ length: count }, (_, i) => {
    const digit = ALPHABET.indexOf(packed[Math.floor(i / 3)] ?? "?");
    const bits = digit < 0 ? UNKNOWN_BITS : (digit >> (4 - 2 * (i % 3))) & 3;
    return bits === TRUE ? true : bits === FALSE ? false : "unknown";
  });
}
