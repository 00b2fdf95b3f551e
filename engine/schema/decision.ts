/** What rule sets and decision tables share: inputs, outcome, reasons, tests. */
import type { DefinitionBase } from "./definition-base.ts";
import type { Feel, JsonObject } from "./json.ts";
import type { InputSpec, ParamSpec } from "./values.ts";

/** What rule sets and tables share. */
export interface DecisionBase extends DefinitionBase {
  readonly inputs: Readonly<Record<string, InputSpec>>;
  readonly params?: Readonly<Record<string, ParamSpec>>;
  /** FEEL over inputs, params and earlier derived values, in order. */
  readonly derive?: Readonly<Record<string, Feel>>;
  /**
   * FEEL over the outputs (and inputs): the outcome by name. "pass" and "block" make a table usable as a gate.
   * Without it: rule sets by their policy; tables "matched" | "none".
   */
  readonly outcome?: Feel;
  /** FEEL giving the reason codes (list of string) when the outcome is not "pass". Default for gates: the `params.code` of the blocking events. */
  readonly reasons?: Feel;
  /** Sentence per reason code; `{input}` and `{output}` are replaced by their values. */
  readonly messages?: Readonly<Record<string, string>>;
  /**
   * Name of the input that holds the code of the org whose data the other inputs tell. Who reads a decision without a grant there is told
   * its outcome, outputs and sentences, not its inputs and conditions.
   */
  readonly confidential?: string;
  readonly tests?: readonly DecisionTest[];
}

export interface DecisionTest {
  readonly name: string;
  readonly facts: JsonObject;
  /** Params that differ from their default. */
  readonly params?: JsonObject;
  readonly expect: {
    readonly outcome?: string;
    /** Subset of the outputs. */
    readonly output?: JsonObject;
    /** Exactly the fired rules or matched rows, in order. */
    readonly fired?: readonly string[];
    readonly reasons?: readonly string[];
  };
}
