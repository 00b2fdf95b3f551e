/** A database of its own for one test file: cloned from the migrated template, dropped afterwards. */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import { createStore, type Store, type StoreConfig } from "#engine/store/store.ts";
import { afterFile } from "./after-file.ts";
import { TEMPLATE } from "./test-cluster.ts";

export interface TestDatabase {
  readonly url: string;
  readonly store: Store;
  /** SQL as superuser, past every policy: to arrange and to tamper. */
  sql<R = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<R[]>;
  /** A second store on the same database, as another process would have. Closed with the rest. */
  openStore(config?: Partial<StoreConfig>): Promise<Store>;
}

/** Call it anywhere in a file; it cleans up when the file ends. */
export async function testDatabase(config: Partial<StoreConfig> = {}, template: string = TEMPLATE): Promise<TestDatabase> {
  const root = inject("testDatabaseUrl");
  const name = `t_${randomUUID().replaceAll("-", "")}`;
  const url = root.replace(/\/[^/]*$/, `/${name}`);
  await asRoot(root, async (client) => {
    // Cloning waits for others who clone the template at the same time.
    for (let attempt = 1; ; attempt++) {
      try {
        await client.query(`create database ${name} template ${template}`);
        return;
      } catch (error) {
        if (attempt === 20) throw error;
        await new Promise((wake) => setTimeout(wake, 100 * attempt));
      }
    }
  });
  const stores: Store[] = [];
  const openStore = async (more: Partial<StoreConfig> = {}): Promise<Store> => {
    const store = await createStore({ url, migrate: false, ...config, ...more });
    stores.push(store);
    return store;
  };
  const store = await openStore();
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  afterFile(async () => {
    await Promise.all(stores.map((each) => each.close()));
    await admin.end();
    // Nobody waits for it: what is not dropped when the run ends goes with the cluster.
    void asRoot(root, (client) => client.query(`drop database ${name} with (force)`)).catch(() => {});
  });
  return {
    url,
    store,
    openStore,
    async sql<R>(text: string, values: readonly unknown[] = []) {
      return (await admin.query(text, values as unknown[])).rows as R[];
    },
  };
}

async function asRoot(url: string, fn: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await fn(client);
  } finally {
    await client.end();
  }
}
