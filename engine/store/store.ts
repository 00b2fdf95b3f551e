/**
 * The store: opens PostgreSQL, migrates, and runs transactions under a session's row-level security.
 *
 * Prepared statements and MikroORM's unit of work share one pool and, within `work`, one transaction.
 */
import { Migrator } from "@mikro-orm/migrations";
import { MikroORM, type PostgreSqlConnection } from "@mikro-orm/postgresql";
import type { Pool, PoolClient } from "pg";
import { EngineError } from "../core/errors.ts";
import { ENTITIES } from "./entities/all.ts";
import { KNOWN_INDEXES, noteIndexes } from "./index-book.ts";
import { Roles } from "./migrations/001-roles.ts";
import { Tables } from "./migrations/002-tables.ts";
import { Integrity } from "./migrations/003-integrity.ts";
import { Documents } from "./migrations/004-documents.ts";
import { Imports } from "./migrations/005-imports.ts";
import { CheckpointHeads } from "./migrations/006-checkpoint-heads.ts";
import { InlineEvents } from "./migrations/007-inline-events.ts";
import { SearchWords } from "./migrations/008-search-words.ts";
import { Attempts } from "./migrations/009-attempts.ts";
import { Instants } from "./migrations/010-instants.ts";
import { SessionOrgs } from "./migrations/011-session-orgs.ts";
import { FixedRecords } from "./migrations/012-fixed-records.ts";
import { SearchCost } from "./migrations/013-search-cost.ts";
import { ScheduleRuns } from "./migrations/015-schedule-runs.ts";
import { GuardedCasts } from "./migrations/016-guarded-casts.ts";
import { OrgsOnce } from "./migrations/017-orgs-once.ts";
import { ShortPendingLists } from "./migrations/018-short-pending-lists.ts";
import { isContention, isRetryable, toEngineError } from "./pg-errors.ts";
import { statementCount, withStatementCount } from "./statement-count.ts";
import { runSingle, runTransaction } from "./transaction.ts";
import { createTurns, type Turns } from "./turns.ts";
import type { Session, Tx } from "./tx.ts";

export interface StoreConfig {
  /** postgres:// URL of a login role that may become gatehouse_owner, gatehouse_app and gatehouse_relay (the migrations grant it). */
  readonly url: string;
  /** Default 10. */
  readonly poolSize?: number;
  /** Runs missing migrations first; default true. */
  readonly migrate?: boolean;
  readonly applicationName?: string;
  /** Default 5,000. */
  readonly statementTimeoutMs?: number;
}

export interface Store {
  /**
   * One transaction. Serialization failures, deadlocks and locks that others hold run `fn` again, at most 3 times: it must change nothing
   * outside the database. `isInVain` is asked before another try: waiting longer would be no use.
   */
  work<T>(session: Session, fn: (tx: Tx) => Promise<T>, isInVain?: (error: EngineError) => Promise<boolean>): Promise<T>;
  /** As `work`, for an `fn` that asks all it asks before its first await: the commit flies along, and what it asks later is refused. */
  single<T>(session: Session, fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** Reachable, migrated, durable settings on. @throws unavailable */
  check(): Promise<void>;
  /** Runs DDL as the owner outside a transaction (concurrent indexes, partitions). */
  asOwner<T>(fn: (execute: (sql: string) => Promise<readonly Record<string, unknown>[]>) => Promise<T>): Promise<T>;
  /** Runs `fn`, and whatever it starts, under a counter of its own. */
  counting<T>(fn: () => T): T;
  /** Statements under the counter so far, without those that only open, name or end a transaction; null outside one. */
  statements(): number | null;
  readonly orm: MikroORM;
  close(): Promise<void>;
}

const MIGRATIONS = [
  Roles,
  Tables,
  Integrity,
  Documents,
  Imports,
  CheckpointHeads,
  InlineEvents,
  SearchWords,
  Attempts,
  Instants,
  SessionOrgs,
  FixedRecords,
  SearchCost,
  ScheduleRuns,
  GuardedCasts,
  OrgsOnce,
  ShortPendingLists,
];
const RETRIES = 3;

/** @throws unavailable when the database cannot be reached, or when fsync, full_page_writes or synchronous_commit is off */
export async function createStore(config: StoreConfig): Promise<Store> {
  const orm = await openOrm(config);
  try {
    if (config.migrate ?? true) await migrate(orm);
    const pool = (await (orm.em.getConnection() as PostgreSqlConnection).getNativeClient()) as unknown as Pool;
    const turns = createTurns();
    const store: Store = {
      orm,
      work: (session, fn, isInVain) => work(runTransaction, { orm, pool, turns }, session, fn, isInVain),
      single: (session, fn) => work(runSingle, { orm, pool, turns }, session, fn),
      check: () => check(pool),
      asOwner: (fn) => asOwner(pool, fn),
      counting: withStatementCount,
      statements: statementCount,
      close: () => orm.close(true),
    };
    await store.check();
    await store.asOwner(async (execute) => {
      await execute("select ensure_event_partitions(current_date, 3)");
      noteIndexes(orm, await execute(KNOWN_INDEXES));
    });
    return store;
  } catch (error) {
    await orm.close(true);
    throw toEngineError(error);
  }
}

async function openOrm(config: StoreConfig): Promise<MikroORM> {
  const statementTimeoutMs = config.statementTimeoutMs ?? 5_000;
  return MikroORM.init({
    clientUrl: config.url,
    entities: [...ENTITIES],
    extensions: [Migrator],
    migrations: { migrationsList: MIGRATIONS, snapshot: false, allOrNothing: true },
    // Connections stay: a new one costs a handshake, and has nothing prepared.
    pool: { min: 0, max: config.poolSize ?? 10, idleTimeoutMillis: 0 },
    driverOptions: {
      pipeline: true,
      application_name: config.applicationName ?? "gatehouse",
      connectionTimeoutMillis: 10_000,
      options: `-c TimeZone=UTC -c search_path=public -c statement_timeout=${statementTimeoutMs} -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000 -c jit=off -c plan_cache_mode=force_generic_plan -c enable_seqscan=off`,
    },
    // A fault is thrown once, where it happens; the pool's own notes about lost connections add nothing.
    logger: () => {},
    ensureDatabase: false,
  }).catch((error: unknown) => {
    throw toEngineError(error);
  });
}

async function migrate(orm: MikroORM): Promise<void> {
  // Several processes may start at once: one migrates, the others wait and find nothing to do.
  await orm.em.fork().transactional(async (em) => {
    await em.execute("set local statement_timeout = '10min'");
    await em.execute("set local lock_timeout = '10min'");
    await em.execute("set local idle_in_transaction_session_timeout = '10min'");
    await em.execute("select pg_advisory_xact_lock(hashtextextended('gatehouse:migrate', 0))");
    await orm.migrator.up();
  });
}

async function work<T>(
  run: typeof runTransaction,
  { orm, pool, turns }: { readonly orm: MikroORM; readonly pool: Pool; readonly turns: Turns },
  session: Session,
  fn: (tx: Tx) => Promise<T>,
  isInVain?: (error: EngineError) => Promise<boolean>,
): Promise<T> {
  // Only work that is known to take locks has a turn, and waits for those of others.
  const takesTurns = isInVain !== undefined;
  let isAlone = false;
  for (let attempt = 1; ; attempt++) {
    const leave = isAlone ? await turns.take(lineOf(session)) : null;
    const door = takesTurns && leave === null ? turns.enter(lineOf(session)) : null;
    if (door !== null) await door;
    const client = await connect(pool).catch((error: unknown) => {
      leave?.();
      throw error;
    });
    let behind: Promise<void> | null = null;
    let failure: unknown;
    try {
      const ran = await run<T>(orm, client, session, fn);
      behind = ran.behind;
      return ran.value;
    } catch (error) {
      failure = error;
    } finally {
      // The pool lets go of connections that are lost.
      if (behind === null) client.release();
      else void behind.then(() => client.release());
      leave?.();
    }
    const known = toEngineError(failure);
    isAlone = takesTurns && isContention(failure);
    if (attempt > RETRIES || !isRetryable(failure) || (await isInVain?.(known)) === true) throw known;
  }
}

/** Who has the same orgs stands in one line. */
const lineOf = ({ orgs }: Session): string => (orgs.length === 1 ? (orgs[0] ?? "") : String(orgs));

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw toEngineError(error);
  }
}

async function check(pool: Pool): Promise<void> {
  const { rows } = await pool
    .query<{ name: string; setting: string }>(
      `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')
       union all select 'migrated', count(*)::text from mikro_orm_migrations`,
    )
    .catch((error: unknown) => {
      throw toEngineError(error);
    });
  for (const row of rows) {
    if (row.name === "migrated" ? Number(row.setting) < MIGRATIONS.length : row.setting === "off") {
      throw new EngineError("unavailable", `PostgreSQL: ${row.name} is ${row.setting}; an acknowledged event might be lost or a table missing.`);
    }
  }
}

async function asOwner<T>(pool: Pool, fn: (execute: (sql: string) => Promise<readonly Record<string, unknown>[]>) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  try {
    await client.query("set role gatehouse_owner; set statement_timeout = '30min'; set lock_timeout = '30s'");
    return await fn(async (sql) => (await client.query(sql)).rows as Record<string, unknown>[]);
  } catch (error) {
    throw toEngineError(error);
  } finally {
    // The connection has changed: it does not go back to the pool.
    client.release(true);
  }
}
