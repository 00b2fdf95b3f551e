/** Renames what people read: the definition's title, or a state's (`meta.title` of its config). Ids stay, so nothing that refers to them breaks. */
import type { StudioDocument } from "../document.ts";
import type { JsonPath } from "../json-path.ts";
import { type SetValue, setValue } from "./set-value.ts";

export interface RenameTitle {
  readonly type: "rename-title";
  readonly title: string;
  /** State path ("logistics.picking"); without it the definition itself. */
  readonly state?: string;
}

/** Where a state's config stands in a machine definition. */
export function statePointer(state: string): JsonPath {
  return ["config", ...(state === "" ? [] : state.split(".").flatMap((name) => ["states", name]))];
}

export function renameTitle(document: StudioDocument, command: RenameTitle): { document: StudioDocument; inverse: SetValue } {
  const path = command.state === undefined ? ["title"] : [...statePointer(command.state), "meta", "title"];
  return setValue(document, { type: "set-value", path, value: command.title });
}
