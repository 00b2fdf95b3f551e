/** What a checkpoint covers, chain by chain; and the chain of the checkpoints themselves. */
import { Migration } from "@mikro-orm/migrations";
import { inOrgs } from "../entities/policies.ts";

export class CheckpointHeads extends Migration {
  override name = "006-checkpoint-heads";

  override up(): void {
    this.addSql(`
alter table "checkpoint" add column "audit_hash" text null, add column "heads" text not null, add column "previous" text null;
create table "checkpoint_head" ("org_id" uuid not null, "instance_id" uuid not null, "seq" int not null, "checkpoint" int not null, "hash" bytea not null, primary key ("org_id", "instance_id", "seq"));
create index "checkpoint_head_of" on "checkpoint_head" ("org_id", "checkpoint", "instance_id");
alter table checkpoint_head enable row level security;
alter table checkpoint_head force row level security;
create policy checkpoint_head_app on checkpoint_head to gatehouse_app using (${inOrgs()}) with check (${inOrgs()});
create policy checkpoint_head_relay on checkpoint_head to gatehouse_relay using (true) with check (true);
create trigger checkpoint_head_append_only before update or delete on checkpoint_head for each row execute function refuse_change();
create trigger checkpoint_head_no_truncate before truncate on checkpoint_head for each statement execute function refuse_change();
alter table checkpoint_head owner to gatehouse_owner;
revoke all on checkpoint_head from public;
grant select, insert on checkpoint_head to gatehouse_app, gatehouse_relay`);
  }
}
