import type { Json, JsonObject } from "#engine/schema/json.ts";

/** Fields whose value differs; a field that was emptied becomes null. */
export function changesOf(before: JsonObject, after: JsonObject): JsonObject {
  const changes: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (JSON.stringify(before[key]) !== JSON.stringify(after[key])) changes[key] = after[key] ?? null;
  }
  return changes;
}
