/** Contracts: integration events in and out. */
import type { DefinitionBase } from "./definition-base.ts";
import type { Feel, FeelMap, JsonSchema } from "./json.ts";

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
  /** Global types of which the data may name a record that the org does not see yet: an effect makes it visible there. */
  readonly introduces?: readonly string[];
  /** What the schema cannot say: values that contradict each other or the subject, or name nothing. Asked before anything is written. */
  readonly checks?: readonly ContractCheck[];
  /** What the sender is told of an event that is taken all the same: names that lead nowhere, parts that did nothing. Asked when its effects are done. */
  readonly notices?: readonly ContractCheck[];
  /** What an accepted event does, in order. */
  readonly effects?: readonly ContractEffect[];
  /** What a refused one leaves behind besides its receipt. */
  readonly onRefused?: readonly ContractEffect[];
}

export interface ContractCheck {
  /** FEEL over the envelope: the paths within `data` that are wrong; nulls among them are left out, an empty list is fine. */
  readonly wrong: Feel;
  /** What is to be said of each, after its path: "is not a line of the order". */
  readonly message: string;
}

export type ContractEffect =
  | {
      readonly type: "send";
      readonly machine: string;
      readonly to: Feel;
      readonly event: string;
      readonly payload?: FeelMap;
      readonly when?: Feel;
      readonly each?: Feel;
    }
  | { readonly type: "start"; readonly machine: string; readonly event: string; readonly payload?: FeelMap; readonly when?: Feel; readonly each?: Feel }
  | {
      readonly type: "record";
      readonly op: "create" | "update" | "upsert";
      readonly record: string;
      readonly by: FeelMap;
      readonly set: FeelMap;
      readonly when?: Feel;
      readonly each?: Feel;
    }
  | {
      readonly type: "task";
      /** Text with FEEL in braces. */
      readonly title: string;
      readonly kind: string;
      readonly role?: string;
      readonly permission?: string;
      readonly about: Feel;
      readonly when?: Feel;
    };

export interface ContractDefinition extends DefinitionBase {
  readonly kind: "contract";
  /** What people call the other side; its title where none is given. */
  readonly partner?: string;
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
