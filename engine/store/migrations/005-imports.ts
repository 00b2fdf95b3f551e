/** Imports: how far each is, and what became of every row, so that it can be told and taken back. */
import { Migration } from "@mikro-orm/migrations";
import { inOrgs } from "../entities/policies.ts";

export class Imports extends Migration {
  override name = "005-imports";

  override up(): void {
    this.addSql(`
create table "import_job" ("org_id" uuid not null, "id" uuid not null, "type" text not null, "file_name" text null, "sha256" text not null, "is_trial" boolean not null, "is_atomic" boolean not null, "status" text not null, "total" int not null default 0, "done" int not null default 0, "created" int not null default 0, "unchanged" int not null default 0, "failed" int not null default 0, "error" text null, "created_by" text not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("org_id", "id"));
create index "import_job_type" on "import_job" ("org_id", "type", "created_at");
alter table "import_job" add constraint "import_job_status_check" check ("status" in ('checking', 'writing', 'done', 'refused', 'failed', 'cancelled', 'rolled_back'));
create table "import_row" ("org_id" uuid not null, "job_id" uuid not null, "row" int not null, "result" text not null, "record_id" uuid null, "errors" json null, primary key ("org_id", "job_id", "row"));
create index "import_row_result" on "import_row" ("org_id", "job_id", "result", "row");
alter table import_row add constraint import_row_job_fk foreign key (org_id, job_id) references import_job (org_id, id) on delete cascade`);
    for (const table of ["import_job", "import_row"]) {
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
