/**
 * How a document gets into its draft: some moments after the last change, one save at a time, each naming the revision that the one before it
 * answered. What cannot be sent is kept and sent again; what the server refuses waits for the next change; where somebody else has saved in the
 * meantime, a person chooses.
 */
import { assign, fromPromise, setup } from "xstate";
import type { Problem } from "#engine/core/problem.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import { sameJson } from "./json-path.ts";

/** What somebody else has stored while it was changed here. */
export interface Theirs {
  /** null: it was taken out of the draft, and nothing stands in its place. */
  readonly content: JsonObject | null;
  readonly revision: number;
  readonly by: string;
  readonly at: string | null;
}

/** What a save answers; one that gets no answer throws. */
export type SaveAnswer =
  | { readonly ok: true; readonly revision: number; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly why: string; readonly code: string; readonly problems?: readonly Problem[]; readonly theirs?: Theirs };

/** Code of an answer that came from nobody signed in: the change is kept, and sent again. */
export const SIGNED_OUT = "signed_out";

/** Shown beside the draft's name. */
export type SaveState =
  | { readonly kind: "saved" }
  | { readonly kind: "unsaved" }
  | { readonly kind: "saving" }
  | { readonly kind: "unsent" }
  | { readonly kind: "signedOut" }
  | { readonly kind: "conflict"; readonly theirs: Theirs }
  | { readonly kind: "refused"; readonly why: string; readonly problems: readonly Problem[] };

export interface SaveRequest {
  readonly content: JsonObject;
  readonly revision: number;
}

interface Context {
  readonly revision: number;
  /** What is to be stored, and what was sent last. */
  readonly content: JsonObject | null;
  readonly sent: JsonObject | null;
  /** Was sent, and nobody answered: it may have been stored. */
  readonly unanswered: JsonObject | null;
  readonly theirs: Theirs | null;
  /** Of what was stored last; null before. */
  readonly problems: readonly Problem[] | null;
  readonly why: string;
  readonly faults: readonly Problem[];
  readonly isSignedOut: boolean;
}

type SaveEvent =
  | { readonly type: "changed"; readonly content: JsonObject }
  /** The document is again as it is stored. */
  | { readonly type: "reverted" }
  /** The stored revision is this one, whoever wrote it. What was changed here on an older one still stands on that. */
  | { readonly type: "stored"; readonly revision: number }
  /** Of two that were changed, this one is to stand. */
  | { readonly type: "keepMine" }
  | { readonly type: "takeTheirs" };

const NOTHING_SENT = { sent: null, unanswered: null, theirs: null, isSignedOut: false };

const theirsOf = (answer: SaveAnswer): Theirs | null => (answer.ok ? null : (answer.theirs ?? null));

/** What stands there is what was sent from here before the answer was lost. */
function isOwn(answer: SaveAnswer, unanswered: JsonObject | null): boolean {
  const theirs = theirsOf(answer);
  return theirs !== null && unanswered !== null && sameJson(theirs.content, unanswered);
}

export const saveMachine = setup({
  types: { context: {} as Context, events: {} as SaveEvent, input: {} as { readonly revision: number } },
  actors: {
    /** Brought by whoever runs the machine. */
    save: fromPromise<SaveAnswer, SaveRequest>(() => Promise.reject(new Error("There is nothing to save with"))),
  },
  actions: {
    keep: assign(({ event }) => (event.type === "changed" ? { content: event.content } : {})),
    forget: assign({ content: null, why: "", faults: [], theirs: null, unanswered: null }),
    standOnTheirs: assign(({ context }) => ({ revision: context.theirs?.revision ?? context.revision, theirs: null, unanswered: null })),
  },
  delays: { idle: 700, again: 3_000 },
}).createMachine({
  id: "save",
  context: ({ input }) => ({ revision: input.revision, content: null, ...NOTHING_SENT, problems: null, why: "", faults: [] }),
  initial: "saved",
  states: {
    saved: {
      on: {
        changed: { target: "unsaved", actions: "keep" },
        stored: { actions: assign(({ context, event }) => ({ revision: Math.max(context.revision, event.revision) })) },
      },
    },
    unsaved: {
      on: { changed: { target: "unsaved", actions: "keep", reenter: true }, reverted: { target: "saved", actions: "forget" } },
      after: { idle: "saving" },
    },
    saving: {
      entry: assign(({ context }) => ({ sent: context.content, why: "", faults: [] })),
      on: { changed: { actions: "keep" } },
      invoke: {
        src: "save",
        input: ({ context }) => ({ content: context.content ?? {}, revision: context.revision }),
        onDone: [
          { guard: ({ event }) => !event.output.ok && event.output.code === SIGNED_OUT, target: "unsent", actions: assign({ isSignedOut: true }) },
          {
            guard: ({ context, event }) => isOwn(event.output, context.unanswered),
            target: "saving",
            reenter: true,
            actions: [assign(({ event }) => ({ theirs: theirsOf(event.output) })), "standOnTheirs"],
          },
          {
            guard: ({ event }) => theirsOf(event.output) !== null,
            target: "conflict",
            actions: assign(({ event }) => ({ theirs: theirsOf(event.output), isSignedOut: false })),
          },
          {
            guard: ({ event }) => !event.output.ok,
            target: "refused",
            actions: assign(({ event }) => (event.output.ok ? {} : { why: event.output.why, faults: event.output.problems ?? [], isSignedOut: false })),
          },
          {
            target: "answered",
            actions: assign(({ event }) =>
              event.output.ok ? { revision: event.output.revision, problems: event.output.problems, isSignedOut: false, unanswered: null } : {},
            ),
          },
        ],
        onError: { target: "unsent", actions: assign(({ context }) => ({ isSignedOut: false, unanswered: context.sent })) },
      },
    },
    answered: {
      always: [
        { guard: ({ context }) => context.content !== context.sent, target: "unsaved" },
        { target: "saved", actions: "forget" },
      ],
    },
    unsent: { on: { changed: { actions: "keep" } }, after: { again: "saving" } },
    conflict: {
      on: {
        changed: { actions: "keep" },
        reverted: { target: "saved", actions: "forget" },
        keepMine: { target: "saving", actions: "standOnTheirs" },
        takeTheirs: { target: "saved", actions: ["standOnTheirs", "forget"] },
      },
    },
    refused: { on: { changed: { target: "unsaved", actions: "keep" }, reverted: { target: "saved", actions: "forget" } } },
  },
});
