import { expect, it } from "vitest";
import { type Preview, previewInstance } from "#engine/core/preview.ts";
import type { FactBag } from "#engine/core/step-types.ts";
import { inputOf, moved, program, stepWith } from "#tests/support/review-example.ts";

const CANNED = { "settings:demo.limits": {}, "fact:demo.open-comments": { n: 2 }, people: [] };

function preview(events: readonly string[]): { rounds: number; preview: Preview } {
  let result = moved(stepWith("review", inputOf("document.create", { payload: { title: "Plan", pages: 3 } }), CANNED).result);
  for (const event of events) result = moved(stepWith("review", inputOf(event, { snapshot: result.snapshot, record: result.record }), CANNED).result);
  const { snapshot, record } = result;
  const { instance, actor, org, now } = inputOf("x");
  const facts: Record<string, unknown> = {};
  for (let rounds = 1; ; rounds++) {
    const answer = previewInstance(program, { machine: program.machine("review")!, snapshot, record, instance, actor, org, now, facts: facts as FactBag });
    if (answer.kind === "preview") return { rounds, preview: answer };
    for (const request of answer.requests) facts[request.key] = CANNED[request.key.split("?")[0] as never] ?? CANNED[request.kind as never];
  }
}

it("tells which events are open, with the checklist and the path, in two rounds", () => {
  const { rounds, preview: draft } = preview([]);
  expect(rounds).toBe(2);
  expect(draft.events.map((event) => [event.type, event.status])).toEqual([["review.request", "allowed"]]);
  expect(draft.checklist.map((item) => [item.id, item.ok])).toEqual([
    ["title", true],
    ["comments", false],
  ]);
  expect(draft.checklist.map((item) => item.detail)).toEqual(["Plan, 3 pages", undefined]);
  expect(draft.path.map((step) => step.progress)).toEqual(["current", "ahead", "ahead", "ahead"]);
});

it("explains a shut gate with the ways through and who may override", () => {
  const { preview: approved } = preview(["review.request", "review.approve"]);
  const publish = approved.events.find((event) => event.type === "document.publish")!;
  expect(publish).toMatchObject({ status: "blocked", needsPayload: false, overrides: [{ gate: "demo.readiness", permission: "document.override" }] });
  expect(publish.decisions[0]?.reasons.map((reason) => reason.message)).toEqual(["2 comments are open"]);
  expect(publish.decisions[0]?.unlock?.[0]?.acts[0]).toMatchObject({ event: "comment.close" });
  expect(approved.path.map((step) => step.progress)).toEqual(["done", "done", "current", "ahead"]);
});
