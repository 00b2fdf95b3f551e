/**
 * The all/any/not groups of all rules in flat arrays, children before their group: decided in one loop over words of results.
 *
 * A group's conditions are masks over the words of leaves.ts; its groups are results already there. Kleene's values as two bits:
 * false 0, unknown 1, true 3, so that `&` is "and" and `|` is "or".
 */
import type { Tree } from "./conditions.ts";
import { shiftOf, wordOf } from "./leaves.ts";

export const FALSE = 0;
export const UNKNOWN_BITS = 1;
export const TRUE = 3;

/** Where a group's answer starts from, and what turns it round in the end. */
const KIND_ALL = 0;
const KIND_ANY = 1;
const NEGATED = 2;

export class Groups {
  /** Result of each group after `decide`. */
  readonly results: Uint8Array;
  /** The group of each tree. */
  readonly roots: Uint16Array;
  /** Per group: kind, number of masks, (word, mask) for each, number of groups below, each of them. One array, read front to back. */
  private readonly program: Int32Array;

  constructor(trees: readonly Tree[]) {
    const program: number[] = [];
    let count = 0;
    const place = (tree: Tree): number => {
      const children = tree.kind === "leaf" ? [tree] : tree.children;
      const below = children.flatMap((child) => (child.kind === "leaf" ? [] : [place(child)]));
      const masks = new Map<number, number>();
      for (const child of children)
        if (child.kind === "leaf") masks.set(wordOf(child.index), (masks.get(wordOf(child.index)) ?? 0) | (1 << shiftOf(child.index)));
      program.push(
        tree.kind === "any" ? KIND_ANY : tree.kind === "not" ? KIND_ALL | NEGATED : KIND_ALL,
        masks.size,
        ...[...masks].flat(),
        below.length,
        ...below,
      );
      return count++;
    };
    this.roots = Uint16Array.from(trees, place);
    this.program = Int32Array.from(program);
    this.results = new Uint8Array(count);
  }

  decide(planes: Int32Array): void {
    const { program, results } = this;
    let at = 0;
    // No branches on what the conditions gave: which way they go cannot be foretold. (x | -x) >>> 31 is 1 for every x but 0.
    for (let group = 0; group < results.length; group++) {
      const kind = program[at]!;
      let end = at + 2 + 2 * program[at + 1]!;
      at += 2;
      let result: number;
      if ((kind & KIND_ANY) === 0) {
        result = TRUE;
        for (; at < end; at += 2) {
          const word = planes[program[at]!]!;
          const mask = program[at + 1]!;
          const notTrue = mask & ~word;
          const isFalse = mask & ~(word | (word >> 1));
          result &= TRUE ^ (((notTrue | -notTrue) >>> 31) << 1) ^ ((isFalse | -isFalse) >>> 31);
        }
        end = at + 1 + program[at]!;
        for (at++; at < end; at++) result &= results[program[at]!]!;
      } else {
        result = FALSE;
        for (; at < end; at += 2) {
          const word = planes[program[at]!]!;
          const mask = program[at + 1]!;
          const isTrue = word & mask;
          const isUnknown = (word >> 1) & mask;
          const some = (isTrue | -isTrue) >>> 31;
          result |= (some << 1) | some | ((isUnknown | -isUnknown) >>> 31);
        }
        end = at + 1 + program[at]!;
        for (at++; at < end; at++) result |= results[program[at]!]!;
      }
      // Kleene's not: the two bits change places and values.
      results[group] = (kind & NEGATED) === 0 ? result : TRUE ^ (((result & 1) << 1) | (result >> 1));
    }
  }
}
