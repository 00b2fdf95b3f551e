/**
 * Fills an empty database: packs as release 1, the fixture, in a demo also its acts; writes the API keys of every account to a
 * file that only its owner reads. On a filled database it only tells who is there. `reset` brings the fixture back (test mode).
 */
import { existsSync } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { issueApiKey } from "../service/auth/api-keys.ts";
import type { SealingKey } from "../service/auth/sealed.ts";
import { loadPacks } from "../service/definitions/load-packs.ts";
import { forgetRuns } from "../service/delivery/schedule.ts";
import { type Fixture, readFixture } from "../service/fixture/fixture.ts";
import { loadFixture } from "../service/fixture/load-fixture.ts";
import { playDemo } from "../service/fixture/play-demo.ts";
import type { Engine } from "../service/work/engine-context.ts";
import { apiKeysOf, listApiClients } from "../store/api-keys.ts";
import { listOrgs } from "../store/people.ts";
import { countUncounted } from "../store/statistics.ts";
import type { Tx } from "../store/tx.ts";
import { emptyDatabase } from "./empty-database.ts";

export interface SeedOptions {
  /** The project's root, where the packs are. */
  readonly root: string;
  readonly dataFolder: string;
  /** Test mode: dates stay as written, and no demo acts are played. */
  readonly isTest: boolean;
}

export interface SeedParts {
  readonly engine: Engine;
  readonly sealing: SealingKey;
}

export interface Demo {
  readonly actors: readonly { readonly email: string; readonly name: string; readonly role: string; readonly orgs: readonly string[] }[];
  readonly password: string;
}

const SYSTEM = { orgs: "system", actorId: "system" } as const;
const DAY_MS = 86_400_000;
export const KEYS_FILE = "demo-keys.json";

export function createSeeding(options: SeedOptions): { seed(parts: SeedParts): Promise<Demo>; reset(parts: SeedParts): Promise<void> } {
  const fixture = readFixture(options.root);
  return {
    async seed(parts) {
      const { isEmpty, isUnfinished } = await parts.engine.store.work(SYSTEM, async (tx) => {
        const orgs = await listOrgs(tx);
        return { isEmpty: orgs.length === 0, isUnfinished: orgs.length > 0 && (await isWithoutKeys(tx)) };
      });
      // Keys come last: without any, an earlier first start was cut off, and nobody can have worked here.
      if (isUnfinished) await emptyDatabase(parts.engine.store);
      if (isEmpty || isUnfinished) {
        await fill(parts, fixture, options);
        await countUncounted(parts.engine.store);
      }
      if (isEmpty || isUnfinished || !existsSync(join(options.dataFolder, KEYS_FILE))) await writeKeys(parts.engine, options.dataFolder);
      return demoOf(fixture);
    },
    async reset(parts) {
      await emptyDatabase(parts.engine.store);
      parts.engine.programs.forget();
      forgetRuns(parts.engine);
      await fill(parts, fixture, options);
    },
  };
}

async function isWithoutKeys(tx: Tx): Promise<boolean> {
  for (const { id } of await listApiClients(tx)) if ((await apiKeysOf(tx, id)).length > 0) return false;
  return true;
}

async function fill({ engine, sealing }: SeedParts, fixture: Fixture, options: SeedOptions): Promise<void> {
  const release = await loadPacks(engine, options.root, "The packs as installed");
  const shiftDays = options.isTest ? 0 : Math.floor((Date.parse(engine.clock.now()) - Date.parse(fixture.clock)) / DAY_MS);
  const loaded = await loadFixture(engine, fixture, { release, sealing, shiftDays });
  if (!options.isTest) await playDemo(engine, fixture, loaded);
}

function demoOf(fixture: Fixture): Demo {
  const actors = fixture.people.map(({ email, name, grants }) => ({ email, name, role: grants[0]?.role ?? "", orgs: grants.map(({ org }) => org) }));
  return { actors, password: fixture.password };
}

/** A fresh key for every client, replacing the file as a whole. */
async function writeKeys(engine: Engine, folder: string): Promise<void> {
  const now = engine.clock.now();
  const keys = await engine.store.work(SYSTEM, async (tx) => {
    const issued: Record<string, string> = {};
    for (const { id } of await listApiClients(tx)) issued[id] = await issueApiKey(tx, id, now);
    return issued;
  });
  await saveKeys(keys, folder);
}

async function saveKeys(keys: Readonly<Record<string, string>>, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, KEYS_FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
