/** Expression indexes that types ask for (`TypeDefinition.indexes`, references, search), made for types that have many rows. */
import { hash } from "node:crypto";
import type { TypeDefinition } from "../schema/type.ts";
import { typeId } from "./catalogue.ts";
import { indexBook, KNOWN_INDEXES } from "./index-book.ts";
import { referenceFields } from "./record-fields.ts";
import { compilePath, type PathSql, quote, type Sources } from "./record-paths.ts";
import type { Conditions } from "./sql.ts";
import type { Store } from "./store.ts";
import type { Tx } from "./tx.ts";

/** Field lists with an index: those declared, and every reference at the top level. */
function indexedFields(type: TypeDefinition): readonly (readonly string[])[] {
  const references = referenceFields(type).flatMap((field) => (field.path.length === 1 && field.path[0] !== "*" ? [[field.path[0]!]] : []));
  const declared = type.indexes ?? [];
  return [...declared, ...references.filter(([field]) => !declared.some((fields) => fields[0] === field))];
}

/** Whether equality on this path is served by an index of its type that is there. */
export function isIndexed(tx: Tx, sources: Sources, path: PathSql): boolean {
  const type = [...sources.values()].find((source) => source.alias === path.alias)?.type;
  const name = type === undefined ? undefined : namesOf(type).byField.get(path.names?.join(".") ?? "");
  return name !== undefined && tx.hasIndex(name);
}

/** Whether words are looked for in an index over the type's own. */
export function hasWords(tx: Tx, type: TypeDefinition): boolean {
  const { words } = namesOf(type);
  return words !== null && tx.hasIndex(words);
}

/** Creates what is missing, concurrently, as the owner, until `signal` says to stop; drops nothing. Gives the names made. */
export async function ensureIndexes(store: Store, indexes: readonly RecordIndex[], signal?: AbortSignal): Promise<readonly string[]> {
  const book = indexBook(store.orm);
  return store.asOwner(async (execute) => {
    // Processes take turns; the lock goes with the connection.
    await execute("select pg_advisory_lock(hashtextextended('gatehouse:indexes', 0))");
    // An index whose making was broken off stays behind invalid: it is made again.
    const known = await execute(KNOWN_INDEXES);
    const made: string[] = [];
    for (const { name, sql } of indexes) {
      if (signal?.aborted === true) break;
      const existing = known.find((index) => index["name"] === name);
      if (existing?.["valid"] === true || made.includes(name)) {
        book.add(name);
        continue;
      }
      if (existing !== undefined) await execute(`drop index concurrently ${name}`);
      await execute(sql);
      made.push(name);
      book.add(name);
    }
    if (made.length > 0) await execute("analyze record");
    return made;
  });
}

export interface RecordIndex {
  readonly name: string;
  /** That makes it. */
  readonly sql: string;
  /** Path of its first field; null: over the searchable words. */
  readonly field: string | null;
}

interface IndexNames {
  /** First field of each index -> its name. */
  readonly byField: ReadonlyMap<string, string>;
  /** Of the index over words; null where nothing is searchable. */
  readonly words: string | null;
}
const names = new WeakMap<TypeDefinition, IndexNames>();

function namesOf(type: TypeDefinition): IndexNames {
  const known = names.get(type);
  if (known !== undefined) return known;
  const all = indexesOf(type);
  const byField = new Map(all.flatMap(({ field, name }) => (field === null ? [] : [[field, name] as const])));
  const found = { byField, words: all.find(({ field }) => field === null)?.name ?? null };
  names.set(type, found);
  return found;
}

/** All that a type asks for. */
export function indexesOf(type: TypeDefinition): readonly RecordIndex[] {
  const sources: Sources = new Map([["", { alias: "record", type }]]);
  const where = `where type = ${quote(typeId(type))}`;
  const make = (field: string | null, definition: string): RecordIndex => {
    const text = definition.replaceAll("record.", "");
    const name = `record_x_${hash("sha256", text + where, "hex").slice(0, 24)}`;
    return { name, sql: `create index concurrently ${name} on record ${text} ${where}`, field };
  };
  const fields = indexedFields(type).map((names) =>
    make(names[0] ?? "", `(org_id, ${names.map((name) => `(${compilePath(sources, name).sql})`).join(", ")}, id)`),
  );
  return (type.searchable ?? []).length === 0 ? fields : [...fields, make(null, `using gin (${searchVector(type, "record")})`)];
}

/**
 * Those that a type of fewer rows needs beside `others` of many: over fields that rows of theirs hold too. Without them what it asks for is found
 * by containment, in one index for all types: every row of the others that has the value is looked at.
 */
export function indexesBeside(type: TypeDefinition, others: readonly TypeDefinition[]): readonly RecordIndex[] {
  const held = new Set(others.flatMap((other) => Object.keys(other.schema.properties ?? {})));
  return indexesOf(type).filter(({ field }) => field !== null && held.has(field.split(".")[0] ?? ""));
}

function searchVector(type: TypeDefinition, alias: string): string {
  return `gh_search(${alias}.code, ${alias}.data, '{${searchedFields(type).join(",")}}'::text[])`;
}

function searchedFields(type: TypeDefinition): readonly string[] {
  return (type.searchable ?? []).filter((field) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(field));
}

export interface SearchSql {
  readonly sql: string;
  /** True of every row of the type that `sql` is true of, and told in a fraction of the time. */
  likely(): string;
  /** Whether it looks into the row alone. */
  readonly isOwn: boolean;
}

/** Every word must begin a word of the code or of a searchable field: of the row, or, where its type has no such field, of one record joined to it. */
export function searchSql(sources: Sources, params: Conditions, search: string): SearchSql {
  const words = search.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return { sql: "false", likely: () => "false", isOwn: false };
  const all = [...sources.entries()];
  const isSearchable = ({ type }: { readonly type: TypeDefinition }): boolean => (type.searchable ?? []).length > 0;
  const own = all.filter(([name]) => name === "");
  const searched = own.some(([, source]) => isSearchable(source)) ? own : all.filter(([name, source]) => name === "" || isSearchable(source));
  const asked = params.value(words.map((word) => `'${word}':*`).join(" & "));
  const sql = `(${searched.map(([, { alias, type }]) => `${searchVector(type, alias)} @@ to_tsquery('simple', ${asked})`).join(" or ")})`;
  const isOwn = searched === own;
  return { sql, likely: () => (isOwn ? own.map(([, source]) => likelySql(source, params, words)).join(" and ") : "true"), isOwn };
}

/** Words of plain letters and digits stand in the text that they are found in; what PostgreSQL takes for a number with an exponent it parts from what follows. */
const PLAIN = /^(?!\d+e\d)[a-z0-9]+$/u;
const BEGIN = "(^|[^a-z0-9]|[0-9]e[0-9]+)";

/** Of text with other letters than ASCII nothing is said: how those are made small is the database's. */
function likelySql({ alias, type }: { readonly alias: string; readonly type: TypeDefinition }, params: Conditions, words: readonly string[]): string {
  const text = `concat_ws(' ', ${[`${alias}.code`, ...searchedFields(type).map((field) => `${alias}.data ->> '${field}'`)].join(", ")})`;
  const small = `lower(${text} collate "C")`;
  const plain = words
    .filter((word) => PLAIN.test(word))
    .map((word) => `strpos(${small}, ${params.value(word)}) > 0 and ${small} ~ ${params.value(`${BEGIN}${word}`)}`);
  return plain.length === 0 ? "true" : `(octet_length(${text}) <> char_length(${text}) or (${plain.join(" and ")}))`;
}
