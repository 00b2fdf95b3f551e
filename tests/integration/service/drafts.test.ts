/** Drafts: open, change, take back, conflict, check; who may. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Json } from "#engine/schema/json.ts";
import type { RulesetDefinition } from "#engine/schema/ruleset.ts";
import { checkDraft } from "#engine/service/releases/check-draft.ts";
import {
  createDraft,
  deleteDraft,
  deleteDraftDefinition,
  getDraft,
  getDraftDefinition,
  listDrafts,
  putDraftDefinition,
} from "#engine/service/releases/drafts.ts";
import { library, whereUsed } from "#engine/service/releases/studio-library.ts";
import { draftSides, getDefinition, listDefinitions } from "#engine/service/releases/studio-queries.ts";
import { type LendingWorld, lendingWorld } from "#tests/support/lending-world.ts";
import { definitionOf, studioPack } from "#tests/support/studio-pack.ts";

let world: LendingWorld;
const KEY = "lending.quota";
const quota = (): RulesetDefinition => definitionOf<RulesetDefinition>(KEY);
const asJson = (value: unknown): Json => value as Json;

beforeAll(async () => {
  world = await lendingWorld(studioPack);
});

async function open(name = "Wider quota"): Promise<string> {
  return (await createDraft(world.engine, world.as("clerk"), { name })).body.id;
}
const put = (id: string, content: unknown, revision?: number) =>
  putDraftDefinition(world.engine, world.as("clerk"), {
    id,
    kind: "ruleset",
    key: KEY,
    content: asJson(content),
    ...(revision === undefined ? {} : { revision }),
  });

describe("drafts", () => {
  it("stand on the release in force and show what they change", async () => {
    const id = await open();
    const { definition, problems } = await put(id, { ...quota(), title: "Wider quota" });
    expect(definition).toMatchObject({ key: KEY, change: "changed", release: 1, content: { title: "Wider quota" } });
    expect(problems.filter((problem) => problem.severity === "error")).toEqual([]);
    const draft = await getDraft(world.engine, world.as("chief"), { id });
    expect(draft).toMatchObject({ name: "Wider quota", base: 1, status: "open", authors: [world.ids.clerk], conflicts: [] });
    expect(draft.definitions).toMatchObject([{ kind: "ruleset", key: KEY, title: "Wider quota", change: "changed" }]);
    expect((await getDefinition(world.engine, world.as("clerk"), { kind: "ruleset", key: "quota" })).content).toMatchObject({ title: "Quota" });
    const [sides] = await draftSides(world.engine, world.as("clerk"), { id });
    expect(sides?.diff.parts).toEqual([{ part: "other", id: "/title", change: "changed", was: "Quota", now: "Wider quota" }]);
    expect((await listDrafts(world.engine, world.as("clerk"))).map((one) => one.id)).toContain(id);
  });

  it("refuse what does not fit the schema of its kind, naming the path, and store nothing", async () => {
    const id = await open();
    await expect(put(id, { ...quota(), policy: { type: "maybe" } })).rejects.toMatchObject({
      code: "definition_invalid",
      data: { errors: expect.arrayContaining([expect.objectContaining({ path: "/policy/type" })]) },
    });
    await expect(put(id, { ...quota(), key: "lending.other" })).rejects.toMatchObject({ code: "definition_invalid" });
    expect((await getDraft(world.engine, world.as("clerk"), { id })).definitions).toEqual([]);
  });

  it("keep a second tab from overwriting the first", async () => {
    const id = await open();
    const first = await put(id, { ...quota(), title: "A" });
    await put(id, { ...quota(), title: "B" }, first.definition.revision);
    await expect(put(id, { ...quota(), title: "C" }, first.definition.revision)).rejects.toMatchObject({ code: "draft_conflict" });
  });

  it("keep who changed what was taken back from overwriting what was saved anew", async () => {
    const id = await open();
    const clerk = world.as("clerk");
    const old = (await put(id, { ...quota(), title: "A" }, 0)).definition.revision;
    await deleteDraftDefinition(world.engine, clerk, { id, kind: "ruleset", key: KEY });
    expect(await getDraftDefinition(world.engine, clerk, { id, kind: "ruleset", key: KEY })).toMatchObject({ change: null, revision: 0 });
    await expect(put(id, { ...quota(), title: "A2" }, old)).rejects.toMatchObject({ code: "draft_conflict", data: { conflicts: [{ revision: 0 }] } });
    const anew = (await put(id, { ...quota(), title: "B" }, 0)).definition.revision;
    await expect(put(id, { ...quota(), title: "A2" }, old)).rejects.toMatchObject({ code: "draft_conflict", data: { conflicts: [{ revision: anew }] } });
    expect(await getDraftDefinition(world.engine, clerk, { id, kind: "ruleset", key: KEY })).toMatchObject({ content: { title: "B" }, revision: anew });
  });

  it("take a change back, and take a definition out where it was not changed", async () => {
    const id = await open();
    await put(id, { ...quota(), title: "A" });
    const clerk = world.as("clerk");
    expect((await deleteDraftDefinition(world.engine, clerk, { id, kind: "ruleset", key: KEY })).definitions).toEqual([]);
    expect((await deleteDraftDefinition(world.engine, clerk, { id, kind: "ruleset", key: KEY })).definitions).toMatchObject([
      { key: KEY, title: "Quota", change: "removed" },
    ]);
    expect(await getDraftDefinition(world.engine, clerk, { id, kind: "ruleset", key: KEY })).toMatchObject({ change: "removed" });
    await expect(deleteDraftDefinition(world.engine, clerk, { id, kind: "ruleset", key: "lending.nothing" })).rejects.toMatchObject({
      code: "definition_not_found",
    });
  });

  it("can be discarded, and then no longer changed", async () => {
    const id = await open();
    await deleteDraft(world.engine, world.as("clerk"), { id });
    await expect(put(id, quota())).rejects.toMatchObject({ code: "draft_conflict" });
    await expect(getDraft(world.engine, world.as("clerk"), { id: "nonsense" })).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("check", () => {
  it("passes for a sound change and reports its tests", async () => {
    const id = await open();
    await put(id, { ...quota(), tests: [{ name: "within", facts: { copies: 1, quota: 3 }, expect: { outcome: "pass" } }] });
    const report = await checkDraft(world.engine, world.as("clerk"), { id, replayDays: 0 });
    expect(report).toMatchObject({
      ok: true,
      changed: 1,
      schema: { ok: true },
      references: { ok: true },
      tests: { ok: true, total: 1, passed: 1 },
      replay: null,
    });
  });

  it("fails for a test that gives something else, saying what", async () => {
    const id = await open();
    await put(id, { ...quota(), tests: [{ name: "never", facts: { copies: 1, quota: 3 }, expect: { outcome: "block", reasons: ["OVER_QUOTA"] } }] });
    const report = await checkDraft(world.engine, world.as("clerk"), { id, replayDays: 0 });
    expect(report.ok).toBe(false);
    expect(report.tests.failures).toEqual([
      { kind: "ruleset", key: KEY, test: "never", differences: ["outcome is pass, expected block", 'reasons are [], expected ["OVER_QUOTA"]'] },
    ]);
  });

  it("fails for a rule that reads what is no input", async () => {
    const id = await open();
    const rules = quota().rules.map((rule) => ({ ...rule, conditions: { all: [{ fact: "nobody_knows", operator: "equal", value: 1 }] } }));
    const { problems } = await put(id, { ...quota(), rules });
    expect(problems).toMatchObject([{ severity: "error", kind: "ruleset", key: KEY, path: expect.stringContaining("/rules/0/conditions") }]);
    const report = await checkDraft(world.engine, world.as("clerk"), { id, replayDays: 0 });
    expect(report.ok).toBe(false);
  });

  it("fails for a draft that takes out what others need", async () => {
    const id = await open();
    await deleteDraftDefinition(world.engine, world.as("clerk"), { id, kind: "ruleset", key: KEY });
    const report = await checkDraft(world.engine, world.as("clerk"), { id, replayDays: 0 });
    expect(report.ok).toBe(false);
    const named = [...report.references.problems, ...report.lints.problems].filter((problem) => problem.severity === "error").map((problem) => problem.key);
    expect(named).toContain("lending.loan");
  });
});

describe("library", () => {
  it("lists definitions with health and uses, and finds words inside", async () => {
    const all = await library(world.engine, world.as("clerk"));
    expect(all.items).toHaveLength(studioPack.length);
    expect(all).toMatchObject({ release: 1, mayEdit: true });
    expect(all.items.find((item) => item.key === KEY)).toMatchObject({ title: "Quota", pack: "lending", usedBy: 2 });
    const found = await library(world.engine, world.as("clerk"), { q: "OVER_QUOTA" });
    expect(found.items.map((item) => item.key)).toEqual([KEY]);
  });

  it("knows both directions of use", async () => {
    const used = await whereUsed(world.engine, world.as("clerk"), { kind: "ruleset", key: KEY });
    expect(used.usedBy.map((one) => one.key)).toEqual(["lending.loan", "lending.desk"]);
    expect(used.uses.map((one) => `${one.kind}/${one.key}`).sort()).toEqual(["settings/lending.lending-settings", "type/lending.members"]);
  });

  it("is hidden from those who may not see definitions", async () => {
    await expect(listDefinitions(world.engine, world.as("branch"))).rejects.toMatchObject({ code: "not_found" });
    await expect(createDraft(world.engine, world.as("branch"), { name: "x" })).rejects.toMatchObject({
      code: "permission_denied",
      data: { permission: "rules.edit" },
    });
  });
});

describe("[P17] tests that a draft's definition carries", () => {
  it("fail together where they take too long, and others are served meanwhile", async () => {
    const { derive, ...rest } = quota();
    const slow = "count(for a in 1..1000, b in 1..1000, c in 1..1000 return a) > 0";
    const many = Array.from({ length: 200 }, (_, n) => ({ name: `slow ${n}`, facts: {}, expect: {} }));
    const id = await open("Slow tests");
    await put(id, { ...rest, derive: { ...derive, slow }, outputs: { ...rest.outputs, slow: "slow" }, tests: many });
    const report = await checkDraft(world.engine, world.as("clerk"), { id, replayDays: 0 });
    expect(report.ok).toBe(false);
    expect(report.tests.failures).toEqual([
      { kind: "ruleset", key: KEY, test: `all of ${KEY}`, differences: [expect.stringContaining("took more than 2000 ms")] },
    ]);
  });
});
