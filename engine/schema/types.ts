/**
 * The eleven kinds of definition as TypeScript types. Every definition is JSON, content-addressed, and validated by the JSON
 * Schema of its kind (`<kind>.schema.json`, beside this file) before anything reads it through these types.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
/** A JSON Schema (draft 2020-12) of the restricted vocabulary in engine/schema/payload-vocabulary. */
export type JsonSchema = JsonObject;
/** FEEL source text (DMN 1.3 chapter 10, the subset of engine/core/feel). */
export type Feel = string;

export const KINDS = ["machine", "ruleset", "table", "fact", "settings", "mail", "document", "type", "view", "contract", "access"] as const;
export type Kind = (typeof KINDS)[number];

/** What every definition has. `key` is `<pack>.<id>`; `id` is kebab-case. */
export interface DefinitionBase {
  readonly $schema?: string;
  readonly kind: Kind;
  readonly key: string;
  readonly title: string;
  readonly description?: string;
  /** Ids of the stories or requirements that this definition answers. */
  readonly stories?: readonly string[];
}

/* ---------------------------------------------------------------- values */

export type ValueType = "decimal" | "integer" | "string" | "boolean" | "date" | "datetime" | "duration" | "list" | "record";

export interface ValueSpec {
  readonly type: ValueType;
  readonly title?: string;
  readonly description?: string;
  readonly unit?: string;
  readonly enum?: readonly string[];
  /** A present null is a value; without `nullable` a null is of the wrong type, hence unknown. */
  readonly nullable?: boolean;
  /** Digits after the point, for `decimal`. */
  readonly scale?: number;
  /** Element of a `list`. */
  readonly of?: ValueSpec;
  /** Fields of a `record`. */
  readonly fields?: Readonly<Record<string, ValueSpec>>;
}

/** An act that can change an input: what `unlock` offers. */
export interface UnlockAct {
  /** Event type to send. */
  readonly event: string;
  /** Machine that takes it (id or key). */
  readonly machine?: string;
  /** FEEL, in the asking instance's scope: the record (id or code) whose instance takes the event. Default: the asking instance. */
  readonly on?: Feel;
  /** The value that the input has afterwards; without it the act is offered for every wanted value. */
  readonly to?: Json;
  readonly title?: string;
}

export interface InputSpec extends ValueSpec {
  /** Where the value comes from when the caller does not bind it: FEEL in the caller's scope, one for all or one per record type. */
  readonly from?: Feel | Readonly<Record<string, Feel>>;
  readonly changedBy?: readonly UnlockAct[];
}

export interface ParamSpec extends ValueSpec {
  readonly default: Json;
  /** `<settings key or id>/<property>`: the org's value of that setting is used where it has one. */
  readonly setting?: string;
}

/* ---------------------------------------------------------------- rule sets and tables */

/** json-rules-engine conditions, unchanged. */
export type Condition =
  | { readonly all: readonly Condition[]; readonly name?: string; readonly priority?: number }
  | { readonly any: readonly Condition[]; readonly name?: string; readonly priority?: number }
  | { readonly not: Condition; readonly name?: string; readonly priority?: number }
  | { readonly condition: string }
  | ConditionLeaf;

export interface ConditionLeaf {
  readonly fact: string;
  readonly operator: string;
  readonly value: Json;
  readonly path?: string;
  readonly name?: string;
  readonly priority?: number;
}

export interface Rule {
  readonly name: string;
  readonly description?: string;
  readonly priority?: number;
  readonly conditions: Condition;
  readonly event: { readonly type: string; readonly params?: JsonObject };
}

/**
 * How fired events fold into an outcome.
 * - `gate`: any event of type "block" shuts it; other types are notes. Outcome "pass" | "block" | "unknown".
 * - `first`: the fired rule of the highest priority; outcome = its event type, or "none".
 * - `collect`: all fired rules in declared order; outcome "collected".
 * - `sum`: Σ of `params.points` of the fired rules; outcome "scored", variable `total`.
 */
export interface Policy {
  readonly type: "gate" | "first" | "collect" | "sum";
}

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

export interface RulesetDefinition extends DecisionBase {
  readonly kind: "ruleset";
  /** Shared conditions for `{condition: name}`. */
  readonly conditions?: Readonly<Record<string, Condition>>;
  readonly rules: readonly Rule[];
  readonly policy: Policy;
  /** FEEL over inputs, params, derived values and `fired` (list of {rule, type, params}), `total` for `sum`. */
  readonly outputs?: Readonly<Record<string, Feel>>;
}

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

/* ---------------------------------------------------------------- facts */

/**
 * Record filter, the same language as `?filter=` of the API. A key is a field path of the record's data, or `@id`, `@code`,
 * `@org`, `@createdAt`, `@updatedAt`, or `@state` / `@state.<region path>` (state of the record's instance; matches the path or any of its descendants).
 * A value is a literal, `{"$arg": name}` (facts only), or operators: $eq $ne $gt $gte $lt $lte $in $nin $null $contains $has $search.
 */
export type Filter = JsonObject;

export interface Query {
  /** Record type. */
  readonly from: string;
  readonly where?: Filter;
  /** Joined by reference: alias -> {type, on: reference field of `from` or of an earlier alias ("alias.field")}; or `back`: a field of the joined type that refers to `from`. */
  readonly join?: Readonly<Record<string, { readonly type: string; readonly on?: string; readonly back?: string; readonly kind?: "left" | "inner"; readonly where?: Filter }>>;
  readonly groupBy?: readonly string[];
  /** Output field -> path, or an aggregate. Without it: the whole record (data + id, code, state). */
  readonly select?: Readonly<Record<string, string | Aggregate>>;
  readonly orderBy?: readonly (string | { readonly field: string; readonly direction: "asc" | "desc" })[];
  readonly limit?: number;
}
export type Aggregate =
  | { readonly count: true | string }
  | { readonly sum: string }
  | { readonly min: string }
  | { readonly max: string }
  | { readonly list: string };

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

/* ---------------------------------------------------------------- machines */

/** An XState v5 machine config, JSON only. Guards and actions are those of the vocabulary below. */
export interface StatechartConfig {
  readonly id: string;
  readonly initial?: string;
  readonly type?: "parallel" | "compound";
  readonly context?: JsonObject;
  readonly states: Readonly<Record<string, StateNodeConfig>>;
  readonly on?: Transitions;
  readonly always?: TransitionConfig | readonly TransitionConfig[];
  readonly after?: Readonly<Record<string, string | TransitionConfig | readonly TransitionConfig[]>>;
  readonly entry?: readonly ActionConfig[];
  readonly exit?: readonly ActionConfig[];
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
  readonly entry?: readonly ActionConfig[];
  readonly exit?: readonly ActionConfig[];
  readonly output?: Json;
  readonly tags?: readonly string[];
  readonly meta?: JsonObject;
  readonly description?: string;
}
export type Transitions = Readonly<Record<string, string | TransitionConfig | readonly TransitionConfig[]>>;
export interface TransitionConfig {
  readonly target?: string | readonly string[];
  readonly guard?: GuardConfig;
  readonly actions?: readonly ActionConfig[];
  readonly reenter?: boolean;
  readonly description?: string;
  readonly meta?: JsonObject;
}

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
export type FeelMap = Readonly<Record<string, Feel>>;
export type ActionConfig =
  | { readonly type: "set"; readonly params: ActionCommon & { readonly record?: FeelMap; readonly context?: FeelMap } }
  | { readonly type: "record"; readonly params: ActionCommon & { readonly op: "create" | "update" | "upsert" | "delete"; readonly record: string; readonly id?: Feel; readonly by?: FeelMap; readonly set?: FeelMap; readonly as?: string; readonly org?: Feel } }
  | { readonly type: "mail"; readonly params: ActionCommon & { readonly mail: string; readonly ref?: Feel; readonly to?: Feel; readonly vars?: FeelMap; readonly subject?: Feel; readonly text?: Feel } }
  | { readonly type: "document"; readonly params: ActionCommon & { readonly document: string; readonly field?: string; readonly vars?: FeelMap } }
  | { readonly type: "task"; readonly params: ActionCommon & { readonly title: string; readonly kind: string; readonly assignee?: Feel; readonly permission?: string; readonly role?: string; readonly due?: Feel; readonly ref?: Feel; readonly outcomes?: Readonly<Record<string, string>> } }
  | { readonly type: "approval"; readonly params: ActionCommon & { readonly title: string; readonly kind: string; readonly permission: Feel; readonly minRank?: Feel; readonly requester?: Feel; readonly due?: Feel; readonly ref?: Feel; readonly relies?: FeelMap; readonly outcomes: Readonly<Record<string, string>> } }
  | { readonly type: "cancelTask"; readonly params: ActionCommon & { readonly kind: string; readonly ref?: Feel } }
  | { readonly type: "emit"; readonly params: ActionCommon & { readonly contract?: string; readonly event: string; readonly subject?: Feel; readonly n?: Feel; readonly data: FeelMap } }
  | { readonly type: "start"; readonly params: ActionCommon & { readonly machine: string; readonly event: string; readonly payload?: FeelMap; readonly org?: Feel; readonly unique?: Feel; readonly as?: string } }
  | { readonly type: "send"; readonly params: ActionCommon & { readonly machine?: string; readonly to: Feel | "self"; readonly event: string; readonly payload?: FeelMap; readonly org?: Feel } }
  | { readonly type: "deliver"; readonly params: ActionCommon & { readonly channel: "mail" } }
  | { readonly type: "note"; readonly params: ActionCommon & { readonly text: string } };

export interface EventSpec {
  readonly title: string;
  readonly description?: string;
  /** Who may send it: a person (or client) with `permission`, the engine itself, a contract event, or a public form. Default "person". */
  readonly by?: "person" | "system" | "contract" | "public" | readonly ("person" | "system" | "contract" | "public")[];
  /** One permission, or FEEL giving one or a list (all are needed). */
  readonly permission?: string | { readonly expr: Feel };
  /** The verb that the access decision sees; default: the part of the permission after its last dot. */
  readonly verb?: string;
  readonly payload?: JsonSchema;
  /** Payload field -> FEEL in the instance's scope: what the form begins with. The caller may send something else. */
  readonly initial?: FeelMap;
  readonly bulk?: boolean;
  /** FEEL: id of the person who asked for it, or list of ids; they may not do it themselves (four eyes). */
  readonly requester?: Feel;
  readonly minRank?: Feel;
  /** Shown in place before the act; also marks acts that leave the building. */
  readonly confirm?: string;
  readonly tone?: "primary" | "default" | "danger" | "override";
  /** Not offered as an action on screens. */
  readonly hidden?: boolean;
  /** An event that lifts a gate is recorded as an override: FEEL for `gate`, `reason`, `note`, `lifted`, as things stood before it. */
  readonly override?: FeelMap;
}

export interface StartSpec extends EventSpec {
  /** Fields of the record that the start event creates: FEEL over `payload`, `actor`, `org`, `now`... Not needed when the caller names a record. */
  readonly create?: FeelMap;
  /** FEEL: an instance with the same value of this key is returned in place of a second one. */
  readonly unique?: Feel;
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
   *   tells whether its header fits; `rowsOf` names, by reason code, the input of the gate that lists the bad rows (the first is 1)
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
    readonly sheet?: { readonly field: string; readonly columns: readonly string[]; readonly headerFlag?: string; readonly rowsOf?: Readonly<Record<string, string>> };
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

/* ---------------------------------------------------------------- settings, types, access */

export interface SettingsDefinition extends DefinitionBase {
  readonly kind: "settings";
  readonly schema: JsonSchema;
  readonly defaults: JsonObject;
  /** Permission that may change the org's values. */
  readonly permission: string;
  readonly group?: string;
}

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
  /** Global types: a row is visible only to orgs that have a row of `type` whose `field` refers to it. */
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
  };
  /** Machine whose instance carries this record's state. */
  readonly machine?: string;
  /** Events sent to other instances when a record changes by CRUD: FEEL over `record`, `before`. */
  readonly onChange?: readonly { readonly when?: Feel; readonly each?: Feel; readonly machine: string; readonly to: Feel; readonly event: string; readonly payload?: FeelMap }[];
}

export interface AccessDefinition extends DefinitionBase {
  readonly kind: "access";
  readonly permissions: Readonly<Record<string, string>>;
  readonly roles: Readonly<Record<string, { readonly title: string; readonly parent?: string; readonly permissions: readonly string[]; readonly sales?: boolean; readonly home?: string }>>;
  readonly levels: Readonly<Record<string, { readonly title: string; readonly rank: number; readonly default?: boolean }>>;
  /** Table asked for every act of a person or client; its inputs are those of engine/service/authorize. */
  readonly decision?: string;
  /** Names that FEEL finds in `actor`: name -> true where the actor holds none (`noneOf`) or any (`anyOf`) of the permissions. */
  readonly traits?: Readonly<Record<string, { readonly noneOf?: readonly string[]; readonly anyOf?: readonly string[] }>>;
}

/* ---------------------------------------------------------------- mail, view, contract */

export interface MailDefinition extends DefinitionBase {
  readonly kind: "mail";
  /** Free word that the policy table reads, e.g. "internal". */
  readonly audience: string;
  readonly policy: "mandatory" | "on" | "off" | "locked_off" | "never";
  /** Opt-out class, e.g. "status". */
  readonly optOut?: string;
  /** Free values that the policy and recipients tables may read as `mail.<name>`. */
  readonly traits?: JsonObject;
  /** FEEL in the asking instance's scope: default recipients (list of addresses or people). */
  readonly recipients: Feel;
  /** Machine that carries a message's life; its record gets type, key, recipients, subject, html, text, verdict. */
  readonly machine: string;
  /** Tables: who gets it, and whether it is sent. */
  readonly recipientsTable?: string;
  readonly policyTable: string;
  /** FEEL: part of the exactly-once key. */
  readonly ref: Feel;
  /** View model: variable -> FEEL. The template sees nothing else. */
  readonly vars: FeelMap;
  readonly variables: JsonSchema;
  /** FEEL list of {document: id} or {file: id}, with `name` for a file: what goes with the mail, up to 10 MB; what is larger is linked. */
  readonly attachments?: Feel;
  /** Class A: at most once, `possibly_sent` when unclear; class B: at least once. */
  readonly delivery: "A" | "B";
  /** FEEL -> {name, logo, color, from}; the branding of mails that leave the house. */
  readonly branding?: Feel;
  /** Handlebars; loaded from `<name>.subject.hbs`, `.html.hbs`, `.text.hbs` beside the file. */
  readonly templates: { readonly subject: string; readonly html: string; readonly text: string };
  readonly schedule?: { readonly cron: string; readonly query?: Feel };
}

/** A paper about a record: rendered when a machine's action says so, kept as HTML and PDF with its hash and number, never changed. */
export interface DocumentDefinition extends DefinitionBase {
  readonly kind: "document";
  /** Record type that it is about. */
  readonly record: string;
  /** FEEL: name of the file, without its ending. */
  readonly name: Feel;
  /** View model: variable -> FEEL. The template sees nothing else but `branding` and `number`. */
  readonly vars: FeelMap;
  readonly variables: JsonSchema;
  /** FEEL -> {name, logo, color}. */
  readonly branding?: Feel;
  /** Handlebars; loaded from `<name>.document.hbs` beside the file. */
  readonly templates: { readonly html: string };
  readonly page?: { readonly size?: "A4" | "LETTER"; readonly orientation?: "portrait" | "landscape" };
  /** Asked before the paper is handed out, where `when` (FEEL over the record) is true; `event`: the act that counts a hand-out on screens. */
  readonly download?: { readonly when?: Feel; readonly gate: GateParams; readonly event?: string };
}

export interface ViewColumn {
  readonly id: string;
  readonly title: string;
  /** Path of the row (data of the record, `@code`, `@state`, joined alias "alias.field") or FEEL over the row. */
  readonly path?: string;
  readonly expr?: Feel;
  readonly format?: "text" | "code" | "money" | "decimal" | "date" | "datetime" | "relative" | "deadline" | "badge" | "org" | "link" | "gate";
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
  readonly detail?: { readonly path: string; readonly title: string; readonly machine: string; readonly panels: readonly { readonly title: string; readonly fields: readonly { readonly title: string; readonly expr: Feel; readonly format?: string }[] }[]; readonly suggestion?: { readonly table: string; readonly titles: Readonly<Record<string, string>> }; readonly primary: readonly string[]; readonly secondary?: readonly string[] };
}

export interface ContractEvent {
  readonly title: string;
  readonly direction: "in" | "out";
  /** `{subject}`, `{sequence}`, `{n}`, `{data.field}`: the third segment of the key. */
  readonly id: string;
  readonly version: string;
  readonly subject: string;
  readonly data: JsonSchema;
  readonly requiresActor?: boolean;
  /** Watermark scope, `{org}`, `{subject}`, `{item.field}`; with `items` one watermark per item. */
  readonly sequenceScope?: string;
  readonly items?: { readonly path: string; readonly sequence: string };
  /** What an accepted event does, in order. */
  readonly effects?: readonly ContractEffect[];
  /** What a refused one leaves behind besides its receipt. */
  readonly onRefused?: readonly ContractEffect[];
}
export type ContractEffect =
  | { readonly type: "send"; readonly machine: string; readonly to: Feel; readonly event: string; readonly payload?: FeelMap; readonly when?: Feel; readonly each?: Feel }
  | { readonly type: "start"; readonly machine: string; readonly event: string; readonly payload?: FeelMap; readonly when?: Feel; readonly each?: Feel }
  | { readonly type: "record"; readonly op: "create" | "update" | "upsert"; readonly record: string; readonly by: FeelMap; readonly set: FeelMap; readonly when?: Feel; readonly each?: Feel }
  | { readonly type: "task"; readonly title: string; readonly kind: string; readonly role?: string; readonly permission?: string; readonly about: Feel; readonly when?: Feel };

export interface ContractDefinition extends DefinitionBase {
  readonly kind: "contract";
  readonly version: string;
  /** Source segment of inbound and of outbound keys. */
  readonly inboundSource: string;
  readonly outboundSource: string;
  /** Table that decides acceptance (integration.inbound-event-acceptance). */
  readonly acceptance: string;
  readonly keyPattern: string;
  readonly maxSkewSeconds: number;
  /** Subject type -> record type whose code `subject.ref` is; null: free text. */
  readonly subjects: Readonly<Record<string, string | null>>;
  readonly events: Readonly<Record<string, ContractEvent>>;
  /** Refusals of gates answered under a code of the contract: reason code -> HTTP status. */
  readonly refusals?: Readonly<Record<string, { readonly status: number }>>;
  /** Machine -> what the partner may ask about one of its instances: values over `record`, `state` and facts, for holders of the permission. */
  readonly queries?: Readonly<Record<string, { readonly title: string; readonly permission: string; readonly answer: FeelMap }>>;
}

export type Definition =
  | MachineDefinition
  | RulesetDefinition
  | TableDefinition
  | FactDefinition
  | SettingsDefinition
  | MailDefinition
  | DocumentDefinition
  | TypeDefinition
  | ViewDefinition
  | ContractDefinition
  | AccessDefinition;
export type DefinitionOf<K extends Kind> = Extract<Definition, { kind: K }>;
