/** What MikroORM does not manage: keys between tables, append-only triggers, rights, helper functions, partitions. */
import { Migration } from "@mikro-orm/migrations";

/** Rows here are never changed: the app and the relay may only read and add, and a trigger stops slips of the owner. */
const APPEND_ONLY = ["event_log", "audit_log", "record_version", "definition_version", "release_decision", "checkpoint", "setting_version", "contract_receipt"];

export class Integrity extends Migration {
  override name = "003-integrity";

  override up(): void {
    this.addSql(FOREIGN_KEYS);
    this.addSql(`create function refuse_change() returns trigger language plpgsql as $$
      begin raise exception 'rows of % are append-only', tg_table_name using errcode = 'GH001'; end $$`);
    for (const table of APPEND_ONLY) {
      this.addSql(`create trigger ${table}_append_only before update or delete on ${table} for each row execute function refuse_change();
        create trigger ${table}_no_truncate before truncate on ${table} for each statement execute function refuse_change()`);
    }
    this.addSql(FUNCTIONS);
    this.addSql(PARTITIONS);
    // Room on the page for the next version of a row: an update that moves no index key then touches no index.
    this.addSql("alter table instance set (fillfactor = 70); alter table record set (fillfactor = 80); alter table outbox set (fillfactor = 80)");
    this.addSql(`do $$ declare t record; begin
        for t in select c.oid::regclass as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname not like 'mikro_orm%' loop
          execute format('alter table %s owner to gatehouse_owner', t.name);
          execute format('revoke all on %s from public', t.name);
        end loop;
        for t in select c.oid::regclass as name, c.relname = any ('{${APPEND_ONLY.join(",")}}') as append_only from pg_class c
                 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'mikro_orm%' loop
          execute format('grant select, insert%s on %s to gatehouse_app, gatehouse_relay', case when t.append_only then '' else ', update, delete' end, t.name);
        end loop;
        for t in select p.oid::regprocedure as name from pg_proc p where p.pronamespace = 'public'::regnamespace loop
          execute format('alter function %s owner to gatehouse_owner', t.name);
        end loop;
      end $$`);
    this.addSql(`revoke update, delete on release from gatehouse_app, gatehouse_relay;
      grant update (state) on release to gatehouse_app, gatehouse_relay;
      revoke delete on instance from gatehouse_app, gatehouse_relay;
      revoke execute on function ensure_event_partitions(date, int) from public`);
    this.addSql(LEAKPROOF);
  }
}

/** Org tables refer by (org_id, ...): a key that does not start with the org would tell one org about another. */
const FOREIGN_KEYS = `
alter table org_grant add constraint org_grant_org_fk foreign key (org_id) references org (id);
alter table setting add constraint setting_org_fk foreign key (org_id) references org (id);
alter table replay_diff add constraint replay_diff_job_fk foreign key (org_id, job_id) references replay_job (org_id, id) on delete cascade;
alter table draft_definition add constraint draft_definition_draft_fk foreign key (draft_id) references draft (id) on delete cascade;
alter table release_decision add constraint release_decision_release_fk foreign key (number) references release (number);
alter table api_key add constraint api_key_client_fk foreign key (client_id) references api_client (id) on delete cascade;
alter table session add constraint session_person_fk foreign key (person_id) references person (id) on delete cascade;
`;

/** \`gh_number\` and \`gh_uuid\` are null for what is no number or id, so that one odd value cannot fail a whole page. \`gh_search\` is the text that ?q= looks into. \`refuse_stale\` fails a statement whose row has moved on. */
const FUNCTIONS = `
create function gh_number(value text) returns numeric language sql immutable strict parallel safe
  return case when value ~ '^[+-]?[0-9]{1,40}([.][0-9]{1,40})?([eE][+-]?[0-9]{1,2})?$' then value::numeric end;
create function gh_uuid(value text) returns uuid language sql immutable strict parallel safe
  return case when value ~ '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$' then value::uuid end;
create function refuse_stale() returns int language plpgsql as $$
  begin raise exception 'a row was changed in the meantime' using errcode = 'GH002'; end $$;
create function gh_search(code text, data jsonb, fields text[]) returns tsvector language sql immutable parallel safe
  return to_tsvector('simple', coalesce(code, '') || ' ' || coalesce((select string_agg(data ->> f, ' ') from unnest(fields) f), ''));
`;

/** One partition a month; rows outside (imports, test clocks) go to the default one. Partitions are reached through the parent only: RLS without a policy shuts the direct way. */
const PARTITIONS = `
create function ensure_event_partitions(first date, months int) returns int language plpgsql as $$
declare month date; made int := 0; name text;
begin
  for i in 0 .. months - 1 loop
    month := (date_trunc('month', first) + make_interval(months => i))::date;
    name := 'event_log_' || to_char(month, 'YYYY_MM');
    if to_regclass(name) is null and not exists (select from event_log_default where at >= month and at < month + interval '1 month') then
      execute format('create table %I partition of event_log for values from (%L) to (%L)', name, month::timestamp at time zone 'UTC', (month + interval '1 month')::timestamp at time zone 'UTC');
      execute format('alter table %I enable row level security', name);
      execute format('alter table %I force row level security', name);
      made := made + 1;
    end if;
  end loop;
  return made;
end $$;
create index event_log_at on event_log using brin (at);
alter table event_log_default enable row level security;
alter table event_log_default force row level security;
select ensure_event_partitions(current_date, 3);
`;

/**
 * Under RLS PostgreSQL uses an index only for conditions that cannot leak (leakproof functions); those on JSON fields are not so marked,
 * although none of these raises an error that shows a value. Marking needs a superuser; without one lists filter by JSON fields without their indexes.
 */
const LEAKPROOF = `do $$ declare f text; begin
  if not (select rolsuper from pg_roles where rolname = current_user) then return; end if;
  foreach f in array array['pg_catalog.jsonb_object_field_text(jsonb,text)', 'pg_catalog.jsonb_object_field(jsonb,text)', 'pg_catalog.jsonb_extract_path_text(jsonb,text[])',
    'pg_catalog.jsonb_contains(jsonb,jsonb)', 'pg_catalog.arraycontains(anyarray,anyarray)', 'pg_catalog.ts_match_vq(tsvector,tsquery)',
    'pg_catalog.numeric_eq(numeric,numeric)', 'pg_catalog.numeric_lt(numeric,numeric)', 'pg_catalog.numeric_le(numeric,numeric)', 'pg_catalog.numeric_gt(numeric,numeric)',
    'pg_catalog.numeric_ge(numeric,numeric)', 'pg_catalog.text_lt(text,text)', 'pg_catalog.text_le(text,text)', 'pg_catalog.text_gt(text,text)', 'pg_catalog.text_ge(text,text)',
    'public.gh_number(text)', 'public.gh_uuid(text)', 'pg_catalog.uuid_out(uuid)', 'pg_catalog.textin(cstring)', 'public.gh_search(text,jsonb,text[])'] loop
    execute 'alter function ' || f || ' leakproof';
  end loop;
end $$`;
