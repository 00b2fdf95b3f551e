/**
 * The text that ?q= looks into falls into the same words as what is looked for: letters and digits, parted by anything else. PostgreSQL's own
 * parser takes `-01` for a number, and an address or a file name for one word, so that a code or a name written in full was not found.
 */
import { Migration } from "@mikro-orm/migrations";

export class SearchWords extends Migration {
  override name = "008-search-words";

  override up(): void {
    this.addSql(`
create or replace function gh_search(code text, data jsonb, fields text[]) returns tsvector language sql immutable parallel safe
  return to_tsvector('simple', regexp_replace(
    coalesce(code, '') || ' ' || coalesce((select string_agg(data ->> f, ' ') from unnest(fields) f), ''), '[\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e]+', ' ', 'g'));
do $$ declare part text; begin
  if (select rolsuper from pg_roles where rolname = current_user) then
    alter function gh_search(text, jsonb, text[]) leakproof;
  end if;
  for part in select indexrelid::regclass::text from pg_index where indrelid = 'record'::regclass and pg_get_indexdef(indexrelid) like '%gh_search(%' loop
    execute 'reindex index ' || part;
  end loop;
end $$`);
  }
}
