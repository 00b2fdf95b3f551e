import { useEffect, useRef, useState } from "react";
import { useFetcher } from "react-router";
import type { JsonObject } from "#engine/schema/json.ts";
import { freshKey } from "#studio/ui/fresh-key.ts";
import { announce } from "../announce.tsx";
import type { ActRequest, ActResult, FieldError, PreviewView } from "../guided.ts";

export interface Sending {
  readonly busy: boolean;
  readonly refusal: Extract<ActResult, { ok: false }> | null;
  readonly errors: readonly FieldError[];
  readonly send: (request: Omit<ActRequest, "once">) => void;
  readonly clear: () => void;
}

/**
 * Sends an act once. The same click repeated after a broken connection carries the same key, so it never acts twice; another try
 * after an answer is a new one.
 */
export function useAct(onDone?: () => void): Sending {
  const fetcher = useFetcher<ActResult>();
  const once = useRef<string | null>(null);
  const [refusal, setRefusal] = useState<Extract<ActResult, { ok: false }> | null>(null);
  const done = useRef(onDone);
  done.current = onDone;
  const { data, state } = fetcher;
  useEffect(() => {
    if (state !== "idle" || data === undefined || once.current === null) return;
    once.current = null;
    if (data.ok) {
      setRefusal(null);
      announce(data);
      done.current?.();
    } else setRefusal(data);
  }, [data, state]);
  return {
    busy: state !== "idle",
    refusal,
    errors: refusal?.errors ?? [],
    clear: () => setRefusal(null),
    send: (request) => {
      once.current ??= freshKey();
      void fetcher.submit({ ...request, once: once.current } as never, { method: "post", action: "/ui/act", encType: "application/json" });
    },
  };
}

/** What the act would do with this payload, asked a moment after the last key stroke. Null while unknown. */
export function usePreview(
  request: { readonly instance: string; readonly type: string; readonly payload: JsonObject; readonly override?: ActRequest["override"] } | null,
  seq: number,
): PreviewView | null {
  const [preview, setPreview] = useState<PreviewView | null>(null);
  const body = request === null ? null : JSON.stringify(request);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a moved instance previews anew
  useEffect(() => {
    if (body === null) {
      setPreview(null);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      fetch("/ui/preview", { method: "POST", body, headers: { "Content-Type": "application/json" }, signal: abort.signal })
        .then((response) => (response.ok ? (response.json() as Promise<PreviewView>) : null))
        .then(setPreview, () => undefined);
    }, 200);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [body, seq]);
  return preview;
}
