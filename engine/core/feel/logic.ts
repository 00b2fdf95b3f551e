/** Kleene connectives and comparisons as closures. An operand that is null makes `and` and `or` null where the other does not decide. */
import type { Comparison } from "./ast.ts";
import { equals, order } from "./compare.ts";
import type { Env } from "./scope.ts";
import { type FeelValue, Unknown, WRONG_TYPE } from "./values.ts";

type Code = (env: Env) => FeelValue;

export function connective(isAnd: boolean, left: Code, right: Code): Code {
  return (env) => {
    const a = left(env);
    if (a === !isAnd) return a;
    const b = right(env);
    if (b === !isAnd) return b;
    if (a === isAnd && b === isAnd) return isAnd;
    if (a instanceof Unknown) return a;
    if (b instanceof Unknown) return b;
    return (a === null || typeof a === "boolean") && (b === null || typeof b === "boolean") ? null : WRONG_TYPE;
  };
}
export function ordered(op: Comparison, a: FeelValue, b: FeelValue): boolean | Unknown {
  const compared = order(a, b);
  if (compared instanceof Unknown) return compared;
  if (compared === null) return false;
  return op === "<" ? compared < 0 : op === "<=" ? compared <= 0 : op === ">" ? compared > 0 : compared >= 0;
}
export function compareBy(op: Comparison, a: FeelValue, b: FeelValue): boolean | Unknown {
  if (op === "=") return equals(a, b);
  if (op !== "!=") return ordered(op, a, b);
  const same = equals(a, b);
  return same instanceof Unknown ? same : !same;
}
export function comparison(op: Comparison, left: Code, right: Code): Code {
  return (env) => compareBy(op, left(env), right(env));
}
