/** What operators see: what is waiting, what came in, what was refused, and whether the log is whole. */
import type { Json } from "#engine/schema/json.ts";
import type { OperationsList } from "#engine/service/queries/operations-rights.ts";
import type { TrafficAnswer } from "#engine/service/queries/traffic.ts";
import type { Meaning } from "#studio/ui/status-badge.tsx";
import type { GateView } from "./guided.ts";

export interface OutboxLine {
  readonly id: string;
  readonly org: string;
  readonly kind: string;
  readonly title: string;
  readonly subject: string | null;
  readonly href: string | null;
  readonly state: string;
  readonly meaning: Meaning;
  readonly attempts: number;
  readonly nextAt: string | null;
  /** It is being sent, or as soon as its turn comes. */
  readonly isDue: boolean;
  readonly createdAt: string;
  readonly lastError: string | null;
  readonly mayRetry: boolean;
  readonly mayDiscard: boolean;
}

export interface ReceiptLine {
  readonly id: string;
  readonly receivedAt: string;
  readonly contract: string;
  readonly event: string;
  readonly key: string;
  readonly subject: string | null;
  readonly sequence: string | null;
  readonly result: string;
  readonly meaning: Meaning;
  readonly cause: string | null;
  readonly href: string | null;
}

export interface ReceiptDetail extends ReceiptLine {
  readonly org: string;
  readonly checks: readonly { readonly title: string; readonly text: string; readonly ok: boolean }[];
  readonly gate: GateView | null;
  readonly body: Json;
}

export interface MailRow {
  readonly id: string;
  readonly org: string;
  readonly type: string;
  readonly subject: string;
  readonly to: string;
  readonly state: string;
  readonly meaning: Meaning;
  readonly code: string | null;
  readonly createdAt: string;
  readonly href: string | null;
}

export interface TimerLine {
  readonly id: string;
  readonly org: string;
  readonly name: string;
  readonly instance: string;
  readonly label: string;
  readonly machine: string;
  readonly dueAt: string;
  readonly meaning: Meaning;
  readonly state: string;
}

export interface AuditLine {
  readonly id: string;
  readonly at: string;
  readonly org: string | null;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
  readonly href: string | null;
}

export interface VerifyResult {
  readonly ok: boolean;
  readonly events: number;
  /** What signed checkpoints cover, of the events; null: there are none yet. */
  readonly checkpoints: {
    readonly count: number;
    readonly lastAt: string | null;
    readonly covered: string;
    readonly copied: string | null;
    /** What no longer fits, in words. */
    readonly broken: string | null;
    readonly brokenSince: string | null;
    readonly intactUntil: string | null;
  } | null;
  /** What does not fit, the first of each chain. */
  readonly bad: readonly { readonly text: string; readonly href: string | null }[];
  readonly took: number;
}

export interface OperationsView {
  readonly tab: OperationsList;
  /** Those that the person may see. */
  readonly tabs: readonly OperationsList[];
  readonly counts: Readonly<Record<string, number | null>>;
  /** Null for those who may not see what goes out. */
  readonly traffic: TrafficAnswer | null;
  readonly lag: { readonly waiting: number; readonly oldest: string | null; readonly failed: number; readonly parked: number };
  readonly next: string | null;
  readonly outbox: readonly OutboxLine[];
  readonly receipts: readonly ReceiptLine[];
  /** Of the newest, at most `sample` of them. */
  readonly byResult: Readonly<Record<string, number>>;
  readonly sample: number;
  readonly receipt: ReceiptDetail | null;
  readonly mails: readonly MailRow[];
  readonly timers: readonly TimerLine[];
  readonly audit: readonly AuditLine[];
}
