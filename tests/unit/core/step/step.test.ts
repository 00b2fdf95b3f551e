import { describe, expect, it } from "vitest";
import { step } from "#engine/core/step.ts";
import type { Actor, RecordState, Snapshot } from "#engine/core/step-types.ts";
import { ada, inputOf, moved, program, stepWith } from "#tests/support/review-example.ts";

const CANNED = {
  "settings:demo.limits": { answer_within: "PT4H" },
  "fact:demo.open-comments": { n: 0 },
  people: [{ id: "p1", name: "Bo", email: "bo@example.com" }],
};
const machine = program.machine("review")!;
const created = () => moved(step(program, machine, inputOf("document.create", { payload: { title: "Plan", pages: 12, fee: "10.00", due: "2026-03-01" } })));

/** The document as it is after these events. */
function progressed(events: readonly string[], canned: Readonly<Record<string, unknown>> = CANNED) {
  let { snapshot, record } = created() as { snapshot: Snapshot; record: RecordState | null };
  let seq = 1;
  for (const event of events) {
    const result = moved(stepWith("review", inputOf(event, { snapshot, record, seq }), canned as never).result);
    ({ snapshot, record } = result);
    seq++;
  }
  return { snapshot, record, seq };
}

describe("a start", () => {
  it("creates the record with defaults, a code and an id from the seed", () => {
    const result = created();
    expect(result.from).toBeNull();
    expect(result.to).toEqual({ log: "empty", text: "draft" });
    expect(result.recordChanged).toBe(true);
    expect(result.record).toMatchObject({
      type: "documents",
      org: "org-1",
      data: { title: "Plan", pages: 12, fee: "10.00", due: "2026-03-01", author: "p-ada", status: "new" },
    });
    expect(result.record?.code).toMatch(/^ACMD[23456789ABCDEFGHJKMNPQRSTVWXYZ]{8}$/);
    expect(result.record?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(result.record!.id.slice(0, 13).replace("-", ""), 16)).toBe(Date.parse("2026-02-02T06:00:00.000Z"));
  });
  it("gives the same answer for the same input, to the byte", () => {
    expect(JSON.stringify(created())).toBe(JSON.stringify(created()));
  });
  it("keeps a record that the caller names", () => {
    const record: RecordState = { id: "r", type: "documents", org: "org-1", code: "X", version: 3, data: { title: "Old" } };
    const result = moved(step(program, machine, inputOf("document.create", { record })));
    expect(result.record).toBe(record);
    expect(result.recordChanged).toBe(false);
  });
  it("is not available by another event", () => {
    expect(step(program, machine, inputOf("review.approve"))).toMatchObject({ kind: "not_available", available: ["document.create"] });
  });
});

describe("needs", () => {
  it("asks for everything of a pass at once, sorted, and decides when it is there", () => {
    const { snapshot, record } = progressed(["review.request", "review.approve"]);
    const first = step(program, machine, inputOf("document.publish", { snapshot, record }));
    expect(first.kind === "needs" && first.requests.map((each) => each.key)).toEqual([
      `fact:demo.open-comments?{"document":"${record!.id}"}`,
      'people:{"permission":"document.read"}',
      "settings:demo.limits",
    ]);
    const { rounds, result } = stepWith("review", inputOf("document.publish", { snapshot, record }), CANNED);
    expect(rounds).toBe(2);
    expect(result.kind).toBe("moved");
  });
  it("does not decide on facts that failed to load", () => {
    const { snapshot, record } = progressed(["review.request", "review.approve"]);
    const { result } = stepWith("review", inputOf("document.publish", { snapshot, record }), { ...CANNED, "fact:demo.open-comments": { $unknown: "timeout" } });
    expect(result.kind).toBe("blocked");
    expect(result.kind === "blocked" && result.decisions[0]?.outcome).toBe("unknown");
  });
});

describe("actions and timers", () => {
  it("drafts an approval, excludes the requester and arms timers from settings and dates", () => {
    const { snapshot, record } = created();
    const result = moved(stepWith("review", inputOf("review.request", { snapshot, record, seq: 1 }), CANNED).result);
    expect(result.effects).toHaveLength(1);
    expect(result.effects[0]).toMatchObject({
      key: "i-1:2:1",
      kind: "task",
      task: {
        form: "approval",
        title: "Review Plan",
        permission: "document.approve",
        excluded: ["p-ada"],
        dueAt: "2026-02-02T10:00:00.000Z",
        relies: { pages: { expr: "record.pages", value: 12 } },
      },
    });
    // The due date is the start of that day in Berlin, which is an hour ahead in winter.
    expect(result.timers).toEqual({
      arm: [
        { name: "text.review.answer_within", dueAt: "2026-02-02T10:00:00.000Z" },
        { name: "text.review.due_date", dueAt: "2026-02-28T23:00:00.000Z" },
      ],
      cancel: [],
    });
  });
  it("cancels timers when their state is left and takes timer events only from timers", () => {
    const { snapshot, record } = progressed(["review.request"]);
    const forged = step(program, machine, inputOf("after.text.review.answer_within", { snapshot, record }));
    expect(forged.kind).toBe("not_available");
    const raw = step(program, machine, inputOf("xstate.after.answer_within.review.text.review", { snapshot, record, via: "timer" }));
    expect(raw.kind).toBe("not_available");
    const late = moved(step(program, machine, inputOf("after.text.review.answer_within", { snapshot, record, via: "timer" })));
    expect(late.to).toMatchObject({ text: "late" });
    expect(late.timers.cancel).toEqual(["text.review.answer_within", "text.review.due_date"]);
    expect(late.trace).toEqual([{ source: "text.review", targets: ["text.late"], event: "after.text.review.answer_within" }]);
  });
  it("sets record and context from the state before the action, raises events to itself, and keeps decimals exact", () => {
    const { snapshot, record } = progressed(["review.request"]);
    const result = moved(step(program, machine, inputOf("review.approve", { snapshot, record, payload: { note: "fine" } })));
    expect(result.record?.data).toMatchObject({ status: "approved", fee: "11.00" });
    expect(result.recordChanged).toBe(true);
    expect(result.snapshot.context).toEqual({ note: "fine", logged: "p-ada" });
    expect(result.to).toEqual({ log: "full", text: "approved" });
  });
  it("describes records, contract events, mails and other instances as effects with keys of their own", () => {
    const { snapshot, record, seq } = progressed(["review.request", "review.approve"]);
    const result = moved(stepWith("review", inputOf("document.publish", { snapshot, record, seq }), CANNED).result);
    expect(result.effects.map((effect) => [effect.key, effect.kind])).toEqual([
      ["i-1:4:1", "record"],
      ["i-1:4:2", "record"],
      ["i-1:4:3", "emit"],
      ["i-1:4:4", "mail"],
      ["i-1:4:5", "cancelTask"],
      ["i-1:4:6", "start"],
      ["i-1:4:7", "send"],
    ]);
    const [copy, , emit, mail, , start, send] = result.effects as never as Record<string, never>[];
    expect(copy).toMatchObject({ op: "create", type: "copies", set: { of: record!.id, number: 1, fee: "11.00" }, code: null });
    expect(emit).toMatchObject({
      contract: "demo.archive",
      idempotencyKey: `gh:document:${record!.code}.1:state_published:v1`,
      sequence: 1,
      subject: { type: "document", ref: record!.code },
      data: { fee: "11.00", copy: 2 },
    });
    expect(mail?.["message"]).toMatchObject({
      ...{ type: "document_published", key: `document_published:${record!.code}`, verdict: "send", code: "OK", recipients: ["bo@example.com"] },
      ...{
        subject: "Published: Plan",
        html: "<p>Plan (11.00 EUR)</p><i>1</i><i>2</i>",
        text: "Plan 11.00",
        from: { name: "Acme", address: "acme@example.com" },
      },
    });
    expect(start).toMatchObject({ machine: "demo.message", unique: record!.code });
    expect(send).toMatchObject({ to: start?.["instanceId"], event: "mail.go", machine: "demo.message" });
    expect(result.snapshot.counters).toEqual({ [`emit:demo.archive:${record!.code}`]: 1 });
    expect(result.decisions.map((decision) => [decision.key, decision.at, decision.outcome])).toEqual([
      ["demo.readiness", "guard", "pass"],
      ["demo.mail-policy", "mail:document_published", "matched"],
    ]);
  });
});

describe("gates", () => {
  const blocked = { ...CANNED, "fact:demo.open-comments": { n: 2 } };
  it("block the event with every reason, and change nothing", () => {
    const { snapshot, record } = progressed(["review.request", "review.approve"]);
    const { result } = stepWith("review", inputOf("document.publish", { snapshot, record }), { ...blocked, "settings:demo.limits": { most_pages: 10 } });
    expect(result).toMatchObject({ kind: "blocked", state: { log: "full", text: "approved" } });
    expect(result.kind === "blocked" && result.decisions[0]?.reasons.map((reason) => reason.code)).toEqual(["TOO_LONG", "OPEN_COMMENTS"]);
    expect(result.kind === "blocked" && result.decisions[0]?.params).toMatchObject({ most_pages: 10 });
  });
  it("open by an override with permission and a known reason, which the decision keeps", () => {
    const { snapshot, record } = progressed(["review.request", "review.approve"]);
    const boss: Actor = { ...ada, permissions: ["document.override"] };
    const ask = (reason: string, actor = boss) =>
      stepWith("review", inputOf("document.publish", { snapshot, record, actor, override: { gate: "readiness", reason } }), blocked).result;
    expect(ask("urgent", ada).kind).toBe("blocked");
    expect(ask("because").kind).toBe("blocked");
    expect(moved(ask("urgent")).decisions[0]).toMatchObject({ outcome: "block", overridden: { by: "p-ada", reason: "urgent" } });
  });
  it("leave a `when` that is false as simply not taken", () => {
    const start = moved(step(program, machine, inputOf("document.create", { payload: { pages: 1 } })));
    expect(step(program, machine, inputOf("review.request", { snapshot: start.snapshot, record: start.record }))).toEqual({
      kind: "not_available",
      available: ["log.written", "review.request"],
      state: start.to,
    });
  });
});
