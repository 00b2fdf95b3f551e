/**
 * Rows that are written already. A type with the field `import_row_key` keeps it unique: a hash of the row, or of the fields that its
 * template declares as the key. A repeated file changes nothing; the same key for something else is refused, never dropped in silence.
 */
import { canonicalJson } from "../../core/canonical.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { uniqueHolders, uniqueKeysOf } from "../../store/record-unique.ts";
import { loadRecords } from "../../store/records.ts";
import { sha256 } from "../work/sha256.ts";
import type { Work } from "../work/work.ts";
import { type Column, columnOfField } from "./import-columns.ts";

export const ROW_KEY = "import_row_key";

export interface KeyedRow {
  data: JsonObject;
  errors: readonly { readonly column: string; readonly message: string }[];
  unchanged: boolean;
}

/** Key of a row -> what the row said, over the whole file. */
export type SeenKeys = Map<string, JsonObject>;

/** Gives each row that fits its key, and marks those that an earlier import, or an earlier row of this file, has written. */
export async function markKnownRows(
  work: Work,
  type: TypeDefinition,
  { seen, columns }: { readonly seen: SeenKeys; readonly columns: readonly Column[] },
  rows: readonly KeyedRow[],
): Promise<void> {
  if (!Object.hasOwn((type.schema["properties"] ?? {}) as object, ROW_KEY)) return;
  const keyed = new Map<KeyedRow, string>();
  for (const row of rows) {
    if (row.errors.length > 0) continue;
    const key = keyOf(work, type, row.data);
    row.data = { ...row.data, [ROW_KEY]: key };
    keyed.set(row, key);
  }
  const written = await writtenRows(work, type, new Set(keyed.values()));
  for (const [row, key] of keyed) {
    const before = written.get(key) ?? seen.get(key);
    if (before === undefined) seen.set(key, row.data);
    else markKnown(type, columns, row, before);
  }
}

function keyOf(work: Work, type: TypeDefinition, data: JsonObject): string {
  const fields = type.template?.key;
  const told = fields === undefined ? data : Object.fromEntries(fields.map((field): [string, Json] => [field, data[field] ?? null]));
  return sha256(`${work.org.id} ${canonicalJson(told)}`);
}

/** With a declared key a row must say in all its cells what was written; without one its key is all that it says. */
function markKnown(type: TypeDefinition, columns: readonly Column[], row: KeyedRow, before: JsonObject): void {
  const required = (type.schema["required"] ?? []) as readonly string[];
  const said = type.template?.key === undefined ? [] : columns.map(({ field }) => field).filter((field) => (row.data[field] ?? null) !== null);
  const other = [...new Set([...required, ...said])].filter((field) => canonicalJson(row.data[field] ?? null) !== canonicalJson(before[field] ?? null));
  const message = `differs from the row with the same ${(type.template?.key ?? []).join(", ")} that was written before`;
  if (other.length === 0) row.unchanged = true;
  else row.errors = other.map((field) => ({ column: columnOfField(columns, field), message }));
}

async function writtenRows(work: Work, type: TypeDefinition, keys: ReadonlySet<string>): Promise<ReadonlyMap<string, JsonObject>> {
  const wanted = [...keys].flatMap((key) => uniqueKeysOf(type, { [ROW_KEY]: key }));
  if (wanted.length === 0) return new Map();
  const ids = await uniqueHolders(work.tx, type, work.org.id, wanted);
  const rows = ids.length === 0 ? [] : await loadRecords(work.tx, type, ids);
  return new Map(rows.map(({ data }) => [String(data[ROW_KEY]), data]));
}
