/** Rule sets: json-rules-engine rules, and a policy that folds what fires into an outcome. */
import type { DecisionBase } from "./decision.ts";
import type { Feel, Json, JsonObject } from "./json.ts";

/** json-rules-engine conditions, unchanged. */
export type Condition =
  | { readonly all: readonly Condition[]; readonly name?: string; readonly priority?: number }
  | { readonly any: readonly Condition[]; readonly name?: string; readonly priority?: number }
  | { readonly not: Condition; readonly name?: string; readonly priority?: number }
  | { readonly condition: string }
  | ConditionLeaf;

export interface ConditionLeaf {
  readonly fact: string;
  readonly operator: string;
  readonly value: Json;
  readonly path?: string;
  readonly name?: string;
  readonly priority?: number;
}

export interface Rule {
  readonly name: string;
  readonly description?: string;
  readonly priority?: number;
  readonly conditions: Condition;
  readonly event: { readonly type: string; readonly params?: JsonObject };
}

/**
 * How fired events fold into an outcome.
 * - `gate`: any event of type "block" shuts it; other types are notes. Outcome "pass" | "block" | "unknown".
 * - `first`: the fired rule of the highest priority; outcome = its event type, or "none".
 * - `collect`: all fired rules in declared order; outcome "collected".
 * - `sum`: Σ of `params.points` of the fired rules; outcome "scored", variable `total`.
 */
export interface Policy {
  readonly type: "gate" | "first" | "collect" | "sum";
}

export interface RulesetDefinition extends DecisionBase {
  readonly kind: "ruleset";
  /** Shared conditions for `{condition: name}`. */
  readonly conditions?: Readonly<Record<string, Condition>>;
  readonly rules: readonly Rule[];
  readonly policy: Policy;
  /** FEEL over inputs, params, derived values and `fired` (list of {rule, type, params}), `total` for `sum`. */
  readonly outputs?: Readonly<Record<string, Feel>>;
}
