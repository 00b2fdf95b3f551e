/** A document with its history as React state: what every editor of the studio holds. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { JsonObject } from "#engine/schema/json.ts";
import type { Command } from "./commands/command.ts";
import type { StudioDocument } from "./document.ts";
import { createHistory, execute, type History, isSaved, markSaved, redo, undo } from "./history.ts";
import { sameJson } from "./json-path.ts";

export interface DocumentHandle {
  readonly document: StudioDocument;
  readonly history: History;
  run(command: Command, group?: string): void;
  undo(): void;
  redo(): void;
  /** Puts what is stored in place of what is here; undo brings it back. */
  adopt(stored: JsonObject): void;
}

/**
 * Opens a document; `onChange` gets its content after each change, null when it is again as it is stored. What the server answers as `stored`
 * is adopted while nothing is unsaved here, so that another person's save shows up.
 */
export function useDocument(stored: StudioDocument, onChange: ((content: JsonObject | null) => void) | null): DocumentHandle {
  const [history, setHistory] = useState(() => createHistory(stored));
  const tell = useRef(onChange);
  tell.current = onChange;
  useEffect(() => {
    setHistory((now) => {
      const same = now.present.kind === stored.kind && now.present.key === stored.key;
      if (same && sameJson(now.present.content, stored.content)) return markSaved(now, now.present.content);
      return same && !isSaved(now) ? now : createHistory(stored);
    });
  }, [stored]);
  const content = history.present.content;
  const isDirty = !isSaved(history);
  useEffect(() => tell.current?.(isDirty ? content : null), [content, isDirty]);
  const run = useCallback((command: Command, group?: string) => setHistory((now) => execute(now, command, group ?? null)), []);
  const back = useCallback(() => setHistory(undo), []);
  const forth = useCallback(() => setHistory(redo), []);
  const adopt = useCallback((content: JsonObject) => setHistory((now) => markSaved(execute(now, { type: "replace-json", content }), content)), []);
  return useMemo(() => ({ document: history.present, history, run, undo: back, redo: forth, adopt }), [history, run, back, forth, adopt]);
}
