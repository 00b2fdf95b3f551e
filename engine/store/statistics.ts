/**
 * What PostgreSQL knows of the tables. Statements of the hot paths are planned once for all values (transaction.ts); a plan made while a table
 * had a few hundred rows and no statistics looks a joined row up by its org alone, and goes through all of them for each row once there are
 * thousands (10,400 by 10,400: more than 20 s; planned with statistics, of whatever age: 0.3).
 */
import type { Store } from "./store.ts";

/** So many changes are worth a look, as they are to PostgreSQL's own upkeep (`autovacuum_analyze_threshold`), which comes a minute later or is off. */
const SOME_CHANGES = 50;
const UNCOUNTED = `select c.relname as name from pg_class c left join pg_stat_user_tables s on s.relid = c.oid
  where c.relowner = 'gatehouse_owner'::regrole and c.relkind = 'r' and pg_relation_size(c.oid) > 0
  and (c.reltuples < 0 or (coalesce(s.last_analyze, s.last_autoanalyze) is null and s.n_mod_since_analyze >= ${SOME_CHANGES})) order by 1`;

/** Counts the tables that have rows and were never counted. Gives their names. */
export async function countUncounted(store: Store): Promise<readonly string[]> {
  const uncounted = await store.single({ orgs: "system", actorId: "system" }, (tx) => tx.query<{ name: string }>(UNCOUNTED));
  const names = uncounted.map(({ name }) => name);
  if (names.length > 0) await store.asOwner((execute) => execute(`analyze ${names.map((name) => `"${name}"`).join(", ")}`));
  return names;
}

/** Counts the tables anew: statements that were planned while they were small would go through all of what an import has added. */
export async function countAnew(store: Store): Promise<void> {
  await store.asOwner((execute) => execute("analyze record, record_version, record_unique, import_row"));
}
