/**
 * Says how to get through a shut gate: the smallest sets of changes that would open it, and the acts that bring them about.
 *
 * Rule sets: minimal hitting sets over the and/or trees of the rules that block (or might). Tables, and whatever is opened by outputs:
 * a search over the values that the cells name (unlock-search.ts). At most 5 options, smallest first; wherever an option names all its
 * values it is tried before it is offered. A value that is not known is said to be so, apart from one that is wrong.
 */
import type { Json } from "../../schema/json.ts";
import type { InputSpec, UnlockAct } from "../../schema/values.ts";
import type { Decision, UnlockOption } from "../step-types.ts";
import type { CompiledTable } from "../tables/table-parts.ts";
import type { CompiledRuleset } from "./compiled-ruleset.ts";
import type { Tree } from "./conditions.ts";
import type { CompiledDecision } from "./decision.ts";
import type { Leaf } from "./leaf.ts";
import { unpackLeaves } from "./leaves.ts";
import { Attempt, isOpen } from "./unlock-attempt.ts";
import { searchChanges } from "./unlock-search.ts";

export const MAX_OPTIONS = 5;
const MAX_SETS = 60;
type Act = UnlockOption["acts"][number];

/** The same words for the opposite. */
const OPPOSITE: Readonly<Record<string, string>> = {
  equal: "is not",
  notEqual: "is",
  in: "is none of",
  notIn: "is one of",
  contains: "does not have",
  doesNotContain: "has",
  lessThan: "is at least",
  lt: "is at least",
  lessThanInclusive: "is greater than",
  lte: "is greater than",
  greaterThan: "is at most",
  gt: "is at most",
  greaterThanInclusive: "is less than",
  gte: "is less than",
  between: "is not between",
  notBetween: "is between",
  startsWith: "does not start with",
  endsWith: "does not end with",
  isNull: "is given",
  notNull: "is not given",
  empty: "is not empty",
  nonEmpty: "is empty",
};

/** Opens a gate when the outcome is "pass", or when every expected output is given. */
export function unlock(decision: Decision, compiled: CompiledDecision): readonly UnlockOption[] {
  if (isOpen(decision, decision.expect)) return [];
  const attempt = new Attempt(decision, compiled);
  const options: Act[][] = [];
  const isGate = compiled.kind === "ruleset" && (compiled as CompiledRuleset).definition.policy.type === "gate" && decision.expect === undefined;
  if (isGate) options.push(...fromTrees(attempt, compiled as CompiledRuleset, (rule) => rule.blocks));
  if (options.length === 0) options.push(...fromSearch(attempt));
  if (options.length === 0 && compiled.kind === "ruleset" && !isGate) options.push(...fromTrees(attempt, compiled as CompiledRuleset, () => true));
  if (options.length === 0 && compiled.kind === "table") options.push(...fromRows(attempt, compiled as CompiledTable));
  return pick(options);
}

/** Smallest first, each once, no option that contains another. */
function pick(options: readonly (readonly Act[])[]): readonly UnlockOption[] {
  const chosen: { readonly keys: ReadonlySet<string>; readonly acts: readonly Act[] }[] = [];
  for (const acts of [...options].sort((a, b) => a.length - b.length)) {
    const byKey = new Map(acts.map((act) => [JSON.stringify(act), act]));
    const keys = new Set(byKey.keys());
    if (chosen.some((other) => [...other.keys].every((key) => keys.has(key)))) continue;
    chosen.push({ keys, acts: [...byKey.values()] });
    if (chosen.length === MAX_OPTIONS) break;
  }
  return chosen.map(({ acts }) => ({ acts }));
}

const labelOf = (spec: InputSpec | undefined, name: string): string => spec?.title ?? name;
function show(value: Json | undefined): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return ` ${value.map((entry) => (typeof entry === "string" ? entry : JSON.stringify(entry))).join(", ")}`;
  return ` ${typeof value === "string" ? value : JSON.stringify(value)}`;
}
function actOf(input: string, act: UnlockAct): Act {
  return {
    event: act.event,
    ...(act.machine === undefined ? {} : { machine: act.machine }),
    ...(act.on === undefined ? {} : { on: act.on }),
    fact: input,
    ...(act.to === undefined ? {} : { to: act.to }),
    ...(act.title === undefined ? {} : { title: act.title }),
  };
}

/* ---------------------------------------------------------------- rule sets */

interface Wish {
  readonly leaf: number;
  readonly wanted: boolean;
}
/** Sets of wishes of which any one suffices. [] is impossible, [[]] is already so. */
type Ways = readonly (readonly Wish[])[];

function shorten(ways: readonly (readonly Wish[])[]): Ways {
  return [...ways].sort((a, b) => a.length - b.length).slice(0, MAX_SETS);
}
function product(a: Ways, b: Ways): Ways {
  return shorten(a.flatMap((left) => b.map((right) => [...left, ...right.filter((wish) => !left.some((own) => own.leaf === wish.leaf))])));
}
function ways(tree: Tree, wanted: boolean, results: readonly (boolean | "unknown")[]): Ways {
  if (tree.kind === "leaf") return results[tree.index] === wanted ? [[]] : [[{ leaf: tree.index, wanted }]];
  if (tree.kind === "not") return ways(tree.children[0]!, !wanted, results);
  const children = tree.children.map((child) => ways(child, wanted, results));
  const anyOneWill = (tree.kind === "any") === wanted;
  return anyOneWill ? shorten(children.flat()) : children.reduce(product, [[]] as Ways);
}

function fromTrees(attempt: Attempt, compiled: CompiledRuleset, counts: (rule: CompiledRuleset["rules"][number]) => boolean): Act[][] {
  const results = unpackLeaves(attempt.evaluate({}).leaves, compiled.leaves.leaves.length);
  const shut = compiled.trees.filter((_, i) => counts(compiled.rules[i]!) && attempt.decision.explanation.rules[i]?.fired !== false);
  const sets = shut.map((tree) => ways(tree, false, results)).reduce(product, [[]] as Ways);
  return sets
    .filter((set) => set.length > 0 && isConsistent(set, compiled))
    .flatMap((set) => {
      const acts = set.map((wish) => actsFor(attempt, compiled, wish));
      return acts
        .reduce<Act[][]>((all, choices) => all.flatMap((chosen) => choices.map((choice) => [...chosen, choice])).slice(0, MAX_SETS), [[]])
        .filter((option) => isWorking(attempt, option));
    });
}
/** No fact may have to be two things at once. */
function isConsistent(set: readonly Wish[], compiled: CompiledRuleset): boolean {
  const values = new Map<string, string>();
  for (const { leaf, wanted } of set) {
    const { fact, operator, operand } = compiled.leaves.leaves[leaf]!;
    if (!wanted || operator.name !== "equal" || !("constant" in operand)) continue;
    const value = JSON.stringify(operand.json);
    if ((values.get(fact) ?? value) !== value) return false;
    values.set(fact, value);
  }
  return true;
}
/** Where every act names the input and its value, the option is tried. */
function isWorking(attempt: Attempt, option: readonly Act[]): boolean {
  const changes: Record<string, Json> = {};
  for (const { fact, to } of option) {
    if (fact === undefined || to === undefined || attempt.spec(fact) === undefined) return true;
    if (changes[fact] !== undefined && JSON.stringify(changes[fact]) !== JSON.stringify(to)) return false;
    changes[fact] = to;
  }
  return attempt.opens(changes);
}
function actsFor(attempt: Attempt, compiled: CompiledRuleset, { leaf: index, wanted }: Wish): readonly Act[] {
  const leaf = compiled.leaves.leaves[index]!;
  const sources = compiled.tracesTo(leaf.head);
  const wantedAfter = (input: string, to: Json): boolean =>
    unpackLeaves(attempt.evaluate({ [input]: to }).leaves, compiled.leaves.leaves.length)[index] === wanted;
  const acts = sources.flatMap((input) =>
    (attempt.spec(input)?.changedBy ?? []).filter((act) => act.to === undefined || wantedAfter(input, act.to)).map((act) => actOf(input, act)),
  );
  return acts.length > 0 ? acts : [plainAct(attempt, leaf, wanted, sources)];
}
/** No act is declared: the fact itself is named, with what it must become. */
function plainAct(attempt: Attempt, leaf: Leaf, wanted: boolean, sources: readonly string[]): Act {
  const missing = sources.filter((input) => !attempt.isKnown(input));
  if (missing.length > 0) return { fact: missing[0]!, title: `${labelOf(attempt.spec(missing[0]!), missing[0]!)} is not known` };
  const { operator, operand } = leaf;
  const expected = "constant" in operand ? operand.json : attempt.inputs[leaf.fact] === undefined ? undefined : expectedOf(attempt, leaf);
  const to = targetOf(operator.name, expected, wanted);
  const words = wanted ? operator.words : (OPPOSITE[operator.name] ?? `no longer ${operator.words}`);
  const shown = operator.expects === "flag" ? "" : show(expected);
  return { fact: leaf.fact, ...(to === undefined ? {} : { to }), title: `${labelOf(attempt.spec(leaf.head), leaf.fact)} ${words}${shown}` };
}
function expectedOf(attempt: Attempt, leaf: Leaf): Json | undefined {
  for (const rule of attempt.decision.explanation.rules) {
    const found = findNode(rule.conditions, leaf);
    if (found !== undefined) return found;
  }
  return undefined;
}
function findNode(node: Decision["explanation"]["rules"][number]["conditions"], leaf: Leaf): Json | undefined {
  if (node.fact === leaf.fact && node.op === leaf.operator.name) return node.expected;
  for (const child of node.children ?? []) {
    const found = findNode(child, leaf);
    if (found !== undefined) return found;
  }
  return undefined;
}
/** The one value that brings the wish about, where there is just one. */
function targetOf(operator: string, expected: Json | undefined, wanted: boolean): Json | undefined {
  if (operator === "equal" || operator === "notEqual") {
    if ((operator === "equal") === wanted) return expected;
    return typeof expected === "boolean" ? !expected : undefined;
  }
  return (operator === "isNull") === wanted && (operator === "isNull" || operator === "notNull") ? null : undefined;
}

/* ---------------------------------------------------------------- tables */

/** Changes that open the gate when tried, each as the acts that make them. */
function fromSearch(attempt: Attempt): Act[][] {
  return searchChanges(attempt).flatMap((changes) =>
    Object.entries(changes).reduce<Act[][]>(
      (all, [input, to]) => {
        const spec = attempt.spec(input);
        const declared = (spec?.changedBy ?? [])
          .filter((act) => act.to === undefined || JSON.stringify(act.to) === JSON.stringify(to))
          .map((act) => actOf(input, act));
        const title = attempt.isKnown(input) ? `${labelOf(spec, input)} becomes${show(to)}` : `${labelOf(spec, input)} is not known; with${show(to)} it opens`;
        const choices: readonly Act[] = declared.length > 0 ? declared : [{ fact: input, to, title }];
        return all.flatMap((chosen) => choices.map((choice) => [...chosen, choice])).slice(0, MAX_SETS);
      },
      [[]],
    ),
  );
}
/** Nothing was found by trying: each cell of the rows that hold is a way, with what it says now. */
function fromRows(attempt: Attempt, compiled: CompiledTable): Act[][] {
  const { rules } = attempt.decision.explanation;
  const rows = rules.filter((rule) => rule.fired !== false);
  return rows.flatMap((rule) =>
    (rule.conditions.children ?? []).flatMap((cell): Act[][] => {
      const sources = compiled.tracesTo(cell.fact!);
      const acts = sources.flatMap((input) => (attempt.spec(input)?.changedBy ?? []).map((act) => actOf(input, act)));
      if (acts.length > 0) return acts.map((act) => [act]);
      const unknown = sources.find((input) => !attempt.isKnown(input));
      const title =
        unknown === undefined
          ? `${labelOf(attempt.spec(cell.fact!), cell.fact!)} is other than ${String(cell.expected)}`
          : `${labelOf(attempt.spec(unknown), unknown)} is not known`;
      return [[{ fact: unknown ?? cell.fact!, title }]];
    }),
  );
}
