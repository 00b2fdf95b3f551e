/** Record types: the shape of the data, who may read and write it, what a change means to instances. */
import type { DefinitionBase } from "./definition-base.ts";
import type { Feel, FeelMap, Json, JsonSchema } from "./json.ts";
import type { Filter } from "./query.ts";

export interface TypeDefinition extends DefinitionBase {
  readonly kind: "type";
  /** kebab-case plural: the name in paths and references. Equal to the id of `key`. */
  readonly scope: "org" | "global";
  /** JSON Schema of the data; `x-ref`: "<type>" marks references, `x-decimal`: scale marks decimals, `x-title`, `x-unit`. */
  readonly schema: JsonSchema;
  /** e.g. "{org}DL{code8}", "{org}{year}PI{code8}". */
  readonly code?: string;
  /** Field that is the code, where the user gives it. */
  readonly codeField?: string;
  readonly unique?: readonly { readonly name: string; readonly fields: readonly string[]; readonly where?: Filter }[];
  /** Global types: a row is visible only to orgs that have a row of `type` whose `field` refers to it, and to the org whose people made it. */
  readonly visibleThrough?: { readonly type: string; readonly field: string };
  /** Rows hidden from a reader: FEEL over `record`, `actor`; facts not allowed. */
  readonly hiddenWhen?: Feel;
  /** Field masks: value shown as `as` to readers for whom `when` (FEEL over `record`, `actor`, `value`) holds. */
  readonly mask?: readonly { readonly field: string; readonly when: Feel; readonly as: Json }[];
  readonly insertOnly?: boolean;
  /** Of types whose records are only added: fields, FEEL over `record`, of the entry that takes that record back when its import is. */
  readonly reversal?: FeelMap;
  /**
   * Sentences that must hold of what people and programs write: FEEL over `record`, `before` and facts, asked where `when` is true. Machines
   * are held by their own gates.
   */
  readonly checks?: readonly { readonly when?: Feel; readonly holds: Feel; readonly field: string; readonly message: string }[];
  /** Missing = no such access by API; `view` without a permission = everyone with the org. */
  readonly permissions: { readonly view?: string; readonly create?: string; readonly edit?: string; readonly delete?: string };
  /** Title template, `{field}`. */
  readonly label?: string;
  /** Template, `{field}`: whom or what work on it is about, where the title says something else. */
  readonly about?: string;
  /** Fields that stand under the title, in this order. */
  readonly summary?: readonly string[];
  /** Fields that a screen about the record shows, in this order; the page of the record shows all. Default: all. */
  readonly show?: readonly string[];
  readonly searchable?: readonly string[];
  readonly indexes?: readonly (readonly string[])[];
  /** File that rows are imported from: the name of its template, and its columns (see engine/service/import). Without it any field is a column. */
  readonly template?: {
    readonly name: string;
    readonly columns: readonly string[];
    /** Fields that tell a row from another one: one with the same values is written already. Without it a row is known by all that it says. */
    readonly key?: readonly string[];
    /** Who may take a file back, beside the right to write one, and how long. Without it: who may write one, at any time. */
    readonly rollback?: { readonly permission?: string; readonly withinHours?: number };
  };
  /** Machine whose instance carries this record's state. */
  readonly machine?: string;
  /** Events sent to other instances when a record changes by CRUD: FEEL over `record`, `before`. */
  readonly onChange?: readonly {
    readonly when?: Feel;
    readonly each?: Feel;
    readonly machine: string;
    readonly to: Feel;
    readonly event: string;
    readonly payload?: FeelMap;
  }[];
}
