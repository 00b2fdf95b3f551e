/** Starts a throw-away cluster and migrates its template database: for vitest's global set-up and for benches. */
import { mkdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { startEmbeddedPostgres } from "#engine/launch/embedded-postgres.ts";
import { createStore } from "#engine/store/store.ts";

export const TEMPLATE = "gatehouse_template";

export interface TestCluster {
  /** Superuser's URL of the database `postgres`. */
  readonly url: string;
  readonly dataDir: string;
  stop(): Promise<void>;
}

export async function startTestCluster(wanted: string, settings: Readonly<Record<string, string>> = {}): Promise<TestCluster> {
  const dataDir = (await isOpenToAll(dirname(wanted))) ? wanted : join(tmpdir(), "gatehouse-test", basename(wanted));
  await mkdir(dirname(dataDir), { recursive: true });
  const server = await startEmbeddedPostgres({
    dataDir,
    port: 20000 + (process.pid % 10000),
    settings: { max_connections: "200", shared_buffers: "128MB", ...settings },
  });
  await server.ensureDatabase(TEMPLATE);
  const store = await createStore({ url: server.url(TEMPLATE) });
  await store.close();
  return { url: server.url(), dataDir, stop: () => server.stop() };
}

/** As root the server runs as another user, who must be able to reach the directory. */
async function isOpenToAll(dir: string): Promise<boolean> {
  if (process.getuid?.() !== 0) return true;
  await mkdir(dir, { recursive: true });
  for (let path = dir; path !== dirname(path); path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0) return false;
  }
  return true;
}
