import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { activate, createActivationCache, listActivations, releaseAt } from "#engine/store/activations.ts";
import { addApiKey, apiKeysOf, findByApiKey, revokeApiKey, saveApiClient } from "#engine/store/api-keys.ts";
import { addCheckpoint, chainHeads, headsNotInLog, headsOfCheckpoints, lastCheckpoint, listCheckpoints, merkleRoot } from "#engine/store/checkpoints.ts";
import { definitionHistory, loadDefinitions, saveDefinitions } from "#engine/store/definitions.ts";
import {
  createDraft,
  draftAuthors,
  draftDefinitions,
  dropDraftDefinition,
  listDrafts,
  loadDraft,
  loadDraftDefinition,
  saveDraftDefinition,
  updateDraft,
} from "#engine/store/drafts.ts";
import { loadFile, loadFileBytes, saveFile } from "#engine/store/files.ts";
import { openSend } from "#engine/store/open-send.ts";
import {
  findPersonByEmail,
  grantsOf,
  listOrgs,
  listPeople,
  loadOrg,
  loadPerson,
  peopleWithRoles,
  removeGrant,
  saveGrant,
  savePerson,
} from "#engine/store/people.ts";
import { createRelease, decideRelease, listReleases, loadRelease, releaseDecisions } from "#engine/store/releases.ts";
import { addReplayDiffs, createReplay, loadReplay, replayDiffs, updateReplay } from "#engine/store/replays.ts";
import { createSession, endSessionsOf, loadSession, purgeSessions, touchSession } from "#engine/store/sessions.ts";
import { loadSetting, saveSetting, settingVersions } from "#engine/store/settings.ts";
import { deleteWebhook, listWebhooks, loadWebhook, saveWebhook, webhooksWanting } from "#engine/store/webhooks.ts";
import { testDatabase } from "#tests/support/database.ts";
import { A, B, inA, inB, inBoth, seedOrgs, send, system, T0 } from "./fixture.ts";

const db = await testDatabase();
await seedOrgs(db);
const T1 = "2026-02-03T06:00:00.000Z";
const person = (id: string, name: string) => ({
  id,
  email: `${name}@Example.org`,
  name,
  status: "active" as const,
  passwordHash: "h",
  totpSecret: null,
  level: "High",
  defaultOrgId: A,
  preferences: { dark: true },
  lastLoginAt: null,
});

test("[P12] orgs and people show where a grant is shared; grants end", async () => {
  const [ann, bob] = [randomUUID(), randomUUID()];
  await db.store.work(system, async (tx) => {
    await savePerson(tx, person(ann, "ann"), T0);
    await savePerson(tx, person(bob, "bob"), T0);
    await saveGrant(tx, { orgId: A, personId: ann, role: "lead", validFrom: null, validTo: T1 });
    await saveGrant(tx, { orgId: B, personId: bob, role: "lead", validFrom: T0, validTo: null });
  });
  await expect(db.store.work(system, (tx) => savePerson(tx, { ...person(randomUUID(), "x"), email: "ANN@example.ORG" }, T0))).rejects.toMatchObject({
    code: "unique_taken",
    data: { fields: ["email"] },
  });
  await db.store.work(inA, async (tx) => {
    expect((await listOrgs(tx)).map((org) => org.code)).toEqual(["AAA"]);
    expect(await loadOrg(tx, "BBB")).toBeNull();
    expect(await loadOrg(tx, A)).toMatchObject({ code: "AAA", fourEyes: true, activationEpoch: 1 });
    expect((await listPeople(tx, { search: "AN" })).map((row) => row.name)).toEqual(["ann"]);
    expect(await loadPerson(tx, bob)).toBeNull();
    expect(await findPersonByEmail(tx, "ANN@example.org")).toMatchObject({ id: ann, preferences: { dark: true }, createdAt: T0 });
    expect(await grantsOf(tx, ann, T0)).toHaveLength(1);
    expect(await grantsOf(tx, ann, T1)).toEqual([]);
    expect(await peopleWithRoles(tx, A, ["lead"], T0)).toEqual([{ id: ann, name: "ann", email: "ann@Example.org" }]);
    expect(await removeGrant(tx, { orgId: A, personId: ann, role: "lead" })).toBe(true);
  });
  await expect(db.store.work(inA, (tx) => saveGrant(tx, { orgId: B, personId: ann, role: "lead", validFrom: null, validTo: null }))).rejects.toMatchObject({
    code: "permission_denied",
  });
});

test("sessions and API keys live as long as they should, and only the system sees them", async () => {
  const id = randomUUID();
  const session = { tokenHash: "t1", personId: id, csrf: "c", createdAt: T0, expiresAt: T1, lastSeenAt: T0, userAgent: null, ip: null };
  await db.store.work(system, async (tx) => {
    await savePerson(tx, person(id, "sue"), T0);
    await createSession(tx, session);
    await createSession(tx, { ...session, tokenHash: "t2" });
    expect(await loadSession(tx, "t1", T0)).toEqual(session);
    expect(await loadSession(tx, "t1", T1)).toBeNull();
    await touchSession(tx, "t1", T1, "2026-02-05T06:00:00.000Z");
    expect(await purgeSessions(tx, T1)).toBe(1);
    expect(await endSessionsOf(tx, id, "t1")).toBe(0);
    await saveApiClient(tx, {
      id: "svc",
      name: "Service",
      personId: null,
      orgIds: [A],
      permissions: ["p.q"],
      hmacSecret: null,
      ratePerMinute: 60,
      active: true,
      createdAt: T0,
    });
    await addApiKey(tx, { hash: "h1", clientId: "svc", prefix: "gh_1", createdAt: T0, expiresAt: T1 });
    expect(await findByApiKey(tx, "h1", T0)).toMatchObject({ client: { id: "svc", orgIds: [A], permissions: ["p.q"] }, key: { prefix: "gh_1" } });
    expect(await findByApiKey(tx, "h1", T1)).toBeNull();
    expect(await revokeApiKey(tx, "h1", T0)).toBe(true);
    expect(await findByApiKey(tx, "h1", T0)).toBeNull();
    expect(await apiKeysOf(tx, "svc")).toMatchObject([{ revokedAt: T0 }]);
  });
  expect(await db.store.work(inA, (tx) => loadSession(tx, "t1", T0))).toBeNull();
});

test("[P10] definitions keep their bytes; releases number without gaps and are decided once", async () => {
  const version = { hash: "a".repeat(64), kind: "table" as const, key: "p.t", content: '{"b":1.50,"a":1e2}' };
  await db.store.work(inA, async (tx) => {
    expect(await saveDefinitions(tx, [version, version], "ann", T0)).toBe(1);
    expect(await saveDefinitions(tx, [version], "bob", T1)).toBe(0);
    expect(await loadDefinitions(tx, [version.hash])).toEqual([version]);
    expect(await definitionHistory(tx, "table", "p.t")).toEqual([{ hash: version.hash, createdAt: T0, createdBy: "ann" }]);
  });
  const input = {
    state: "pending" as const,
    base: null,
    authors: ["ann"],
    createdBy: "ann",
    createdAt: T0,
    note: "n",
    manifest: { "table/p.t": version.hash },
    checks: { ok: true },
  };
  const made = await Promise.all(Array.from({ length: 5 }, () => db.store.work(inA, (tx) => createRelease(tx, input))));
  expect(made.map((release) => release.number).sort()).toEqual([1, 2, 3, 4, 5]);
  const decide = (number: number) => db.store.work(inA, (tx) => decideRelease(tx, { number, decision: "approved", by: "bob", at: T1, note: "" }));
  expect(await decide(2)).toMatchObject({ state: "approved" });
  await expect(decide(2)).rejects.toMatchObject({ code: "release_decided", data: { state: "approved" } });
  await expect(decide(9)).rejects.toMatchObject({ code: "not_found" });
  await db.store.work(inA, async (tx) => {
    expect(await releaseDecisions(tx, 2)).toMatchObject([{ by: "bob", at: T1 }]);
    expect(await loadRelease(tx, 3)).toEqual({ ...made.find((release) => release.number === 3) });
    expect(await listReleases(tx, { limit: 2 })).toMatchObject({ items: [{ number: 5 }, { number: 4 }], next: "4" });
  });
  await expect(db.store.work(inA, (tx) => tx.query("update release set manifest = '{}'"))).rejects.toMatchObject({ code: "permission_denied" });
});

test("drafts count their saves, name their authors and refuse a second tab", async () => {
  const id = randomUUID();
  const change = { draftId: id, kind: "table" as const, key: "p.t", content: '{"x": 1}', baseHash: null, updatedBy: "ann", updatedAt: T0 };
  await db.store.work(inA, async (tx) => {
    expect(await createDraft(tx, { id, name: "d", base: null, createdBy: "ann", createdAt: T0 })).toMatchObject({ status: "open", createdAt: T0 });
    expect(await saveDraftDefinition(tx, change)).toMatchObject({ revision: 1, content: '{"x": 1}' });
  });
  await db.store.work(inA, async (tx) => {
    expect(await saveDraftDefinition(tx, { ...change, updatedBy: "bob", updatedAt: T1, ifRevision: 1, content: null })).toMatchObject({
      revision: 2,
      content: null,
    });
    expect(await draftAuthors(tx, id)).toEqual(["ann", "bob"]);
  });
  await expect(db.store.work(inA, (tx) => saveDraftDefinition(tx, { ...change, ifRevision: 1 }))).rejects.toMatchObject({ code: "draft_conflict" });
  await db.store.work(inA, async (tx) => {
    expect(await loadDraft(tx, id)).toMatchObject({ updatedAt: T1 });
    expect(await draftDefinitions(tx, id)).toMatchObject([{ kind: "table", key: "p.t", updatedAt: T1 }]);
    expect(await updateDraft(tx, id, { status: "published", at: T1 })).toMatchObject({ status: "published", name: "d" });
    expect(await listDrafts(tx, "open")).toEqual([]);
    expect(await dropDraftDefinition(tx, id, "table", "p.t")).toBe(true);
    expect(await loadDraftDefinition(tx, id, "table", "p.t")).toBeNull();
    expect(await draftDefinitions(tx, id)).toEqual([]);
    expect(await dropDraftDefinition(tx, id, "table", "p.t")).toBe(false);
    expect(await saveDraftDefinition(tx, { ...change, ifRevision: 0 }), "revisions never repeat").toMatchObject({ revision: 3, content: '{"x": 1}' });
  });
});

test("activations resolve by instant and share, and move the epoch that caches watch", async () => {
  const row = (release: number, from: string, percent: number, id = randomUUID()) => ({
    orgId: A,
    id,
    release,
    from,
    percent,
    note: "",
    createdBy: "ann",
    createdAt: T0,
  });
  const cache = createActivationCache();
  await db.store.work(inA, async (tx) => {
    await activate(tx, row(1, T0, 100));
    await activate(tx, row(2, T1, 30));
  });
  const instance = randomUUID();
  await send(db, A, instance, "s");
  await db.store.work(inA, async (tx) => {
    const { activationEpoch } = await openSend(tx, { orgId: A, instanceId: instance });
    expect(activationEpoch).toBe(3);
    const activations = await cache.activationsOf(tx, A, activationEpoch);
    expect(await cache.activationsOf(tx, A, activationEpoch)).toBe(activations);
    expect(releaseAt(activations, "2026-02-01T00:00:00.000Z", instance)).toBeNull();
    expect(releaseAt(activations, T0, instance)).toBe(1);
    const drawn = Array.from({ length: 2000 }, () => releaseAt(activations, T1, randomUUID()));
    const share = drawn.filter((release) => release === 2).length / 2000;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
    expect(releaseAt(activations, T1, instance)).toBe(releaseAt(activations, T1, instance));
  });
  await db.store.work(inA, (tx) => activate(tx, row(1, T1, 100)));
  expect(await db.store.work(inA, async (tx) => (await cache.activationsOf(tx, A, 4)).length)).toBe(3);
  expect(await db.store.work(inB, (tx) => listActivations(tx, A))).toEqual([]);
});

test("settings keep every version and refuse a stale one", async () => {
  const save = (values: object, ifVersion?: number) =>
    db.store.work(inA, (tx) =>
      saveSetting(tx, {
        orgId: A,
        key: "p.s",
        values: values as never,
        by: "ann",
        at: ifVersion === undefined ? T0 : T1,
        ...(ifVersion === undefined ? {} : { ifVersion }),
      }),
    );
  expect(await save({ a: 1 })).toMatchObject({ version: 1 });
  expect(await save({ a: 2 }, 1)).toMatchObject({ version: 2 });
  await expect(save({ a: 3 }, 1)).rejects.toMatchObject({ code: "record_changed" });
  await db.store.work(inA, async (tx) => {
    expect(await loadSetting(tx, A, "p.s")).toMatchObject({ values: { a: 2 } });
    expect(await loadSetting(tx, A, "p.s", T0)).toMatchObject({ values: { a: 1 } });
    expect((await settingVersions(tx, A, "p.s")).map((row) => row.version)).toEqual([2, 1]);
    expect((await loadOrg(tx, A))?.settingsEpoch).toBe(3);
  });
});

test("a replay that was cancelled stays so; its differences are paged in order", async () => {
  const id = randomUUID();
  await db.store.work(inA, async (tx) => {
    await createReplay(tx, { orgId: A, id, request: { against: { release: 1 } }, createdBy: "ann", createdAt: T0 });
    await updateReplay(tx, id, { status: "running", total: 10, at: T0 });
    await addReplayDiffs(
      tx,
      [1, 2, 3].map((n) => ({ orgId: A, jobId: id, n, instanceId: randomUUID(), seq: n, cause: n === 3 ? "gate" : "timer", diff: { was: n } })),
    );
    await updateReplay(tx, id, { status: "cancelled", at: T0 });
    expect(await updateReplay(tx, id, { status: "done", done: 10, byGate: [{ gate: "g" }], at: T1 })).toMatchObject({
      status: "cancelled",
      done: 10,
      total: 10,
      byGate: [{ gate: "g" }],
    });
    const page = await replayDiffs(tx, id, { limit: 2 });
    expect(page.items.map((row) => row.n)).toEqual([1, 2]);
    expect((await replayDiffs(tx, id, { limit: 2, cursor: page.next })).items.map((row) => row.n)).toEqual([3]);
    expect((await replayDiffs(tx, id, { limit: 2, cause: "gate" })).items).toMatchObject([{ diff: { was: 3 } }]);
  });
  expect(await db.store.work(inB, (tx) => loadReplay(tx, id))).toBeNull();
});

test("files and webhooks are the org's own", async () => {
  const [file, hook] = [randomUUID(), randomUUID()];
  const bytes = Uint8Array.from([0, 255, 10]);
  const webhook = { orgId: A, id: hook, url: "https://example.org/x", secret: "s", events: ["a.b"], active: true, createdBy: "ann", createdAt: T0 };
  await db.store.work(inA, async (tx) => {
    await saveFile(tx, { orgId: A, id: file, name: "f", mime: "text/plain", size: 3, sha256: "x", createdBy: "ann", createdAt: T0 }, bytes);
    await saveWebhook(tx, webhook);
    expect([await webhooksWanting(tx, A, "a.b"), await webhooksWanting(tx, A, "a.c")]).toEqual([[hook], []]);
    await saveWebhook(tx, { ...webhook, events: [] });
    expect(await webhooksWanting(tx, A, "a.c")).toEqual([hook]);
    await saveWebhook(tx, { ...webhook, active: false });
  });
  await db.store.work(inA, async (tx) => {
    expect(await loadFile(tx, file)).toMatchObject({ name: "f", size: 3 });
    expect([...((await loadFileBytes(tx, file)) ?? [])]).toEqual([...bytes]);
    expect(await listWebhooks(tx)).toEqual([{ ...webhook, active: false }]);
    expect(await webhooksWanting(tx, A, "a.b")).toEqual([]);
  });
  await db.store.work(inB, async (tx) => {
    expect([await loadFile(tx, file), await loadFileBytes(tx, file), await loadWebhook(tx, hook)]).toEqual([null, null, null]);
    expect(await deleteWebhook(tx, hook)).toBe(false);
  });
  expect(await db.store.work(inA, (tx) => deleteWebhook(tx, hook))).toBe(true);
});

test("[P14] a checkpoint covers the head of every chain; its root changes with any of them", async () => {
  const { heads } = await db.store.work(inA, (tx) => chainHeads(tx, A));
  const leaves = heads.map((head) => `${head.instanceId}:${head.seq}:${head.hash}`);
  const root = merkleRoot(leaves);
  const row = {
    orgId: A,
    seq: 1,
    at: T0,
    root,
    instances: heads.length,
    events: 1,
    auditSeq: 0,
    auditHash: null,
    heads: "h",
    previous: null,
    signature: "s",
    keyId: "k",
  };
  await db.store.work(inA, (tx) => addCheckpoint(tx, row, heads));
  expect(await db.store.work(inBoth, (tx) => listCheckpoints(tx, A, 0, 5))).toEqual([row]);
  expect(await db.store.work(inBoth, (tx) => lastCheckpoint(tx, A))).toEqual(row);
  expect(await db.store.work(inA, (tx) => headsOfCheckpoints(tx, A, 0, 1))).toEqual(heads.map(({ covered: _, ...head }) => ({ ...head, checkpoint: 1 })));
  expect((await db.store.work(inA, (tx) => chainHeads(tx, A))).heads.every((head) => head.covered === head.hash)).toBe(true);
  expect(await db.store.work(inA, (tx) => headsNotInLog(tx, A, heads))).toEqual([]);
  const forged = heads.map((head) => ({ ...head, hash: "00".repeat(32) }));
  expect(await db.store.work(inA, (tx) => headsNotInLog(tx, A, forged))).toHaveLength(heads.length);
  expect(merkleRoot([...leaves, "x"])).not.toBe(root);
  expect(merkleRoot([])).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});
