/** Record types as the services need them: found by id, their unique fields, their titles. */
import { sameJson } from "../../core/canonical.ts";
import { EngineError } from "../../core/errors.ts";
import type { Program } from "../../core/program.ts";
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";

/** - throws EngineError `record_not_found` for a type that the release does not know: to a caller both are nothing */
export function recordTypeOf(program: Program, ref: string): TypeDefinition {
  const type = program.type(ref);
  if (type === null) throw new EngineError("record_not_found", `There is no record type "${ref}".`);
  return type;
}

/** Id part of the type's key: what records and references name. */
export function nameOfType(type: TypeDefinition): string {
  return type.key.slice(type.key.indexOf(".") + 1);
}

/** Tells whether a change touches a field that a unique key or the code is made of, or that refers to another record. */
export function touchesKeys(type: TypeDefinition, before: JsonObject, after: JsonObject): boolean {
  return keyFields(type).some((field) => !sameJson(before[field], after[field]));
}

const KEY_FIELDS = new WeakMap<TypeDefinition, readonly string[]>();

function keyFields(type: TypeDefinition): readonly string[] {
  let fields = KEY_FIELDS.get(type);
  if (fields === undefined) {
    const named = new Set<string>(type.codeField === undefined ? [] : [type.codeField]);
    for (const unique of type.unique ?? []) {
      for (const field of unique.fields) named.add(rootOf(field));
      for (const field of Object.keys(unique.where ?? {})) named.add(rootOf(field));
    }
    const properties = type.schema["properties"];
    for (const [field, schema] of Object.entries(isJsonObject(properties) ? properties : {})) {
      if (JSON.stringify(schema).includes('"x-ref"')) named.add(field);
    }
    fields = [...named];
    KEY_FIELDS.set(type, fields);
  }
  return fields;
}

const rootOf = (path: string): string => path.split(".")[0] ?? path;

/** The title of a record by its type's label; its code or id where the label has nothing to say. */
export function titleOf(type: TypeDefinition | null, record: { readonly id: string; readonly code: string | null; readonly data: JsonObject }): string {
  const filled = type?.label === undefined ? "" : fillLabel(type.label, { ...record.data, id: record.id, code: record.code });
  return filled === "" ? (record.code ?? record.id) : filled;
}

/** Whom or what the record is about; its title where its type does not say. */
export function aboutOf(type: TypeDefinition | null, record: { readonly id: string; readonly code: string | null; readonly data: JsonObject }): string {
  const filled = type?.about === undefined ? "" : fillLabel(type.about, { ...record.data, id: record.id, code: record.code });
  return filled === "" ? titleOf(type, record) : filled;
}

/** Fills `{field}` places; missing values leave nothing, no gap either. */
export function fillLabel(label: string, values: JsonObject): string {
  return label
    .replace(/\{([^{}]+)\}/g, (_, path: string) => {
      let value: Json | undefined = values;
      for (const name of path.split(".")) value = isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
      return value === undefined || value === null || typeof value === "object" ? "" : String(value);
    })
    .replace(/ {2,}/g, " ")
    .trim();
}
