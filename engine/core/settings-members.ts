/**
 * Settings that hold one member per definition of a kind: `"x-members": "mail"` in the root of the schema, whose
 * `additionalProperties` says what each member looks like. A release gives them the members that it has, so that a new definition
 * needs no line of its own, and a member that names none is refused like any other unknown property.
 */
import type { Kind } from "../schema/definition-base.ts";
import { isJsonObject, type Json, type JsonSchema } from "../schema/json.ts";
import type { SettingsDefinition } from "../schema/settings.ts";

/** A definition that can be a member: the name that FEEL uses for it, and its title. */
export interface Member {
  readonly name: string;
  readonly title: string;
}

/** The kind whose definitions are the members; null for settings with properties of their own. */
export function memberKind(schema: JsonSchema): Kind | null {
  return typeof schema["x-members"] === "string" ? (schema["x-members"] as Kind) : null;
}

/** The definition with every member as a property. Properties that the schema names itself win. */
export function withMembers(definition: SettingsDefinition, members: (kind: Kind) => readonly Member[]): SettingsDefinition {
  const kind = memberKind(definition.schema);
  const shape = definition.schema["additionalProperties"];
  if (kind === null || !isJsonObject(shape)) return definition;
  const properties: Record<string, Json> = {};
  for (const { name, title } of members(kind)) properties[name] ??= { ...shape, "x-title": title };
  const own = definition.schema["properties"];
  return { ...definition, schema: { ...definition.schema, additionalProperties: false, properties: { ...properties, ...(isJsonObject(own) ? own : {}) } } };
}
