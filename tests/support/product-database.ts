/**
 * A database with packs and fixture in it, and the files that belong to them. Seeding takes seconds and is the same for every test file of a
 * run: the first one fills a template, the others clone it.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { inject } from "vitest";
import { createLog } from "#engine/api/logging.ts";
import { compose } from "#engine/compose.ts";
import { type Config, readConfig } from "#engine/config.ts";
import { createSeeding } from "#engine/launch/seed.ts";
import { afterFile } from "./after-file.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { TEMPLATE } from "./test-cluster.ts";

const PRODUCT = "gatehouse_product";

export interface ProductDatabase {
  readonly database: TestDatabase;
  /** Holds its keys; gone when the file ends. */
  readonly dataFolder: string;
}

/** Name -> its bytes, base64: kept as the template's comment, where every worker finds them. */
type Files = Readonly<Record<string, string>>;

export async function productDatabase(): Promise<ProductDatabase> {
  const files = await seededTemplate();
  const database = await testDatabase({}, PRODUCT);
  const dataFolder = await mkdtemp(join(tmpdir(), "gatehouse-test-"));
  afterFile(() => rm(dataFolder, { recursive: true, force: true }));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(dataFolder, name), Buffer.from(bytes, "base64"), { mode: 0o600 });
  return { database, dataFolder };
}

/** Workers come here at once: one fills, the others wait for it. */
async function seededTemplate(): Promise<Files> {
  const root = inject("testDatabaseUrl");
  const client = new pg.Client({ connectionString: root });
  await client.connect();
  try {
    await client.query("select pg_advisory_lock(hashtextextended('gatehouse:product-template', 0))");
    const { rows } = await client.query<{ files: string | null }>("select shobj_description(oid, 'pg_database') as files from pg_database where datname = $1", [
      PRODUCT,
    ]);
    const [found] = rows;
    if (typeof found?.files === "string") return JSON.parse(found.files) as Files;
    // One without its files is left of a worker that died over it.
    if (found !== undefined) await client.query(`drop database ${PRODUCT} with (force)`);
    await client.query(`create database ${PRODUCT} template ${TEMPLATE}`);
    const files = await seed(root.replace(/\/[^/]*$/, `/${PRODUCT}`));
    await client.query(`comment on database ${PRODUCT} is ${client.escapeLiteral(JSON.stringify(files))}`);
    return files;
  } finally {
    await client.end();
  }
}

async function seed(url: string): Promise<Files> {
  const dataFolder = await mkdtemp(join(tmpdir(), "gatehouse-seed-"));
  try {
    const running = await compose({
      config: { ...(readConfig({ DATABASE_URL: url, GATEHOUSE_TEST: "1", GATEHOUSE_DATA: dataFolder }) as { config: Config }).config, databaseUrl: url },
      log: createLog("silent"),
      version: "0.0.0",
      seeding: createSeeding({ root: process.cwd(), dataFolder, isTest: true }),
      web: null,
    });
    await running.stop();
    const entries = (await readdir(dataFolder, { withFileTypes: true })).filter((entry) => entry.isFile());
    return Object.fromEntries(await Promise.all(entries.map(async ({ name }) => [name, await readFile(join(dataFolder, name), "base64")])));
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
}
