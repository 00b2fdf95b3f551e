/** Views: lists of records with their tabs, columns and detail pages. */
import type { DefinitionBase } from "./definition-base.ts";
import type { Feel, FeelMap } from "./json.ts";
import type { Query } from "./query.ts";
import type { GateParams } from "./statechart.ts";
import type { ValueType } from "./values.ts";

export interface ViewColumn {
  readonly id: string;
  readonly title: string;
  /** Path of the row (data of the record, `@code`, `@state`, joined alias "alias.field") or FEEL over the row. */
  readonly path?: string;
  readonly expr?: Feel;
  readonly format?: "text" | "code" | "money" | "decimal" | "date" | "datetime" | "relative" | "deadline" | "badge" | "org" | "gate";
  readonly currency?: string;
  readonly gate?: GateParams;
  readonly hidden?: boolean;
}

export interface ViewDefinition extends DefinitionBase {
  readonly kind: "view";
  /** URL path without the leading slash: "fulfillment". */
  readonly slug: string;
  readonly icon?: string;
  readonly order?: number;
  readonly permission?: string;
  readonly tabs: readonly {
    readonly id: string;
    readonly title: string;
    /** Its rows wait for somebody: the menu counts them. */
    readonly waits?: boolean;
    readonly empty?: string;
    readonly query: Query;
    /** FEEL over the row (as `record`): rows for which it is not true are left out. */
    readonly only?: Feel;
    readonly columns: readonly ViewColumn[];
    readonly filters?: readonly { readonly field: string; readonly title: string; readonly type: ValueType; readonly enum?: readonly string[] }[];
    /** Machine of the rows: events offered in bulk and in the side panel. */
    readonly machine?: string;
    readonly events?: readonly string[];
    readonly totals?: readonly { readonly path: string; readonly currency?: string; readonly title?: string }[];
    /** Opens this path, `{field}`; default `/work/<instance>`. */
    readonly open?: string;
  }[];
  /** Facts shown above the tabs, once per org in scope. */
  readonly summary?: readonly { readonly title: string; readonly fact: string; readonly args?: FeelMap }[];
  /** A second page of this view about one record: `/<slug>/<path>/:code`. */
  readonly detail?: {
    readonly path: string;
    readonly title: string;
    readonly machine: string;
    readonly panels: readonly {
      readonly title: string;
      readonly fields: readonly { readonly title: string; readonly expr: Feel; readonly format?: string }[];
    }[];
    readonly suggestion?: { readonly table: string; readonly titles: Readonly<Record<string, string>> };
    readonly primary: readonly string[];
    readonly secondary?: readonly string[];
  };
}
