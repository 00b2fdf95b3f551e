/** Starts a throw-away cluster and migrates its template database: for vitest's global set-up and for benches. */
import { startEmbeddedPostgres } from "#engine/launch/embedded-postgres.ts";
import { reachableFolder } from "#engine/launch/reachable-folder.ts";
import { createStore } from "#engine/store/store.ts";

export const TEMPLATE = "gatehouse_template";

export interface TestCluster {
  /** Superuser's URL of the database `postgres`. */
  readonly url: string;
  readonly dataDir: string;
  stop(): Promise<void>;
}

export async function startTestCluster(wanted: string, settings: Readonly<Record<string, string>> = {}): Promise<TestCluster> {
  const dataDir = await reachableFolder(wanted);
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
