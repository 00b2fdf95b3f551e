/**
 * Conditions on one value: compiled to flat arrays and decided in one loop, without a call for the common ones.
 *
 * Results are Kleene's as two bits: false 0, unknown 1, true 3, so that `&` is "and" and `|` is "or".
 */
import type { Json } from "../../schema/types.ts";
import { type FeelValue, Unknown } from "../feel/values.ts";
import { type Frame, orderOf, TAG_NULL, TAG_NUM, TAG_OTHER, TAG_UNKNOWN } from "./frame.ts";
import type { Answer, Operator } from "./operators.ts";

export const FALSE = 0;
export const UNKNOWN_BITS = 1;
export const TRUE = 3;
export const bitsOf = (answer: Answer): number => (answer === true ? TRUE : answer === false ? FALSE : UNKNOWN_BITS);

/** The right side: a constant, or the slot of a fact or param. */
export type Operand = { readonly constant: FeelValue; readonly json: Json } | { readonly slot: number };

export interface Leaf {
  readonly slot: number;
  readonly operator: Operator;
  readonly operand: Operand;
  /** The fact's name, with its path where it has one. */
  readonly fact: string;
  /** Input or derived value behind it. */
  readonly head: string;
  readonly name?: string;
  /** Whether the declared type of the slot makes `num` comparable with the constant's. */
  readonly isTyped: boolean;
}

const EQ = 1;
const NE = 2;
const LT = 3;
const LE = 4;
const GT = 5;
const GE = 6;
const IS = 7;
const IS_NOT = 8;
const ONE_OF = 9;
const NONE_OF = 10;
const GENERIC = 0;
const NUMERIC_CODES: Readonly<Record<string, number>> = {
  equal: EQ, notEqual: NE, lessThan: LT, lt: LT, lessThanInclusive: LE, lte: LE, greaterThan: GT, gt: GT, greaterThanInclusive: GE, gte: GE,
};

export class Leaves {
  readonly leaves: readonly Leaf[];
  private readonly code: Uint8Array;
  private readonly slot: Uint16Array;
  private readonly num: Float64Array;
  private readonly word: readonly (string | null)[];
  private readonly words: readonly (readonly string[])[];

  constructor(leaves: readonly Leaf[]) {
    this.leaves = leaves;
    this.code = Uint8Array.from(leaves, codeOf);
    this.slot = Uint16Array.from(leaves, (leaf) => leaf.slot);
    this.num = Float64Array.from(leaves, (leaf) => ("constant" in leaf.operand ? (orderOf(leaf.operand.constant) ?? 0) : 0));
    this.word = leaves.map((leaf) => ("constant" in leaf.operand && typeof leaf.operand.constant === "string" ? leaf.operand.constant : null));
    this.words = leaves.map((leaf) => ("constant" in leaf.operand && Array.isArray(leaf.operand.constant) ? (leaf.operand.constant as readonly string[]) : []));
  }

  /** Writes the result of every leaf to `results`, in order; none is skipped. */
  decide(frame: Frame, results: Uint8Array): void {
    const { code, slot, num, word, words } = this;
    const { tag: tags, num: nums, val: vals } = frame;
    for (let i = 0; i < code.length; i++) {
      const at = slot[i]!;
      const tag = tags[at]!;
      const op = code[i]!;
      if (op === GENERIC || (tag === TAG_OTHER && op < IS)) results[i] = this.generic(i, frame);
      else if (tag === TAG_UNKNOWN) results[i] = UNKNOWN_BITS;
      else if (tag === TAG_NULL) results[i] = op === NE || op === IS_NOT || op === NONE_OF ? TRUE : FALSE;
      else {
        let holds = false;
        const actual = nums[at]!;
        switch (op) {
          case EQ:
            holds = actual === num[i];
            break;
          case NE:
            holds = actual !== num[i];
            break;
          case LT:
            holds = actual < num[i]!;
            break;
          case LE:
            holds = actual <= num[i]!;
            break;
          case GT:
            holds = actual > num[i]!;
            break;
          case GE:
            holds = actual >= num[i]!;
            break;
          case IS:
            holds = vals[at] === word[i];
            break;
          case IS_NOT:
            holds = vals[at] !== word[i];
            break;
          case ONE_OF:
            holds = includes(words[i]!, vals[at]!);
            break;
          default:
            holds = !includes(words[i]!, vals[at]!);
        }
        results[i] = holds ? TRUE : FALSE;
      }
    }
  }
  answer(index: number, frame: Frame): Answer {
    const leaf = this.leaves[index]!;
    const actual = frame.val[leaf.slot]!;
    const expected = "constant" in leaf.operand ? leaf.operand.constant : frame.val[leaf.operand.slot]!;
    if (actual instanceof Unknown) return actual;
    return leaf.operator.test(actual, expected);
  }
  private generic(index: number, frame: Frame): number {
    return bitsOf(this.answer(index, frame));
  }
}
function includes(words: readonly string[], value: FeelValue): boolean {
  for (let i = 0; i < words.length; i++) if (words[i] === value) return true;
  return false;
}

function codeOf({ operator, operand, isTyped }: Leaf): number {
  if (!isTyped || !("constant" in operand)) return GENERIC;
  const { constant } = operand;
  if (typeof constant === "string") return operator.name === "equal" ? IS : operator.name === "notEqual" ? IS_NOT : GENERIC;
  if (Array.isArray(constant)) {
    const plain = constant.length <= 16 && constant.every((entry) => typeof entry === "string");
    return plain ? (operator.name === "in" ? ONE_OF : operator.name === "notIn" ? NONE_OF : GENERIC) : GENERIC;
  }
  return orderOf(constant) === null || operator.expects === "flag" ? GENERIC : (NUMERIC_CODES[operator.name] ?? GENERIC);
}

/** Three leaves a character, six bits, first leaf in the highest; 00 false, 01 true, 10 unknown. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const STORED = [0, 2, 0, 1];
const READ = [FALSE, TRUE, UNKNOWN_BITS, UNKNOWN_BITS];
/** Index: three results side by side, two bits each. */
const CHARS: readonly string[] = Array.from({ length: 64 }, (_, i) => ALPHABET[(STORED[i >> 4]! << 4) | (STORED[(i >> 2) & 3]! << 2) | STORED[i & 3]!]!);
const PAIRS: readonly string[] = Array.from({ length: 4096 }, (_, i) => CHARS[i >> 6]! + CHARS[i & 63]!);

/** Packs the first `count` results. */
export function packLeaves(results: Uint8Array, count: number): string {
  let packed = "";
  let i = 0;
  for (; i + 6 <= count; i += 6) {
    packed += PAIRS[(results[i]! << 10) | (results[i + 1]! << 8) | (results[i + 2]! << 6) | (results[i + 3]! << 4) | (results[i + 4]! << 2) | results[i + 5]!]!;
  }
  for (; i < count; i += 3) {
    const second = i + 1 < count ? results[i + 1]! : 0;
    const third = i + 2 < count ? results[i + 2]! : 0;
    packed += CHARS[(results[i]! << 4) | (second << 2) | third]!;
  }
  return packed;
}
/** The results of `count` leaves; what the text does not hold is unknown. */
export function unpackLeaves(packed: string, count: number): Uint8Array {
  const results = new Uint8Array(count).fill(UNKNOWN_BITS);
  for (let i = 0; i < count; i++) {
    const bits = ALPHABET.indexOf(packed[Math.floor(i / 3)] ?? "");
    if (bits >= 0) results[i] = READ[(bits >> (4 - 2 * (i % 3))) & 3]!;
  }
  return results;
}
