/** A server process that is started again when it ends by itself: our own database has nobody else to look after it. */
import type { Log } from "../service/work/engine-context.ts";

export interface RunningServer {
  readonly pid: number;
  isAlive(): boolean;
  stop(): Promise<void>;
}

/** How long a server that ended may stay down: one look, and the start itself. */
const LOOK_MS = 500;
const LONGEST_PAUSE_MS = 5_000;

/** Looks after the server until the function that it gives is called: that one stops it. */
export function keepRunning(first: RunningServer, start: () => Promise<RunningServer>, log: Pick<Log, "warn" | "error">): () => Promise<void> {
  let server = first;
  let starting: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;
  let failures = 0;
  let isStopping = false;

  const look = async (): Promise<void> => {
    if (server.isAlive()) return;
    log.warn({ pid: server.pid }, "PostgreSQL ended by itself and is started again");
    try {
      server = await start();
      failures = 0;
      log.warn({ pid: server.pid }, "PostgreSQL runs again");
    } catch (error) {
      failures += 1;
      log.error({ err: error, failures }, "PostgreSQL did not start again; it is tried on");
    }
  };
  const lookLater = (): void => {
    if (isStopping) return;
    timer = setTimeout(
      () => {
        starting = look();
        void starting.then(lookLater);
      },
      Math.min(LOOK_MS * 2 ** failures, LONGEST_PAUSE_MS),
    ).unref();
  };
  lookLater();

  return async () => {
    isStopping = true;
    if (timer !== null) clearTimeout(timer);
    await starting;
    await server.stop();
  };
}
