/** Papers about records: their HTML as it was rendered, and the PDF that was made of it. Neither is ever changed. */
import { Migration } from "@mikro-orm/migrations";
import { inOrgs } from "../entities/policies.ts";

export class Documents extends Migration {
  override name = "004-documents";

  override up(): void {
    this.addSql(`
create table "document" ("org_id" uuid not null, "id" uuid not null, "definition" text not null, "version" text not null, "number" int not null, "title" text not null, "name" text not null, "page" json not null, "record_type" text not null, "record_id" uuid not null, "record_code" text null, "instance_id" uuid not null, "seq" int not null, "html" text not null, "sha256" text not null, "created_by" text not null, "created_at" timestamptz not null default now(), primary key ("org_id", "id"));
create index "document_record" on "document" ("org_id", "record_id", "created_at");
create table "document_pdf" ("org_id" uuid not null, "document_id" uuid not null, "bytes" bytea not null, "sha256" text not null, "created_at" timestamptz not null default now(), primary key ("org_id", "document_id"));
alter table document_pdf add constraint document_pdf_document_fk foreign key (org_id, document_id) references document (org_id, id)`);
    for (const table of ["document", "document_pdf"]) {
      this.addSql(`alter table ${table} enable row level security;
alter table ${table} force row level security;
create policy ${table}_app on ${table} to gatehouse_app using (${inOrgs()}) with check (${inOrgs()});
create policy ${table}_relay on ${table} to gatehouse_relay using (true) with check (true);
create trigger ${table}_append_only before update or delete on ${table} for each row execute function refuse_change();
create trigger ${table}_no_truncate before truncate on ${table} for each statement execute function refuse_change();
alter table ${table} owner to gatehouse_owner;
revoke all on ${table} from public;
grant select, insert on ${table} to gatehouse_app, gatehouse_relay`);
    }
  }
}
