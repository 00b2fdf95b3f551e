/**
 * The relay over BullMQ: a job is a doorbell, never the record (reliability P16). Whoever commits rings; any worker that hears it
 * claims due rows from PostgreSQL and works until nothing is due. A lost, repeated or flushed job changes nothing: a slow poll
 * rings by itself.
 */
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { EngineError } from "../core/errors.ts";
import type { Relay, RelayContext } from "./relay-context.ts";
import { runDue } from "./run-due.ts";

export interface BullmqOptions {
  readonly redisUrl: string;
  /** Queue name; separate installations on one Redis use separate names. */
  readonly queue: string;
  readonly pollMs: number;
  /** False where this process only rings and others work. */
  readonly work: boolean;
  readonly concurrency: number;
}

/** A Redis that does not answer within this time counts as absent: whoever waits goes on without it. */
const RING_MS = 1_000;
const STOP_MS = 5_000;

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new EngineError("unavailable", `Redis did not answer within ${ms} ms`)), ms);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Waits for a close, yet never longer than this: whoever stops must come to an end, with Redis or without it. */
async function giveUpAfter(ms: number, closing: Promise<void> | undefined): Promise<void> {
  if (closing !== undefined) await within(ms, closing).catch(() => {});
}

/** Refuses a Redis that may evict keys: queue data would vanish silently. */
async function checkRedis(redis: Redis): Promise<void> {
  const [, policy] = (await redis.config("GET", "maxmemory-policy")) as [string, string];
  if (policy !== "noeviction") throw new EngineError("unavailable", `Redis has maxmemory-policy ${policy}; set it to noeviction`);
}

/** The first connection: whoever starts waits for it, and is told in a sentence why there is none. Later ones are made again by themselves. */
async function openRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, lazyConnect: true });
  let why = "";
  const note = (error: Error): void => {
    why = error.message;
  };
  redis.on("error", note);
  try {
    await redis.connect();
    await checkRedis(redis);
    return redis;
  } catch (error) {
    redis.disconnect();
    if (error instanceof EngineError) throw error;
    const { hostname, port } = new URL(url);
    const place = `${hostname}:${port || "6379"}`;
    if (/WRONGPASS|NOAUTH|NOPERM/.test(`${why} ${String(error)}`)) {
      throw new EngineError("unavailable", `Redis at ${place} refuses this user or password. Check REDIS_URL.`);
    }
    throw new EngineError("unavailable", `No Redis answers at ${place}. Check REDIS_URL, or leave it out to work without Redis.`);
  } finally {
    redis.off("error", note);
  }
}

export async function startBullmqRelay(context: RelayContext, options: BullmqOptions): Promise<Relay> {
  const stopping = new AbortController();
  const told = (redis: Redis): Redis => redis.on("error", (error) => context.log.turnFailed(error));
  const producer = told(await openRedis(options.redisUrl));
  const queue = new Queue(options.queue, { connection: producer, defaultJobOptions: { removeOnComplete: true, removeOnFail: 100, attempts: 1 } });
  queue.on("error", (error) => context.log.turnFailed(error));

  const turns = new Set<Promise<void>>();
  const work = () => {
    const turn = runDue(context, stopping.signal).finally(() => turns.delete(turn));
    turns.add(turn);
    return turn;
  };
  const consumer = options.work ? told(new Redis(options.redisUrl, { maxRetriesPerRequest: null })) : null;
  const worker = consumer === null ? null : new Worker(options.queue, work, { connection: consumer, concurrency: options.concurrency });
  worker?.on("error", (error) => context.log.turnFailed(error));
  await worker?.waitUntilReady();

  /** Waits for the turns under way; true when there were any, which may have left something due. */
  const anotherRuns = async () => {
    const others = [...turns];
    await Promise.allSettled(others);
    return others.length > 0;
  };

  let ringing = false;
  let again = false;
  /** At most one ring is under way, and one more follows when something was committed meanwhile. Without Redis the process works by itself. */
  const wake = () => {
    if (stopping.signal.aborted) return;
    if (ringing) {
      again = true;
      return;
    }
    ringing = true;
    again = false;
    within(RING_MS, queue.add("ring", {}))
      .catch(() => (options.work ? work() : undefined))
      .catch((error: unknown) => context.log.turnFailed(error))
      .finally(() => {
        ringing = false;
        if (again) wake();
      });
  };
  const poll = setInterval(wake, options.pollMs);
  return {
    wake,
    // The process that commits is seldom the one that works.
    committing: () => {},
    async drain() {
      do await work();
      while (await anotherRuns());
    },
    stop: async () => {
      clearInterval(poll);
      stopping.abort();
      // A close waits for its connections. Without Redis it would wait for ever, and BullMQ answers a second, forced close with the first one.
      const reachable = consumer?.status === "ready";
      await giveUpAfter(STOP_MS, worker?.close(!reachable));
      await Promise.allSettled(turns);
      await giveUpAfter(STOP_MS, queue.close());
      consumer?.disconnect();
      producer.disconnect();
    },
  };
}
