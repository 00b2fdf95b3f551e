/** Up to where each scheduled mail of an org has told what happened, so that a run after missed ones tells of all of them. */
import { Migration } from "@mikro-orm/migrations";
import { inOrgs } from "../entities/policies.ts";

export class ScheduleRuns extends Migration {
  override name = "015-schedule-runs";

  override up(): void {
    this.addSql(`
create table "schedule_run" ("org_id" uuid not null, "mail" text not null, "told_until" timestamptz not null default now(), primary key ("org_id", "mail"));
alter table schedule_run enable row level security;
alter table schedule_run force row level security;
create policy schedule_run_app on schedule_run to gatehouse_app using (${inOrgs()}) with check (${inOrgs()});
create policy schedule_run_relay on schedule_run to gatehouse_relay using (true) with check (true);
alter table schedule_run owner to gatehouse_owner;
revoke all on schedule_run from public;
grant select, insert, update on schedule_run to gatehouse_app, gatehouse_relay`);
  }
}
