/**
 * One transaction on one pooled connection: begin and the session travel with the first statement, queued writes with the commit.
 *
 * What is asked in one go of the event loop leaves as one flight; PostgreSQL answers in order. So the cost of an event is its round trips, two,
 * not its statements.
 */

import type { MikroORM, SqlEntityManager } from "@mikro-orm/postgresql";
import { Kysely, PostgresDialect } from "kysely";
import type { PoolClient } from "pg";
import { EngineError } from "../core/errors.ts";
import { type Copied, Flight, type FlightResult } from "./flight.ts";
import { indexBook } from "./index-book.ts";
import { toEngineError } from "./pg-errors.ts";
import { noteStatement, withoutStatementCount } from "./statement-count.ts";
import type { Session, Statement, Tx } from "./tx.ts";

const BEGIN = { name: "begin", text: "begin" };
const COMMIT = { name: "commit", text: "commit" };
/**
 * Statements of the hot paths run on generic plans (planning costs more than running them), by index even where their table was empty when
 * they were planned: such a plan stays until the table is analysed, and would read it whole as it grows. SQL that varies is planned for its values.
 */
const PLANS = {
  generic: { name: "plan_generic", text: "select set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)" },
  auto: { name: "plan_auto", text: "select set_config('plan_cache_mode', 'auto', true), set_config('enable_seqscan', 'on', true)" },
} as const;
const ENTER = { name: "enter", text: "select set_config('app.orgs', $1, true), set_config('role', $2, true)" };

const CONTROL = new Set([BEGIN.name, COMMIT.name, ENTER.name, PLANS.generic.name, PLANS.auto.name]);

/** What a transaction gave, and until when it needs its connection: null when its commit was the last. */
export interface Ran<T> {
  readonly value: T;
  readonly behind: Promise<void> | null;
}

interface Behind {
  readonly leave: () => Promise<void>;
  readonly reject: (error: unknown) => void;
}

export async function runTransaction<T>(orm: MikroORM, client: PoolClient, session: Session, fn: (tx: Tx) => Promise<T>): Promise<Ran<T>> {
  const transaction = new Transaction(orm, client, session);
  try {
    const value = await fn(transaction);
    await transaction.commit();
    return { value, behind: transaction.following };
  } catch (error) {
    await transaction.following;
    await transaction.rollback();
    // The first failure is the cause; later ones only say that the transaction is aborted.
    throw transaction.failure ?? error;
  }
}

/** A transaction that sends all it has at once: its commit leaves in the same flight, so it is one round trip. */
export async function runSingle<T>(orm: MikroORM, client: PoolClient, session: Session, fn: (tx: Tx) => Promise<T>): Promise<Ran<T>> {
  const transaction = new Transaction(orm, client, session);
  try {
    const result = fn(transaction);
    const [value] = await Promise.all([result, transaction.commitAtOnce()]);
    return { value, behind: transaction.following };
  } catch (error) {
    await transaction.rollback();
    throw transaction.failure ?? error;
  }
}

/** After the commit the connection has neither the session's role nor its orgs any more. */
const afterCommit = (): EngineError => new EngineError("internal", "A statement came after the commit of its transaction.");

class Transaction implements Tx {
  session: Session;
  failure: unknown;
  /** Ends when what rides behind the commit has been answered; null before the commit, and where nothing does. */
  following: Promise<void> | null = null;
  readonly #orm: MikroORM;
  readonly #client: PoolClient;
  #em: SqlEntityManager | undefined;
  #flight: Flight | undefined;
  #isLeaving = false;
  #ended = false;
  #behind: Behind | null = null;
  #plan: "generic" | "auto" = "generic";

  constructor(orm: MikroORM, client: PoolClient, session: Session) {
    this.#orm = orm;
    this.#client = client;
    this.session = session;
    this.queue(BEGIN);
    this.#enter(session.orgs);
  }

  async query<R>(statement: Statement | string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.#run(statement, values)).rows as R[];
  }

  async execute(statement: Statement | string, values: readonly unknown[] = []): Promise<number> {
    return (await this.#run(statement, values)).rowCount ?? 0;
  }

  async #run(statement: Statement | string, values: readonly unknown[], into?: SharedArrayBuffer): Promise<FlightResult> {
    this.#planAs(typeof statement === "string" ? "auto" : (statement.plan ?? "generic"));
    try {
      return await this.#send(statement, values, into);
    } catch (error) {
      this.failure ??= error;
      throw this.failure;
    }
  }

  async copy(query: string, into?: SharedArrayBuffer): Promise<Copied> {
    return (await this.#run(`copy (${query}) to stdout (format binary)`, [], into)).copied;
  }

  queue(statement: Statement | string, values: readonly unknown[] = []): void {
    if (typeof statement !== "string") this.#planAs(statement.plan ?? "generic");
    this.#push(statement, values);
  }

  /** What goes wrong in it fails the transaction: PostgreSQL answers in order, so that is known before the commit is answered. */
  #push(statement: Statement | string, values: readonly unknown[]): void {
    if (this.#ended) this.#fail(afterCommit());
    else if (typeof statement === "string") this.#board("").addUnread("", statement, values, this.#fail);
    else this.#board(statement.name).addUnread(statement.name, statement.text, values, this.#fail);
  }

  readonly #fail = (error: unknown): void => {
    this.failure ??= error;
  };

  async asSystem<T>(fn: () => Promise<T>): Promise<T> {
    const own = this.session;
    if (own.orgs === "system") return fn();
    this.session = { ...own, orgs: "system" };
    this.#enter("system");
    try {
      return await fn();
    } finally {
      this.session = own;
      this.#enter(own.orgs);
    }
  }

  behind<T>(session: Session, fn: (tx: Tx) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = () =>
        withoutStatementCount(() => runSingle(this.#orm, this.#client, session, fn)).then(
          ({ value }) => resolve(value),
          (error) => reject(toEngineError(error)),
        );
      this.#behind = { leave, reject };
    });
  }

  hasIndex(name: string): boolean {
    return indexBook(this.#orm).has(name);
  }

  get em(): SqlEntityManager {
    if (this.#em === undefined) {
      this.#planAs("auto");
      const client = this.#client;
      const query = (...args: unknown[]): unknown => {
        this.depart();
        return (client.query as (...all: unknown[]) => unknown).apply(client, args);
      };
      const connection = { query, release() {} };
      const kysely = new Kysely({ dialect: new PostgresDialect({ pool: { connect: async () => connection, end: async () => {} } as never }) });
      const em = this.#orm.em.fork() as SqlEntityManager;
      em.setTransactionContext(kysely);
      this.#em = em;
    }
    return this.#em;
  }

  async commit(): Promise<void> {
    await this.#em?.flush();
    await this.commitAtOnce();
  }

  async commitAtOnce(): Promise<void> {
    const committed = this.#send(COMMIT, []);
    this.#ended = true;
    committed.catch(() => {});
    this.depart();
    this.following = this.#behind?.leave() ?? null;
    const { command } = await committed;
    // PostgreSQL answers the commit of an aborted transaction with ROLLBACK, not with an error.
    if (this.failure !== undefined || command !== "COMMIT") throw this.failure;
  }

  async rollback(): Promise<void> {
    if (this.following === null) this.#behind?.reject(new EngineError("internal", "The transaction before this one was not committed."));
    this.depart();
    await this.#client.query("rollback").catch(this.#fail);
  }

  /** Travels in the flight of the statement that it is for. */
  #planAs(plan: "generic" | "auto"): void {
    if (this.#plan === plan) return;
    this.#plan = plan;
    this.#push(PLANS[plan], []);
  }

  #send(statement: Statement | string, values: readonly unknown[], into?: SharedArrayBuffer): Promise<FlightResult> {
    if (this.#ended) return Promise.reject(afterCommit());
    this.#leaveSoon();
    if (typeof statement === "string") return this.#board("").add("", statement, values, into);
    return this.#board(statement.name).add(statement.name, statement.text, values);
  }

  /** All that is sent in one go of the event loop leaves in one packet: each write of its own would wake the server's process (measured: 0.4 ms of 1.5 an event). */
  #board(name: string): Flight {
    if (!CONTROL.has(name)) noteStatement();
    this.#flight ??= new Flight();
    return this.#flight;
  }

  /** What is only queued waits for what somebody reads, or for the commit. */
  #leaveSoon(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    process.nextTick(() => this.depart());
  }

  depart(): void {
    const flight = this.#flight;
    this.#isLeaving = false;
    if (flight === undefined) return;
    this.#flight = undefined;
    this.#client.query(flight);
  }

  #enter(orgs: Session["orgs"]): void {
    if (orgs === "system") this.queue(ENTER, ["", "gatehouse_relay"]);
    else this.queue(ENTER, [`{${orgs.join(",")}}`, "gatehouse_app"]);
  }
}
