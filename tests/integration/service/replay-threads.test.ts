/** A replay beside the engine's own thread tells the same, to the letter, as one within it; and goes on here when its thread is gone. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json } from "#engine/schema/json.ts";
import type { RulesetDefinition } from "#engine/schema/ruleset.ts";
import { createRecord } from "#engine/service/editing/records.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { createDraft, putDraftDefinition } from "#engine/service/releases/drafts.ts";
import { getReplay, listReplayDiffs } from "#engine/service/replay/replay-queries.ts";
import { createReplayThreads, type ReplayThreads } from "#engine/service/replay/replay-threads.ts";
import { type ReplayInput, startReplay } from "#engine/service/replay/run-replay.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import { type LendingWorld, lendingWorld } from "#tests/support/lending-world.ts";
import { definitionOf, studioPack } from "#tests/support/studio-pack.ts";

const KEY = "lending.quota";
const threads = createReplayThreads(1);
let world: LendingWorld;
let beside: Engine;

beforeAll(async () => {
  world = await lendingWorld(studioPack);
  beside = { ...world.engine, replayThreads: threads };
  const member = (await createRecord(world.engine, world.as("chief"), { type: "members", data: { name: "Ada", email: "ada@reader.example" } })).body.id;
  for (const copies of [1, 2, 3, 1, 2, 1]) {
    const payload = { member_id: member, title: `${copies} of them`, copies, fee: 1 };
    const { body } = await startInstance(world.engine, world.as("clerk"), { machine: "loan", event: { type: "loan.open", payload } });
    await sendEvent(world.engine, world.as("clerk"), { instance: body.id, type: "loan.lend" });
  }
});
afterAll(() => threads.close());

async function draftWith(change: Partial<RulesetDefinition>): Promise<string> {
  const { body: draft } = await createDraft(world.engine, world.as("clerk"), { name: "Other" });
  const content = { ...definitionOf<RulesetDefinition>(KEY), ...change } as unknown as Json;
  await putDraftDefinition(world.engine, world.as("clerk"), { id: draft.id, kind: "ruleset", key: KEY, content });
  return draft.id;
}

/** What a replay counted and found, without its own id and times. */
async function told(engine: Engine, input: ReplayInput): Promise<object> {
  const chief = world.as("chief");
  const { id } = (await startReplay(engine, chief, input)).body;
  for (let tries = 0; tries < 400; tries += 1) {
    const { status, done, total, same, changed, unknown, events, byGate, byMachine, error } = await getReplay(engine, chief, { id });
    if (status !== "queued" && status !== "running") {
      const { items } = await listReplayDiffs(engine, chief, { id });
      return { counts: { status, done, total, same, changed, unknown, events, byGate, byMachine, error }, items };
    }
    await new Promise((wake) => setTimeout(wake, 25));
  }
  throw new Error("The replay did not end.");
}

/** Until the threads take pages. */
async function started(): Promise<void> {
  await told(beside, { against: { release: 1 } });
  for (let tries = 0; threads.width < 2; tries += 1) {
    if (tries > 400) throw new Error("No thread started.");
    await new Promise((wake) => setTimeout(wake, 25));
  }
}

describe("a replay in a thread", () => {
  it("counts and finds what one without it does", async () => {
    await started();
    const base = definitionOf<RulesetDefinition>(KEY);
    const others = {
      ...base.inputs,
      others: { type: "integer", from: 'count(find all("loans", {member_id: record.member_id}))' },
    } as RulesetDefinition["inputs"];
    const inputs: readonly ReplayInput[] = [
      { against: { release: 1 } },
      { against: { release: 1 }, filter: "record.copies > 1" },
      { against: { draft: await draftWith({ derive: { allowed: "quota + extra - 2" } }) } },
      ...(["asOf", "recorded", "unknown"] as const).map((missingFacts) => ({ missingFacts, against: { draft: "" } })),
    ];
    const curious = await draftWith({
      inputs: others,
      rules: [...base.rules, { name: "busy", conditions: { all: [{ fact: "others", operator: "greaterThan", value: 3 }] }, event: { type: "block" } }],
    });
    for (const input of inputs) {
      const asked = "draft" in input.against && input.against.draft === "" ? { ...input, against: { draft: curious } } : input;
      const here = await told(world.engine, asked);
      expect(await told(beside, asked)).toEqual(here);
      expect(JSON.stringify(here)).toContain('"status":"done"');
    }
    // The releases before are let go of, and sent again when they are asked for.
    expect(await told(beside, { against: { release: 1 } })).toEqual(await told(world.engine, { against: { release: 1 } }));
  });

  it("takes its pages back when a thread fails or ends", async () => {
    const here = await told(world.engine, { against: { release: 1 } });
    const failing: ReplayThreads = { width: 3, fold: () => Promise.reject(new Error("gone")), close: async () => {} };
    expect(await told({ ...world.engine, replayThreads: failing }, { against: { release: 1 } })).toEqual(here);
    await started();
    await threads.close();
    expect(await told(beside, { against: { release: 1 } })).toEqual(here);
  });
});
