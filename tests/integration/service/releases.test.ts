/** Publishing, approving by another person, activating, and going back. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json } from "#engine/schema/json.ts";
import type { RulesetDefinition } from "#engine/schema/ruleset.ts";
import type { SettingsDefinition } from "#engine/schema/settings.ts";
import { deliverRemote } from "#engine/service/delivery/deliver-remote.ts";
import { createRecord } from "#engine/service/editing/records.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { getInstance } from "#engine/service/queries/instance.ts";
import { activateRelease, cancelActivation, listActivations } from "#engine/service/releases/activate-release.ts";
import { approveRelease, rejectRelease } from "#engine/service/releases/decide-release.ts";
import { createDraft, getDraft, putDraftDefinition, rebaseDraft } from "#engine/service/releases/drafts.ts";
import { createRelease } from "#engine/service/releases/publish-release.ts";
import { diffReleases, getDefinition, getRelease, listReleases } from "#engine/service/releases/studio-queries.ts";
import { claimOutbox } from "#engine/store/outbox.ts";
import { type LendingWorld, lendingWorld, type Who } from "#tests/support/lending-world.ts";
import { definitionOf, studioPack } from "#tests/support/studio-pack.ts";

let world: LendingWorld;
const KEY = "lending.quota";

beforeAll(async () => {
  world = await lendingWorld(studioPack);
});

async function draftOf(who: Who, title: string): Promise<string> {
  const { body: draft } = await createDraft(world.engine, world.as(who), { name: title });
  const content = { ...definitionOf<RulesetDefinition>(KEY), title } as unknown as Json;
  await putDraftDefinition(world.engine, world.as(who), { id: draft.id, kind: "ruleset", key: KEY, content });
  return draft.id;
}
const publish = async (who: Who, title: string) => (await createRelease(world.engine, world.as(who), { draft: await draftOf(who, title), note: title })).body;
const titleNow = async (): Promise<unknown> =>
  ((await getDefinition(world.engine, world.as("clerk"), { kind: "ruleset", key: KEY })).content as { title: string }).title;

describe("a release", () => {
  it("waits for somebody who did not write it, is activated, and an older one brings the old rules back", async () => {
    const release = await publish("chief", "Second");
    expect(release).toMatchObject({ number: 2, state: "pending", base: 1, author: world.ids.chief, authors: [world.ids.chief], note: "Second" });
    await expect(activateRelease(world.engine, world.as("chief"), { release: 2 })).rejects.toMatchObject({ code: "release_not_approved" });
    await expect(approveRelease(world.engine, world.as("chief"), { number: 2 })).rejects.toMatchObject({ code: "own_release" });
    await expect(approveRelease(world.engine, world.as("clerk"), { number: 2 })).rejects.toMatchObject({ code: "permission_denied" });
    expect((await approveRelease(world.engine, world.as("second"), { number: 2, note: "looks right" })).body).toMatchObject({
      state: "approved",
      decisions: [{ decision: "approved", by: world.ids.second }],
    });
    await expect(rejectRelease(world.engine, world.as("second"), { number: 2 })).rejects.toMatchObject({ code: "release_decided" });
    expect(await titleNow()).toBe("Quota");
    expect((await activateRelease(world.engine, world.as("chief"), { release: 2, note: "go" })).body).toMatchObject({
      org: "ONE",
      release: 2,
      percent: 100,
      inForce: true,
    });
    expect(await titleNow()).toBe("Second");

    world.setNow("2026-02-02T07:00:00.000Z");
    await activateRelease(world.engine, world.as("chief"), { release: 1, note: "back" });
    expect(await titleNow()).toBe("Quota");
    const activations = await listActivations(world.engine, world.as("chief"));
    expect(activations.map((one) => [one.release, one.inForce])).toEqual([
      [1, true],
      [2, false],
      [1, false],
    ]);
  });

  it("differs from another one definition by definition", async () => {
    const diff = await diffReleases(world.engine, world.as("clerk"), { a: 1, b: 2 });
    expect(diff.definitions).toMatchObject([{ kind: "ruleset", key: KEY, change: "changed", summary: { added: 0, removed: 0, changed: 1 } }]);
    expect((await getRelease(world.engine, world.as("clerk"), { number: 2 })).checks).toMatchObject({ ok: true });
    await expect(getRelease(world.engine, world.as("clerk"), { number: 99 })).rejects.toMatchObject({ code: "not_found" });
    expect((await listReleases(world.engine, world.as("clerk"), { limit: 1 })).next).not.toBeNull();
  });

  it("can be activated later, and for a share of the instances", async () => {
    const at = "2026-03-01T06:00:00.000Z";
    expect((await activateRelease(world.engine, world.as("chief"), { release: 2, at, percent: 25, note: "trial" })).body).toMatchObject({
      at,
      percent: 25,
      inForce: false,
    });
    expect(await titleNow()).toBe("Quota");
    await expect(activateRelease(world.engine, world.as("chief"), { release: 2, percent: 0 })).rejects.toMatchObject({ code: "payload_invalid" });
    await expect(activateRelease(world.engine, world.as("chief"), { release: 2, at: "soon" })).rejects.toMatchObject({ code: "payload_invalid" });
    await expect(activateRelease(world.engine, world.as("both", "all"), { release: 2 })).rejects.toMatchObject({ code: "org_required" });
  });

  it("is not made of a draft whose checks fail, nor of one that changes nothing", async () => {
    const { body: draft } = await createDraft(world.engine, world.as("clerk"), { name: "Broken" });
    await expect(createRelease(world.engine, world.as("clerk"), { draft: draft.id, note: "x" })).rejects.toMatchObject({ code: "checks_failed" });
    const content = {
      ...definitionOf<RulesetDefinition>(KEY),
      tests: [{ name: "no", facts: { copies: 1, quota: 3 }, expect: { outcome: "block" } }],
    } as unknown as Json;
    await putDraftDefinition(world.engine, world.as("clerk"), { id: draft.id, kind: "ruleset", key: KEY, content });
    await expect(createRelease(world.engine, world.as("clerk"), { draft: draft.id, note: "x" })).rejects.toMatchObject({
      code: "checks_failed",
      data: { checks: { ok: false, tests: { total: 1, passed: 0 } } },
    });
    expect((await getDraft(world.engine, world.as("clerk"), { id: draft.id })).status).toBe("open");
  });

  it("does not undo what another release has changed since: the draft is rebased first", async () => {
    const late = await draftOf("clerk", "Late");
    const release = await publish("chief", "Early");
    await approveRelease(world.engine, world.as("second"), { number: release.number });
    await activateRelease(world.engine, world.as("second"), { release: release.number });
    await expect(createRelease(world.engine, world.as("clerk"), { draft: late, note: "late" })).rejects.toMatchObject({
      code: "draft_conflict",
      data: { conflicts: [expect.objectContaining({ key: KEY })] },
    });
    expect((await getDraft(world.engine, world.as("clerk"), { id: late })).conflicts).toEqual([{ kind: "ruleset", key: KEY }]);
    expect(await rebaseDraft(world.engine, world.as("clerk"), { id: late })).toMatchObject({ base: release.number, conflicts: [] });
    expect((await createRelease(world.engine, world.as("clerk"), { draft: late, note: "late" })).body).toMatchObject({
      base: release.number,
      state: "pending",
    });
  });

  it("that is to be activated later can be called off until then, and only by who may publish", async () => {
    const release = await publish("chief", "Later");
    await approveRelease(world.engine, world.as("second"), { number: release.number });
    world.setNow("2026-04-01T06:00:00.000Z");
    const before = await titleNow();
    const { body: called } = await activateRelease(world.engine, world.as("chief"), { release: release.number, at: "2026-04-01T07:00:00.000Z" });
    const { body: kept } = await activateRelease(world.engine, world.as("chief"), { release: release.number, at: "2026-04-01T08:00:00.000Z", percent: 100 });
    await expect(cancelActivation(world.engine, world.as("clerk"), { id: called.id })).rejects.toMatchObject({ code: "permission_denied" });
    await expect(cancelActivation(world.engine, world.as("chief"), { id: "none" })).rejects.toMatchObject({ code: "not_found" });
    await cancelActivation(world.engine, world.as("chief"), { id: called.id });
    await expect(cancelActivation(world.engine, world.as("chief"), { id: called.id })).rejects.toMatchObject({ code: "not_found" });
    world.setNow("2026-04-01T07:30:00.000Z");
    expect([await titleNow(), (await listActivations(world.engine, world.as("chief")))[0]]).toMatchObject([before, { id: kept.id, inForce: false }]);
    world.setNow("2026-04-01T08:00:00.000Z");
    await expect(cancelActivation(world.engine, world.as("chief"), { id: kept.id })).rejects.toMatchObject({ code: "activation_started" });
    expect(await titleNow()).toBe("Later");
    await activateRelease(world.engine, world.as("chief"), { release: 1 });
  });

  it("can be rejected, and is then never activated", async () => {
    const release = await publish("clerk", "Unwanted");
    expect((await rejectRelease(world.engine, world.as("chief"), { number: release.number, note: "no" })).body).toMatchObject({ state: "rejected" });
    await expect(activateRelease(world.engine, world.as("chief"), { release: release.number })).rejects.toMatchObject({ code: "release_not_approved" });
  });
});

describe("timers that wait while another release comes into force", () => {
  const SETTINGS = "lending.lending-settings";
  async function lent(): Promise<string> {
    const loan = { member_id: member, title: "Book", copies: 1, fee: "2.50" };
    const { id } = (await startInstance(world.engine, world.as("clerk"), { machine: "loan", event: { type: "loan.open", payload: loan } })).body;
    await sendEvent(world.engine, world.as("clerk"), { instance: id, type: "loan.lend" });
    return id;
  }
  let member = "";
  const dueOf = async (instance: string) => (await getInstance(world.engine, world.as("clerk"), { instance })).timers.map(({ dueAt }) => dueAt);
  async function deliverUntil(now: string): Promise<void> {
    world.setNow(now);
    for (;;) {
      const claim = { now, limit: 100, leaseMs: 1000, kinds: ["remote"], owner: "test" };
      const rows = await world.engine.store.work({ orgs: "system", actorId: "system" }, (tx) => claimOutbox(tx, claim));
      if (rows.length === 0) return;
      for (const { id, orgId, key, kind, payload } of rows)
        expect(await deliverRemote(world.engine, { id, org: orgId, key, kind, body: payload, attempt: 1 })).toMatchObject({ result: "delivered" });
    }
  }
  async function withDays(days: number): Promise<number> {
    const { body: draft } = await createDraft(world.engine, world.as("clerk"), { name: `${days} days` });
    const settings = definitionOf<SettingsDefinition>(SETTINGS);
    const content = { ...settings, defaults: { ...settings.defaults, late_days: days } } as unknown as Json;
    await putDraftDefinition(world.engine, world.as("clerk"), { id: draft.id, kind: "settings", key: SETTINGS, content });
    const { number } = (await createRelease(world.engine, world.as("clerk"), { draft: draft.id, note: "days" })).body;
    await approveRelease(world.engine, world.as("chief"), { number });
    return number;
  }

  it("follow its defaults from its instant on, and come back with a rollback; what was called off moves nothing", async () => {
    member = (await createRecord(world.engine, world.as("chief"), { type: "members", data: { name: "Ada", email: "ada@reader.example" } })).body.id;
    const before = (await listActivations(world.engine, world.as("chief"))).find(({ inForce }) => inForce)?.release ?? 1;
    world.setNow("2026-05-04T06:00:00.000Z");
    const loan = await lent();
    expect(await dueOf(loan)).toEqual(["2026-05-06T06:00:00.000Z"]);
    const [five, seven] = [await withDays(5), await withDays(7)];
    await activateRelease(world.engine, world.as("chief"), { release: five, at: "2026-05-04T07:00:00.000Z" });
    const { body: off } = await activateRelease(world.engine, world.as("chief"), { release: seven, at: "2026-05-04T08:00:00.000Z" });
    await cancelActivation(world.engine, world.as("chief"), { id: off.id });
    await deliverUntil("2026-05-04T06:30:00.000Z");
    expect(await dueOf(loan), "it is not in force yet").toEqual(["2026-05-06T06:00:00.000Z"]);
    await deliverUntil("2026-05-04T07:00:00.000Z");
    expect(await dueOf(loan)).toEqual(["2026-05-09T06:00:00.000Z"]);
    await deliverUntil("2026-05-04T08:30:00.000Z");
    expect(await dueOf(loan), "it was called off").toEqual(["2026-05-09T06:00:00.000Z"]);
    await activateRelease(world.engine, world.as("chief"), { release: before, note: "back" });
    await deliverUntil("2026-05-04T08:31:00.000Z");
    expect(await dueOf(loan)).toEqual(["2026-05-06T06:00:00.000Z"]);
  });

  it("follow it only for the instances that follow it", async () => {
    world.setNow("2026-05-04T09:00:00.000Z");
    const loans: string[] = [];
    for (let n = 0; n < 12; n++) loans.push(await lent());
    const nine = await withDays(9);
    await activateRelease(world.engine, world.as("chief"), { release: nine, percent: 50 });
    await deliverUntil("2026-05-04T09:01:00.000Z");
    const dues = (await Promise.all(loans.map(dueOf))).flat();
    expect([...new Set(dues)].sort()).toEqual(["2026-05-06T09:00:00.000Z", "2026-05-13T09:00:00.000Z"]);
  });
});

describe("a draft that several publish at once", () => {
  it("[WMS-32] is one release; whoever comes second is told that it is published, and can save nothing more into it", async () => {
    const before = (await listReleases(world.engine, world.as("chief"))).items.length;
    const draft = await draftOf("chief", "At once");
    const content = { ...definitionOf<RulesetDefinition>(KEY), title: "Too late" } as unknown as Json;
    const tries = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) => createRelease(world.engine, world.as(n % 2 === 0 ? "chief" : "second"), { draft, note: "at once" })),
    );
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const each of tries) if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "draft_conflict" });
    expect((await listReleases(world.engine, world.as("chief"))).items).toHaveLength(before + 1);
    await expect(putDraftDefinition(world.engine, world.as("second"), { id: draft, kind: "ruleset", key: KEY, content })).rejects.toMatchObject({
      code: "draft_conflict",
    });
  });
});
