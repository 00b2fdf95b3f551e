/** The product as a process of its own on a seeded database, to be killed and started again: what a crash really leaves. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { createLog } from "#engine/api/logging.ts";
import { systemClock } from "#engine/clock.ts";
import { renderPdf } from "#engine/effects/render-pdf.ts";
import { createSeeding, KEYS_FILE } from "#engine/launch/seed.ts";
import { keepSealingKey } from "#engine/sealing-key-file.ts";
import { createEngine } from "#engine/service/work/engine-context.ts";
import { afterFile } from "./after-file.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

export interface RealProcess {
  readonly database: TestDatabase;
  readonly origin: string;
  readonly keys: Readonly<Record<string, string>>;
  /** Starts it and waits until it is ready. */
  start(): Promise<void>;
  /** As a power cut does. */
  kill(): Promise<void>;
}

const START_MS = 60_000;

/** The fixture is loaded, without the demo's acts; the process is not started yet. */
export async function realProcess(env: Readonly<Record<string, string>> = {}): Promise<RealProcess> {
  const database = await testDatabase();
  const dataFolder = await mkdtemp(join(tmpdir(), "gatehouse-chaos-"));
  const sealing = await keepSealingKey(join(dataFolder, "sealing.key"));
  const engine = createEngine({ renderPdf, store: database.store, clock: systemClock, log: createLog("silent") });
  await createSeeding({ root: process.cwd(), dataFolder, isTest: true }).seed({ engine, sealing });
  const keys = JSON.parse(await readFile(join(dataFolder, KEYS_FILE), "utf8")) as Record<string, string>;
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  let said = "";

  const kill = async () => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await gone;
  };
  afterFile(async () => {
    await kill();
    await rm(dataFolder, { recursive: true, force: true });
  });

  return {
    database,
    origin,
    keys,
    kill,
    async start() {
      said = "";
      child = spawn(process.execPath, ["engine/main.ts"], {
        env: {
          PATH: process.env["PATH"],
          PORT: String(port),
          DATABASE_URL: database.url,
          GATEHOUSE_DATA: dataFolder,
          GATEHOUSE_DEMO: "0",
          GATEHOUSE_RATE_LIMIT: "1000000",
          LOG_LEVEL: "error",
          ...(process.env["REDIS_URL"] === undefined ? {} : { REDIS_URL: process.env["REDIS_URL"] }),
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-10_000)));
      const until = Date.now() + START_MS;
      while (Date.now() < until) {
        if (child.exitCode !== null) return expect.fail(`The process ended with ${child.exitCode}: ${said}`);
        const ready = await fetch(`${origin}/readyz`).catch(() => null);
        if (ready?.status === 200) return;
        await new Promise((wake) => setTimeout(wake, 50));
      }
      return expect.fail(`The process is not ready: ${said}`);
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
