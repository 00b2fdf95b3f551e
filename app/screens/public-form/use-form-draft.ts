import { useEffect, useRef, useState } from "react";
import type { JsonObject } from "#engine/schema/json.ts";
import type { NotedFile } from "./file-list.tsx";

export interface FormDraft {
  readonly value: JsonObject;
  readonly files: readonly NotedFile[];
}

/** What somebody has filled in so far, kept in the tab: a page that is loaded again, or dropped by a phone, does not lose it. */
export function useFormDraft(address: string, blank: JsonObject) {
  const [draft, setDraft] = useState<FormDraft>({ value: blank, files: [] });
  const key = `form ${address}`;
  const isRead = useRef(false);
  useEffect(() => {
    const found = read(key);
    if (found !== null) setDraft(found);
    isRead.current = true;
  }, [key]);
  const change = (step: (before: FormDraft) => FormDraft): void =>
    setDraft((before) => {
      const next = step(before);
      if (isRead.current) write(key, next);
      return next;
    });
  return { draft, change, forget: () => write(key, null) };
}

function read(key: string): FormDraft | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(key) ?? "null") as Partial<FormDraft> | null;
    return found === null || typeof found.value !== "object" || !Array.isArray(found.files) ? null : (found as FormDraft);
  } catch {
    return null;
  }
}

/** A browser that keeps nothing is no reason to stop. */
function write(key: string, draft: FormDraft | null): void {
  try {
    if (draft === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // Full, or not allowed.
  }
}
