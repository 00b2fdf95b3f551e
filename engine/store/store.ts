/** The store: opens PostgreSQL, migrates, and runs transactions under a session's row-level security. */
import type { MikroORM } from "@mikro-orm/postgresql";
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
  /** One transaction. Serialization failures and deadlocks run `fn` again, at most 3 times: it must change nothing outside the database. */
  work<T>(session: Session, fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** Reachable, migrated, durable settings on. @throws unavailable */
  check(): Promise<void>;
  /** Runs DDL as the owner outside a transaction (concurrent indexes, partitions). */
  asOwner<T>(fn: (execute: (sql: string) => Promise<void>) => Promise<T>): Promise<T>;
  readonly orm: MikroORM;
  close(): Promise<void>;
}
/** @throws unavailable when fsync, full_page_writes or synchronous_commit is off */
export declare function createStore(config: StoreConfig): Promise<Store>;
