/** Puts a whole new definition in place of the old one: what the JSON pane and an import do. */
import type { JsonObject } from "#engine/schema/json.ts";
import type { StudioDocument } from "../document.ts";

export interface ReplaceJson {
  readonly type: "replace-json";
  readonly content: JsonObject;
}

export function replaceJson(document: StudioDocument, command: ReplaceJson): { document: StudioDocument; inverse: ReplaceJson } {
  return { document: { ...document, content: command.content }, inverse: { type: "replace-json", content: document.content } };
}
