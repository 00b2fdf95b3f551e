/**
 * Replays instances in threads beside this one: requests keep being answered, and reading the log and folding it go on at once.
 *
 * They hold no database and decide nothing alone: what does not come out as recorded is handed back to be replayed here.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { EngineError } from "../../core/errors.ts";
import type { Program, StoredDefinition } from "../../core/program.ts";
import type { CopiedPage } from "./replay-fold.ts";
import type { Tally } from "./replay-tally.ts";

export interface ThreadTask {
  readonly task: number;
  readonly program: number;
  /** null where the thread should have them already. */
  readonly definitions: readonly StoredDefinition[] | null;
  readonly page: CopiedPage;
}
export type ThreadAnswer =
  | { readonly task: 0; readonly kind: "ready" }
  | { readonly task: number; readonly kind: "folded"; readonly tally: Tally; readonly others: readonly string[] }
  /** The thread has let go of the release. */
  | { readonly task: number; readonly kind: "unknown" }
  | { readonly task: number; readonly kind: "failed"; readonly reason: string };

export interface FoldedPage {
  readonly tally: Tally;
  /** Ids of instances that were not counted: they differ, or need more than their rows. */
  readonly others: readonly string[];
}
export interface ReplayThreads {
  /** Pages that may be under way at once. */
  readonly width: number;
  /** null while the threads start or where they cannot: the page is then folded where it was read. The first call starts them. */
  fold(program: Program, page: CopiedPage): Promise<FoldedPage> | null;
  close(): Promise<void>;
}

/** After so long without work their memory is given back. */
const IDLE_MS = 60_000;
/** Rows die young, by the page: with room for some pages they are not copied about. */
const YOUNG_MB = 64;

/** Each holds the releases that it replays compiled, besides some pages of rows. */
const MAX_THREADS = 4;

/** One for each processor: they run at a low priority, so that who waits for an answer goes first. */
export const replayThreadCount = (): number => Math.min(availableParallelism(), MAX_THREADS);

export function createReplayThreads(count: number): ReplayThreads {
  const threads = Array.from({ length: count }, () => new ReplayThread());
  const ready = (): ReplayThread[] => threads.filter((thread) => thread.isReady);
  return {
    get width() {
      return ready().length + 1;
    },
    fold(program, page) {
      for (const thread of threads) thread.start();
      const [first, ...rest] = ready();
      return first === undefined ? null : rest.reduce((best, thread) => (thread.busy < best.busy ? thread : best), first).fold(program, page);
    },
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}

class ReplayThread {
  isReady = false;
  #worker: Worker | null = null;
  #idle: NodeJS.Timeout | undefined;
  #restsUntil = 0;
  #tasks = 0;
  #programs = 0;
  #sent = new WeakMap<Program, number>();
  readonly #waiting = new Map<number, { readonly resolve: (answer: ThreadAnswer) => void; readonly reject: (error: unknown) => void }>();

  get busy(): number {
    return this.#waiting.size;
  }

  start(): void {
    if (this.#worker !== null || performance.now() < this.#restsUntil) return;
    const worker = new Worker(new URL("./replay-worker.ts", import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } });
    this.#worker = worker;
    worker.unref();
    worker.on("message", (answer: ThreadAnswer) => this.#heard(worker, answer));
    worker.on("error", (error) => {
      // One that cannot live is not started again for every page.
      this.#restsUntil = performance.now() + IDLE_MS;
      this.#ended(worker, error);
    });
    worker.on("exit", () => this.#ended(worker, new EngineError("internal", "A thread that replays has ended.")));
  }

  async fold(program: Program, page: CopiedPage): Promise<FoldedPage> {
    let answer = await this.#ask(program, page);
    if (answer.kind === "unknown") {
      this.#sent.delete(program);
      answer = await this.#ask(program, page);
    }
    if (answer.kind === "folded") return answer;
    throw new EngineError("internal", answer.kind === "failed" ? answer.reason : "A thread that replays does not keep its releases.");
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(program: Program, page: CopiedPage): Promise<ThreadAnswer> {
    return new Promise((resolve, reject) => {
      clearTimeout(this.#idle);
      const known = this.#sent.get(program);
      const number = known ?? ++this.#programs;
      this.#sent.set(program, number);
      const task = ++this.#tasks;
      this.#waiting.set(task, { resolve, reject });
      const definitions = known === undefined ? program.definitions : null;
      this.#worker?.postMessage({ task, program: number, definitions, page } satisfies ThreadTask);
    });
  }

  #heard(worker: Worker, answer: ThreadAnswer): void {
    if (answer.kind === "ready") this.isReady = true;
    this.#waiting.get(answer.task)?.resolve(answer);
    this.#waiting.delete(answer.task);
    if (this.#waiting.size === 0) this.#idle = setTimeout(() => this.#rest(worker), IDLE_MS).unref();
  }

  /** Let go of before it ends: a page that comes meanwhile is not handed to it. */
  #rest(worker: Worker): void {
    this.#ended(worker, null);
    void worker.terminate();
  }

  #ended(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.isReady = false;
    this.#sent = new WeakMap();
    clearTimeout(this.#idle);
    for (const each of this.#waiting.values()) each.reject(error);
    this.#waiting.clear();
  }
}
