/** Lists and sums read many records: their policy reads the session's orgs once a statement. 100,000 rows: 319 ms before, 51 with it, 14 without any policy. */
import { Migration } from "@mikro-orm/migrations";
import { visibleRecord } from "../entities/policies.ts";

export class OrgsOnce extends Migration {
  override name = "017-orgs-once";

  override up(): void {
    for (const table of ["record", "record_version"]) this.addSql(`alter policy ${table}_app on ${table} using (${visibleRecord(`${table}.id`)})`);
  }
}
