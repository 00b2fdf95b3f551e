/** The statechart of a machine: an XState v5 config, with the guards and actions of our vocabulary. */
import type { Feel, FeelMap, Json, JsonObject } from "./json.ts";

/** An XState v5 machine config, JSON only. Guards and actions are those of the vocabulary below. */
export interface StatechartConfig {
  readonly id: string;
  readonly initial?: string;
  readonly type?: "parallel" | "compound";
  readonly context?: JsonObject;
  readonly states: Readonly<Record<string, StateNodeConfig>>;
  readonly on?: Transitions;
  readonly always?: string | TransitionConfig | readonly TransitionConfig[];
  readonly after?: Readonly<Record<string, string | TransitionConfig | readonly TransitionConfig[]>>;
  readonly entry?: readonly ActionOrName[];
  readonly exit?: readonly ActionOrName[];
  readonly output?: Json;
  readonly description?: string;
  readonly version?: string;
}

export interface StateNodeConfig {
  readonly id?: string;
  readonly type?: "atomic" | "compound" | "parallel" | "final" | "history";
  readonly history?: "shallow" | "deep";
  readonly target?: string;
  readonly initial?: string;
  readonly states?: Readonly<Record<string, StateNodeConfig>>;
  readonly on?: Transitions;
  readonly always?: string | TransitionConfig | readonly TransitionConfig[];
  readonly after?: Readonly<Record<string, string | TransitionConfig | readonly TransitionConfig[]>>;
  readonly onDone?: string | TransitionConfig | readonly TransitionConfig[];
  readonly entry?: readonly ActionOrName[];
  readonly exit?: readonly ActionOrName[];
  readonly output?: Json;
  readonly tags?: readonly string[];
  readonly meta?: JsonObject;
  readonly description?: string;
}

export type Transitions = Readonly<Record<string, string | TransitionConfig | readonly TransitionConfig[]>>;

export interface TransitionConfig {
  readonly target?: string | readonly string[];
  readonly guard?: GuardConfig;
  readonly actions?: readonly ActionOrName[];
  readonly reenter?: boolean;
  readonly description?: string;
  readonly meta?: JsonObject;
}

/** The name is one of the machine's `actions`, as XState names actions that are implemented beside the config. */
export type ActionOrName = ActionConfig | string;

export type GuardConfig =
  /** Asks policy; a failed gate makes the event blocked and explained, and may be overridden. */
  | { readonly type: "gate"; readonly params: GateParams }
  /** A plain predicate: a branch that is simply not taken. */
  | { readonly type: "when"; readonly params: { readonly expr: Feel } }
  /** All of them; decisions are listed in order. */
  | { readonly type: "all"; readonly params: { readonly guards: readonly GuardConfig[] } };

export interface GateParams {
  readonly ruleset?: string;
  readonly table?: string;
  /** Input -> FEEL in the instance's scope; wins over the input's own `from`. */
  readonly bind?: Readonly<Record<string, Feel>>;
  /** Outputs that open the gate; default: outcome = "pass". */
  readonly expect?: JsonObject;
  readonly override?: { readonly permission: string; readonly reasons?: Feel };
  /** "late" (default): the version of the org's active release at the event's instant; "pinned": that of the instance's release. */
  readonly binding?: "late" | "pinned";
}

interface ActionCommon {
  /** FEEL: the action runs only where this is true. */
  readonly when?: Feel;
  /** FEEL list: the action runs once per element, bound to `item` and `index`. */
  readonly each?: Feel;
}

export type ActionConfig =
  | { readonly type: "set"; readonly params: ActionCommon & { readonly record?: FeelMap; readonly context?: FeelMap } }
  | {
      readonly type: "record";
      readonly params: ActionCommon & {
        readonly op: "create" | "update" | "upsert" | "delete";
        readonly record: string;
        readonly id?: Feel;
        readonly by?: FeelMap;
        readonly set?: FeelMap;
        readonly as?: string;
        readonly org?: Feel;
      };
    }
  | {
      readonly type: "mail";
      readonly params: ActionCommon & {
        readonly mail: string;
        readonly ref?: Feel;
        readonly to?: Feel;
        readonly vars?: FeelMap;
        readonly subject?: Feel;
        readonly text?: Feel;
      };
    }
  | { readonly type: "document"; readonly params: ActionCommon & { readonly document: string; readonly field?: string; readonly vars?: FeelMap } }
  | {
      readonly type: "task";
      readonly params: ActionCommon & {
        readonly title: string;
        readonly kind: string;
        readonly assignee?: Feel;
        readonly permission?: string;
        readonly role?: string;
        readonly due?: Feel;
        readonly ref?: Feel;
        readonly outcomes?: Readonly<Record<string, string>>;
      };
    }
  | {
      readonly type: "approval";
      readonly params: ActionCommon & {
        readonly title: string;
        readonly kind: string;
        readonly permission: Feel;
        readonly minRank?: Feel;
        readonly requester?: Feel;
        readonly due?: Feel;
        readonly ref?: Feel;
        readonly relies?: FeelMap;
        readonly outcomes: Readonly<Record<string, string>>;
      };
    }
  | { readonly type: "cancelTask"; readonly params: ActionCommon & { readonly kind: string; readonly ref?: Feel } }
  | {
      readonly type: "emit";
      readonly params: ActionCommon & {
        readonly contract?: string;
        readonly event: string;
        readonly subject?: Feel;
        readonly n?: Feel;
        readonly data: FeelMap;
      };
    }
  | {
      readonly type: "start";
      readonly params: ActionCommon & {
        readonly machine: string;
        readonly event: string;
        readonly payload?: FeelMap;
        readonly org?: Feel;
        readonly unique?: Feel;
        readonly as?: string;
      };
    }
  | {
      readonly type: "send";
      readonly params: ActionCommon & {
        readonly machine?: string;
        readonly to: Feel | "self";
        readonly event: string;
        readonly payload?: FeelMap;
        readonly org?: Feel;
      };
    }
  | { readonly type: "deliver"; readonly params: ActionCommon & { readonly channel: "mail" } }
  | { readonly type: "note"; readonly params: ActionCommon & { readonly text: string } };
