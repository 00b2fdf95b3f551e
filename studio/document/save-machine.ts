/**
 * How a document gets into its draft: some moments after the last change, one save at a time, each naming the revision that the one before it
 * answered. What cannot be sent is kept and sent again; what the server refuses waits for the next change.
 */
import { assign, fromPromise, setup } from "xstate";
import type { Problem } from "#engine/core/problem.ts";
import type { JsonObject } from "#engine/schema/json.ts";

/** What a save answers; one that gets no answer throws. */
export type SaveAnswer =
  | { readonly ok: true; readonly revision: number; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly why: string; readonly code: string; readonly problems?: readonly Problem[] };

/** Code of an answer that came from nobody signed in: the change is kept, and sent again. */
export const SIGNED_OUT = "signed_out";

/** Shown beside the draft's name. */
export type SaveState =
  | { readonly kind: "saved" }
  | { readonly kind: "unsaved" }
  | { readonly kind: "saving" }
  | { readonly kind: "unsent" }
  | { readonly kind: "signedOut" }
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
  /** The stored revision is this one, whoever wrote it. */
  | { readonly type: "stored"; readonly revision: number };

export const saveMachine = setup({
  types: { context: {} as Context, events: {} as SaveEvent, input: {} as { readonly revision: number } },
  actors: {
    /** Brought by whoever runs the machine. */
    save: fromPromise<SaveAnswer, SaveRequest>(() => Promise.reject(new Error("There is nothing to save with"))),
  },
  actions: {
    keep: assign(({ event }) => (event.type === "changed" ? { content: event.content } : {})),
    forget: assign({ content: null, why: "", faults: [] }),
  },
  delays: { idle: 700, again: 3_000 },
}).createMachine({
  id: "save",
  context: ({ input }) => ({ revision: input.revision, content: null, sent: null, problems: null, why: "", faults: [], isSignedOut: false }),
  initial: "saved",
  on: { stored: { actions: assign(({ context, event }) => ({ revision: Math.max(context.revision, event.revision) })) } },
  states: {
    saved: { on: { changed: { target: "unsaved", actions: "keep" } } },
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
            guard: ({ event }) => !event.output.ok,
            target: "refused",
            actions: assign(({ event }) => (event.output.ok ? {} : { why: event.output.why, faults: event.output.problems ?? [], isSignedOut: false })),
          },
          {
            target: "answered",
            actions: assign(({ event }) => (event.output.ok ? { revision: event.output.revision, problems: event.output.problems, isSignedOut: false } : {})),
          },
        ],
        onError: { target: "unsent", actions: assign({ isSignedOut: false }) },
      },
    },
    answered: {
      always: [
        { guard: ({ context }) => context.content !== context.sent, target: "unsaved" },
        { target: "saved", actions: "forget" },
      ],
    },
    unsent: { on: { changed: { actions: "keep" } }, after: { again: "saving" } },
    refused: { on: { changed: { target: "unsaved", actions: "keep" }, reverted: { target: "saved", actions: "forget" } } },
  },
});
