/** Expression indexes that types ask for (`TypeDefinition.indexes`, references, search), made when a release is activated. */
import { hash } from "node:crypto";
import type { TypeDefinition } from "../schema/type.ts";
import { type Catalogue, typeId } from "./catalogue.ts";
import { referenceFields } from "./record-fields.ts";
import { compilePath, type PathSql, quote, type Sources } from "./record-paths.ts";
import type { Conditions } from "./sql.ts";
import type { Store } from "./store.ts";

/** Field lists with an index: those declared, and every reference at the top level. */
function indexedFields(type: TypeDefinition): readonly (readonly string[])[] {
  const references = referenceFields(type).flatMap((field) => (field.path.length === 1 && field.path[0] !== "*" ? [[field.path[0]!]] : []));
  const declared = type.indexes ?? [];
  return [...declared, ...references.filter(([field]) => !declared.some((fields) => fields[0] === field))];
}

/** Whether equality on this path is served by an index of its type. */
export function isIndexed(_catalogue: Catalogue, sources: Sources, path: PathSql): boolean {
  const type = [...sources.values()].find((source) => source.alias === path.alias)?.type;
  return type !== undefined && indexedFields(type).some((fields) => fields[0] === path.names?.join("."));
}

/** Creates what is missing, concurrently, as the owner; drops nothing. Gives the names made. */
export async function ensureIndexes(store: Store, types: readonly TypeDefinition[]): Promise<readonly string[]> {
  return store.asOwner(async (execute) => {
    // An index whose making was broken off stays behind invalid: it is made again.
    const known = await execute(
      "select c.relname as name, i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = 'record'::regclass",
    );
    const made: string[] = [];
    for (const { name, sql } of types.flatMap(indexesOf)) {
      const existing = known.find((index) => index["name"] === name);
      if (existing?.["valid"] === true || made.includes(name)) continue;
      if (existing !== undefined) await execute(`drop index concurrently ${name}`);
      await execute(sql);
      made.push(name);
    }
    if (made.length > 0) await execute("analyze record");
    return made;
  });
}

function indexesOf(type: TypeDefinition): readonly { readonly name: string; readonly sql: string }[] {
  const sources: Sources = new Map([["", { alias: "record", type }]]);
  const where = `where type = ${quote(typeId(type))}`;
  const make = (definition: string): { readonly name: string; readonly sql: string } => {
    const text = definition.replaceAll("record.", "");
    const name = `record_x_${hash("sha256", text + where, "hex").slice(0, 24)}`;
    return { name, sql: `create index concurrently ${name} on record ${text} ${where}` };
  };
  const fields = indexedFields(type).map((names) => make(`(org_id, ${names.map((name) => `(${compilePath(sources, name).sql})`).join(", ")}, id)`));
  return (type.searchable ?? []).length === 0 ? fields : [...fields, make(`using gin (${searchVector(type, "record")})`)];
}

function searchVector(type: TypeDefinition, alias: string): string {
  const fields = (type.searchable ?? []).filter((field) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(field));
  return `gh_search(${alias}.code, ${alias}.data, '{${fields.join(",")}}'::text[])`;
}

export interface SearchSql {
  readonly sql: string;
  /** Whether it looks into the row alone. */
  readonly isOwn: boolean;
}

/** Every word must begin a word of the code or of a searchable field: of the row, or, where its type has no such field, of one record joined to it. */
export function searchSql(sources: Sources, params: Conditions, search: string): SearchSql {
  const words = search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return { sql: "false", isOwn: false };
  const all = [...sources.entries()];
  const isSearchable = ({ type }: { readonly type: TypeDefinition }): boolean => (type.searchable ?? []).length > 0;
  const own = all.filter(([name]) => name === "");
  const searched = own.some(([, source]) => isSearchable(source)) ? own : all.filter(([name, source]) => name === "" || isSearchable(source));
  const asked = params.value(words.map((word) => `'${word}':*`).join(" & "));
  const sql = `(${searched.map(([, { alias, type }]) => `${searchVector(type, alias)} @@ to_tsquery('simple', ${asked})`).join(" or ")})`;
  return { sql, isOwn: searched === own };
}
