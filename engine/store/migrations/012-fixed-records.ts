/** Records of types that are only added: the database itself refuses to change or delete their rows, whoever asks. */
import { Migration } from "@mikro-orm/migrations";

export class FixedRecords extends Migration {
  override name = "012-fixed-records";

  override up(): void {
    this.addSql(`
alter table record add column "fixed" boolean not null default false;
create trigger record_fixed before update or delete on record for each row when (old.fixed) execute function refuse_change()`);
  }
}
