/**
 * Reading and changing one place of a JSON value without touching the rest. Paths are lists of keys, as in a JSON pointer
 * without its escapes; list indexes are written as decimal text. Commands and diffs are built on these four functions.
 */
import { isJsonObject, type Json } from "#engine/schema/json.ts";

export type JsonPath = readonly string[];

const isList = (value: unknown): value is readonly Json[] => Array.isArray(value);

/** The value at `path`, or undefined where there is none. Own properties only. */
export function valueAt(json: Json | undefined, path: JsonPath): Json | undefined {
  let value: Json | undefined = json;
  for (const key of path) {
    if (isList(value)) value = value[Number(key)];
    else if (isJsonObject(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

/**
 * A copy of `json` with `value` at `path`; undefined removes the key (or list element). Missing objects on the way are made.
 * Everything off the path is shared with the original.
 */
export function withValueAt(json: Json | undefined, path: JsonPath, value: Json | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) return value ?? null;
  if (isList(json)) {
    const copy = [...json];
    const index = Number(key);
    if (rest.length === 0 && value === undefined) copy.splice(index, 1);
    else copy[index] = withValueAt(json[index], rest, value);
    return copy;
  }
  const object = isJsonObject(json) ? json : {};
  if (rest.length === 0 && value === undefined) {
    const { [key]: _removed, ...kept } = object;
    return kept;
  }
  return { ...object, [key]: withValueAt(Object.hasOwn(object, key) ? object[key] : undefined, rest, value) };
}

/** `/a/b~1c` to ["a", "b/c"]; RFC 6901. */
export function fromPointer(pointer: string): JsonPath {
  return pointer === ""
    ? []
    : pointer
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** ["a", "b/c"] to `/a/b~1c`; RFC 6901. */
export function toPointer(path: JsonPath): string {
  return path.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Same JSON, whatever the order of keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b)) return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (isJsonObject(a) && isJsonObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]));
  }
  return false;
}
