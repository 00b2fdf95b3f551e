/** Empties the database for the fixture's return in test mode. API clients and their keys stay, so that callers keep theirs. */
import { setTimeout } from "node:timers/promises";
import { EngineError } from "../core/errors.ts";
import type { Store } from "../store/store.ts";

const ATTEMPTS = 10;
const KEPT = ["api_client", "api_key"];

/** Runs as the tables' owner, with the append-only triggers off while it does: nothing outside test mode calls it. */
export async function emptyDatabase(store: Store): Promise<void> {
  // The relay may hold rows of some of the tables just now: then the whole act is tried again.
  for (let attempt = 1; ; attempt++) {
    try {
      return await truncateAll(store);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof EngineError) || error.code !== "unavailable") throw error;
      await setTimeout(50 * attempt);
    }
  }
}

async function truncateAll(store: Store): Promise<void> {
  await store.asOwner(async (execute) => {
    const rows = await execute(
      `select c.relname as name from pg_class c
       where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'mikro_orm%'`,
    );
    const tables = rows.map((row) => String(row["name"])).filter((name) => !KEPT.includes(name));
    const each = (sql: (table: string) => string) => tables.map(sql).join("; ");
    await execute(`begin; ${each((table) => `alter table "${table}" disable trigger user`)}; truncate ${tables.map((table) => `"${table}"`).join(", ")};
      ${each((table) => `alter table "${table}" enable trigger user`)}; commit`);
  });
}
