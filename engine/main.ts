/**
 * Starts one process of Gatehouse: reads the environment once, builds the parts, listens, and stops in order on Ctrl-C.
 * What keeps it from starting is one sentence, not a stack.
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { createLog } from "./api/logging.ts";
import { createWebHost, isBuilt, type WebDemo } from "./api/web-host.ts";
import { compose, type Process } from "./compose.ts";
import { type Config, readConfig } from "./config.ts";
import { claimFolder, openFolder } from "./data-folder.ts";
import { explainStart } from "./explain-start.ts";
import { startEmbeddedPostgres } from "./launch/embedded-postgres.ts";
import { reachableFolder } from "./launch/reachable-folder.ts";
import { createSeeding, KEYS_FILE } from "./launch/seed.ts";

const ROOT = join(import.meta.dirname, "..");
const BUILD = join(ROOT, "build");

const say = (line: string) => process.stdout.write(`${line}\n`);

function fail(lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(1);
}

interface Started {
  readonly process: Process;
  readonly stop: () => Promise<void>;
}

async function start(config: Config): Promise<Started> {
  if (config.role !== "worker") await requireFreePort(config);
  await openFolder(resolve(config.dataFolder));
  const folder = config.databaseUrl === null ? await claimFolder(config.dataFolder) : null;
  const closing: (() => Promise<unknown>)[] = [async () => await folder?.release()];
  const stop = async () => {
    for (let close = closing.pop(); close !== undefined; close = closing.pop()) await close();
  };
  try {
    const log = createLog(config.logLevel);
    const embedded =
      config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: await reachableFolder(resolve(config.dataFolder, "postgres")), log }) : null;
    closing.push(async () => await embedded?.stop());
    await embedded?.ensureDatabase("gatehouse");
    const running = await compose({
      config: { ...config, databaseUrl: config.databaseUrl ?? (embedded?.url("gatehouse") as string) },
      log,
      version: (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }).version,
      seeding: config.isSeeded ? createSeeding({ root: ROOT, dataFolder: resolve(config.dataFolder), isTest: config.isTest }) : null,
      web: isBuilt(BUILD)
        ? async ({ engine, demo }) =>
            await createWebHost({
              engine,
              demo,
              publicOrigin: config.publicOrigin,
              buildFolder: BUILD,
              visitsPerMinute: Math.max(20, config.requestsPerMinute / 5),
            })
        : null,
    });
    closing.push(() => running.stop());
    await running.server?.listen({ port: config.port, host: config.host });
    return { process: running, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Before anything else is started: the most common mistake should cost nothing. */
async function requireFreePort({ port, host }: Config): Promise<void> {
  await new Promise<void>((done, refuse) => {
    const probe = createServer();
    probe.once("error", refuse);
    probe.listen({ port, host }, () => probe.close(() => done()));
  });
}

/** Told once, on the first start. */
function introduce({ actors, password }: WebDemo, keysFile: string): void {
  const width = Math.max(...actors.map(({ email }) => email.length));
  say(`\nDemo accounts (password ${password}):`);
  for (const { email, role, orgs } of actors) say(`  ${email.padEnd(width)}  ${role} in ${orgs.join(", ")}`);
  say(`API keys of all of them: ${keysFile}`);
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
    const isFirst = !existsSync(join(config.dataFolder, KEYS_FILE));
    const started = await start(config);
    stop = started.stop;
    if (started.process.server !== null && !isBuilt(BUILD)) say("The web app is not built, so only the API answers; npm start builds it.");
    say(started.process.server === null ? "Gatehouse worker is running." : `Gatehouse is at ${config.publicOrigin}`);
    if (started.process.demo !== null && isFirst) introduce(started.process.demo, join(config.dataFolder, KEYS_FILE));
  } catch (error) {
    fail([explainStart(error, config)]);
  }
}

if (import.meta.main) await main();
