/** One act of an editor, declared once: its button, its key and its line in the palette all come from here. */
import { useEffect, useRef } from "react";
import type { IconName } from "../ui/icon.tsx";

export interface Action {
  readonly id: string;
  readonly title: string;
  readonly icon: IconName;
  /** `mod+z`, `mod+shift+z`, `f`; mod is Ctrl, on a Mac Command. */
  readonly keys?: string;
  readonly enabled: boolean;
  /** Drawn pressed, for a switch. */
  readonly pressed?: boolean;
  run(): void;
}

/** Whether the event is this key. Plain letters ask that no other modifier is held. */
export function matchesKeys(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">, keys: string): boolean {
  const parts = keys.split("+");
  const key = parts.at(-1) ?? "";
  const mod = event.ctrlKey || event.metaKey;
  return event.key.toLowerCase() === key && mod === parts.includes("mod") && event.shiftKey === parts.includes("shift") && !event.altKey;
}

/** `mod+shift+z` as people read it: "Ctrl Shift Z". */
export function keysText(keys: string): string {
  return keys
    .split("+")
    .map((part) => (part === "mod" ? "Ctrl" : part.charAt(0).toUpperCase() + part.slice(1)))
    .join(" ");
}

/** Whether the person is typing: then keys belong to the field. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName) || target.closest(".cm-editor") !== null)
  );
}

/** Runs actions by their keys while the editor is on the page. */
export function useActionKeys(actions: readonly Action[]): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || event.defaultPrevented) return;
      const action = latest.current.find((one) => one.keys !== undefined && one.enabled && matchesKeys(event, one.keys));
      if (action === undefined) return;
      event.preventDefault();
      action.run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
}
