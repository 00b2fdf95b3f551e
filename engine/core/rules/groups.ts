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
const ALL = 0;
const ANY = 1;

export class Groups {
  /** Result of each group after `decide`. */
  readonly results: Uint8Array;
  /** The group of each tree. */
  readonly roots: Uint16Array;
  private readonly kind: Uint8Array;
  /** 1 where the group's result is turned round. */
  private readonly negated: Uint8Array;
  private readonly maskEnd: Uint16Array;
  private readonly maskWord: Uint16Array;
  private readonly mask: Int32Array;
  private readonly kidEnd: Uint16Array;
  private readonly kids: Uint16Array;

  constructor(trees: readonly Tree[]) {
    const kind: number[] = [];
    const negated: number[] = [];
    const maskEnd: number[] = [];
    const maskWord: number[] = [];
    const mask: number[] = [];
    const kidEnd: number[] = [];
    const kids: number[] = [];
    const place = (tree: Tree): number => {
      const children = tree.kind === "leaf" ? [tree] : tree.children;
      const below = children.flatMap((child) => (child.kind === "leaf" ? [] : [place(child)]));
      const masks = new Map<number, number>();
      for (const child of children)
        if (child.kind === "leaf") masks.set(wordOf(child.index), (masks.get(wordOf(child.index)) ?? 0) | (1 << shiftOf(child.index)));
      kind.push(tree.kind === "any" ? ANY : ALL);
      negated.push(tree.kind === "not" ? 1 : 0);
      maskWord.push(...masks.keys());
      mask.push(...masks.values());
      maskEnd.push(mask.length);
      kids.push(...below);
      kidEnd.push(kids.length);
      return kind.length - 1;
    };
    this.roots = Uint16Array.from(trees, place);
    this.kind = Uint8Array.from(kind);
    this.negated = Uint8Array.from(negated);
    this.maskEnd = Uint16Array.from(maskEnd);
    this.maskWord = Uint16Array.from(maskWord);
    this.mask = Int32Array.from(mask);
    this.kidEnd = Uint16Array.from(kidEnd);
    this.kids = Uint16Array.from(kids);
    this.results = new Uint8Array(kind.length);
  }

  decide(planes: Int32Array): void {
    const { kind, negated, maskEnd, maskWord, mask, kidEnd, kids, results } = this;
    let m = 0;
    let k = 0;
    for (let group = 0; group < kind.length; group++) {
      // No branches on what the conditions gave: which way they go cannot be foretold. (x | -x) >>> 31 is 1 for every x but 0.
      let result: number;
      if (kind[group] === ALL) {
        result = TRUE;
        for (const end = maskEnd[group]!; m < end; m++) {
          const word = planes[maskWord[m]!]!;
          const notTrue = mask[m]! & ~word;
          const isFalse = mask[m]! & ~(word | (word >> 1));
          result &= TRUE ^ (((notTrue | -notTrue) >>> 31) << 1) ^ ((isFalse | -isFalse) >>> 31);
        }
        for (const end = kidEnd[group]!; k < end; k++) result &= results[kids[k]!]!;
      } else {
        result = FALSE;
        for (const end = maskEnd[group]!; m < end; m++) {
          const word = planes[maskWord[m]!]!;
          const isTrue = word & mask[m]!;
          const isUnknown = (word >> 1) & mask[m]!;
          const some = (isTrue | -isTrue) >>> 31;
          result |= (some << 1) | some | ((isUnknown | -isUnknown) >>> 31);
        }
        for (const end = kidEnd[group]!; k < end; k++) result |= results[kids[k]!]!;
      }
      // Kleene's not: the two bits change places and values.
      results[group] = negated[group] === 1 ? TRUE ^ (((result & 1) << 1) | (result >> 1)) : result;
    }
  }
}
