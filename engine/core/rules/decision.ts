/** What a compiled rule set or table is to the rest of the engine: something to evaluate, and to explain afterwards. */
import type { JsonObject } from "../../schema/json.ts";
import type { RulesetDefinition } from "../../schema/ruleset.ts";
import type { TableDefinition } from "../../schema/table.ts";
import type { InputSpec, ParamSpec } from "../../schema/values.ts";
import type { CompactDecision, Decision, Instant } from "../step-types.ts";

export interface DecisionContext {
  readonly now: Instant;
  /** ISO date in the org's zone. */
  readonly today: string;
}
/** A compact decision; the caller adds where it was consulted. */
export type Evaluated = Omit<CompactDecision, "at">;

export interface CompiledDecision {
  readonly key: string;
  readonly kind: "ruleset" | "table";
  /** Version hash. */
  readonly version: string;
  readonly title: string;
  readonly definition: RulesetDefinition | TableDefinition;
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly params: Readonly<Record<string, ParamSpec>>;
  /** Conditions per `fired` unit: rules, or rows of a table. */
  readonly rules: readonly CompiledRule[];
  /** Names of inputs that a derived value reads, directly or through others. */
  readonly tracesTo: (name: string) => readonly string[];
  /**
   * Decides. Total: what is missing or of the wrong type makes the outcome "unknown". `inputs` and `params` are kept in the answer, so
   * they must not be changed afterwards. `params` are those that differ from their default.
   */
  evaluate(inputs: JsonObject, params: JsonObject, context: DecisionContext): Evaluated;
  /** The tree of conditions behind a compact decision of this version. */
  expand(compact: Evaluated): Decision["explanation"];
}

export interface CompiledRule {
  readonly id: string;
  /** Event type of a rule; "row" for a table's row. */
  readonly type: string;
  readonly code: string;
  readonly params: JsonObject;
  /** Whether it shuts a gate when it fires. */
  readonly blocks: boolean;
}

/** Gives the API's form of a decision. */
export function toDecision(compact: CompactDecision | Evaluated, compiled: CompiledDecision): Decision {
  const byId = new Map(compiled.rules.map((rule) => [rule.id, rule]));
  const events = compact.fired.map((id) => {
    const rule = byId.get(id);
    return { [compiled.kind === "table" ? "row" : "rule"]: id, code: rule?.code ?? id, params: rule?.params ?? {} };
  });
  const { key, version, outcome, output, reasons, expect, overridden } = compact;
  return {
    key,
    version,
    outcome,
    output,
    reasons,
    events,
    explanation: compiled.expand(compact),
    ...(expect === undefined ? {} : { expect }),
    ...(overridden === undefined ? {} : { overridden }),
  };
}
