/** Replays: what recorded instances, and attempts that were refused, would have become under a draft. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json } from "#engine/schema/json.ts";
import type { RulesetDefinition } from "#engine/schema/ruleset.ts";
import { createRecord } from "#engine/service/editing/records.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { checkDraft } from "#engine/service/releases/check-draft.ts";
import { createDraft, putDraftDefinition } from "#engine/service/releases/drafts.ts";
import { getReplay, listReplayDiffs, listReplays, type ReplayView } from "#engine/service/replay/replay-queries.ts";
import { cancelReplay, type ReplayInput, settleDeadReplays, startReplay } from "#engine/service/replay/run-replay.ts";
import { type LendingWorld, lendingWorld } from "#tests/support/lending-world.ts";
import { definitionOf, studioPack } from "#tests/support/studio-pack.ts";

let world: LendingWorld;
const KEY = "lending.quota";
const ids: Record<string, string> = {};

beforeAll(async () => {
  world = await lendingWorld(studioPack);
  const member = (await createRecord(world.engine, world.as("chief"), { type: "members", data: { name: "Ada", email: "ada@reader.example" } })).body.id;
  for (const [title, copies] of [
    ["one", 1],
    ["two", 2],
    ["many", 9],
  ] as const) {
    const { body } = await startInstance(world.engine, world.as("clerk"), {
      machine: "loan",
      event: { type: "loan.open", payload: { member_id: member, title, copies, fee: 1 } },
    });
    ids[title] = body.id;
    const lending = sendEvent(world.engine, world.as("clerk"), { instance: body.id, type: "loan.lend" });
    if (copies > 3) await expect(lending).rejects.toMatchObject({ code: "gate_blocked" });
    else await lending;
  }
});

/** A draft whose quota is `extra` wider, or narrower. */
async function draftWith(extra: number): Promise<string> {
  const { body: draft } = await createDraft(world.engine, world.as("clerk"), { name: `Extra ${extra}` });
  const content = { ...definitionOf<RulesetDefinition>(KEY), derive: { allowed: `quota + extra + (${extra})` } } as unknown as Json;
  await putDraftDefinition(world.engine, world.as("clerk"), { id: draft.id, kind: "ruleset", key: KEY, content });
  return draft.id;
}

async function finished(input: ReplayInput): Promise<ReplayView> {
  const { id } = (await startReplay(world.engine, world.as("chief"), input)).body;
  for (let tries = 0; tries < 200; tries += 1) {
    const view = await getReplay(world.engine, world.as("chief"), { id });
    if (view.status !== "queued" && view.status !== "running") return view;
    await new Promise((wake) => setTimeout(wake, 25));
  }
  throw new Error("The replay did not end.");
}

describe("replay", () => {
  it("of a process that died does not run for ever: it fails with what to do next, and a living one is left alone", async () => {
    const done = await finished({ against: { release: 1 } });
    await world.database.sql("update replay_job set status = 'running', updated_at = $2 where id = $1", [done.id, world.engine.clock.now()]);
    expect(await settleDeadReplays(world.engine)).toBe(0);
    await world.database.sql("update replay_job set updated_at = updated_at - interval '6 minutes' where id = $1", [done.id]);
    expect(await settleDeadReplays(world.engine)).toBe(1);
    expect(await getReplay(world.engine, world.as("chief"), { id: done.id })).toMatchObject({
      status: "failed",
      error: expect.stringMatching(/start it again/u),
    });
    expect(await settleDeadReplays(world.engine)).toBe(0);
  });

  it("of the release that made the log finds nothing", async () => {
    const view = await finished({ against: { release: 1 } });
    expect(view).toMatchObject({ status: "done", changed: 0, unknown: 0, error: null });
    expect(view.same).toBeGreaterThanOrEqual(3);
    expect((await listReplayDiffs(world.engine, world.as("chief"), { id: view.id })).items).toEqual([]);
  });

  it("of a narrower rule names the gate, the instance and the condition that differs", async () => {
    const view = await finished({ against: { draft: await draftWith(-2) }, machines: ["loan"] });
    expect(view).toMatchObject({ status: "done", changed: 1 });
    expect(view.byGate).toMatchObject([
      { key: KEY, shuts: 1, opens: 0, was: { open: 2, blocked: 1, overridden: 0 }, now: { open: 1, blocked: 2, overridden: 0 } },
    ]);
    const { items } = await listReplayDiffs(world.engine, world.as("chief"), { id: view.id });
    expect(items).toMatchObject([
      { instance: ids["two"], seq: 2, cause: KEY, diff: { event: "loan.lend", was: { state: "lent" }, now: { state: "draft", outcome: "blocked" } } },
    ]);
    const [gate] = (items[0]?.diff["decisions"] ?? []) as readonly Json[];
    expect(gate).toMatchObject({
      key: KEY,
      recorded: { outcome: "pass" },
      replayed: { outcome: "block" },
      conditions: [{ fact: "copies", recorded: { result: false }, replayed: { result: true } }],
    });
    expect((await listReplayDiffs(world.engine, world.as("chief"), { id: view.id, cause: "lending.return-gate" })).items).toEqual([]);
  });

  it("of a wider rule names the attempts that it would have let through", async () => {
    const view = await finished({ against: { draft: await draftWith(10) }, machines: ["loan"] });
    expect(view.byGate).toMatchObject([{ key: KEY, opens: 1, shuts: 0 }]);
    const { items } = await listReplayDiffs(world.engine, world.as("chief"), { id: view.id });
    expect(items).toMatchObject([{ instance: ids["many"], cause: KEY, diff: { event: "loan.lend", was: { outcome: "blocked" }, now: { outcome: "moved" } } }]);
  });

  it("keeps to the period and the machines asked for", async () => {
    expect(await finished({ against: { release: 1 }, to: "2020-01-01T00:00:00Z" })).toMatchObject({ total: 0, same: 0 });
    expect((await finished({ against: { release: 1 }, machines: ["lending.message"] })).byMachine.map((one) => one.key)).toEqual(["lending.message"]);
  });

  it("keeps to the instances that its filter is true for: by record, state, context, facts; attempts too", async () => {
    const same = async (filter: string) => (await finished({ against: { release: 1 }, machines: ["loan"], filter })).same;
    const all = (await finished({ against: { release: 1 }, machines: ["loan"] })).events;
    const narrow = await finished({ against: { release: 1 }, machines: ["loan"], filter: "record.copies = 2" });
    expect(narrow).toMatchObject({ status: "done", same: 1, changed: 0, unknown: 0, request: { filter: "record.copies = 2" } });
    expect(narrow.events).toBeLessThan(all);
    expect(await same('state = "lent"')).toBe(2);
    // The refused attempt of the third is counted beside its instance.
    expect(await same('list contains(states, "draft")')).toBe(2);
    expect(await same('instance.seq > 1 and org.code = "ONE" and actor.kind = "person"')).toBe(await same("instance.seq > 1"));
    expect(await same('count(find all("loans", {member_id: record.member_id})) = 3 and record.title = "one"')).toBe(1);
    // Neither unknown nor null is true.
    expect(await same("record.nothing_of_the_kind > 1")).toBe(0);
    expect(await same("null")).toBe(0);
    expect(await same("  ")).toBe(4);
    const wider = await draftWith(10);
    const opened = await finished({ against: { draft: wider }, machines: ["loan"], filter: 'record.title = "many"' });
    expect(opened.byGate).toMatchObject([{ key: KEY, opens: 1, shuts: 0, total: 1 }]);
    const passed = await finished({ against: { draft: wider }, machines: ["loan"], filter: 'record.title = "one"' });
    expect(passed.byGate).toMatchObject([{ key: KEY, opens: 0, total: 1 }]);
  });

  it("refuses a filter that is no FEEL, or that asks for the event of an instance that rests", async () => {
    for (const filter of ["record.copies >", "event.type = 1", "payload.x", "unheard_of = 1", `"${"x".repeat(4_000)}"`]) {
      await expect(startReplay(world.engine, world.as("chief"), { against: { release: 1 }, filter })).rejects.toMatchObject({
        code: "payload_invalid",
        data: { errors: [{ path: "/filter" }] },
      });
    }
  });

  it("answers unknown, or reads as of then, for facts that were not recorded", async () => {
    const { body: draft } = await createDraft(world.engine, world.as("clerk"), { name: "Asks more" });
    const base = definitionOf<RulesetDefinition>(KEY);
    const content = {
      ...base,
      inputs: { ...base.inputs, others: { type: "integer", from: 'count(find all("loans", {member_id: record.member_id}))' } },
      rules: [
        ...base.rules,
        { name: "busy", conditions: { all: [{ fact: "others", operator: "greaterThan", value: 99 }] }, event: { type: "block", params: { code: "BUSY" } } },
      ],
    };
    await putDraftDefinition(world.engine, world.as("clerk"), { id: draft.id, kind: "ruleset", key: KEY, content: content as unknown as Json });
    expect(await finished({ against: { draft: draft.id }, machines: ["loan"], missingFacts: "asOf" })).toMatchObject({ changed: 0, unknown: 0 });
    const unknown = await finished({ against: { draft: draft.id }, machines: ["loan"], missingFacts: "unknown" });
    expect(unknown.changed).toBe(2);
  });

  it("is refused for what is not there, and hidden from those without the right", async () => {
    const chief = world.as("chief");
    await expect(startReplay(world.engine, chief, { against: { release: 99 } })).rejects.toMatchObject({ code: "not_found" });
    await expect(startReplay(world.engine, chief, { against: {} })).rejects.toMatchObject({ code: "payload_invalid" });
    await expect(startReplay(world.engine, chief, { against: { release: 1 }, machines: ["nothing"] })).rejects.toMatchObject({
      code: "payload_invalid",
      data: { errors: [{ path: "/machines/0" }] },
    });
    await expect(startReplay(world.engine, world.as("clerk"), { against: { release: 1 } })).rejects.toMatchObject({ code: "permission_denied" });
    const [mine] = await listReplays(world.engine, chief);
    await expect(getReplay(world.engine, world.as("far"), { id: mine?.id ?? "" })).rejects.toMatchObject({ code: "not_found" });
  });

  it("can be stopped; what is finished stays finished", async () => {
    const done = await finished({ against: { release: 1 } });
    expect(await cancelReplay(world.engine, world.as("chief"), { id: done.id })).toMatchObject({ status: "done" });
  });

  it("is part of a draft's check", async () => {
    const report = await checkDraft(world.engine, world.as("chief"), { id: await draftWith(-2) });
    expect(report.replay).toMatchObject({ changed: expect.any(Number), truncated: false });
    expect(report.replay?.byGate.find((gate) => gate.key === KEY)).toMatchObject({ shuts: 1 });
  });
});
