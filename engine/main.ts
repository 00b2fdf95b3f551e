/**
 * Starts one process of Gatehouse: reads the environment once, builds the parts, listens, and stops in order on Ctrl-C.
 * What keeps it from starting is one sentence, not a stack.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createLog } from "./api/logging.ts";
import { createWebHost } from "./api/web-host.ts";
import { compose, type Process } from "./compose.ts";
import { type Config, readConfig } from "./config.ts";
import { explainStart } from "./explain-start.ts";
import { startEmbeddedPostgres } from "./launch/embedded-postgres.ts";

const ROOT = join(import.meta.dirname, "..");

const say = (line: string) => process.stdout.write(`${line}\n`);

function fail(lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
}

async function start(config: Config): Promise<{ readonly process: Process; readonly stop: () => Promise<void> }> {
  const version = (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version;
  const log = createLog(config.logLevel);
  const embedded = config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: resolve(config.dataFolder, "postgres") }) : null;
  try {
    await embedded?.ensureDatabase("gatehouse");
    const databaseUrl = config.databaseUrl ?? (embedded?.url("gatehouse") as string);
    const running = await compose({
      config: { ...config, databaseUrl },
      log,
      version,
      seeding: null,
      web: async ({ engine, demo }) => await createWebHost({ engine, demo, publicOrigin: config.publicOrigin, buildFolder: join(ROOT, "build") }),
    });
    const stop = async () => {
      await running.stop();
      await embedded?.stop();
    };
    try {
      await running.server?.listen({ port: config.port, host: config.host });
    } catch (error) {
      await stop();
      throw error;
    }
    return { process: running, stop };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

async function main(): Promise<void> {
  const result = readConfig(process.env);
  if ("problems" in result) fail(result.problems);
  const { config } = result;
  let stopping = false;
  let stop: (() => Promise<void>) | null = null;
  const end = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    say(`\n${signal}: stopping ...`);
    void (stop?.() ?? Promise.resolve()).then(
      () => process.exit(0),
      (error: unknown) => fail([`It did not stop cleanly: ${error instanceof Error ? error.message : String(error)}`]),
    );
  };
  process.on("SIGINT", () => end("Ctrl-C"));
  process.on("SIGTERM", () => end("Stop"));
  try {
    const started = await start(config);
    stop = started.stop;
    say(started.process.server === null ? "Gatehouse worker is running." : `Gatehouse is at ${config.publicOrigin}`);
  } catch (error) {
    fail([explainStart(error, config)]);
  }
}

if (import.meta.main) await main();
