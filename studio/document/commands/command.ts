/**
 * Every change of a document, as data. `applyCommand` is the only way to change one; it answers the new document and the
 * command that undoes it, so that undo, redo and property tests need to know nothing about the single commands.
 */
import type { StudioDocument } from "../document.ts";
import { type MoveNode, moveNode } from "./move-node.ts";
import { type RenameTitle, renameTitle } from "./rename-title.ts";
import { type ReplaceJson, replaceJson } from "./replace-json.ts";
import { type SetLayout, setLayout } from "./set-layout.ts";
import { type SetValue, setValue } from "./set-value.ts";

export type Command = MoveNode | RenameTitle | ReplaceJson | SetLayout | SetValue;

export interface Change {
  readonly document: StudioDocument;
  readonly inverse: Command;
}

/** Changes a copy of the document; the argument is kept as it was. */
export function applyCommand(document: StudioDocument, command: Command): Change {
  switch (command.type) {
    case "move-node":
      return moveNode(document, command);
    case "rename-title":
      return renameTitle(document, command);
    case "replace-json":
      return replaceJson(document, command);
    case "set-layout":
      return setLayout(document, command);
    case "set-value":
      return setValue(document, command);
  }
}

/** What undo and the history say about a command: a verb and a thing. */
export function commandTitle(command: Command): string {
  switch (command.type) {
    case "move-node":
      return "Move";
    case "rename-title":
      return "Rename";
    case "replace-json":
      return "Edit JSON";
    case "set-layout":
      return "Arrange";
    case "set-value":
      return `Change ${command.path.at(-1) ?? "definition"}`;
  }
}
