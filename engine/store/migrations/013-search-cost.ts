/**
 * What it costs to fall a row into its words, as PostgreSQL's planner counts: without it the planner goes through a whole type, row by row,
 * where the index over the words would name the few rows that a page needs. Measured at 1,000,000 rows: over a minute for a rare word.
 */
import { Migration } from "@mikro-orm/migrations";

/** Some 40 µs, where an operator is 0.01 µs. */
const COST = 5_000;

export class SearchCost extends Migration {
  override name = "013-search-cost";

  override up(): void {
    this.addSql(`alter function gh_search(text, jsonb, text[]) cost ${COST}`);
  }
}
