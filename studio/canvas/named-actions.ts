/** Actions as they are carried out at one place: a name stands for what the machine names by it. */
import { isJsonObject, type Json, type JsonObject } from "#engine/schema/json.ts";

export interface PlacedActions {
  /** null: they stand where they are carried out. */
  readonly name: string | null;
  readonly actions: readonly Json[];
}

/** `value`: what stands under `actions`, `entry` or `exit`. A name that the machine does not know stands for nothing; the check says so. */
export function placedActions(definition: JsonObject, value: unknown): readonly PlacedActions[] {
  const list = (Array.isArray(value) ? value : value === undefined ? [] : [value]) as readonly Json[];
  return list.map((each) => (typeof each === "string" ? { name: each, actions: actionsNamed(definition, each) } : { name: null, actions: [each] }));
}

export function actionsNamed(definition: JsonObject, name: string): readonly Json[] {
  const named = isJsonObject(definition["actions"]) ? definition["actions"] : {};
  const actions = Object.hasOwn(named, name) ? named[name] : undefined;
  return Array.isArray(actions) ? actions : [];
}
