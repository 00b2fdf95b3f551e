/** A machine's invariants are judged over what a step would leave behind: broken or not to be told, the step is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runMachineTests } from "#engine/core/definition-tests.ts";
import { previewInstance } from "#engine/core/preview.ts";
import { createProgram, type Program } from "#engine/core/program.ts";
import { replayInstance } from "#engine/core/replay.ts";
import { step } from "#engine/core/step.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import { ada, definitions, inputOf, moved, NOW, org, review, type Sent, stepWith, stored } from "#tests/support/review-example.ts";

const CANNED = { "settings:demo.limits": { answer_within: "PT4H" }, "fact:demo.open-comments": { n: 0 }, people: [] };

function programWith(invariants: MachineDefinition["invariants"], more: Partial<MachineDefinition> = {}): Program {
  return createProgram([...definitions.filter(({ key }) => key !== review.key), stored({ ...review, invariants, ...more })]);
}
const create = (fee: string | null = "10.00"): Sent => ({ payload: { title: "Plan", pages: 12, fee } });
const started = (program: Program) => moved(step(program, program.machine("review")!, inputOf("document.create", create())));

describe("an invariant", () => {
  const cheap = programWith([{ name: "A review is cheap", never: "record.fee > 100", message: "The fee of {record.title} is {record.fee}." }]);
  const machine = cheap.machine("review")!;

  it("lets pass what keeps it", () => {
    expect(started(cheap).to).toEqual({ log: "empty", text: "draft" });
  });

  it("refuses a start with name, message and the values read", () => {
    expect(step(cheap, machine, inputOf("document.create", create("100.01")))).toEqual({
      kind: "violated",
      violations: [
        {
          name: "A review is cheap",
          message: "The fee of Plan is 100.01.",
          outcome: "broken",
          never: "record.fee > 100",
          values: { "record.fee": 100.01 },
          missing: [],
        },
      ],
      decisions: [],
      state: { log: "empty", text: "draft" },
    });
  });

  it("is judged over the states, record and context that the step leaves, and shuts where it cannot be told", () => {
    const invariants = [
      { name: "no approval", never: 'list contains(states, "text.approved") and record.fee > 10 and context.note = "ok"' },
      { name: "not to be told", never: 'list contains(states, "text.approved") and record.nothing = 1' },
      { name: "never approved by null", never: 'state.text = "approved" and null' },
    ];
    const program = programWith(invariants);
    const { snapshot, record } = started(program);
    const asked = moved(stepWith("review", inputOf("review.request", { snapshot, record, seq: 1 }), CANNED, program).result);
    const input = inputOf("review.approve", { snapshot: asked.snapshot, record: asked.record, seq: 2, payload: { note: "ok" } });
    const { result } = stepWith("review", input, CANNED, program);
    expect(result).toMatchObject({
      kind: "violated",
      state: { text: "review" },
      violations: [
        { name: "no approval", outcome: "broken", values: { "record.fee": 11, "context.note": "ok" } },
        { name: "not to be told", outcome: "unknown", missing: ["record.nothing"] },
        { name: "never approved by null", outcome: "unknown", values: { "state.text": "approved" } },
      ],
    });
    expect(input.record).toBe(asked.record);
  });

  it("asks for the facts that it reads, and only once the step has come to its end", () => {
    const program = programWith([{ name: "No comments", never: "fact.open_comments > 0" }]);
    const input = inputOf("document.create", create());
    const first = step(program, program.machine("review")!, input);
    expect(first.kind === "needs" && first.requests.map(({ name }) => name)).toEqual(["demo.open-comments"]);
    expect(stepWith("review", input, CANNED, program).result.kind).toBe("moved");
    expect(stepWith("review", input, { "fact:demo.open-comments": { n: 1 } }, program).result).toMatchObject({
      kind: "violated",
      violations: [{ outcome: "broken", values: { "fact.open_comments": 1 } }],
    });
    expect(stepWith("review", input, {}, program).result).toMatchObject({ kind: "violated", violations: [{ outcome: "unknown" }] });
  });

  it("is seen by the definition's own tests", () => {
    const steps = [
      { event: "document.create", payload: { title: "Plan", pages: 1, fee: "500" }, expect: { result: "violated", violations: ["A review is cheap"] } },
    ];
    const wrong = [{ event: "document.create", payload: { title: "Plan", pages: 1, fee: "500" }, expect: { state: { text: "draft" } } }];
    const tests = [
      { name: "told", steps },
      { name: "not told", steps: wrong },
    ] as unknown as NonNullable<MachineDefinition["tests"]>;
    const results = runMachineTests(cheap, machine, { ...review, tests });
    expect(results[0]).toMatchObject({ ok: true, differences: [] });
    expect(results[1]!.differences).toEqual(['step 1 (document.create): refused by the invariant "A review is cheap" (broken), expected moved']);
  });

  it("is seen by replay: the row that moved is refused under the new machine", () => {
    const plain = programWith([]);
    const input = inputOf("document.create", create("500"));
    const { to, decisions, effects, timers } = moved(step(plain, plain.machine("review")!, input));
    const { event, actor, now, seed } = input;
    const row = { seq: 1, event, facts: { record: null, bag: {} }, actor, org, now, seed, to, decisions, effects, timers };
    const replayed = replayInstance({ instance: { id: "i-1", key: "review:1" }, rows: [row], under: () => ({ program: cheap, machine }), strict: false });
    expect(replayed).toMatchObject({ verdict: "diverged", first: { seq: 1, result: "violated", stateDiffers: true } });
  });

  it("is seen by the preview, unless a payload may still change it", () => {
    const program = programWith([{ name: "Stays a draft", never: 'state.text != "draft"' }]);
    const { snapshot, record } = started(program);
    const facts = { "settings:demo.limits": { answer_within: "PT4H" }, [`fact:demo.open-comments?{"document":"${record!.id}"}`]: { n: 0 } };
    const shown = previewInstance(program, {
      ...{ machine: program.machine("review")!, snapshot, record, facts, actor: ada, org, now: NOW },
      instance: { id: "i-1", key: "review:1", seq: 1 },
    });
    expect(shown.kind === "preview" && shown.events).toMatchObject([
      { type: "review.request", status: "blocked", needsPayload: false, violations: [{ name: "Stays a draft", values: { "state.text": "review" } }] },
    ]);
  });

  it("never lets a state through that breaks it, whatever the events", () => {
    const program = programWith([{ name: "Never published for more than 11", never: 'list contains(states, "text.published") and record.fee > 11' }]);
    const types = ["review.request", "review.approve", "review.reject", "document.publish"];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...types), { maxLength: 12 }), fc.constantFrom("10.00", "10.01", "9"), (events, fee) => {
        let { snapshot, record } = moved(step(program, program.machine("review")!, inputOf("document.create", create(fee))));
        for (const [seq, type] of events.entries()) {
          const { result } = stepWith("review", inputOf(type, { snapshot, record, seq: seq + 1, payload: { note: "n" } }), CANNED, program);
          if (result.kind !== "moved") continue;
          ({ snapshot, record } = result);
          const isPublished = (snapshot.value as { text: string }).text === "published";
          if (isPublished && Number(record!.data["fee"]) > 11) return false;
        }
        return true;
      }),
      { seed: 7, numRuns: 200 },
    );
  });
});
