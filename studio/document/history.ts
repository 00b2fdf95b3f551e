/**
 * Undo and redo, unlimited within the session: a list of inverses behind the present document and one ahead of it.
 * Consecutive commands of one `group` (typing in the JSON pane) are undone together.
 */
import { applyCommand, type Command, commandTitle } from "./commands/command.ts";
import type { StudioDocument } from "./document.ts";

interface Step {
  readonly title: string;
  readonly group: string | null;
  readonly command: Command;
}

export interface History {
  readonly present: StudioDocument;
  /** Inverses, the latest last. */
  readonly past: readonly Step[];
  /** Inverses of what was undone, the latest undone last. */
  readonly future: readonly Step[];
  /** The content that is stored; the draft bar compares by identity. */
  readonly saved: StudioDocument["content"];
}

export function createHistory(document: StudioDocument): History {
  return { present: document, past: [], future: [], saved: document.content };
}

/** Runs a command; what was undone before can no longer be redone. A command that changes nothing leaves the history alone. */
export function execute(history: History, command: Command, group: string | null = null): History {
  const { document, inverse } = applyCommand(history.present, command);
  if (document.content === history.present.content) return history;
  const last = history.past.at(-1);
  const joins = group !== null && last?.group === group && last.command.type === "replace-json" && inverse.type === "replace-json";
  const past = joins ? history.past : [...history.past, { title: commandTitle(command), group, command: inverse }];
  return { ...history, present: document, past, future: [] };
}

export function undo(history: History): History {
  const step = history.past.at(-1);
  if (step === undefined) return history;
  const { document, inverse } = applyCommand(history.present, step.command);
  return { ...history, present: document, past: history.past.slice(0, -1), future: [...history.future, { ...step, command: inverse }] };
}

export function redo(history: History): History {
  const step = history.future.at(-1);
  if (step === undefined) return history;
  const { document, inverse } = applyCommand(history.present, step.command);
  return { ...history, present: document, past: [...history.past, { ...step, command: inverse }], future: history.future.slice(0, -1) };
}

/** Notes which content the server holds now. */
export function markSaved(history: History, content: StudioDocument["content"]): History {
  return { ...history, saved: content };
}

export const isSaved = (history: History): boolean => history.saved === history.present.content;
