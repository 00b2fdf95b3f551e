import { useEffect, useRef } from "react";
import { useFetcher } from "react-router";
import type { JsonObject } from "#engine/schema/json.ts";
import { announce } from "./announce.tsx";
import type { ActResult } from "./guided.ts";

export interface Submitting {
  readonly busy: boolean;
  readonly refusal: Extract<ActResult, { ok: false }> | null;
  readonly submit: (body: JsonObject) => void;
}

/** Sends a form to the action of its own page, and says once what came of it. What was typed stays where it is refused. */
export function useSubmit(onDone?: () => void): Submitting {
  const fetcher = useFetcher<ActResult>();
  const { data, state } = fetcher;
  const seen = useRef(data);
  const done = useRef(onDone);
  done.current = onDone;
  useEffect(() => {
    if (data === undefined || data === seen.current) return;
    seen.current = data;
    if (!data.ok) return;
    announce(data);
    done.current?.();
  }, [data]);
  return {
    busy: state !== "idle",
    refusal: state === "idle" && data?.ok === false ? data : null,
    submit: (body) => void fetcher.submit(body as never, { method: "post", encType: "application/json" }),
  };
}
