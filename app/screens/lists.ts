/** Inbox, views and records: pages that are lists, with what stands beside them. */
import type { JsonSchema } from "#engine/schema/json.ts";
import type { Cell } from "#studio/ui/cell.tsx";
import type { Sort } from "#studio/ui/data-table.tsx";
import type { ActiveFilter, FilterField } from "#studio/ui/filter-chips.tsx";
import type { Meaning } from "#studio/ui/status-badge.tsx";
import type { Field, GuidedView } from "./guided.ts";
import type { VersionLine } from "./version-list.tsx";

export interface TabView {
  readonly id: string;
  readonly title: string;
  readonly count: number | null;
}

/** What a list was asked for; all of it comes from the URL. */
export interface ListRequest {
  readonly tab: string | null;
  readonly cursor: string | null;
  readonly search: string | null;
  readonly filters: readonly ActiveFilter[];
  readonly sort: Sort | null;
  /** Row in the side panel. */
  readonly at: string | null;
}

export interface InboxItem {
  readonly id: string;
  readonly kind: "task" | "approval" | "waiting";
  /** Groups items that can be decided together. */
  readonly sort: string;
  readonly title: string;
  readonly code: string | null;
  readonly about: string | null;
  readonly amount: Extract<Cell, { as: "money" }> | null;
  readonly org: string;
  /** Who asked for it, else the kind of work. */
  readonly from: string | null;
  readonly state: { readonly meaning: Meaning; readonly text: string } | null;
  readonly dueAt: string | null;
  readonly since: string;
  readonly instance: string | null;
  readonly href: string | null;
  readonly outcomes: readonly { readonly id: string; readonly title: string }[];
  /** Why this person may not decide it; null where they may. */
  readonly whyNot: string | null;
}

export interface InboxView {
  readonly tabs: readonly TabView[];
  readonly tab: string;
  readonly items: readonly InboxItem[];
  readonly next: string | null;
  readonly filters: readonly FilterField[];
  readonly panel: {
    readonly item: InboxItem;
    readonly fields: readonly Field[];
    readonly guided: GuidedView | null;
    /** Its instance's acts say all that the task could; otherwise it relies on values of its own, and is decided as a task. */
    readonly decidesByAct: boolean;
    /** Types of the events that answer it. */
    readonly acts: readonly string[];
  } | null;
}

export interface ViewColumnView {
  readonly id: string;
  readonly title: string;
  readonly format: string;
  readonly hidden: boolean;
  readonly sort: string | null;
}

export interface ViewRow {
  readonly id: string;
  readonly code: string | null;
  readonly org: string;
  readonly instance: string | null;
  readonly cells: readonly Cell[];
  readonly href: string | null;
  /** Events of the bulk bar that this row takes now. */
  readonly events: readonly string[];
  /** Why it takes none: the first reason. */
  readonly blocked: string | null;
}

export interface BulkAct {
  readonly type: string;
  readonly title: string;
  readonly tone: "primary" | "default" | "danger" | "override";
  readonly schema: JsonSchema | null;
}

/** Something that can be begun from a view: a start event of its machine, or a record of its type. */
export interface BeginView {
  readonly id: string;
  readonly title: string;
  readonly schema: JsonSchema;
}

/** A file of rows may be loaded into the tab's record type. */
export interface ImportView {
  readonly type: string;
  readonly title: string;
  readonly columns: readonly string[];
  readonly templateHref: string;
}

export interface ViewPage {
  readonly slug: string;
  readonly title: string;
  readonly tabs: readonly TabView[];
  readonly tab: string;
  readonly emptyText: string | null;
  readonly columns: readonly ViewColumnView[];
  readonly rows: readonly ViewRow[];
  readonly next: string | null;
  readonly filters: readonly FilterField[];
  /** Facts per org, above the list. */
  readonly summary: {
    readonly title: string;
    readonly items: readonly {
      readonly org: string;
      readonly title: string;
      readonly cell: Cell;
      readonly of: Cell | null;
      readonly share: number | null;
      readonly note: string | null;
      readonly meaning: Meaning | null;
    }[];
  } | null;
  /** Never summed over orgs or currencies. */
  readonly totals: readonly { readonly org: string; readonly title: string | null; readonly cell: Cell }[];
  readonly count: number | null;
  readonly acts: readonly BulkAct[];
  readonly panel: GuidedView | null;
  readonly begins: readonly BeginView[];
  /** null: the type has no template, or this person may not write it. */
  readonly load: ImportView | null;
  readonly type: string | null;
  /** The file of what the list shows; null for who may not take it away. */
  readonly exportHref: string | null;
}

export interface BulkResult {
  readonly done: number;
  readonly failed: readonly { readonly instance: string; readonly code: string | null; readonly detail: string }[];
}

export interface DetailView {
  readonly slug: string;
  readonly title: string;
  readonly viewTitle: string;
  readonly queue: readonly {
    readonly id: string;
    readonly title: string;
    readonly items: readonly {
      readonly id: string;
      readonly code: string;
      readonly label: string;
      readonly meaning: Meaning | null;
      readonly note: string | null;
      readonly href: string;
    }[];
  }[];
  readonly dueAt: string | null;
  readonly since: string | null;
  readonly gates: readonly { readonly id: string; readonly title: string; readonly meaning: Meaning; readonly note: string | null }[];
  readonly suggestion: { readonly title: string; readonly note?: string; readonly primary: string | null } | null;
  readonly primary: readonly string[];
  readonly secondary: readonly string[];
  readonly panels: readonly { readonly title: string; readonly fields: readonly Field[] }[];
  readonly guided: GuidedView;
}

export interface RecordPage {
  readonly type: string;
  readonly typeTitle: string;
  readonly id: string;
  readonly code: string | null;
  readonly org: string | null;
  readonly title: string;
  readonly etag: string;
  readonly fields: readonly Field[];
  readonly instance: { readonly id: string; readonly state: string } | null;
  readonly mayEdit: boolean;
  readonly schema: JsonSchema;
  readonly data: Readonly<Record<string, import("#engine/schema/json.ts").Json>>;
  readonly versions: readonly VersionLine[];
  readonly moreVersions: boolean;
}
