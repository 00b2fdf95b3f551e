/** Decision tables, as in DMN. */
import type { DecisionBase } from "./decision.ts";
import type { Feel, Json } from "./json.ts";
import type { ValueSpec } from "./values.ts";

export type HitPolicy = "UNIQUE" | "FIRST" | "PRIORITY" | "ANY" | "COLLECT" | "RULE ORDER" | "OUTPUT ORDER";

export interface TableOutput extends ValueSpec {
  readonly name: string;
  /** Allowed values in order of priority (PRIORITY, OUTPUT ORDER). */
  readonly values?: readonly Json[];
  /** Used when no row matches. */
  readonly default?: Json;
}

export interface TableRow {
  /** Stable for ever: explanations name it. */
  readonly id: string;
  /** Column -> FEEL unary tests. A missing column is "-". */
  readonly when: Readonly<Record<string, string>>;
  /** Output -> FEEL expression. */
  readonly then: Readonly<Record<string, Feel>>;
  readonly note?: string;
}

export interface TableDefinition extends DecisionBase {
  readonly kind: "table";
  readonly hitPolicy: HitPolicy;
  readonly aggregate?: "SUM" | "MIN" | "MAX" | "COUNT";
  /** Input or derived names, in column order. */
  readonly columns: readonly { readonly name: string; readonly title?: string }[];
  readonly outputs: readonly TableOutput[];
  readonly rows: readonly TableRow[];
  /** FEEL over inputs, derived values and the outputs: further outputs. */
  readonly compute?: Readonly<Record<string, Feel>>;
}
