/** The syntax tree of FEEL: what parse.ts makes, compile.ts turns into closures, and lints read. `from` and `to` are offsets in the text. */
import type { FeelValue } from "./values.ts";

interface At {
  readonly from: number;
  readonly to: number;
}
export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";
export type Node = At &
  (
    | { readonly kind: "literal"; readonly value: FeelValue }
    | { readonly kind: "name"; readonly name: string }
    /** `?` in a unary test. */
    | { readonly kind: "input" }
    | { readonly kind: "path"; readonly target: Node; readonly name: string }
    | { readonly kind: "filter"; readonly target: Node; readonly test: Node }
    | { readonly kind: "arithmetic"; readonly op: "+" | "-" | "*" | "/" | "**"; readonly left: Node; readonly right: Node }
    | { readonly kind: "negate"; readonly operand: Node }
    | { readonly kind: "compare"; readonly op: Comparison; readonly left: Node; readonly right: Node }
    | { readonly kind: "and" | "or"; readonly left: Node; readonly right: Node }
    | { readonly kind: "between"; readonly value: Node; readonly low: Node; readonly high: Node }
    | { readonly kind: "in"; readonly value: Node; readonly tests: readonly Test[] }
    | { readonly kind: "instance of"; readonly value: Node; readonly type: string }
    | { readonly kind: "if"; readonly test: Node; readonly then: Node; readonly otherwise: Node }
    | { readonly kind: "for"; readonly bindings: readonly Binding[]; readonly body: Node }
    | { readonly kind: "some" | "every"; readonly bindings: readonly Binding[]; readonly body: Node }
    | { readonly kind: "list"; readonly items: readonly Node[] }
    | { readonly kind: "context"; readonly entries: readonly { readonly key: string; readonly value: Node }[] }
    | { readonly kind: "range"; readonly low: Node; readonly high: Node; readonly lowIncluded: boolean; readonly highIncluded: boolean }
    | { readonly kind: "call"; readonly name: string; readonly args: readonly Node[]; readonly names: readonly string[] | null }
    /** A call of a computed function: `f(1)` where f is a variable. */
    | { readonly kind: "apply"; readonly target: Node; readonly args: readonly Node[] }
    | { readonly kind: "function"; readonly params: readonly string[]; readonly body: Node }
  );
export interface Binding {
  readonly name: string;
  readonly list: Node;
}
/** One unary test: an end (`> 5`), or an expression: a range, a list, a value, or a condition over `?`. */
export type Test = At & ({ readonly kind: "end"; readonly op: Comparison; readonly value: Node } | { readonly kind: "value"; readonly value: Node });

export interface UnaryTests {
  /** `-`: matches everything, unknown included. */
  readonly any: boolean;
  readonly negated: boolean;
  readonly tests: readonly Test[];
}

/** Direct children, in order. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case "literal":
    case "name":
    case "input":
      return [];
    case "path":
      return [node.target];
    case "filter":
      return [node.target, node.test];
    case "arithmetic":
    case "compare":
    case "and":
    case "or":
      return [node.left, node.right];
    case "negate":
      return [node.operand];
    case "between":
      return [node.value, node.low, node.high];
    case "in":
      return [node.value, ...node.tests.map((test) => test.value)];
    case "instance of":
      return [node.value];
    case "if":
      return [node.test, node.then, node.otherwise];
    case "for":
    case "some":
    case "every":
      return [...node.bindings.map((binding) => binding.list), node.body];
    case "list":
      return node.items;
    case "context":
      return node.entries.map((entry) => entry.value);
    case "range":
      return [node.low, node.high];
    case "call":
      return node.args;
    case "apply":
      return [node.target, ...node.args];
    case "function":
      return [node.body];
  }
}

/** Number of nodes: the cost of evaluating once, loops aside. */
export function weigh(node: Node): number {
  return children(node).reduce((sum, child) => sum + weigh(child), 1);
}
/** Whether an expression asks about `?`. */
export function mentionsInput(node: Node): boolean {
  return node.kind === "input" || children(node).some(mentionsInput);
}

/** Types that `instance of` knows; longest first where one begins another. */
export const TYPE_NAMES = [
  "date and time",
  "date",
  "time",
  "days and time duration",
  "years and months duration",
  "number",
  "string",
  "boolean",
  "list",
  "context",
  "function",
  "range",
  "Any",
];

export const joined = (kind: "and" | "or", left: Node, right: Node): Node => ({ kind, left, right, from: left.from, to: right.to });
export const calculated = (op: "+" | "-" | "*" | "/" | "**", left: Node, right: Node): Node => ({
  kind: "arithmetic",
  op,
  left,
  right,
  from: left.from,
  to: right.to,
});
