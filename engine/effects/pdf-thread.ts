/**
 * Renders PDFs in a thread beside this one, one after the other: a document takes 100 to 200 ms of a processor, in which nobody else would be
 * answered, and one that never ends or grows without bound ends alone, with its thread.
 */
import { Worker } from "node:worker_threads";
import { EngineError } from "../core/errors.ts";
import type { PdfRequest, RenderPdf } from "../core/ports.ts";

export type PdfAnswer = { readonly bytes: Uint8Array } | { readonly reason: string };

export interface PdfThread {
  /** - throws EngineError `limit_exceeded` for a document that takes too long or too much memory, `internal` for one that cannot be rendered */
  readonly render: RenderPdf;
  close(): Promise<void>;
}

export interface PdfLimits {
  /** For one document, the thread's start included. */
  readonly timeoutMs: number;
  readonly memoryMb: number;
}
const LIMITS: PdfLimits = { timeoutMs: 30_000, memoryMb: 512 };

/** After so long without work its memory is given back: fonts and code, some 60 MB. */
const IDLE_MS = 60_000;

/** Starts with the first document, and again with the first one after it has ended. It does not keep the process alive. */
export function createPdfThread(limits: PdfLimits = LIMITS): PdfThread {
  let worker: Worker | null = null;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const started = (): Worker => {
    if (worker !== null) return worker;
    const thread = new Worker(new URL("./pdf-worker.ts", import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: limits.memoryMb } });
    thread.unref();
    // Before anybody else hears of it: the next document gets a thread of its own. One that fails while nothing is rendered harms nobody.
    const forget = (): void => {
      if (worker === thread) worker = null;
    };
    thread.on("error", forget).on("exit", forget);
    worker = thread;
    return thread;
  };

  const end = (thread: Worker): void => {
    if (worker === thread) worker = null;
    void thread.terminate();
  };

  const renderNow = (request: PdfRequest): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      clearTimeout(idle);
      const thread = started();
      const settled = (settle: () => void): void => {
        clearTimeout(timer);
        thread.off("message", heard).off("error", failed).off("exit", ended);
        if (worker === thread) idle = setTimeout(() => end(thread), IDLE_MS).unref();
        settle();
      };
      const give = (code: "limit_exceeded" | "internal", message: string, data: { readonly limit?: string }, cause?: unknown): void =>
        settled(() => reject(new EngineError(code, `The document "${request.title}" ${message}`, data, { cause })));
      const heard = (answer: PdfAnswer): void =>
        "bytes" in answer ? settled(() => resolve(answer.bytes)) : give("internal", `could not be rendered: ${answer.reason}`, {});
      const failed = (error: Error & { readonly code?: string }): void =>
        error.code === "ERR_WORKER_OUT_OF_MEMORY"
          ? give("limit_exceeded", `needs more than ${limits.memoryMb} MB to render.`, { limit: "document_memory" }, error)
          : give("internal", "could not be rendered: its thread failed.", {}, error);
      const ended = (): void => give("internal", "could not be rendered: its thread has ended.", {});
      const timer = setTimeout(() => {
        end(thread);
        give("limit_exceeded", `takes more than ${limits.timeoutMs / 1000} s to render.`, { limit: "document_time" });
      }, limits.timeoutMs);
      thread.on("message", heard).on("error", failed).on("exit", ended);
      thread.postMessage(request);
    });

  return {
    render(request) {
      const rendered = last.then(() => renderNow(request));
      last = rendered.catch(() => {});
      return rendered;
    },
    async close() {
      clearTimeout(idle);
      await worker?.terminate();
    },
  };
}
