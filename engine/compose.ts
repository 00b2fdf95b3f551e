/**
 * Puts a process together from its configuration: store -> engine -> relay -> API -> web. What it opens it closes again, in
 * the opposite order, also when a later part fails to open.
 */

import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { Registry } from "prom-client";
import type { ApiConfig } from "./api/config.ts";
import type { Log } from "./api/logging.ts";
import type { TestControl } from "./api/routes/test-control.ts";
import { createServer } from "./api/server.ts";
import type { WebDemo, WebPlugin } from "./api/web-host.ts";
import { openCheckpoints } from "./checkpoint-files.ts";
import { createSettableClock, type SettableClock, systemClock } from "./clock.ts";
import type { Config } from "./config.ts";
import { createEffectHandlers, mailServerOf } from "./effect-handlers.ts";
import { type MailSink, startMailSink } from "./effects/mail-sink.ts";
import { createPdfThread } from "./effects/pdf-thread.ts";
import { startInProcessRelay } from "./relay/in-process.ts";
import type { Relay, RelayContext } from "./relay/relay-context.ts";
import { keepSealingKey } from "./sealing-key-file.ts";
import { type SealingKey, sealingKey } from "./service/auth/sealed.ts";
import { writeCheckpoints } from "./service/checkpoints/write-checkpoints.ts";
import { sendDueEvents } from "./service/delivery/send-due-events.ts";
import { sendDueMails } from "./service/delivery/send-due-mails.ts";
import { settleDeadImports } from "./service/import/import-job.ts";
import { fireTimer } from "./service/instances/fire-timer.ts";
import { growIndexes } from "./service/records/grow-indexes.ts";
import { createReplayThreads, replayThreadCount } from "./service/replay/replay-threads.ts";
import { settleDeadReplays } from "./service/replay/run-replay.ts";
import { createEngine, type Engine } from "./service/work/engine-context.ts";
import { sha256 } from "./service/work/sha256.ts";
import { databaseIdentity } from "./store/database-identity.ts";
import { countUncounted } from "./store/statistics.ts";
import { createStore } from "./store/store.ts";

/** One for the process: its fonts and code are loaded once. */
const pdfThread = createPdfThread();

/** The fixture's instant: where the clock of test mode stands at first. */
export const TEST_START = "2026-02-02T06:00:00.000Z";

export interface Seeding {
  /** Fills an empty database; on a filled one it only tells who is there. */
  seed(parts: { readonly engine: Engine; readonly sealing: SealingKey }): Promise<WebDemo | null>;
  /** Brings the fixture back (test mode). */
  reset(parts: { readonly engine: Engine; readonly sealing: SealingKey }): Promise<void>;
}

export interface Pieces {
  readonly config: Config & { readonly databaseUrl: string };
  readonly log: Log;
  readonly version: string;
  readonly seeding: Seeding | null;
  /** Makes the web app's plugin; null: no screens. */
  readonly web: ((parts: { readonly engine: Engine; readonly demo: WebDemo | null }) => Promise<WebPlugin>) | null;
}

export interface Process {
  readonly engine: Engine;
  readonly relay: Relay;
  /** null in a worker. */
  readonly server: FastifyInstance | null;
  readonly demo: WebDemo | null;
  stop(): Promise<void>;
}

export async function compose(pieces: Pieces): Promise<Process> {
  const { config, log } = pieces;
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (let close = closing.pop(); close !== undefined; close = closing.pop()) await close();
  };
  try {
    const { databaseUrl: url, poolSize, statementTimeoutMs, role } = config;
    const store = await createStore({ url, poolSize, statementTimeoutMs, applicationName: `gatehouse ${role}` });
    closing.push(() => store.close());
    const sealing = config.sealingKey === null ? await keepSealingKey(join(config.dataFolder, "sealing.key")) : sealingKey(config.sealingKey);
    const testClock = config.isTest ? createSettableClock(TEST_START) : null;
    // A reset of test mode begins another log: its copies must not outlive it.
    const testCopies: string[] = [];
    const checkpoints = await openCheckpoints({
      ...{ key: config.checkpointKey, keyFile: join(config.dataFolder, "checkpoint.key") },
      copies: config.isTest ? testCopies : join(config.dataFolder, "checkpoints.jsonl"),
    });
    const replayThreads = createReplayThreads(replayThreadCount());
    closing.push(() => replayThreads.close());
    let relay: Relay | null = null;
    const engine = createEngine({
      store,
      clock: testClock ?? systemClock,
      log,
      renderPdf: pdfThread.render,
      checkpoints,
      replayThreads,
      wake: () => relay?.wake(),
      committing: (tx) => relay?.committing(tx),
    });
    closing.push(() => engine.gateTally.flush());
    const sink = config.smtpUrl === null ? await startMailSink(() => engine.clock.now()) : null;
    if (sink !== null) closing.push(() => sink.close());
    const demo = pieces.seeding === null ? null : await pieces.seeding.seed({ engine, sealing });
    relay = await startRelay(engine, config, sink, sealing);
    const started = relay;
    closing.push(() => started.stop());
    if (config.role !== "api") closing.push(every(INDEXES_MS, engine, makeIndexes), every(STATISTICS_MS, engine, makeStatistics));
    const server =
      config.role === "worker"
        ? null
        : await serve(pieces, {
            engine,
            sealing,
            demo,
            testControl: testControlOf(pieces, { engine, sealing, relay: started, clock: testClock, sink, copies: testCopies }),
          });
    if (server !== null) closing.push(() => server.close());
    return { engine, relay, server, demo, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startRelay(engine: Engine, config: Config, sink: MailSink | null, sealing: SealingKey): Promise<Relay> {
  const mailServer = config.smtpUrl === null ? localServer(sink, config.mailFrom) : mailServerOf(config.smtpUrl, config.mailFrom);
  const context: RelayContext = {
    store: engine.store,
    session: { orgs: "system", actorId: "system" },
    owner: `${config.role}-${process.pid}`,
    clock: engine.clock,
    handlers: createEffectHandlers(engine, config, mailServer, sealing),
    fireTimer: async (timer) => void (await fireTimer(engine, timer)),
    runSchedules: oncePerMinute(engine, async () => {
      await settleDeadReplays(engine);
      await settleDeadImports(engine);
      return (await writeCheckpoints(engine)) + (await sendDueEvents(engine)) + (await sendDueMails(engine));
    }),
    log: {
      effectTried: (entry) => engine.log.info(entry, "effect tried"),
      turnFailed: (error) => engine.log.error({ err: error }, "a turn of the relay failed"),
    },
  };
  if (config.redisUrl === null) return startInProcessRelay(context, { pollMs: 1_000 });
  // Read only where it is used: without Redis its clients would be a third of a second of every start.
  const { startBullmqRelay } = await import("./relay/bullmq.ts");
  // Installations may share a Redis: each has a queue of its own, all processes of one the same.
  const identity = await engine.store.work(context.session, databaseIdentity);
  const queue = `gatehouse-${sha256(identity).slice(0, 16)}`;
  return await startBullmqRelay(context, { redisUrl: config.redisUrl, queue, pollMs: 5_000, work: config.role !== "api", concurrency: 4 });
}

const INDEXES_MS = 600_000;
const STATISTICS_MS = 60_000;
type Upkeep = (engine: Engine, signal: AbortSignal) => Promise<void>;

/** Looks for types that have become large. */
const makeIndexes: Upkeep = async (engine, signal) => {
  const made = await growIndexes(engine, signal);
  if (made.length > 0) engine.log.info({ made: made.length }, "indexes of large types made");
};

const makeStatistics: Upkeep = async (engine) => {
  const counted = await countUncounted(engine.store);
  if (counted.length > 0) engine.log.info({ counted }, "tables counted for the first time");
};

/** Now and every so many milliseconds, beside everything else, one run at a time. Gives its end. */
function every(ms: number, engine: Engine, upkeep: Upkeep): () => Promise<void> {
  const stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const run = () => {
    running = running
      .then(() => (stopping.signal.aborted ? undefined : upkeep(engine, stopping.signal)))
      .catch((error: unknown) => engine.log.error({ err: error }, "upkeep of the database failed"));
  };
  const timer = setInterval(run, ms);
  run();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
}

/** The calendar's grain is a minute: within one there is nothing new to find. */
function oncePerMinute(engine: Engine, run: () => Promise<number>): () => Promise<number> {
  let minute = "";
  return async () => {
    const current = engine.clock.now().slice(0, "2026-01-01T00:00".length);
    if (current === minute) return 0;
    minute = current;
    return await run();
  };
}

function localServer(sink: MailSink | null, from: string) {
  return { host: "127.0.0.1", port: sink?.port ?? 25, secure: false, requireTls: false, from };
}

interface TestParts {
  readonly engine: Engine;
  readonly sealing: SealingKey;
  readonly relay: Relay;
  readonly clock: SettableClock | null;
  readonly sink: MailSink | null;
  readonly copies: string[];
}

function testControlOf(pieces: Pieces, { engine, sealing, relay, clock, sink, copies }: TestParts): TestControl | null {
  if (clock === null) return null;
  return {
    now: () => clock.now(),
    async setClock(now) {
      clock.set(now);
      await relay.drain();
    },
    async reset() {
      clock.set(TEST_START);
      sink?.clear();
      copies.length = 0;
      await pieces.seeding?.reset({ engine, sealing });
      engine.programs.forget();
      await relay.drain();
      sink?.clear();
    },
    mails: () => sink?.list() ?? [],
  };
}

interface ServeParts {
  readonly engine: Engine;
  readonly sealing: SealingKey;
  readonly demo: WebDemo | null;
  readonly testControl: TestControl | null;
}

async function serve({ config, log, version, web }: Pieces, { engine, sealing, demo, testControl }: ServeParts): Promise<FastifyInstance> {
  const api: ApiConfig = {
    publicOrigin: config.publicOrigin,
    requestsPerMinute: config.requestsPerMinute,
    failedTriesPerMinute: 30,
    trustedProxies: config.trustedProxies,
    version,
  };
  return await createServer({
    engine,
    config: api,
    log,
    sealing,
    metrics: new Registry(),
    ...(web === null ? {} : { web: await web({ engine, demo }) }),
    ...(testControl === null ? {} : { testControl }),
  });
}
