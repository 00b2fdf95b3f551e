/** Machines: a statechart with its events, screens, tests and invariants. */
import type { DefinitionBase } from "./definition-base.ts";
import type { Feel, FeelMap, Json, JsonObject, JsonSchema } from "./json.ts";
import type { ActionConfig, GateParams, StatechartConfig } from "./statechart.ts";

/** What events and start events share. */
export interface ActSpec {
  readonly title: string;
  readonly description?: string;
  /** Who may send it: a person (or client) with `permission`, the engine itself, a contract event, or a public form. Default "person". */
  readonly by?: "person" | "system" | "contract" | "public" | readonly ("person" | "system" | "contract" | "public")[];
  /** One permission, or FEEL giving one or a list (all are needed). */
  readonly permission?: string | { readonly expr: Feel };
  /** The verb that the access decision sees; default: the part of the permission after its last dot. */
  readonly verb?: string;
  readonly payload?: JsonSchema;
  readonly bulk?: boolean;
  /** FEEL: id of the person who asked for it, or list of ids; they may not do it themselves (four eyes). */
  readonly requester?: Feel;
  readonly minRank?: Feel;
  /** Shown in place before the act; also marks acts that leave the building. */
  readonly confirm?: string;
  readonly tone?: "primary" | "default" | "danger" | "override";
  /** Not offered as an action on screens. */
  readonly hidden?: boolean;
}

export interface EventSpec extends ActSpec {
  /** Payload field -> FEEL in the instance's scope: what the form begins with. The caller may send something else. */
  readonly initial?: FeelMap;
  /**
   * Of several with the same payload that other instances send it in one level of an act's cascade only the last is taken: for events that say
   * no more than that something has changed, so that what is there is looked at again.
   */
  readonly coalesce?: boolean;
  /** An event that lifts a gate is recorded as an override: FEEL for `gate`, `reason`, `note`, `lifted`, as things stood before it. */
  readonly override?: FeelMap;
  /**
   * The engine sends it by the clock, with an empty payload, to each instance that `each` names (FEEL giving ids of records or instances).
   * For what instances learn from no event of their own, as a policy that changed: `each` names those that the event would move.
   */
  readonly schedule?: { readonly cron: string; readonly each: Feel };
}

export interface StartSpec extends ActSpec {
  /** Fields of the record that the start event creates: FEEL over `payload`, `actor`, `org`, `now`... Not needed when the caller names a record. */
  readonly create?: FeelMap;
  /** FEEL: an instance with the same value of this key is returned in place of a second one. */
  readonly unique?: Feel;
  /** FEEL: id of a record that the instance is about in place of a new one, though nobody may see it yet; null where it creates one. */
  readonly adopt?: Feel;
  /** Property of the payload that names the org to start in, by code or id; where it is missing, the org chosen for the request. */
  readonly orgFrom?: string;
}

export interface ChecklistItem {
  readonly id: string;
  readonly title: string;
  /** Shown only where true. */
  readonly when?: Feel;
  readonly expr?: Feel;
  readonly gate?: GateParams;
  /** A reason code of the gate: the item is ok while the gate does not give it. */
  readonly reason?: string;
  /** What it stands at, with FEEL in braces. */
  readonly detail?: string;
  /** Event that helps. */
  readonly event?: string;
}

export interface ScreenSpec {
  readonly title: string;
  readonly text?: string;
  /** Event offered first, with its form. */
  readonly primary?: string;
}

export interface MachineDefinition extends DefinitionBase {
  readonly kind: "machine";
  /** Record type that an instance is about. */
  readonly record: string;
  readonly config: StatechartConfig;
  readonly start: Readonly<Record<string, StartSpec>>;
  readonly events: Readonly<Record<string, EventSpec>>;
  /** What several states or transitions do alike, by name. */
  readonly actions?: Readonly<Record<string, readonly ActionConfig[]>>;
  /** Named delay -> FEEL: a duration, or the date-time itself. */
  readonly delays?: FeelMap;
  /** Handlebars-free text template of an instance's title, `{field}` from the record. */
  readonly label?: string;
  /** States of the main path, in order. */
  readonly path?: readonly string[];
  readonly checklist?: readonly ChecklistItem[];
  /** State path -> what to do there. */
  readonly screens?: Readonly<Record<string, ScreenSpec>>;
  /** `show`: fields that screens show of each. */
  readonly related?: readonly { readonly title: string; readonly type: string; readonly where: JsonObject; readonly show?: readonly string[] }[];
  /**
   * A page without a session at `/<path>/<token>`: 32 random bytes whose SHA-256 is the record's `tokenField`. The `issue` events get the
   * hash as payload field of that name and answer the link once, in `url`; `gate` gives outputs `http` and `code`.
   *
   * - `sheet`: a spreadsheet with exactly these columns fills the list `field` of the submission; `headerFlag` is the payload field that
   *   tells whether its header fits; `rowsOf` names, by reason code, the input of the gate that lists the bad rows (the first is 1),
   *   `rowMessages` what is said at each of them
   * - `files`: list of the submission whose items name an uploaded file by `file_id`
   */
  readonly publicForm?: {
    readonly path: string;
    readonly tokenField: string;
    readonly issue: readonly string[];
    readonly open: string;
    readonly submit: string;
    readonly gate: GateParams;
    readonly page: FeelMap;
    readonly sheet?: {
      readonly field: string;
      readonly columns: readonly string[];
      readonly headerFlag?: string;
      readonly rowsOf?: Readonly<Record<string, string>>;
      readonly rowMessages?: Readonly<Record<string, string>>;
    };
    readonly files?: { readonly field: string };
  };
  readonly layout?: JsonObject;
  readonly tests?: readonly MachineTest[];
  /** What must never hold after a step: one that would make it so, or of which it cannot be told, is refused. `message` has FEEL in braces. */
  readonly invariants?: readonly { readonly name: string; readonly never: Feel; readonly message?: string }[];
}

export interface MachineTest {
  readonly name: string;
  readonly record?: JsonObject;
  readonly settings?: JsonObject;
  readonly now?: string;
  readonly actor?: JsonObject;
  /** Canned answers: fact id, `get:<type>:<id>` ... or "*" . */
  readonly facts?: JsonObject;
  /** Policies that the test does not mean to test: what they decide, by id. A changed policy is then judged by its own tests. */
  readonly decisions?: Readonly<Record<string, CannedDecision>>;
  readonly steps: readonly {
    readonly event: string;
    readonly payload?: JsonObject;
    readonly facts?: JsonObject;
    readonly decisions?: Readonly<Record<string, CannedDecision>>;
    readonly expect: {
      readonly result?: "moved" | "blocked" | "violated" | "not_available";
      readonly state?: Json;
      readonly reasons?: readonly string[];
      /** Names of invariants that refuse the step, in their order. */
      readonly violations?: readonly string[];
      /** Effects contained, in order: each a subset. */
      readonly effects?: readonly JsonObject[];
    };
  }[];
}

export interface CannedDecision {
  readonly outcome: string;
  readonly output?: JsonObject;
  /** Codes. */
  readonly reasons?: readonly string[];
}
