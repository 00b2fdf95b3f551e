/** A rule in plain words: when it fires and what it then gives. Values are marked, so that a reader's eye finds them. */
import { operators } from "#engine/core/rules/operators.ts";
import type { Json } from "#engine/schema/json.ts";
import type { Condition, ConditionLeaf, Rule, RulesetDefinition } from "#engine/schema/ruleset.ts";
import type { InputSpec } from "#engine/schema/values.ts";
import { describeValue, words } from "../ui/describe-value.ts";

/** A piece of the sentence; `strong` ones are values and what the rule gives. */
export interface Piece {
  readonly text: string;
  readonly strong: boolean;
}

type Names = Pick<RulesetDefinition, "inputs" | "params">;

const plain = (text: string): Piece => ({ text, strong: false });
const strong = (text: string): Piece => ({ text, strong: true });

/** The whole sentence, with its full stop. */
export function ruleSentence(rule: Rule, definition: Pick<RulesetDefinition, "inputs" | "params" | "policy" | "messages" | "conditions">): Piece[] {
  return merge([...consequence(rule, definition), plain(" when "), ...conditionPieces(rule.conditions, definition), plain(".")]);
}

export const toText = (pieces: readonly Piece[]): string => pieces.map((piece) => piece.text).join("");

function consequence(rule: Rule, definition: Pick<RulesetDefinition, "policy" | "messages">): Piece[] {
  const params = rule.event.params ?? {};
  const code = typeof params["code"] === "string" ? params["code"] : null;
  const points = params["points"];
  if (definition.policy.type === "sum" && points !== undefined)
    return [plain(Number(points) < 0 ? "Take " : "Add "), strong(`${String(points).replace("-", "")} ${Math.abs(Number(points)) === 1 ? "point" : "points"}`)];
  if (rule.event.type === "block") return [plain("Block with "), strong(code === null ? words(rule.name) : words(code))];
  return [
    plain(definition.policy.type === "gate" ? "Note " : "Give "),
    strong(code === null ? words(rule.event.type) : `${words(rule.event.type)}, ${words(code)}`),
  ];
}

function conditionPieces(condition: Condition, names: Names, inside = false): Piece[] {
  if ("all" in condition) return group(condition.all, " and ", names, inside);
  if ("any" in condition) return group(condition.any, " or ", names, inside);
  if ("not" in condition) return [plain("not ("), ...conditionPieces(condition.not, names), plain(")")];
  if ("condition" in condition) return [plain(`“${words(condition.condition)}” holds`)];
  return leafPieces(condition, names);
}

function group(conditions: readonly Condition[], joint: string, names: Names, inside: boolean): Piece[] {
  const long = conditions.length > 1;
  const pieces = conditions.flatMap((condition, index) => [
    ...(index === 0 ? [] : [plain(long && !inside ? `,${joint}` : joint)]),
    ...conditionPieces(condition, names, true),
  ]);
  return inside && long ? [plain("("), ...pieces, plain(")")] : pieces;
}

function leafPieces(leaf: ConditionLeaf, names: Names): Piece[] {
  const operator = operators.get(leaf.operator);
  const name = factTitle(leaf.fact, names);
  const verb = operator?.words ?? words(leaf.operator).toLowerCase();
  if (operator?.expects === "flag") return [plain(`${name} `), strong(leaf.value === false ? negated(verb) : verb)];
  if (typeof leaf.value === "boolean" && (leaf.operator === "equal" || leaf.operator === "notEqual")) {
    return [plain(`${name} is `), strong(leaf.value === (leaf.operator === "equal") ? "true" : "false")];
  }
  return [plain(`${name} ${verb} `), ...valuePieces(leaf, names)];
}

const negated = (verb: string): string => (verb.includes(" not ") ? verb.replace(" not ", " ") : verb.replace(/^is /, "is not "));

function valuePieces(leaf: ConditionLeaf, names: Names): Piece[] {
  const value = leaf.value;
  if (isReference(value)) return [strong(factTitle(value.fact, names))];
  const unit = inputOf(leaf.fact, names)?.unit;
  if (Array.isArray(value) && operators.get(leaf.operator)?.expects === "pair")
    return [strong(`${describeValue(value[0])} and ${describeValue(value[1])}${unit === undefined ? "" : ` ${unit}`}`)];
  if (Array.isArray(value)) return [strong(value.map((item: Json) => describeValue(item)).join(", "))];
  return [
    strong(
      `${unit !== undefined && /^[A-Z]{3}$/.test(unit) ? `${unit} ` : ""}${describeValue(value)}${unit !== undefined && !/^[A-Z]{3}$/.test(unit) ? ` ${unit}` : ""}`,
    ),
  ];
}

export const isReference = (value: Json): value is { readonly fact: string } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && typeof (value as { fact?: Json }).fact === "string";

const inputOf = (fact: string, names: Names): InputSpec | undefined => (Object.hasOwn(names.inputs, fact) ? names.inputs[fact] : undefined);

/** The fact's or parameter's title, in the middle of a sentence. */
export function factTitle(fact: string, names: Names): string {
  const param = names.params !== undefined && Object.hasOwn(names.params, fact) ? names.params[fact] : undefined;
  const title = inputOf(fact, names)?.title ?? param?.title ?? words(fact);
  return /^[A-Z][a-z]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

/** Neighbours of the same kind become one piece. */
function merge(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last !== undefined && last.strong === piece.strong) result[result.length - 1] = { text: last.text + piece.text, strong: piece.strong };
    else result.push(piece);
  }
  return result;
}
