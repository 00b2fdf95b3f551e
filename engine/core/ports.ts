/** The interfaces that the shell implements: the clock, randomness, and the handlers that reach outside. */
import type { JsonObject } from "../schema/json.ts";
import type { Instant } from "./step-types.ts";

/** The engine's only source of time. In test mode it stands still between calls. */
export interface Clock {
  now(): Instant;
}

/** 128 bits of fresh randomness as hex: the seed that a step derives its ids and codes from. */
export type SeedSource = () => string;

/** A page of HTML to be made a PDF. */
export interface PdfRequest {
  readonly html: string;
  readonly title: string;
  /** Stands in the PDF as its date. */
  readonly at: Instant;
  readonly size: "A4" | "LETTER";
  readonly orientation: "portrait" | "landscape";
}

/** The same request gives the same bytes. */
export type RenderPdf = (request: PdfRequest) => Promise<Uint8Array>;

/** One committed effect, ready to leave the building. */
export interface OutboxItem {
  readonly id: string;
  readonly org: string;
  /** Idempotency key of the effect: the same on every try. */
  readonly key: string;
  readonly kind: string;
  readonly body: JsonObject;
  /** 1 on the first try. */
  readonly attempt: number;
}

/** An address that the other side turned down, while it may have taken others. */
export interface RejectedAddress {
  readonly address: string;
  /** As the other side said it: 550. */
  readonly code: number;
  /** Enhanced status code: 5.1.1; null where none was said. */
  readonly status: string | null;
  readonly reason: string;
  /** There is no such address, and there will be none: trying again is pointless, and harms. */
  readonly hard: boolean;
}

/**
 * What became of one try.
 * - `delivered`: accepted by the other side
 * - `retry`: surely not accepted; try again, after `afterMs` when given
 * - `refused`: surely not accepted, and a retry would not help
 * - `unclear`: the connection broke when the other side may have accepted; a person decides (reliability P7)
 */
export type Delivery =
  | { readonly result: "delivered"; readonly detail?: string; readonly rejected?: readonly RejectedAddress[] }
  | { readonly result: "retry"; readonly reason: string; readonly afterMs?: number }
  | { readonly result: "refused"; readonly reason: string; readonly rejected?: readonly RejectedAddress[] }
  | { readonly result: "unclear"; readonly reason: string };

/** Delivers one kind of effect; gets all it needs as data. */
export interface EffectHandler {
  readonly kind: string;
  /** True where a second try after a crash between start and answer could act twice: the relay parks such items instead of retrying. */
  readonly atMostOnce?: (item: OutboxItem) => boolean;
  deliver(item: OutboxItem, signal: AbortSignal): Promise<Delivery>;
}

/** Signs checkpoints and keeps their copies; both stand outside of the database. */
export interface CheckpointKeeper {
  /** Names the key: the beginning of its public half's digest. */
  readonly keyId: string;
  /** Ed25519, base64. */
  sign(text: string): string;
  verify(text: string, signature: string): boolean;
  /** Adds a line to the copies, on the disk when this returns. */
  append(line: string): Promise<void>;
  /** All lines, oldest first. */
  lines(): Promise<readonly string[]>;
}
