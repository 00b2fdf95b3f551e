/** `gh_instant` is null for what is no instant with its offset, so that instants inside a record's data compare as such, whatever zone they are written in. */
import { Migration } from "@mikro-orm/migrations";

export class Instants extends Migration {
  override name = "010-instants";

  override up(): void {
    this.addSql(`
create function gh_instant(value text) returns timestamptz language sql immutable strict parallel safe
  return case when value ~ '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$' then value::timestamptz end`);
  }
}
