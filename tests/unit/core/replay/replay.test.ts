import { describe, expect, it } from "vitest";
import { createProgram, type Program } from "#engine/core/program.ts";
import { type ReplayRow, replayInstance } from "#engine/core/replay.ts";
import { definitions, inputOf, moved, program, readiness, review, type Sent, stepWith, stored } from "#tests/support/review-example.ts";

const CANNED = {
  "settings:demo.limits": { answer_within: "PT4H", most_pages: 50 },
  "fact:demo.open-comments": { n: 0 },
  people: [{ id: "p1", name: "Bo", email: "bo@example.com" }],
};

/** The log of a document from its start to these events. */
function logOf(events: readonly { readonly type: string; readonly more?: Sent }[]): ReplayRow[] {
  const rows: ReplayRow[] = [];
  let snapshot: Sent["snapshot"] = null;
  let record: Sent["record"] = null;
  for (const [i, { type, more }] of events.entries()) {
    const input = inputOf(type, { snapshot, record, seq: i, ...more });
    const { result, facts } = stepWith("review", input, CANNED);
    const { to, decisions, effects, timers, ...after } = moved(result);
    rows.push(
      JSON.parse(
        JSON.stringify({
          seq: i + 1,
          event: input.event,
          facts: { record: input.record, bag: facts },
          actor: input.actor,
          org: input.org,
          now: input.now,
          seed: input.seed,
          to,
          decisions,
          effects,
          timers,
        }),
      ),
    );
    ({ snapshot, record } = after);
  }
  return rows;
}
const LOG = logOf([
  { type: "document.create", more: { payload: { title: "Plan", pages: 40, fee: "10.00" } } },
  { type: "review.request" },
  { type: "review.reject" },
  { type: "review.request" },
  { type: "review.approve", more: { payload: { note: "ok" } } },
  { type: "document.publish" },
]);
const under = (of: Program) => () => ({ program: of, machine: of.machine("review")! });
const withChange = (...changed: unknown[]) => createProgram([...definitions, ...changed.map(stored)]);
const instance = { id: "i-1", key: "review:1" };
const decisionAt = (key: string, version: string) => [program, stricter].map((of) => of.decision(key)).find((each) => each?.version === version) ?? null;
const stricter = withChange({ ...readiness, params: { most_pages: { type: "integer", default: 30 } } });

describe("replay on the release that made the log", () => {
  it("gives back every state, decision, effect and timer", () => {
    const result = replayInstance({ instance, rows: LOG, under: under(program), strict: true, decisionAt });
    expect(result).toMatchObject({ verdict: "identical", rows: 6, differences: [], missing: null });
    expect(result.final?.value).toEqual({ log: "full", text: "published" });
  });
  it("finds what was changed in a row", () => {
    const forge = (change: (row: ReplayRow) => void) => {
      const rows = structuredClone(LOG);
      change(rows[5]!);
      return replayInstance({ instance, rows, under: under(program), strict: true });
    };
    expect(forge((row) => Object.assign((row.effects[3] as unknown as { message: object }).message, { subject: "Other" }))).toMatchObject({
      verdict: "decisions",
      first: { seq: 6, stateDiffers: false },
    });
    expect(forge((row) => Object.assign(row, { to: { log: "full", text: "approved" } }))).toMatchObject({
      verdict: "diverged",
      first: { seq: 6, stateDiffers: true },
    });
    expect(forge((row) => Object.assign(row.decisions[0]!, { inputs: { pages: 39, open_comments: 0 } }))).toMatchObject({ verdict: "decisions" });
  });
});

describe("replay on another release", () => {
  it("names the first divergence and the condition behind it", () => {
    const result = replayInstance({ instance, rows: LOG, under: under(stricter), strict: false, decisionAt });
    expect(result).toMatchObject({
      verdict: "diverged",
      first: { seq: 6, event: "document.publish", result: "blocked", replayedState: { text: "approved" }, recordedState: { text: "published" } },
    });
    expect(result.first?.decisions[0]).toMatchObject({
      key: "demo.readiness",
      recorded: { outcome: "pass" },
      replayed: { outcome: "block", fired: ["too-long"] },
      conditions: [
        { rule: "too-long", fact: "pages", recorded: { result: false, expected: 50, actual: 40 }, replayed: { result: true, expected: 30, actual: 40 } },
      ],
    });
    expect(result.first?.effects?.gone).toHaveLength(7);
  });
  it("does not count other versions of the same decision as a difference", () => {
    const reworded = withChange({ ...readiness, title: "Ready", messages: { TOO_LONG: "too long" } });
    expect(replayInstance({ instance, rows: LOG, under: under(reworded), strict: false }).verdict).toBe("identical");
  });
  it("asks for facts that the log does not hold, and goes on with them", () => {
    const curious = withChange({ ...readiness, inputs: { ...readiness.inputs, pages: { type: "integer", from: 'get("documents", record.id).pages' } } });
    const first = replayInstance({ instance, rows: LOG, under: under(curious), strict: false });
    expect(first).toMatchObject({ verdict: "unknown", missing: { seq: 6 } });
    const key = first.missing?.requests[0]?.key ?? "";
    expect(key).toMatch(/^get:documents:/);
    expect(replayInstance({ instance, rows: LOG, under: under(curious), strict: false, more: new Map([[6, { [key]: { pages: 7 } }]]) }).verdict).toBe(
      "identical",
    );
  });
  it("carries data that the other release writes differently", () => {
    const text = JSON.stringify(review).replace("record.fee * 1.1", "record.fee * 2");
    const result = replayInstance({ instance, rows: LOG, under: under(withChange(JSON.parse(text))), strict: false });
    expect(result.verdict).toBe("decisions");
    expect(JSON.stringify(result.differences.at(-1)?.effects?.added)).toContain('"fee":"20.00"');
  });
});
