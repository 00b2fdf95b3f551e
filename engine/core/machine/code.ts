/** Compiled guards and actions: the vocabulary of engine/schema/statechart.ts with its FEEL parsed once. */
import type { JsonObject } from "../../schema/json.ts";
import type { Expression } from "../feel/compile.ts";

export type ExpressionMap = readonly (readonly [name: string, expression: Expression])[];

/** Literal text and FEEL parts in turn: what `{...}` in a title becomes. */
export type TextCode = readonly (string | Expression)[];

export interface GateCode {
  /** Id or key of the rule set or table, as written. */
  readonly ref: string;
  readonly bind: ReadonlyMap<string, Expression>;
  readonly expect: JsonObject | undefined;
  readonly override: { readonly permission: string; readonly reasons: Expression | null } | null;
  readonly pinned: boolean;
  readonly pointer: string;
}

/** Open when every `when` is true and every gate opens. */
export interface GuardCode {
  readonly whens: readonly Expression[];
  readonly gates: readonly GateCode[];
}

export interface RecordActionCode {
  readonly type: "record";
  readonly op: "create" | "update" | "upsert" | "delete";
  readonly record: string;
  readonly id: Expression | null;
  readonly by: ExpressionMap;
  readonly set: ExpressionMap;
  readonly as: string | null;
  readonly org: Expression | null;
}
export interface MailActionCode {
  readonly type: "mail";
  readonly mail: string;
  readonly ref: Expression | null;
  readonly to: Expression | null;
  readonly vars: ExpressionMap;
  readonly subject: Expression | null;
  readonly text: Expression | null;
}
export interface DocumentActionCode {
  readonly type: "document";
  readonly document: string;
  readonly field: string | null;
  readonly vars: ExpressionMap;
}
export interface TaskActionCode {
  readonly type: "task";
  readonly form: "task" | "approval";
  readonly title: TextCode;
  readonly kind: string;
  readonly assignee: Expression | null;
  /** A literal for tasks, an expression for approvals. */
  readonly permission: string | Expression | null;
  readonly role: string | null;
  readonly minRank: Expression | null;
  readonly requester: Expression | null;
  readonly due: Expression | null;
  readonly ref: Expression | null;
  readonly relies: ExpressionMap;
  readonly outcomes: Readonly<Record<string, string>>;
}
export interface EmitActionCode {
  readonly type: "emit";
  readonly contract: string | null;
  readonly event: string;
  readonly subject: Expression | null;
  readonly n: Expression | null;
  readonly data: ExpressionMap;
}
export interface StartActionCode {
  readonly type: "start";
  readonly machine: string;
  readonly event: string;
  readonly payload: ExpressionMap;
  readonly org: Expression | null;
  readonly unique: Expression | null;
  readonly as: string | null;
}
export interface SendActionCode {
  readonly type: "send";
  readonly machine: string | null;
  /** null: this instance. */
  readonly to: Expression | null;
  readonly event: string;
  readonly payload: ExpressionMap;
  readonly org: Expression | null;
}

export type ActionBody =
  | { readonly type: "set"; readonly record: ExpressionMap; readonly context: ExpressionMap }
  | RecordActionCode
  | MailActionCode
  | DocumentActionCode
  | TaskActionCode
  | { readonly type: "cancelTask"; readonly kind: string; readonly ref: Expression | null }
  | EmitActionCode
  | StartActionCode
  | SendActionCode
  | { readonly type: "deliver"; readonly channel: "mail" }
  | { readonly type: "note"; readonly text: TextCode };

export interface ActionCode {
  readonly body: ActionBody;
  readonly when: Expression | null;
  readonly each: Expression | null;
  /** From the definition on. */
  readonly pointer: string;
}
