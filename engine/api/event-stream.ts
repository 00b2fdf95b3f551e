/** Server-sent events: a long answer that tells what changed, until the reader leaves or the server closes. */
import type { FastifyInstance, FastifyReply } from "fastify";

export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
  /** Sent back by a browser that reconnects, as `Last-Event-ID`. */
  readonly id?: string;
}

const HEARTBEAT_MS = 15_000;
const openStreams = new WeakMap<FastifyInstance["server"], Set<AbortController>>();

/** Ends all streams when the server closes, so that it can. Called once, on the root instance. */
export function registerStreams(app: FastifyInstance): void {
  const streams = new Set<AbortController>();
  openStreams.set(app.server, streams);
  app.addHook("preClose", async () => {
    for (const stream of streams) stream.abort();
  });
}

/**
 * Sends events until `source` ends, the reader leaves or the server closes; then `signal` is aborted. Resolves at the end.
 *
 * `source` gets the signal and must return soon after it is aborted.
 */
export async function sendEvents(reply: FastifyReply, source: (signal: AbortSignal) => AsyncIterable<StreamEvent>): Promise<void> {
  const stop = new AbortController();
  const streams = openStreams.get(reply.server.server);
  streams?.add(stop);
  const headers = reply.getHeaders();
  reply.hijack();
  const raw = reply.raw;
  raw.writeHead(200, {
    ...(headers as Record<string, string>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  raw.write("retry: 2000\n\n");
  raw.once("close", () => stop.abort());
  const heartbeat = setInterval(() => raw.write(": alive\n\n"), HEARTBEAT_MS);
  try {
    for await (const event of source(stop.signal)) {
      if (stop.signal.aborted) break;
      const hasRoom = raw.write(`${event.id === undefined ? "" : `id: ${event.id}\n`}event: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`);
      if (!hasRoom) await drained(reply, stop.signal);
    }
  } catch (error) {
    if (!stop.signal.aborted) reply.log.error({ err: error, requestId: reply.request.id }, "stream failed");
  } finally {
    clearInterval(heartbeat);
    streams?.delete(stop);
    raw.end();
  }
}

function drained(reply: FastifyReply, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    reply.raw.once("drain", resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Waits; an abort ends it early. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
