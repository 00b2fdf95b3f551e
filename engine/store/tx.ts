/**
 * What every repository function takes: one transaction under one session. Made by `Store.work`, never kept beyond it.
 */
import type { SqlEntityManager } from "@mikro-orm/postgresql";

/**
 * Who works, and in which orgs.
 *
 * - `orgs`: org ids (uuid); rows of all others do not exist for this transaction. "system": all of them, for the relay, timers, sign-in and cascades across orgs.
 */
export interface Session {
  readonly orgs: readonly string[] | "system";
  readonly actorId: string;
}

/** SQL with a name is prepared once per connection; the text of one name never changes. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /** "auto": planned for its values at first, then PostgreSQL judges. Default: one generic plan. */
  readonly plan?: "auto";
}

export interface Tx {
  readonly session: Session;
  /** Runs one statement and gives its rows. A plain string is not prepared: for SQL whose text varies. */
  query<R = Record<string, unknown>>(statement: Statement | string, values?: readonly unknown[]): Promise<R[]>;
  /** Runs one write and gives how many rows it touched. */
  execute(statement: Statement | string, values?: readonly unknown[]): Promise<number>;
  /** The rows of a query in PostgreSQL's binary form, for reading very many of them; in memory that a thread can read too. The text takes no parameters: only constants and ids may stand in it. `into`: memory to use. */
  copy(query: string, into?: SharedArrayBuffer): Promise<Uint8Array<SharedArrayBuffer>>;
  /** Sends a write without waiting. Its failure fails the transaction: the next `query` or the commit throws it. */
  queue(statement: Statement | string, values?: readonly unknown[]): void;
  /** Lets what was asked and queued so far leave at once, for a caller that has work to do while it is answered; else it leaves when the caller waits. */
  depart(): void;
  /** Runs `fn` under the system's own grant inside this transaction, then returns to the session's. Not to be nested or run beside other queries. */
  asSystem<T>(fn: () => Promise<T>): Promise<T>;
  /**
   * One more transaction on the same connection, which leaves right behind the commit and saves a round trip of its own. For an `fn` as
   * `Store.single` takes it. It is a transaction in its own right: it runs even where the commit before it is refused, and its failure is only its own.
   */
  behind<T>(session: Session, fn: (tx: Tx) => Promise<T>): Promise<T>;
  /** Whether the database has this index of the record table. */
  hasIndex(name: string): boolean;
  /** MikroORM's unit of work in this same transaction; flushed before the commit. For admin paths. */
  readonly em: SqlEntityManager;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; null on the last page. */
  readonly next: string | null;
}

/** The org of rows that belong to none: global records, platform events. */
export const GLOBAL_ORG = "00000000-0000-0000-0000-000000000000";

export function statement(name: string, text: string): Statement {
  return { name, text };
}
