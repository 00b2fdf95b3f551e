/** The tree of conditions behind a compact decision: what was asked, what was there, and what followed. */
import type { Json } from "../../schema/json.ts";
import { Unknown } from "../feel/values.ts";
import type { ConditionNode, Decision, Truth } from "../step-types.ts";
import type { CompiledRuleset } from "./compiled-ruleset.ts";
import type { Tree } from "./conditions.ts";
import type { Evaluated } from "./decision.ts";
import type { Frame } from "./frame.ts";
import { unpackLeaves } from "./leaves.ts";

interface Values {
  readonly frame: Frame;
  readonly json: (slot: number) => Json | undefined;
}

/** Results come from the stored bits, values from the stored inputs. */
export function explainRules(compact: Evaluated, compiled: CompiledRuleset, { frame, json }: Values): Decision["explanation"] {
  const { leaves } = compiled.leaves;
  const results = unpackLeaves(compact.leaves, leaves.length);
  const leafNode = (index: number): ConditionNode => {
    const leaf = leaves[index]!;
    const result = results[index]!;
    const expected = "constant" in leaf.operand ? leaf.operand.json : json(leaf.operand.slot);
    const actual = json(leaf.slot);
    const answer = result === "unknown" ? compiled.leaves.answer(index, frame) : null;
    return {
      op: leaf.operator.name,
      result,
      fact: leaf.fact,
      ...(leaf.name === undefined ? {} : { name: leaf.name }),
      ...(expected === undefined ? {} : { expected }),
      ...(actual === undefined ? {} : { actual }),
      ...(answer instanceof Unknown ? { because: answer.reason } : {}),
    };
  };
  const node = (tree: Tree): ConditionNode => {
    if (tree.kind === "leaf") return leafNode(tree.index);
    const children = tree.children.map(node);
    return { op: tree.kind, result: fold(tree.kind, children), ...(tree.name === undefined ? {} : { name: tree.name }), children };
  };
  return {
    inputs: compact.inputs,
    params: compact.params,
    rules: compiled.trees.map((tree, i) => {
      const conditions = node(tree);
      return { id: compiled.rules[i]!.id, fired: conditions.result, conditions };
    }),
  };
}
function fold(kind: "all" | "any" | "not", children: readonly ConditionNode[]): Truth {
  const results = children.map((child) => child.result);
  if (kind === "not") return results[0] === "unknown" ? "unknown" : !results[0];
  const decisive = kind === "any";
  if (results.includes(decisive)) return decisive;
  return results.includes("unknown") ? "unknown" : !decisive;
}
