/**
 * Two look-ups that took longer with rows that had nothing to do with them.
 *
 * The index over all data holds each row's below its type's name: a row of a small type was found among those of all types that name the same.
 *
 * Rows that are new to an index of this kind wait in a list that each look-up goes through. Up to 4 MB of them, the default, cost every fact 13 ms
 * after some thousand writes; up to 64 kB, 0.2. Writing 20,000 records takes a fifth longer for it, 30 µs each.
 */
import { Migration } from "@mikro-orm/migrations";

export class DataOfTypes extends Migration {
  override name = "018-data-of-types";

  override up(): void {
    this.addSql("drop index record_data");
    this.addSql("create index record_data on record using gin (jsonb_set('{}'::jsonb, array[type], data) jsonb_path_ops) with (gin_pending_list_limit = 64)");
    this.addSql("alter index instance_states set (gin_pending_list_limit = 64)");
  }
}
