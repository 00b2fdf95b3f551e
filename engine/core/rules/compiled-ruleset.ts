/** What a compiled rule set shows to those who explain it: its trees and conditions. */
import type { RulesetDefinition } from "../../schema/ruleset.ts";
import type { Tree } from "./conditions.ts";
import type { CompiledDecision } from "./decision.ts";
import type { Leaves } from "./leaves.ts";

export interface CompiledRuleset extends CompiledDecision {
  readonly kind: "ruleset";
  readonly trees: readonly Tree[];
  readonly leaves: Leaves;
  readonly definition: RulesetDefinition;
}

/** Indices of a tree's leaves. */
export function leavesOf(tree: Tree): readonly number[] {
  return tree.kind === "leaf" ? [tree.index] : tree.children.flatMap(leavesOf);
}
