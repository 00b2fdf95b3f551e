/** Judges a machine's invariants over what a step would leave behind: its states, record and context, before anything is written. */
import type { Json } from "../../schema/json.ts";
import type { ExpressionScope } from "../facts/expression-scope.ts";
import { member } from "../feel/access.ts";
import { fromFeel } from "../feel/convert.ts";
import { type FeelValue, UNKNOWN } from "../feel/values.ts";
import type { InvariantCode } from "../machine/compile.ts";
import type { Violation } from "../step-types.ts";
import { fillText } from "./act-run.ts";

/**
 * The invariants that do not hold: all of them, in order of definition.
 *
 * Fails closed: only a `never` that is false lets the step pass; null, unknown and what is no truth value refuse it. While facts are missing nothing is judged; the requests are
 * noted in the scope's world.
 */
export function violationsOf(invariants: readonly InvariantCode[], scope: ExpressionScope): readonly Violation[] {
  const violations: Violation[] = [];
  for (const { name, never, message } of invariants) {
    const answer = never.evaluate(scope);
    if (answer === false) continue;
    const values: Record<string, Json> = {};
    const missing: string[] = [];
    for (const path of never.reads) {
      const json = fromFeel(valueAt(scope, path));
      if (json === undefined) missing.push(path.join("."));
      else values[path.join(".")] = json;
    }
    violations.push({ name, message: fillText(message, scope), outcome: answer === true ? "broken" : "unknown", never: never.text, values, missing });
  }
  return violations;
}

function valueAt(scope: ExpressionScope, [first, ...rest]: readonly string[]): FeelValue {
  return rest.reduce<FeelValue>(member, scope.get(first!) ?? UNKNOWN);
}
