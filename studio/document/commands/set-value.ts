/** Sets one place of the definition; undefined removes it. What the inspector's fields and the other commands are made of. */
import type { Json, JsonObject } from "#engine/schema/json.ts";
import type { StudioDocument } from "../document.ts";
import { type JsonPath, sameJson, valueAt, withValueAt } from "../json-path.ts";

export interface SetValue {
  readonly type: "set-value";
  readonly path: JsonPath;
  readonly value: Json | undefined;
}

/** Undoes nothing: the inverse of a command that changed nothing. */
const NOTHING: SetValue = { type: "set-value", path: [], value: undefined };

const holds = (value: Json | undefined, key: string): boolean => typeof value === "object" && value !== null && Object.hasOwn(value, key);

/**
 * The highest place that the change touches: the parent list where an element goes (its neighbours move), the first missing
 * object where the way has to be made. Setting that place back undoes the change exactly.
 */
function touchedPath(content: JsonObject, command: SetValue): JsonPath {
  const parent = command.path.slice(0, -1);
  if (Array.isArray(valueAt(content, parent))) return parent;
  const missing = command.path.findIndex((key, depth) => !holds(valueAt(content, command.path.slice(0, depth)), key));
  if (missing < 0) return command.path;
  const above = command.path.slice(0, missing);
  const isContainer = typeof valueAt(content, above) === "object" && valueAt(content, above) !== null && !Array.isArray(valueAt(content, above));
  return isContainer ? command.path.slice(0, missing + 1) : above;
}

export function setValue(document: StudioDocument, command: SetValue): { document: StudioDocument; inverse: SetValue } {
  if (command.path.length === 0 || sameJson(valueAt(document.content, command.path), command.value)) return { document, inverse: NOTHING };
  const path = touchedPath(document.content, command);
  const content = withValueAt(document.content, command.path, command.value) as JsonObject;
  return { document: { ...document, content }, inverse: { type: "set-value", path, value: valueAt(document.content, path) } };
}
