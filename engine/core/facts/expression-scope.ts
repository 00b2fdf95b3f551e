/** What evaluating facts and decisions needs of a scope; step-scope.ts is the one there is. */
import type { FeelScope } from "../feel/scope.ts";
import type { FeelValue } from "../feel/values.ts";
import type { World } from "./world.ts";

export interface ExpressionScope extends FeelScope {
  readonly world: World;
  /** Decisions asked for here are not written down: they belong to a fact, which is. */
  readonly silent: boolean;
  /** The same names and further ones. */
  with(locals: Readonly<Record<string, FeelValue>>): ExpressionScope;
  /** The scope of a fact: its own names, nothing of the instance, silent. */
  within(locals: Readonly<Record<string, FeelValue>>): ExpressionScope;
}
