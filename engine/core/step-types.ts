/**
 * The shapes that go into and come out of `step`. Plain JSON throughout: what is here is what the event log stores.
 */
import type { Json, JsonObject } from "../schema/json.ts";

/** RFC 3339 UTC with milliseconds, e.g. "2026-02-02T06:00:00.000Z". */
export type Instant = string;

/** Who acts. `permissions` are those held in the instance's org. */
export interface Actor {
  readonly id: string;
  readonly kind: "person" | "client" | "system" | "public";
  readonly name: string;
  readonly email?: string;
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  readonly rank: number;
  /** Codes of all orgs that the actor holds a grant in. */
  readonly orgs: readonly string[];
  /** Traits of the access definition, e.g. `viewer_is_sales`. */
  readonly traits: Readonly<Record<string, boolean>>;
}

export interface OrgContext {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  /** IANA zone; `today` is counted in it. */
  readonly timeZone: string;
  /** Free JSON for templates: logo, color, mail_from. */
  readonly branding: JsonObject;
}

/** A record as `step` sees it. `data` values are JSON; decimals are strings. */
export interface RecordState {
  readonly id: string;
  readonly type: string;
  readonly org: string | null;
  readonly code: string | null;
  readonly version: number;
  readonly data: JsonObject;
}

/** XState's state value: "a" or {"region": "a"}. */
export type StateValue = string | { readonly [region: string]: StateValue };

export interface Snapshot {
  readonly value: StateValue;
  readonly status: "active" | "done" | "stopped";
  readonly context: JsonObject;
  /** History node id -> state ids that were active when its parent was left. */
  readonly history: Readonly<Record<string, readonly string[]>>;
  /** Named child machines or counters that the engine itself keeps: outbound `n` per subject, override marks. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface OverrideRequest {
  /** Id or key of the gate's rule set or table. */
  readonly gate: string;
  readonly reason: string;
  readonly note?: string;
}

export interface EngineEvent {
  readonly type: string;
  readonly payload: JsonObject;
  readonly override?: OverrideRequest;
  /** How it came: a person's act, a timer, a cascade, a contract. */
  readonly via: "api" | "ui" | "timer" | "cascade" | "contract" | "system" | "public" | "bulk";
  readonly idempotencyKey?: string;
}

/**
 * A value that the shell must supply. `key` is canonical (facts of one step are stored under it):
 * - `fact:<fact key>?<canonical args>`   a catalogue fact with a `query`
 * - `get:<type>:<id or code>`            one record or null
 * - `find:<type>?<canonical filter>`     first record or null;  `findAll:` a list (more than 10,000 rows are unknown)
 * - `people:<canonical selector>`        people with a permission or role in the org: [{id, name, email}]
 * - `settings:<settings key>`            effective settings of the org
 * - `instance:<machine>:<record id>`     {id, state, seq, context} of an instance or null
 */
export interface FactRequest {
  readonly key: string;
  readonly kind: "fact" | "get" | "find" | "findAll" | "people" | "settings" | "instance";
  readonly name: string;
  readonly args: JsonObject;
  /** Advisory lock names to take before loading, in order. */
  readonly locks: readonly string[];
  readonly scope: "org" | "system";
}

/** Loaded values by request key. A missing key was not loaded; `{"$unknown": reason}` failed to load, with `$most` where it has more rows than that. */
export type FactBag = Readonly<Record<string, Json>>;

export interface StepInput {
  /** null starts a new instance. */
  readonly snapshot: Snapshot | null;
  readonly instance: { readonly id: string; readonly key: string; readonly seq: number };
  readonly record: RecordState | null;
  readonly event: EngineEvent;
  readonly facts: FactBag;
  readonly actor: Actor;
  readonly org: OrgContext;
  readonly now: Instant;
  /** 128-bit hex; ids and codes of what the step creates derive from it. */
  readonly seed: string;
}

export type Truth = boolean | "unknown";

/** One evaluated condition. Group nodes carry children; leaves carry fact, operator and both values. */
export interface ConditionNode {
  readonly op: string;
  readonly result: Truth;
  readonly name?: string;
  readonly fact?: string;
  readonly expected?: Json;
  readonly actual?: Json;
  /** Why a leaf is unknown: "missing" | "wrong type" | ... */
  readonly because?: string;
  readonly children?: readonly ConditionNode[];
}

export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly facts: JsonObject;
}

/** An invariant of the machine that a step would have broken, or of which the step could not tell. */
export interface Violation {
  readonly name: string;
  readonly message: string;
  /** `broken`: what must never hold would hold. `unknown`: it cannot be told, which refuses as well. */
  readonly outcome: "broken" | "unknown";
  /** FEEL, as defined. */
  readonly never: string;
  /** What it read, by path, as the step would have left it. */
  readonly values: JsonObject;
  /** Paths that had no value. */
  readonly missing: readonly string[];
}

export interface UnlockOption {
  readonly acts: readonly {
    readonly event?: string;
    readonly machine?: string;
    readonly on?: string;
    /** The instance that takes it, where the reader may see it. */
    readonly instance?: string;
    readonly fact?: string;
    readonly to?: Json;
    readonly permission?: string;
    readonly title?: string;
    readonly who?: readonly { readonly id: string; readonly name: string }[];
  }[];
}

/** What is stored: enough to expand the whole tree against the pinned version. */
export interface CompactDecision {
  /** Definition key. */
  readonly key: string;
  readonly kind: "ruleset" | "table";
  /** Version hash. */
  readonly version: string;
  readonly outcome: string;
  readonly output: JsonObject;
  /** Fired rules or matched rows, in order. */
  readonly fired: readonly string[];
  /** Two bits a leaf (00 false, 01 true, 10 unknown), base64, in compiled leaf order. */
  readonly leaves: string;
  /** Input values that were used, by name; absent = unknown. */
  readonly inputs: JsonObject;
  readonly params: JsonObject;
  readonly reasons: readonly Reason[];
  /** Where it was consulted: transition guard ("guard"), nested decision, mail policy... */
  readonly at: string;
  readonly expect?: JsonObject;
  readonly overridden?: { readonly by: string; readonly reason: string; readonly note?: string };
}

/** The API's form: the compact one with its tree and unlock options. */
export interface Decision extends Omit<CompactDecision, "leaves" | "fired" | "inputs" | "params" | "at" | "kind"> {
  readonly events: readonly { readonly rule?: string; readonly row?: string; readonly code: string; readonly params: JsonObject }[];
  readonly explanation: {
    readonly inputs: JsonObject;
    readonly params: JsonObject;
    readonly rules: readonly { readonly id: string; readonly fired: Truth; readonly conditions: ConditionNode }[];
  };
  readonly unlock?: readonly UnlockOption[];
}

/** What should happen besides the move. `key` = `<instance>:<seq>:<n>`, deterministic. */
export type Effect = { readonly key: string } & (
  | {
      readonly kind: "record";
      readonly op: "create" | "update" | "upsert" | "delete";
      readonly type: string;
      readonly id?: string;
      readonly code?: string | null;
      readonly by?: JsonObject;
      readonly set: JsonObject;
      readonly org?: string;
    }
  | { readonly kind: "mail"; readonly mail: string; readonly machine: string; readonly ref: string; readonly message: MailMessage }
  | {
      readonly kind: "document";
      readonly document: string;
      /** Version hash of its definition. */
      readonly version: string;
      readonly id: string;
      /** From 1 in each instance and document. */
      readonly number: number;
      readonly title: string;
      /** Of the file, without its ending. */
      readonly name: string;
      readonly page: { readonly size: "A4" | "LETTER"; readonly orientation: "portrait" | "landscape" };
      readonly html: string;
      readonly record: { readonly type: string; readonly id: string; readonly code: string | null };
    }
  | { readonly kind: "task"; readonly task: TaskDraft }
  | { readonly kind: "cancelTask"; readonly taskKind: string; readonly ref: string | null }
  | {
      readonly kind: "emit";
      readonly contract: string | null;
      readonly event: string;
      readonly idempotencyKey: string;
      readonly subject: JsonObject | null;
      readonly sequence: number;
      readonly data: JsonObject;
    }
  | {
      readonly kind: "start";
      readonly machine: string;
      readonly event: string;
      readonly payload: JsonObject;
      readonly org?: string;
      readonly unique?: string;
      readonly instanceId: string;
    }
  | { readonly kind: "send"; readonly machine: string | null; readonly to: string; readonly event: string; readonly payload: JsonObject; readonly org?: string }
  | { readonly kind: "deliver"; readonly channel: "mail"; readonly message: JsonObject; readonly class: "A" | "B" }
  | { readonly kind: "note"; readonly text: string }
);

export interface MailMessage {
  readonly type: string;
  readonly key: string;
  readonly audience: string;
  readonly recipients: readonly string[];
  readonly verdict: "send" | "suppress" | "unknown";
  readonly code: string;
  readonly source: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly from: JsonObject;
  readonly version: string;
  readonly attachments?: readonly MailAttachment[];
}

/** What goes with a mail, by id: bytes are read when it is handed over. */
export type MailAttachment = { readonly document: string } | { readonly file: string; readonly name?: string };

export interface TaskDraft {
  readonly id: string;
  readonly kind: string;
  readonly form: "task" | "approval";
  readonly title: string;
  readonly ref: string | null;
  readonly assignee: string | null;
  readonly permission: string | null;
  readonly role: string | null;
  readonly minRank: number;
  readonly excluded: readonly string[];
  readonly dueAt: Instant | null;
  /** Outcome -> event type sent to this instance. */
  readonly outcomes: Readonly<Record<string, string>>;
  /** Values relied on: name -> {expr, value}; the approval is void when one differs later. */
  readonly relies: Readonly<Record<string, { readonly expr: string; readonly value: Json }>>;
}

export interface TimerArm {
  /** Stable per state node and delay: `<state path>.<delay name>`. */
  readonly name: string;
  readonly dueAt: Instant;
}

export interface TransitionTrace {
  readonly source: string;
  readonly targets: readonly string[];
  readonly event: string;
}

export type StepResult =
  | {
      readonly kind: "moved";
      readonly snapshot: Snapshot;
      readonly from: StateValue | null;
      readonly to: StateValue;
      /** Record after the step; `recordChanged` tells whether to write it. For a start: the record to create. */
      readonly record: RecordState | null;
      readonly recordChanged: boolean;
      readonly decisions: readonly CompactDecision[];
      readonly effects: readonly Effect[];
      readonly timers: { readonly arm: readonly TimerArm[]; readonly cancel: readonly string[] };
      readonly trace: readonly TransitionTrace[];
      /** Reasons of unlock for the shell are derived from decisions; nothing else is hidden state. */
    }
  | { readonly kind: "violated"; readonly violations: readonly Violation[]; readonly decisions: readonly CompactDecision[]; readonly state: StateValue }
  | { readonly kind: "blocked"; readonly decisions: readonly CompactDecision[]; readonly state: StateValue }
  | { readonly kind: "needs"; readonly requests: readonly FactRequest[] }
  | { readonly kind: "not_available"; readonly available: readonly string[]; readonly state: StateValue }
  | { readonly kind: "failed"; readonly code: "limit_exceeded" | "payload_invalid" | "internal"; readonly message: string; readonly limit?: string };
