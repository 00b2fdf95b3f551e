/** The save machine as React state: what the editors' page runs beside its document. */
import { useMachine } from "@xstate/react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { fromPromise, type SnapshotFrom } from "xstate";
import type { Problem } from "#engine/core/problem.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import { type SaveAnswer, type SaveRequest, type SaveState, saveMachine } from "./save-machine.ts";

export interface Saving {
  readonly state: SaveState;
  /** What was stored last, with what is to be said of it; null where nothing was stored since the page was opened. */
  readonly stored: { readonly revision: number; readonly problems: readonly Problem[] } | null;
  /** The document's content after each change; null: it is again as it is stored. */
  readonly changed: (content: JsonObject | null) => void;
  /** Where somebody else saved in the meantime: what is here is stored over it, or given up for it. */
  readonly choose: (whose: "keepMine" | "takeTheirs") => void;
}

/** Saves by `save`; a page that would be left with something unsaved asks first. */
export function useSaving(revision: number, save: (request: SaveRequest) => Promise<SaveAnswer>): Saving {
  const latest = useRef(save);
  latest.current = save;
  const machine = useMemo(() => saveMachine.provide({ actors: { save: fromPromise<SaveAnswer, SaveRequest>(({ input }) => latest.current(input)) } }), []);
  const [snapshot, send] = useMachine(machine, { input: { revision } });
  useEffect(() => send({ type: "stored", revision }), [send, revision]);
  const isSaved = snapshot.matches("saved");
  useEffect(() => {
    if (isSaved) return;
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isSaved]);
  const changed = useCallback((content: JsonObject | null) => send(content === null ? { type: "reverted" } : { type: "changed", content }), [send]);
  const choose = useCallback((whose: "keepMine" | "takeTheirs") => send({ type: whose }), [send]);
  const { revision: last, problems } = snapshot.context;
  return { state: stateOf(snapshot), stored: problems === null ? null : { revision: last, problems }, changed, choose };
}

function stateOf(snapshot: SnapshotFrom<typeof saveMachine>): SaveState {
  const { theirs } = snapshot.context;
  if (snapshot.value === "conflict" && theirs !== null) return { kind: "conflict", theirs };
  switch (snapshot.value) {
    case "saving":
    case "unsaved":
      return { kind: snapshot.value };
    case "unsent":
      return { kind: snapshot.context.isSignedOut ? "signedOut" : "unsent" };
    case "refused":
      return { kind: "refused", why: snapshot.context.why, problems: snapshot.context.faults };
    default:
      return { kind: "saved" };
  }
}
