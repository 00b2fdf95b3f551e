/** Actions as they are carried out at one place: a name stands for what the machine names by it. */
import { isJsonObject, type Json, type JsonObject } from "#engine/schema/json.ts";

export interface PlacedAction {
  readonly action: Json;
  /** Of the first action that a name stands for. */
  readonly name: string | null;
}

/** `value`: what stands under `actions`, `entry` or `exit`. A name that the machine does not know stands for nothing; the check says so. */
export function placedActions(definition: JsonObject, value: unknown): readonly PlacedAction[] {
  const named = isJsonObject(definition["actions"]) ? definition["actions"] : {};
  const list = (Array.isArray(value) ? value : value === undefined ? [] : [value]) as readonly Json[];
  return list.flatMap((each): readonly PlacedAction[] => {
    if (typeof each !== "string") return [{ action: each, name: null }];
    const actions = Object.hasOwn(named, each) ? named[each] : undefined;
    return Array.isArray(actions) ? (actions as readonly Json[]).map((action, index) => ({ action, name: index === 0 ? each : null })) : [];
  });
}
