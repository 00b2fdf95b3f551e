/** Facts: named values, read from records or computed from other facts. */
import type { DefinitionBase } from "./definition-base.ts";
import type { Feel } from "./json.ts";
import type { Query } from "./query.ts";
import type { ValueSpec } from "./values.ts";

export interface FactDefinition extends DefinitionBase {
  readonly kind: "fact";
  readonly value: ValueSpec;
  /** Named arguments; part of the fact's identity within a step. */
  readonly args?: Readonly<Record<string, ValueSpec>>;
  /** Record type -> how to fill the arguments (FEEL in the caller's scope) when the fact is read as `fact.<id>`. "*" = any. */
  readonly subjects?: Readonly<Record<string, Readonly<Record<string, Feel>>>>;
  /** Rows of the store. `one: true`: the first row or null; else a list. */
  readonly query?: Query & { readonly one?: boolean };
  /** FEEL over `args`, `rows` (of `query`, when both are given), other facts, settings, today, now, org. */
  readonly expr?: Feel;
  /** FEEL over `args`: an advisory lock taken (in key order) before the fact is loaded inside a transition (reliability P13). */
  readonly lock?: Feel;
  /** "system": loaded across orgs under the system's own grant (args must name the org); default "org". */
  readonly scope?: "org" | "system";
}
