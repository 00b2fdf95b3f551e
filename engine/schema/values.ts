/** Typed values: inputs and params of rules, arguments of facts, outputs of tables. */
import type { Feel, Json } from "./json.ts";

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
