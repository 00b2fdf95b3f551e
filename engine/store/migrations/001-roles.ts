/**
 * The roles. The login role of DATABASE_URL only becomes one of them: owner for DDL, app and relay per transaction.
 *
 * None can log in and none bypasses row-level security; with FORCE not even the owner reads org rows.
 */
import { Migration } from "@mikro-orm/migrations";

export class Roles extends Migration {
  override name = "001-roles";

  override up(): void {
    for (const role of ["gatehouse_owner", "gatehouse_app", "gatehouse_relay"]) {
      this.addSql(`do $$ begin
        if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin nobypassrls; end if;
        if not pg_has_role(current_user, '${role}', 'set') then execute format('grant ${role} to %I with inherit false, set true', current_user); end if;
      end $$`);
    }
    this.addSql(`revoke all on schema public from public;
      grant usage on schema public to gatehouse_app, gatehouse_relay;
      grant usage, create on schema public to gatehouse_owner`);
  }
}
