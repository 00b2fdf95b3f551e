/** Saving into a draft: what is changed is stored, one save at a time, and nothing is lost where a save finds nobody. */
import { describe, expect, it } from "vitest";
import { type Actor, createActor, fromPromise, SimulatedClock } from "xstate";
import { type SaveAnswer, type SaveRequest, SIGNED_OUT, saveMachine } from "#studio/document/save-machine.ts";

interface Saver {
  readonly actor: Actor<typeof saveMachine>;
  readonly clock: SimulatedClock;
  /** Requests in order. */
  readonly sent: SaveRequest[];
  /** Answers the save under way; undefined: nobody answers. */
  answer(answer?: SaveAnswer): Promise<void>;
}

const IDLE_MS = 700;
const AGAIN_MS = 3_000;
const stored = (revision: number): SaveAnswer => ({ ok: true, revision, problems: [] });

function saver(revision = 4): Saver {
  const sent: SaveRequest[] = [];
  let settle: { resolve: (answer: SaveAnswer) => void; reject: (error: Error) => void } | null = null;
  const save = fromPromise<SaveAnswer, SaveRequest>(({ input }) => {
    sent.push(input);
    return new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
  });
  const clock = new SimulatedClock();
  const actor = createActor(saveMachine.provide({ actors: { save } }), { input: { revision }, clock }).start();
  return {
    ...{ actor, clock, sent },
    async answer(answer) {
      if (answer === undefined) settle?.reject(new TypeError("fetch failed"));
      else settle?.resolve(answer);
      await new Promise((done) => setImmediate(done));
    },
  };
}
const TAKEN_OUT: SaveAnswer = {
  ...{ ok: false, why: "Not saved: it was saved by somebody else.", code: "draft_conflict" },
  theirs: { content: null, revision: 0, by: "Somebody else", at: null },
};
/** Somebody else stored "b" as revision 9. */
const THEIRS: SaveAnswer = {
  ...{ ok: false, why: "It was saved by somebody else.", code: "draft_conflict" },
  theirs: { content: { text: "b" }, revision: 9, by: "Ada", at: null },
};
const change = (to: Saver, text: string) => to.actor.send({ type: "changed", content: { text } });
const stateOf = ({ actor }: Saver) => actor.getSnapshot().value;

describe("saving into a draft", () => {
  it("asks where it was taken out of the draft meanwhile; put back, it is stored as new", async () => {
    const one = saver();
    change(one, "a");
    one.clock.increment(IDLE_MS);
    await one.answer(TAKEN_OUT);
    one.clock.increment(60_000);
    expect([stateOf(one), one.sent.length], "it is not sent again by itself").toEqual(["conflict", 1]);
    change(one, "ab");
    one.actor.send({ type: "keepMine" });
    expect(one.sent.at(-1)).toEqual({ content: { text: "ab" }, revision: 0 });
    await one.answer(stored(10));
    expect(stateOf(one)).toBe("saved");
  });

  it("waits until nothing was changed for a moment, and sends the last of it", async () => {
    const one = saver();
    change(one, "a");
    one.clock.increment(IDLE_MS - 1);
    change(one, "ab");
    one.clock.increment(IDLE_MS - 1);
    expect(one.sent).toEqual([]);
    one.clock.increment(1);
    expect(one.sent).toEqual([{ content: { text: "ab" }, revision: 4 }]);
    await one.answer(stored(5));
    expect(stateOf(one)).toBe("saved");
  });

  it("never has two under way: what is changed meanwhile follows, on the revision that was answered", async () => {
    const one = saver();
    change(one, "a");
    one.clock.increment(IDLE_MS);
    change(one, "ab");
    change(one, "abc");
    one.clock.increment(IDLE_MS * 3);
    expect(one.sent).toHaveLength(1);
    await one.answer(stored(5));
    expect(stateOf(one)).toBe("unsaved");
    one.clock.increment(IDLE_MS);
    expect(one.sent.at(-1)).toEqual({ content: { text: "abc" }, revision: 5 });
    await one.answer(stored(6));
    expect(stateOf(one)).toBe("saved");
    expect(one.actor.getSnapshot().context).toMatchObject({ revision: 6, content: null });
  });

  it("keeps what found nobody, with what came after it, and sends it again", async () => {
    const one = saver();
    change(one, "a");
    one.clock.increment(IDLE_MS);
    await one.answer();
    expect(stateOf(one)).toBe("unsent");
    change(one, "ab");
    one.clock.increment(AGAIN_MS);
    expect(one.sent.at(-1)).toEqual({ content: { text: "ab" }, revision: 4 });
    await one.answer(stored(5));
    expect(stateOf(one)).toBe("saved");
  });

  it("keeps what was sent signed out, says so, and sends it again", async () => {
    const one = saver();
    change(one, "a");
    one.clock.increment(IDLE_MS);
    await one.answer({ ok: false, why: "", code: SIGNED_OUT });
    expect([stateOf(one), one.actor.getSnapshot().context.isSignedOut]).toEqual(["unsent", true]);
    one.clock.increment(AGAIN_MS);
    expect(one.sent.at(-1)).toEqual({ content: { text: "a" }, revision: 4 });
    await one.answer(stored(5));
    expect([stateOf(one), one.actor.getSnapshot().context.isSignedOut]).toEqual(["saved", false]);
  });

  it("tells why it was refused, does not send the same again, and tries the next change", async () => {
    const one = saver();
    change(one, "a");
    one.clock.increment(IDLE_MS);
    await one.answer({ ok: false, why: "It has no title.", code: "definition_invalid" });
    expect([stateOf(one), one.actor.getSnapshot().context.why]).toEqual(["refused", "It has no title."]);
    one.clock.increment(60_000);
    expect(one.sent).toHaveLength(1);
    change(one, "ab");
    one.clock.increment(IDLE_MS);
    expect(one.sent.at(-1)).toEqual({ content: { text: "ab" }, revision: 4 });
  });

  it("stays on the revision that was changed when the page is read again: somebody else's save is not written over unseen", async () => {
    const one = saver();
    change(one, "a");
    one.actor.send({ type: "stored", revision: 9 });
    one.clock.increment(IDLE_MS);
    expect(one.sent).toEqual([{ content: { text: "a" }, revision: 4 }]);
    await one.answer(THEIRS);
    one.actor.send({ type: "stored", revision: 9 });
    change(one, "ab");
    one.clock.increment(60_000);
    expect([stateOf(one), one.sent.length]).toEqual(["conflict", 1]);
  });

  it("stores what is here over what somebody else stored, once that was chosen", async () => {
    const one = saver();
    change(one, "a");
    one.clock.increment(IDLE_MS);
    await one.answer(THEIRS);
    change(one, "ab");
    one.actor.send({ type: "keepMine" });
    expect(one.sent.at(-1)).toEqual({ content: { text: "ab" }, revision: 9 });
    await one.answer(stored(10));
    expect(stateOf(one)).toBe("saved");
  });

  it("stands on what somebody else stored, once that was chosen", async () => {
    const one = saver();
    change(one, "a");
    one.clock.increment(IDLE_MS);
    await one.answer(THEIRS);
    one.actor.send({ type: "takeTheirs" });
    expect([stateOf(one), one.actor.getSnapshot().context.content]).toEqual(["saved", null]);
    change(one, "b, and a");
    one.clock.increment(IDLE_MS);
    expect(one.sent.at(-1)).toEqual({ content: { text: "b, and a" }, revision: 9 });
  });

  it("takes a save whose answer was lost for its own", async () => {
    const one = saver();
    change(one, "b");
    one.clock.increment(IDLE_MS);
    await one.answer();
    change(one, "bc");
    one.clock.increment(AGAIN_MS);
    await one.answer(THEIRS);
    expect(one.sent.at(-1)).toEqual({ content: { text: "bc" }, revision: 9 });
    await one.answer(stored(10));
    expect(stateOf(one)).toBe("saved");
  });

  it("has nothing to save where the change was undone in time", () => {
    const one = saver();
    change(one, "a");
    one.actor.send({ type: "reverted" });
    one.clock.increment(IDLE_MS * 2);
    expect([stateOf(one), one.sent.length]).toEqual(["saved", 0]);
  });
});
