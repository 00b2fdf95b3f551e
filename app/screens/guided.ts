/** The guided screen and what it is made of; also the side panel and the detail page of a view. */
import type { Decision } from "#engine/core/step-types.ts";
import type { Json, JsonObject, JsonSchema } from "#engine/schema/json.ts";
import type { Cell } from "#studio/ui/cell.tsx";
import type { ConsequenceLine } from "#studio/ui/consequence-preview.tsx";
import type { PathLane, PathStep } from "#studio/ui/path-bar.tsx";
import type { Meaning } from "#studio/ui/status-badge.tsx";

export interface Field {
  readonly title: string;
  readonly cell: Cell;
}

/** One way through a gate: what has to be done, all of it, and who may. */
export interface WayView {
  readonly title: string;
  readonly note?: string | undefined;
  /** Those of its acts that this person may send, on this or another instance. */
  readonly acts: readonly { readonly title: string; readonly instance: string; readonly event: string; readonly here: boolean }[];
}

export type DecisionView = Pick<Decision, "key" | "version" | "outcome" | "reasons" | "explanation" | "overridden" | "output"> & {
  /** What the rule set or table is called. */
  readonly title?: string;
};

export interface GateView {
  readonly decision: DecisionView;
  readonly titles: Readonly<Record<string, string>>;
  readonly ways: readonly WayView[];
  readonly override: {
    readonly may: boolean;
    readonly permission: string;
    readonly reasons: readonly { readonly value: string; readonly title: string }[];
  } | null;
}

export interface ActView {
  /** A file to open when the act is done. */
  readonly opens?: string;
  readonly type: string;
  readonly title: string;
  readonly description: string | null;
  readonly tone: "primary" | "default" | "danger" | "override";
  /** The state takes it and no gate is shut. */
  readonly allowed: boolean;
  readonly permitted: boolean;
  /** Who may, where this person may not. */
  readonly who: string | null;
  readonly schema: JsonSchema | null;
  readonly initial: JsonObject;
  /** Said before the act; it leaves the building. */
  readonly confirm: string | null;
  readonly gates: readonly GateView[];
}

export interface HistoryEntry {
  readonly id: string;
  /** null: an attempt that was refused. */
  readonly seq: number | null;
  readonly at: string;
  readonly text: string;
  readonly by: string | null;
  readonly meaning: Meaning | null;
  readonly release: number | null;
  readonly decisions: readonly { readonly decision: DecisionView; readonly titles: Readonly<Record<string, string>> }[];
  readonly effects: readonly ConsequenceLine[];
}

export interface MailLine {
  readonly id: string;
  readonly subject: string;
  readonly to: string;
  readonly meaning: Meaning;
  readonly at: string;
}

/** A paper about the record in its newest version. */
export interface DocumentLine {
  readonly id: string;
  readonly title: string;
  readonly name: string;
  readonly number: number;
  readonly at: string;
  readonly sha256: string;
  readonly href: string;
  /** Null while it may be handed out. */
  readonly shut: string | null;
  /** Act that hands it out: its file opens when the act is done. */
  readonly event: string | null;
  readonly earlier: readonly { readonly id: string; readonly number: number; readonly at: string; readonly href: string }[];
}

export interface GuidedView {
  readonly id: string;
  readonly machine: { readonly key: string; readonly title: string; readonly version: string };
  readonly org: string;
  readonly code: string | null;
  readonly title: string;
  readonly note: string | null;
  /** What the record comes to, under its title. */
  readonly summary: readonly Field[];
  readonly status: "active" | "done" | "stopped";
  readonly seq: number;
  readonly release: number | null;
  readonly checkedAt: string;
  readonly steps: readonly PathStep[];
  readonly lanes: readonly PathLane[];
  readonly screen: { readonly title: string; readonly text: string | null; readonly primary: string | null };
  readonly checklist: {
    readonly title: string;
    readonly items: readonly {
      readonly id: string;
      readonly title: string;
      readonly ok: boolean | "unknown" | "overridden";
      readonly detail: string | null;
      readonly event: string | null;
    }[];
  };
  readonly acts: readonly ActView[];
  readonly record: { readonly type: string; readonly id: string; readonly title: string; readonly fields: readonly Field[] };
  readonly people: readonly { readonly title: string; readonly text: string }[];
  readonly clocks: readonly { readonly id: string; readonly kind: "timer" | "task" | "approval"; readonly title: string; readonly at: string | null }[];
  readonly mails: readonly MailLine[];
  readonly documents: readonly DocumentLine[];
  /** Files that people or other systems put to the record. */
  readonly files: readonly { readonly id: string; readonly name: string; readonly note: string; readonly href: string }[];
  readonly related: readonly {
    readonly title: string;
    /** Where the rest stands, if these are not all. */
    readonly more: string | null;
    readonly items: readonly {
      readonly id: string;
      readonly label: string;
      readonly code: string | null;
      readonly state: string | null;
      readonly fields: readonly Field[];
      readonly href: string;
    }[];
  }[];
  readonly history: readonly HistoryEntry[];
  /** There is more of it than stands here. */
  readonly more: { readonly events: boolean; readonly mails: boolean; readonly files: boolean };
}

/** What an act would do. */
export interface PreviewView {
  readonly lines: readonly ConsequenceLine[];
  readonly allowed: boolean;
  readonly gates: readonly GateView[];
  readonly errors: readonly FieldError[];
}

export interface FieldError {
  /** JSON pointer into the payload. */
  readonly path: string;
  readonly message: string;
}

/** What came of an act. */
export type ActResult =
  | {
      readonly ok: true;
      readonly message: string;
      readonly href?: string;
      /** Path of a link that is told only now. */
      readonly link?: string;
    }
  | {
      readonly ok: false;
      readonly title: string;
      readonly detail: string;
      readonly hint: string | undefined;
      readonly code: string;
      readonly errors: readonly FieldError[];
    };

export interface ActRequest {
  readonly instance: string;
  readonly type: string;
  readonly payload: JsonObject;
  readonly override?: { readonly gate: string; readonly reason: string; readonly note?: string };
  readonly expectedSeq?: number;
  /** Same for every retry of one click. */
  readonly once: string;
}

export const asObject = (value: Json | undefined): JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
