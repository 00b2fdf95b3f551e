/**
 * The all/any/not groups of all rules as one flat program, children before their group, over the words of results of leaves.ts.
 *
 * What a group within a group gives is written as one more result behind the conditions', so that every group asks nothing but words.
 * Where no condition is unknown, which is mostly so, two values suffice.
 */
import type { Tree } from "./conditions.ts";
import { FALSE, LEAVES_PER_WORD, shiftOf, TRUE, UNKNOWN_BITS, wordOf } from "./leaf.ts";

/** The upper bit of every result in a word: set where it is unknown. */
const ALL_UNKNOWN = 0x2aaaaaaa;
/** Fields of a group before its (word, mask) pairs: TURN, NEGATE, end, word of its own result (-1 for a rule's), shift there (or the rule). */
const HEAD = 5;
/** A word is turned round before it is masked, so that what speaks against "all" is what is left; "any" looks at words as they are. */
const TURN = -1;
const NEGATE = 1;

export class Groups {
  /** Result of each rule after `decide`: FALSE, TRUE or UNKNOWN_BITS. */
  readonly results: Uint8Array;
  /** Words that `decide` needs, those for groups included. */
  readonly words: number;
  private readonly leafWords: number;
  private readonly program: readonly number[];

  constructor(trees: readonly Tree[], leafWords: number) {
    const program: number[] = [];
    let inner = leafWords * LEAVES_PER_WORD;
    const place = (tree: Tree, rule: number): number => {
      const children = tree.kind === "leaf" ? [tree] : tree.children;
      const masks = new Map<number, number>();
      for (const child of children) {
        const at = child.kind === "leaf" ? child.index : place(child, -1);
        masks.set(wordOf(at), (masks.get(wordOf(at)) ?? 0) | (1 << shiftOf(at)));
      }
      const isRule = rule >= 0;
      const own = isRule ? -1 : inner++;
      const isNegated = tree.kind === "all" || tree.kind === "leaf";
      const end = program.length + HEAD + 2 * masks.size;
      program.push(tree.kind === "any" ? 0 : TURN, isNegated ? NEGATE : 0, end, isRule ? -1 : wordOf(own), isRule ? rule : shiftOf(own), ...[...masks].flat());
      return own;
    };
    trees.forEach(place);
    this.leafWords = leafWords;
    this.words = wordOf(inner + LEAVES_PER_WORD - 1);
    this.program = program;
    this.results = new Uint8Array(trees.length);
  }

  /** The words of groups must be 0. Gives whether any condition was unknown. */
  decide(planes: Int32Array): boolean {
    let unknown = 0;
    for (let w = 0; w < this.leafWords; w++) unknown |= planes[w]!;
    if ((unknown & ALL_UNKNOWN) === 0) {
      this.decideKnown(planes);
      return false;
    }
    this.decideKleene(planes);
    return true;
  }
  private decideKnown(planes: Int32Array): void {
    const { program, results } = this;
    let at = 0;
    while (at < program.length) {
      const turn = program[at]!;
      const negate = program[at + 1]!;
      const end = program[at + 2]!;
      const word = program[at + 3]!;
      const place = program[at + 4]!;
      let some = 0;
      for (at += HEAD; at < end; at += 2) some |= (planes[program[at]!]! ^ turn) & program[at + 1]!;
      // No branch on what the conditions gave: which way it goes cannot be foretold. (x | -x) >>> 31 is 1 for every x but 0.
      const result = ((some | -some) >>> 31) ^ negate;
      if (word < 0) results[place] = result;
      else planes[word]! |= result << place;
    }
  }
  private decideKleene(planes: Int32Array): void {
    const { program, results } = this;
    let at = 0;
    while (at < program.length) {
      const isAny = program[at]! !== TURN;
      const isNegated = program[at + 1] === NEGATE;
      const end = program[at + 2]!;
      const word = program[at + 3]!;
      const place = program[at + 4]!;
      let someTrue = 0;
      let someUnknown = 0;
      let someFalse = 0;
      for (at += HEAD; at < end; at += 2) {
        const given = planes[program[at]!]!;
        const mask = program[at + 1]!;
        someTrue |= given & mask;
        someUnknown |= (given >> 1) & mask;
        someFalse |= ~(given | (given >> 1)) & mask;
      }
      const decisive = isAny ? someTrue : someFalse;
      const result = decisive === 0 && someUnknown !== 0 ? UNKNOWN_BITS : (decisive !== 0) !== isNegated ? TRUE : FALSE;
      if (word < 0) results[place] = result;
      else planes[word]! |= result << place;
    }
  }
}
