/**
 * Which of the indexes that types ask for the database has: what a query may count on. A process notes those that it finds when it opens and
 * those that it makes; what another one makes meanwhile it uses from its next look on.
 */
import type { MikroORM } from "@mikro-orm/postgresql";

const books = new WeakMap<MikroORM, Set<string>>();

/** Names of valid indexes. */
export function indexBook(orm: MikroORM): Set<string> {
  const known = books.get(orm);
  if (known !== undefined) return known;
  const book = new Set<string>();
  books.set(orm, book);
  return book;
}

export const KNOWN_INDEXES =
  "select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = 'record'::regclass and starts_with(c.relname::text, 'record_x_')";

/** Notes the indexes that are there. */
export function noteIndexes(orm: MikroORM, rows: readonly Readonly<Record<string, unknown>>[]): void {
  for (const row of rows) if (row["valid"] === true) indexBook(orm).add(String(row["name"]));
}
