/**
 * From the results of conditions to what follows from them alone: the rules that fire, the policy's outcome, and the results as text.
 *
 * Where one word holds all results, the verdict on it is kept: real facts give few different words, and equal words equal verdicts.
 */
import type { RulesetDefinition } from "../../schema/ruleset.ts";
import type { Tree } from "./conditions.ts";
import { Groups } from "./groups.ts";
import { FALSE, TRUE, UNKNOWN_BITS } from "./leaf.ts";
import { LeafPacker, type Leaves } from "./leaves.ts";

export interface Verdict {
  /** The word that it is the verdict on. */
  readonly word: number;
  /** The policy's outcome, before `outcome` has its say. */
  readonly outcome: string;
  readonly fired: readonly string[];
  /** Results of conditions as base64. */
  readonly leaves: string;
  /** Rules that fire, by index; `fired` are their names. */
  readonly rules: readonly number[];
}
/** A power of two. */
const KEPT = 1024;
const SHIFT = 22;
const NO_NAMES: readonly string[] = Object.freeze([]);
const NO_RULES: readonly number[] = Object.freeze([]);
/** Of a word that no conditions give: 11 is no result. */
const NEVER: Verdict = { word: -1, outcome: "", fired: NO_NAMES, rules: NO_RULES, leaves: "" };

export class Verdicts {
  /** Words that a decision needs. */
  readonly words: number;
  private readonly groups: Groups;
  private readonly packer: LeafPacker;
  private readonly ids: readonly string[];
  private readonly types: readonly string[];
  private readonly policy: string;
  /** Rule indices, highest priority first, else as declared. */
  private readonly byPriority: readonly number[];
  private readonly isKept: boolean;
  private readonly leafWords: number;
  /** By hash of the word; a later verdict takes the place of an earlier one. Made on first use. */
  private kept: Verdict[] = [];

  constructor(definition: RulesetDefinition, trees: readonly Tree[], { leaves, words }: Leaves) {
    this.groups = new Groups(trees, words);
    this.words = this.groups.words;
    this.leafWords = words;
    this.packer = new LeafPacker(leaves.length);
    this.ids = definition.rules.map((rule) => rule.name);
    this.types = definition.rules.map((rule) => rule.event.type);
    this.policy = definition.policy.type;
    const priority = (i: number): number => definition.rules[i]!.priority ?? 1;
    this.byPriority = definition.rules.map((_, i) => i).sort((a, b) => priority(b) - priority(a) || a - b);
    this.isKept = words === 1;
  }

  of(planes: Int32Array): Verdict {
    if (!this.isKept) return this.judge(planes);
    if (this.kept.length === 0) this.kept = new Array<Verdict>(KEPT).fill(NEVER);
    const word = planes[0]!;
    const at = Math.imul(word ^ (word >>> 15), 0x9e3779b1) >>> SHIFT;
    const known = this.kept[at]!;
    if (known.word === word) return known;
    const verdict = this.judge(planes);
    this.kept[at] = verdict;
    return verdict;
  }
  /** Indices of the rules that the same conditions leave undecided. */
  undecided(planes: Int32Array): readonly number[] {
    planes.fill(0, this.leafWords);
    this.groups.decide(planes);
    return [...this.groups.results.keys()].filter((rule) => this.groups.results[rule] === UNKNOWN_BITS);
  }
  private judge(planes: Int32Array): Verdict {
    const { results } = this.groups;
    const hasUnknown = this.groups.decide(planes);
    let fired = NO_NAMES as string[];
    let rules = NO_RULES as number[];
    for (let i = 0; i < results.length; i++) {
      if (results[i] !== TRUE) continue;
      if (rules === NO_RULES) {
        fired = [this.ids[i]!];
        rules = [i];
      } else {
        fired.push(this.ids[i]!);
        rules.push(i);
      }
    }
    return { word: planes[0] ?? 0, outcome: this.outcome(results, hasUnknown), fired, rules, leaves: this.packer.pack(planes) };
  }
  private outcome(results: Uint8Array, hasUnknown: boolean): string {
    const { types, policy } = this;
    if (policy === "first") {
      for (const i of this.byPriority) {
        const result = results[i]!;
        if (result !== FALSE) return result === TRUE ? types[i]! : "unknown";
      }
      return "none";
    }
    if (policy === "gate") {
      let outcome = "pass";
      for (let i = 0; i < results.length; i++) {
        if (types[i] !== "block") continue;
        if (results[i] === TRUE) return "block";
        if (results[i] === UNKNOWN_BITS) outcome = "unknown";
      }
      return outcome;
    }
    if (hasUnknown && results.includes(UNKNOWN_BITS)) return "unknown";
    return policy === "sum" ? "scored" : "collected";
  }
}
