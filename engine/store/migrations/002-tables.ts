/** Every table with its checks, indexes and policies, as MikroORM writes them from engine/store/entities. */
import { Migration } from "@mikro-orm/migrations";

export class Tables extends Migration {
  override name = "002-tables";

  override up(): void {
    this.addSql(TABLES);
  }
}

const TABLES = `
create table "activation" ("org_id" uuid not null, "id" uuid not null, "release" int not null, "valid_from" timestamptz not null, "percent" int not null default 100, "note" text not null, "created_by" text not null, "created_at" timestamptz not null default now(), primary key ("org_id", "id"));
create index "activation_from" on "activation" ("org_id", "valid_from");
alter table "activation" add constraint "activation_percent_check" check (percent >= 1 and percent <= 100);

create table "api_client" ("id" text not null, "name" text not null, "person_id" uuid null, "org_ids" uuid[] not null, "permissions" text[] not null, "hmac_secret" text null, "rate_per_minute" int null, "active" boolean not null default true, "created_at" timestamptz not null default now(), primary key ("id"));

create table "api_key" ("hash" text not null, "client_id" text not null, "prefix" text not null, "created_at" timestamptz not null default now(), "expires_at" timestamptz null, "revoked_at" timestamptz null, "last_used_at" timestamptz null, primary key ("hash"));
create index "api_key_client" on "api_key" ("client_id");

create table "audit_log" ("org_id" uuid not null, "seq" bigint not null, "at" timestamptz not null default now(), "actor_id" text not null, "action" text not null, "subject_type" text null, "subject_id" text null, "detail" json not null, "prev_hash" bytea null, "hash" bytea not null, primary key ("org_id", "seq"));
create index "audit_log_subject" on "audit_log" ("org_id", "subject_type", "subject_id", "seq");
create index "audit_log_action" on "audit_log" ("org_id", "action", "seq");

create table "checkpoint" ("org_id" uuid not null, "seq" int not null, "at" timestamptz not null default now(), "root" text not null, "instances" int not null, "events" bigint not null, "audit_seq" bigint not null, "signature" text not null, "key_id" text not null, primary key ("org_id", "seq"));

create table "contract_receipt" ("org_id" uuid not null, "id" uuid not null, "contract" text not null, "event" text null, "source" text not null, "key" text null, "fingerprint" text null, "sequence" bigint null, "result" text not null, "cause" text null, "status" int not null, "envelope" json not null, "decision" json null, "instances" json not null, "at" timestamptz not null default now(), primary key ("org_id", "id"));
create index "contract_receipt_page" on "contract_receipt" ("org_id", "contract", "id");
create index "contract_receipt_by_key" on "contract_receipt" ("org_id", "key");

create table "definition_version" ("hash" text not null, "kind" text not null, "key" text not null, "content" text not null, "created_by" text not null, "created_at" timestamptz not null default now(), primary key ("hash"));
create index "definition_version_key" on "definition_version" ("kind", "key", "created_at");

create table "draft" ("id" uuid not null, "name" text not null, "base" int null, "status" text not null, "authors" text[] not null, "created_by" text not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));
alter table "draft" add constraint "draft_status_check" check ("status" in ('open', 'published', 'discarded'));

create table "draft_definition" ("draft_id" uuid not null, "kind" text not null, "key" text not null, "content" text null, "base_hash" text null, "revision" int not null, "updated_by" text not null, "updated_at" timestamptz not null default now(), primary key ("draft_id", "kind", "key"));

create table "event_log" ("org_id" uuid not null, "instance_id" uuid not null, "seq" int not null, "at" timestamptz not null, "machine" text not null, "machine_version" text not null, "release" int null, "type" text not null, "actor" json not null, "event" json not null, "facts" json not null, "decisions" json not null, "effects" json not null, "from_state" json null, "to_state" json not null, "seed" text not null, "override" json null, "prev_hash" bytea null, "hash" bytea not null, primary key ("org_id", "instance_id", "seq", "at")) partition by range ("at");
create table "event_log_default" partition of "event_log" default;

create table "file" ("org_id" uuid not null, "id" uuid not null, "name" text not null, "mime" text not null, "size" int not null, "sha256" text not null, "bytes" bytea not null, "created_by" text not null, "created_at" timestamptz not null default now(), primary key ("org_id", "id"));

create table "inbox" ("org_id" uuid not null, "source" text not null, "key" text not null, "fingerprint" text not null, "status" int not null, "answer" json not null, "created_at" timestamptz not null default now(), "expires_at" timestamptz null, primary key ("org_id", "source", "key"));
create index inbox_expires on inbox (expires_at) where expires_at is not null;

create table "instance" ("org_id" uuid not null, "id" uuid not null, "machine" text not null, "machine_version" text not null, "key" text not null, "unique_key" text null, "record_type" text not null, "record_id" uuid not null, "state" json not null, "states" text[] not null, "status" text not null, "seq" int not null, "snapshot" json not null, "release" int null, "last_hash" bytea null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("org_id", "id"));
create index "instance_record" on "instance" ("org_id", "record_id", "machine");
create index "instance_key" on "instance" ("org_id", "key");
create index "instance_page" on "instance" ("org_id", "machine", "id");
create index instance_states on instance using gin (states);
alter table "instance" add constraint "instance_unique_key" unique ("org_id", "machine", "unique_key");
alter table "instance" add constraint "instance_status_check" check ("status" in ('active', 'done', 'stopped'));

create table "org" ("id" uuid not null, "code" text not null, "name" text not null, "time_zone" text not null default 'UTC', "branding" jsonb not null, "four_eyes" boolean not null default true, "active" boolean not null default true, "activation_epoch" int not null default 1, "settings_epoch" int not null default 1, primary key ("id"));
alter table "org" add constraint "org_code_key" unique ("code");

create table "org_grant" ("org_id" uuid not null, "person_id" uuid not null, "role" text not null, "valid_from" timestamptz null, "valid_to" timestamptz null, primary key ("org_id", "person_id", "role"));
create index "org_grant_person" on "org_grant" ("person_id");

create table "outbox" ("org_id" uuid not null, "id" uuid not null, "key" text not null, "kind" text not null, "subject" text null, "instance_id" uuid null, "payload" json not null, "status" text not null, "attempts" int not null default 0, "next_attempt" timestamptz not null default now(), "lease_until" timestamptz null, "lease_owner" text null, "last_error" text null, "created_at" timestamptz not null default now(), "delivered_at" timestamptz null, primary key ("org_id", "id"));
create index outbox_due on outbox (next_attempt, id) where status = 'pending';
create index outbox_lease on outbox (lease_until) where status = 'sending';
create index outbox_subject on outbox (org_id, subject, id) where status in ('pending', 'sending') and subject is not null;
alter table "outbox" add constraint "outbox_key_key" unique ("org_id", "key");
alter table "outbox" add constraint "outbox_status_check" check ("status" in ('pending', 'sending', 'delivered', 'dead', 'possibly_sent', 'discarded'));

create table "person" ("id" uuid not null, "email" text not null, "name" text not null, "status" text not null, "password_hash" text null, "totp_secret" text null, "level" text null, "default_org_id" uuid null, "preferences" jsonb not null, "last_login_at" timestamptz null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("id"));
create unique index person_email_key on person (lower(email));
alter table "person" add constraint "person_status_check" check ("status" in ('invited', 'active', 'disabled'));

create table "record" ("org_id" uuid not null, "id" uuid not null, "type" text not null, "code" text null, "data" jsonb not null, "version" int not null default 1, "restricted" boolean not null default false, "created_at" timestamptz not null default now(), "created_by" text not null, "updated_at" timestamptz not null default now(), "updated_by" text not null, primary key ("org_id", "id"));
create index "record_page" on "record" ("org_id", "type", "created_at", "id");
create index record_data on record using gin (data jsonb_path_ops);
alter table "record" add constraint "record_code_key" unique ("org_id", "type", "code");

create table "record_grant" ("org_id" uuid not null, "record_id" uuid not null, "via_id" uuid not null, primary key ("org_id", "record_id", "via_id"));
create index "record_grant_record" on "record_grant" ("record_id", "org_id");
create index "record_grant_via" on "record_grant" ("org_id", "via_id");

create table "record_unique" ("org_id" uuid not null, "type" text not null, "name" text not null, "value" text not null, "record_id" uuid not null, primary key ("org_id", "type", "name", "value"));
create index "record_unique_record" on "record_unique" ("org_id", "record_id");

create table "record_version" ("org_id" uuid not null, "id" uuid not null, "version" int not null, "type" text not null, "code" text null, "op" text not null, "data" jsonb not null, "restricted" boolean not null default false, "at" timestamptz not null default now(), "changed_by" text not null, primary key ("org_id", "id", "version"));
create index "record_version_as_of" on "record_version" ("org_id", "type", "id", "at");
alter table "record_version" add constraint "record_version_op_check" check ("op" in ('create', 'update', 'delete'));

create table "release" ("number" int not null, "state" text not null, "base" int null, "authors" text[] not null, "note" text not null, "manifest" json not null, "checks" json null, "created_by" text not null, "created_at" timestamptz not null default now(), primary key ("number"));
alter table "release" add constraint "release_state_check" check ("state" in ('pending', 'approved', 'rejected'));

create table "release_decision" ("number" int not null, "decision" text not null, "decided_by" text not null, "at" timestamptz not null default now(), "note" text not null, primary key ("number"));
alter table "release_decision" add constraint "release_decision_decision_check" check ("decision" in ('approved', 'rejected'));

create table "replay_diff" ("org_id" uuid not null, "job_id" uuid not null, "n" int not null, "instance_id" uuid not null, "seq" int not null, "cause" text not null, "diff" json not null, primary key ("org_id", "job_id", "n"));

create table "replay_job" ("org_id" uuid not null, "id" uuid not null, "request" json not null, "status" text not null, "total" int not null default 0, "done" int not null default 0, "same" int not null default 0, "changed" int not null default 0, "by_gate" json null, "error" text null, "created_by" text not null, "created_at" timestamptz not null default now(), "updated_at" timestamptz not null default now(), primary key ("org_id", "id"));
alter table "replay_job" add constraint "replay_job_status_check" check ("status" in ('queued', 'running', 'done', 'failed', 'cancelled'));

create table "setting" ("org_id" uuid not null, "key" text not null, "vals" jsonb not null, "version" int not null, "updated_at" timestamptz not null default now(), "updated_by" text not null, primary key ("org_id", "key"));

create table "setting_version" ("org_id" uuid not null, "key" text not null, "version" int not null, "vals" jsonb not null, "updated_at" timestamptz not null default now(), "updated_by" text not null, primary key ("org_id", "key", "version"));

create table "task" ("org_id" uuid not null, "id" uuid not null, "kind" text not null, "ref" text null, "instance_id" uuid null, "machine" text null, "record_type" text null, "record_id" uuid null, "seq" int not null, "assignee" text null, "permission" text null, "role" text null, "min_rank" int not null, "excluded" text[] not null, "due_at" timestamptz null, "draft" json not null, "status" text not null, "outcome" text null, "note" text null, "payload" jsonb null, "decided_by" text null, "decided_at" timestamptz null, "created_at" timestamptz not null default now(), primary key ("org_id", "id"));
create index "task_open" on "task" ("org_id", "status", "due_at", "id");
create index "task_instance" on "task" ("org_id", "instance_id");
alter table "task" add constraint "task_status_check" check ("status" in ('open', 'done', 'cancelled', 'void'));

create table "timer" ("org_id" uuid not null, "instance_id" uuid not null, "name" text not null, "due_at" timestamptz not null, "seq" int not null, "lease_until" timestamptz null, primary key ("org_id", "instance_id", "name"));
create index "timer_due" on "timer" ("due_at");

create table "watermark" ("org_id" uuid not null, "source" text not null, "scope" text not null, "sequence" bigint not null, "fingerprint" text not null, "updated_at" timestamptz not null default now(), primary key ("org_id", "source", "scope"));

create table "webhook" ("org_id" uuid not null, "id" uuid not null, "url" text not null, "secret" text not null, "events" text[] not null, "active" boolean not null default true, "created_by" text not null, "created_at" timestamptz not null default now(), primary key ("org_id", "id"));

create table "session" ("token_hash" text not null, "person_id" uuid not null, "csrf" text not null, "created_at" timestamptz not null default now(), "expires_at" timestamptz not null, "last_seen_at" timestamptz not null default now(), "user_agent" text null, "ip" text null, primary key ("token_hash"));
create index "session_person" on "session" ("person_id");
create index "session_expires" on "session" ("expires_at");

alter table "activation" enable row level security;
alter table "activation" force row level security;
create policy "activation_app" on "activation" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "activation_relay" on "activation" to "gatehouse_relay" using (true) with check (true);
alter table "api_client" enable row level security;
alter table "api_client" force row level security;
create policy "api_client_app" on "api_client" to "gatehouse_app" using (false) with check (false);
create policy "api_client_relay" on "api_client" to "gatehouse_relay" using (true) with check (true);
alter table "api_key" enable row level security;
alter table "api_key" force row level security;
create policy "api_key_app" on "api_key" to "gatehouse_app" using (false) with check (false);
create policy "api_key_relay" on "api_key" to "gatehouse_relay" using (true) with check (true);
alter table "audit_log" enable row level security;
alter table "audit_log" force row level security;
create policy "audit_log_app" on "audit_log" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "audit_log_relay" on "audit_log" to "gatehouse_relay" using (true) with check (true);
alter table "checkpoint" enable row level security;
alter table "checkpoint" force row level security;
create policy "checkpoint_app" on "checkpoint" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "checkpoint_relay" on "checkpoint" to "gatehouse_relay" using (true) with check (true);
alter table "contract_receipt" enable row level security;
alter table "contract_receipt" force row level security;
create policy "contract_receipt_app" on "contract_receipt" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "contract_receipt_relay" on "contract_receipt" to "gatehouse_relay" using (true) with check (true);
alter table "event_log" enable row level security;
alter table "event_log" force row level security;
create policy "event_log_app" on "event_log" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "event_log_relay" on "event_log" to "gatehouse_relay" using (true) with check (true);
alter table "file" enable row level security;
alter table "file" force row level security;
create policy "file_app" on "file" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "file_relay" on "file" to "gatehouse_relay" using (true) with check (true);
alter table "inbox" enable row level security;
alter table "inbox" force row level security;
create policy "inbox_app" on "inbox" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "inbox_relay" on "inbox" to "gatehouse_relay" using (true) with check (true);
alter table "instance" enable row level security;
alter table "instance" force row level security;
create policy "instance_app" on "instance" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "instance_relay" on "instance" to "gatehouse_relay" using (true) with check (true);
alter table "org" enable row level security;
alter table "org" force row level security;
create policy "org_app" on "org" to "gatehouse_app" using (id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "org_relay" on "org" to "gatehouse_relay" using (true) with check (true);
alter table "org_grant" enable row level security;
alter table "org_grant" force row level security;
create policy "org_grant_app" on "org_grant" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "org_grant_relay" on "org_grant" to "gatehouse_relay" using (true) with check (true);
alter table "outbox" enable row level security;
alter table "outbox" force row level security;
create policy "outbox_app" on "outbox" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "outbox_relay" on "outbox" to "gatehouse_relay" using (true) with check (true);
alter table "person" enable row level security;
alter table "person" force row level security;
create policy "person_app" on "person" to "gatehouse_app" using (exists (select 1 from org_grant g where g.person_id = person.id and g.org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]))) with check (false);
create policy "person_relay" on "person" to "gatehouse_relay" using (true) with check (true);
alter table "record" enable row level security;
alter table "record" force row level security;
create policy "record_app" on "record" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]) or (org_id = '00000000-0000-0000-0000-000000000000'::uuid and (not restricted or exists (select 1 from record_grant g where g.record_id = record.id and g.org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]))))) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]) or org_id = '00000000-0000-0000-0000-000000000000'::uuid);
create policy "record_relay" on "record" to "gatehouse_relay" using (true) with check (true);
alter table "record_grant" enable row level security;
alter table "record_grant" force row level security;
create policy "record_grant_app" on "record_grant" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "record_grant_relay" on "record_grant" to "gatehouse_relay" using (true) with check (true);
alter table "record_unique" enable row level security;
alter table "record_unique" force row level security;
create policy "record_unique_app" on "record_unique" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]) or org_id = '00000000-0000-0000-0000-000000000000'::uuid) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]) or org_id = '00000000-0000-0000-0000-000000000000'::uuid);
create policy "record_unique_relay" on "record_unique" to "gatehouse_relay" using (true) with check (true);
alter table "record_version" enable row level security;
alter table "record_version" force row level security;
create policy "record_version_app" on "record_version" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]) or (org_id = '00000000-0000-0000-0000-000000000000'::uuid and (not restricted or exists (select 1 from record_grant g where g.record_id = record_version.id and g.org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]))))) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]) or org_id = '00000000-0000-0000-0000-000000000000'::uuid);
create policy "record_version_relay" on "record_version" to "gatehouse_relay" using (true) with check (true);
alter table "replay_diff" enable row level security;
alter table "replay_diff" force row level security;
create policy "replay_diff_app" on "replay_diff" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "replay_diff_relay" on "replay_diff" to "gatehouse_relay" using (true) with check (true);
alter table "replay_job" enable row level security;
alter table "replay_job" force row level security;
create policy "replay_job_app" on "replay_job" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "replay_job_relay" on "replay_job" to "gatehouse_relay" using (true) with check (true);
alter table "setting" enable row level security;
alter table "setting" force row level security;
create policy "setting_app" on "setting" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "setting_relay" on "setting" to "gatehouse_relay" using (true) with check (true);
alter table "setting_version" enable row level security;
alter table "setting_version" force row level security;
create policy "setting_version_app" on "setting_version" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "setting_version_relay" on "setting_version" to "gatehouse_relay" using (true) with check (true);
alter table "task" enable row level security;
alter table "task" force row level security;
create policy "task_app" on "task" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "task_relay" on "task" to "gatehouse_relay" using (true) with check (true);
alter table "timer" enable row level security;
alter table "timer" force row level security;
create policy "timer_app" on "timer" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "timer_relay" on "timer" to "gatehouse_relay" using (true) with check (true);
alter table "watermark" enable row level security;
alter table "watermark" force row level security;
create policy "watermark_app" on "watermark" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "watermark_relay" on "watermark" to "gatehouse_relay" using (true) with check (true);
alter table "webhook" enable row level security;
alter table "webhook" force row level security;
create policy "webhook_app" on "webhook" to "gatehouse_app" using (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[])) with check (org_id = any (string_to_array(nullif(current_setting('app.orgs'::text, true), ''::text), ','::text)::uuid[]));
create policy "webhook_relay" on "webhook" to "gatehouse_relay" using (true) with check (true);
alter table "session" enable row level security;
alter table "session" force row level security;
create policy "session_app" on "session" to "gatehouse_app" using (false) with check (false);
create policy "session_relay" on "session" to "gatehouse_relay" using (true) with check (true);
`;
