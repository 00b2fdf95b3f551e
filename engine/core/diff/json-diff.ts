/** What changed between two JSON values, place by place. Lists of things with a name are compared by name, others by position. */
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import { sameJson } from "../canonical.ts";

export interface JsonChange {
  /** JSON pointer; elements of named lists are addressed by their name. */
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  readonly was?: Json;
  readonly now?: Json;
}

const escapePart = (part: string): string => part.replaceAll("~", "~0").replaceAll("/", "~1");

/** The name that tells elements of a list apart: `id`, `name` or `key`; null where one lacks it or two share it. */
export function nameField(list: readonly Json[]): string | null {
  if (list.length === 0) return null;
  for (const field of ["id", "name", "key"]) {
    const names = list.map((item) => (isJsonObject(item) ? item[field] : undefined));
    if (names.every((name) => typeof name === "string") && new Set(names).size === names.length) return field;
  }
  return null;
}

/** Every place that differs, in the order of the newer value; empty for equal values. */
export function diffJson(was: Json | undefined, now: Json | undefined, path = ""): JsonChange[] {
  if (was === undefined && now === undefined) return [];
  if (was === undefined) return [{ path, change: "added", now: now as Json }];
  if (now === undefined) return [{ path, change: "removed", was }];
  if (sameJson(was, now)) return [];
  if (isJsonObject(was) && isJsonObject(now)) {
    const keys = [...Object.keys(now), ...Object.keys(was).filter((key) => !Object.hasOwn(now, key))];
    return keys.flatMap((key) => diffJson(own(was, key), own(now, key), `${path}/${escapePart(key)}`));
  }
  if (Array.isArray(was) && Array.isArray(now)) return diffLists(was, now, path);
  return [{ path, change: "changed", was, now }];
}

const own = (object: JsonObject, key: string): Json | undefined => (Object.hasOwn(object, key) ? object[key] : undefined);

/** The field that names the elements of both lists; an empty list takes the other's. */
function sharedNameField(was: readonly Json[], now: readonly Json[]): string | null {
  if (was.length === 0 || now.length === 0) return nameField(was.length === 0 ? now : was);
  return nameField(was) === nameField(now) ? nameField(now) : null;
}

function diffLists(was: readonly Json[], now: readonly Json[], path: string): JsonChange[] {
  const field = sharedNameField(was, now);
  if (field === null) {
    const length = Math.max(was.length, now.length);
    return Array.from({ length }, (_, index) => diffJson(was[index], now[index], `${path}/${index}`)).flat();
  }
  const nameOf = (item: Json): string => String((item as JsonObject)[field]);
  const before = new Map(was.map((item) => [nameOf(item), item]));
  const after = new Map(now.map((item) => [nameOf(item), item]));
  const names = [...after.keys(), ...[...before.keys()].filter((name) => !after.has(name))];
  const changes = names.flatMap((name) => diffJson(before.get(name), after.get(name), `${path}/${escapePart(name)}`));
  const kept = (list: readonly Json[]): string[] => list.map(nameOf).filter((name) => before.has(name) && after.has(name));
  const moved = !sameJson(kept(was), kept(now));
  return moved ? [...changes, { path, change: "changed", was: was.map(nameOf), now: now.map(nameOf) }] : changes;
}
