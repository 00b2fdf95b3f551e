/** The files that a record's data refers to, with what the reference says about them. */
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import { loadFile } from "../../store/files.ts";
import { isUuid } from "../work/fresh-id.ts";
import type { Work } from "../work/work.ts";

export interface RecordFile {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  /** What stands beside the reference, such as "irsaliye IRS-77"; the field's title where nothing does. */
  readonly note: string;
}

const MAX_FILES = 50;

/** Files of the reader's org, in the order of the record's fields: the newest 50 of them, because lists grow at their end. */
export async function recordFiles(
  work: Work,
  type: TypeDefinition,
  data: JsonObject,
): Promise<{ readonly files: readonly RecordFile[]; readonly more: boolean }> {
  const found: RecordFile[] = [];
  const references = referencesIn(type.schema, data, "");
  for (const { id, note } of references.slice(-MAX_FILES)) {
    const row = isUuid(id) ? await loadFile(work.tx, id) : null;
    if (row !== null && row.orgId === work.org.id) found.push({ id, name: row.name, size: row.size, note });
  }
  return { files: found, more: references.length > MAX_FILES };
}

function referencesIn(schema: JsonObject, value: Json, note: string): { readonly id: string; readonly note: string }[] {
  if (schema["x-ref"] === "files") return typeof value === "string" ? [{ id: value, note: note || textOf(schema["x-title"]) }] : [];
  if (Array.isArray(value)) {
    const items = schema["items"];
    return isJsonObject(items) ? (value as readonly Json[]).flatMap((item) => referencesIn(items, item, note)) : [];
  }
  if (!isJsonObject(value) || !isJsonObject(schema["properties"])) return [];
  const properties = schema["properties"];
  return Object.entries(properties).flatMap(([name, property]) =>
    isJsonObject(property) && Object.hasOwn(value, name) ? referencesIn(property, value[name] ?? null, besides(value, properties, note)) : [],
  );
}

/** Short texts of the same object: what kind of file it is. The record itself is no such object. */
function besides(value: JsonObject, properties: JsonObject, note: string): string {
  if (Object.keys(properties).length > 6) return note;
  const texts = Object.entries(value).filter(([name, each]) => typeof each === "string" && isJsonObject(properties[name]) && !("x-ref" in properties[name]));
  return (
    texts
      .map(([, each]) => String(each))
      .join(" ")
      .slice(0, 120) || note
  );
}

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");
