/** One condition as it is compiled, and where its two result bits lie in the words of all. */
import type { Json } from "../../schema/json.ts";
import { type FeelValue, Unknown } from "../feel/values.ts";
import type { Frame } from "./frame.ts";
import type { Answer, Operator } from "./operators.ts";

export const LEAVES_PER_WORD = 15;
export const wordOf = (leaf: number): number => Math.floor(leaf / LEAVES_PER_WORD);
export const shiftOf = (leaf: number): number => 28 - 2 * (leaf % LEAVES_PER_WORD);
export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN_BITS = 2;

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
  /** Declared type of the slot; undefined for derived values. */
  readonly type: string | undefined;
}

export function answerOf(leaf: Leaf, frame: Frame): Answer {
  const actual = frame.val[leaf.slot]!;
  if (actual instanceof Unknown) return actual;
  return leaf.operator.test(actual, "constant" in leaf.operand ? leaf.operand.constant : frame.val[leaf.operand.slot]!);
}
