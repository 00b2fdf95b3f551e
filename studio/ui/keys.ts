import { useEffect, useRef } from "react";

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ? !(target instanceof HTMLInputElement && target.type === "checkbox") : false);

/** Keys that a focused link or button answers itself. */
const isActivating = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest("a, button, summary, [role='option'], [role='menuitem']") !== null;

/**
 * Single keys for a page, named in lower case: `{ j: down, enter: open, "?": help }`. They rest while somebody types, while a dialog is open, and with Ctrl, Alt or Meta
 * held; Enter and Space are left to a focused link or button.
 */
export function useKeys(keys: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  const held = useRef(keys);
  held.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("[role='dialog'][aria-modal='true']") !== null) return;
      const name = event.key.toLowerCase();
      if ((name === "enter" || name === " ") && isActivating(event.target)) return;
      const act = Object.hasOwn(held.current, name) ? held.current[name] : undefined;
      if (act === undefined) return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
