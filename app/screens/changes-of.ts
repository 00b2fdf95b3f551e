import type { Json, JsonObject } from "#engine/schema/json.ts";

/** Fields whose value differs; a field that was emptied becomes null, which one that is absent was already. */
export function changesOf(before: JsonObject, after: JsonObject): JsonObject {
  const changes: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[key] ?? null, after[key] ?? null];
    if (JSON.stringify(was) !== JSON.stringify(is)) changes[key] = is;
  }
  return changes;
}
