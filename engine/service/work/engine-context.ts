/**
 * What every use case works with. Made once per process by the composition root; holds no state of its own beyond caches
 * that the database's epochs void.
 */
import type { CheckpointKeeper, Clock, RenderPdf, SeedSource } from "../../core/ports.ts";
import { randomHex } from "../../store/random-hex.ts";
import type { Store } from "../../store/store.ts";
import type { Tx } from "../../store/tx.ts";
import type { ReplayThreads } from "../replay/replay-threads.ts";
import { type ChangeFeed, createChangeFeed } from "./change-feed.ts";
import { createGateTally, type GateTally } from "./gate-tally.ts";
import { createInstanceMemory, type InstanceMemory } from "./instance-memory.ts";
import { createProgramCache, type ProgramCache } from "./program-cache.ts";

/** Structured log, pino's shape; messages hold ids, never names or addresses. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Engine {
  readonly store: Store;
  readonly clock: Clock;
  readonly seed: SeedSource;
  readonly programs: ProgramCache;
  readonly memory: InstanceMemory;
  readonly changes: ChangeFeed;
  readonly gateTally: GateTally;
  /** Tells the relay that something was committed. */
  readonly wake: () => void;
  /** Tells the relay that this transaction is about to be committed, with effects. */
  readonly committing: (tx: Tx) => void;
  readonly renderPdf: RenderPdf;
  /** null: replays run in this thread. */
  readonly replayThreads: ReplayThreads | null;
  readonly log: Log;
  /** null: checkpoints are neither written nor verified by this process. */
  readonly checkpoints: CheckpointKeeper | null;
}

export interface EngineParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly renderPdf: RenderPdf;
  readonly log: Log;
  readonly checkpoints?: CheckpointKeeper;
  /** Default: 128 bits of the platform's randomness. */
  readonly seed?: SeedSource;
  readonly wake?: () => void;
  readonly committing?: (tx: Tx) => void;
  readonly replayThreads?: ReplayThreads;
  /** Releases kept compiled; default 6. */
  readonly programCacheSize?: number;
}

export function createEngine(parts: EngineParts): Engine {
  return {
    store: parts.store,
    clock: parts.clock,
    seed: parts.seed ?? (() => randomHex(16)),
    programs: createProgramCache(parts.programCacheSize ?? 6),
    memory: createInstanceMemory(),
    changes: createChangeFeed(),
    gateTally: createGateTally(parts.store, (fields, message) => parts.log.warn(fields, message)),
    renderPdf: parts.renderPdf,
    replayThreads: parts.replayThreads ?? null,
    wake: parts.wake ?? (() => undefined),
    committing: parts.committing ?? (() => undefined),
    log: parts.log,
    checkpoints: parts.checkpoints ?? null,
  };
}
