/** An engine on a database of its own with the product's packs and its fixture, dates as written: where scenarios begin. */

import { join } from "node:path";
import { renderPdf } from "#engine/effects/render-pdf.ts";
import { principalOfClient, principalOfPerson } from "#engine/service/auth/principals.ts";
import { sealingKey } from "#engine/service/auth/sealed.ts";
import { loadPacks } from "#engine/service/definitions/load-packs.ts";
import { readFixture } from "#engine/service/fixture/fixture.ts";
import { type LoadedFixture, loadFixture } from "#engine/service/fixture/load-fixture.ts";
import { createEngine, type Engine } from "#engine/service/work/engine-context.ts";
import { chooseScope, type Scope } from "#engine/service/work/scope.ts";
import { loadApiClient } from "#engine/store/api-keys.ts";
import { findPersonByEmail } from "#engine/store/people.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

export interface ProductWorld {
  readonly database: TestDatabase;
  readonly engine: Engine;
  readonly loaded: LoadedFixture;
  setNow(instant: string): void;
  /** Scope of a person of the fixture, by the part of the address before the @, or of the client `wms`. */
  as(account: string, org?: string): Promise<Scope>;
}

const ROOT = join(import.meta.dirname, "../..");

export async function productWorld(): Promise<ProductWorld> {
  const database = await testDatabase();
  const fixture = readFixture(ROOT);
  let now = new Date(fixture.clock).toISOString();
  const silent = () => undefined;
  const engine = createEngine({
    renderPdf,
    store: database.store,
    clock: { now: () => now },
    log: { info: silent, warn: silent, error: (fields, message) => console.error(message, fields) },
  });
  const release = await loadPacks(engine, ROOT, "packs");
  const loaded = await loadFixture(engine, fixture, { release, sealing: sealingKey(Buffer.alloc(32, 7)), shiftDays: 0 });
  const emails = new Map(fixture.people.map(({ email }) => [email.split("@")[0] ?? email, email]));
  return {
    database,
    engine,
    loaded,
    setNow(instant) {
      now = instant;
    },
    async as(account, org) {
      const principal = await engine.store.work({ orgs: "system", actorId: "system" }, async (tx) => {
        const email = emails.get(account);
        if (email !== undefined) {
          const person = await findPersonByEmail(tx, email);
          return person === null ? null : await principalOfPerson(tx, person, now);
        }
        const client = await loadApiClient(tx, account);
        return client === null ? null : await principalOfClient(tx, client, now);
      });
      if (principal === null) throw new Error(`The fixture has no account ${account}`);
      return chooseScope(principal, { channel: "api", ...(org === undefined ? {} : { org }) });
    },
  };
}
