/**
 * Attempts that a gate refused, one row for each who tried what at which gate, and how often each gate was passed by day.
 * An attempt never goes and its count never falls; the audit log keeps every single one.
 */
import { Migration } from "@mikro-orm/migrations";
import { inOrgs } from "../entities/policies.ts";

export class Attempts extends Migration {
  override name = "009-attempts";

  override up(): void {
    this.addSql(`
create table "blocked_attempt" ("org_id" uuid not null, "instance_id" uuid not null, "event" text not null, "actor_id" text not null, "gate" text not null, "actor_name" text not null, "seq" int not null, "release" int null, "tries" int not null, "first_at" timestamptz not null default now(), "last_at" timestamptz not null default now(), "decision" json not null, primary key ("org_id", "instance_id", "event", "actor_id", "gate"));
create table "gate_tally" ("org_id" uuid not null, "machine" text not null, "gate" text not null, "day" date not null, "opened" bigint not null default '0', "shut" bigint not null default '0', "overridden" bigint not null default '0', primary key ("org_id", "machine", "gate", "day"));
create function keep_attempt() returns trigger language plpgsql as $$
begin
  if new.tries <= old.tries or new.first_at <> old.first_at or new.last_at < old.last_at then
    raise exception 'attempts are only added' using errcode = 'GH001';
  end if;
  return new;
end $$;
create trigger blocked_attempt_grows before update on blocked_attempt for each row execute function keep_attempt();
create trigger blocked_attempt_stays before delete on blocked_attempt for each row execute function refuse_change();
create trigger blocked_attempt_no_truncate before truncate on blocked_attempt for each statement execute function refuse_change()`);
    for (const table of ["blocked_attempt", "gate_tally"]) {
      this.addSql(`alter table ${table} enable row level security;
alter table ${table} force row level security;
create policy ${table}_app on ${table} to gatehouse_app using (${inOrgs()}) with check (${inOrgs()});
create policy ${table}_relay on ${table} to gatehouse_relay using (true) with check (true);
alter table ${table} owner to gatehouse_owner;
revoke all on ${table} from public;
grant select, insert, update on ${table} to gatehouse_app, gatehouse_relay`);
    }
  }
}
