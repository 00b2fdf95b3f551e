/** Rules as content over HTTP: decide, draft, check, publish with four eyes, activate, roll back, replay. */
import { describe, expect, it } from "vitest";
import { openDesk } from "./desk.ts";

const desk = await openDesk();
const RULESET = "/definitions/ruleset/desk.length";

async function draftWith(least: number): Promise<string> {
  const draft = await desk.call("lead", "POST", "/api/v1/drafts", { name: `at least ${least}` });
  expect(draft.status).toBe(201);
  const { body } = await desk.call("lead", "GET", `/api/v1/drafts/${draft.body.id}${RULESET}`);
  const content = { ...body.content, params: { least: { type: "integer", default: least } } };
  const put = await desk.call("lead", "PUT", `/api/v1/drafts/${draft.body.id}${RULESET}`, content);
  expect(put.status).toBe(200);
  expect(put.body).toMatchObject({ kind: "ruleset", key: "desk.length", lints: expect.any(Array) });
  return draft.body.id;
}

describe("decisions", () => {
  it("answer with outcome, explanation and the ways through", async () => {
    const shut = await desk.call("lead", "POST", "/api/v1/decisions/length", { facts: { words: 4 } });
    expect(shut.body).toMatchObject({ key: "desk.length", outcome: "block", reasons: [{ code: "TOO_SHORT" }] });
    expect((await desk.call("lead", "POST", "/api/v1/decisions/desk.length", { facts: { words: 14 } })).body.outcome).toBe("pass");
    expect((await desk.call("lead", "POST", "/api/v1/decisions/length", { facts: {} })).body.outcome).toBe("unknown");
    expect((await desk.call("lead", "POST", "/api/v1/decisions/length", { facts: { nonsense: 1 } })).body.code).toBe("facts_invalid");
    expect((await desk.call("lead", "POST", "/api/v1/decisions/nothing", { facts: {} })).body.code).toBe("definition_not_found");
  });

  it("in a batch: a line each, in order, only the lines at fault refused", async () => {
    const lines = ['{"words":4}', '{"words":40}', "[]", '{"nonsense":1}', "{", '{"words":10}'];
    const answer = await desk.call("lead", "POST", "/api/v1/decisions/length/batch", undefined, {});
    expect(answer.body.code).toBe("body_not_json");
    const batch = await desk.app.inject({
      method: "POST",
      url: "/api/v1/decisions/length/batch",
      headers: { authorization: `Bearer ${desk.keys.lead}`, "content-type": "application/x-ndjson" },
      payload: lines.join("\n"),
    });
    const answers = batch.body
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map((each) => each.outcome ?? each.code)).toEqual(["block", "pass", "facts_invalid", "facts_invalid", "body_not_json", "pass"]);
  });
});

describe("publishing", () => {
  it("goes from draft to release to activation through two people, and back", async () => {
    const draft = await draftWith(2);
    const checks = await desk.call("lead", "POST", `/api/v1/drafts/${draft}/check`);
    expect(checks.body).toMatchObject({ ok: true });
    expect((await desk.call("lead", "POST", `/api/v1/decisions/length?draft=${draft}`, { facts: { words: 4 } })).body.outcome).toBe("pass");
    const release = await desk.call("lead", "POST", "/api/v1/releases", { draft, note: "shorter notes" });
    expect(release).toMatchObject({ status: 201, body: { number: 2, state: "pending" } });
    expect((await desk.call("lead", "POST", "/api/v1/activations", { release: 2, note: "now" })).body.code).toBe("release_not_approved");
    expect((await desk.call("lead", "POST", "/api/v1/releases/2/approve", { note: "fine" })).body.code).toBe("own_release");
    expect((await desk.call("writer", "POST", "/api/v1/releases/2/approve", {})).body.code).toBe("permission_denied");
    expect((await desk.call("publisher", "POST", "/api/v1/releases/2/approve", { note: "fine" })).body).toMatchObject({ number: 2, state: "approved" });
    expect((await desk.call("publisher", "POST", "/api/v1/releases/2/reject", {})).body.code).toBe("release_decided");
    expect((await desk.call("publisher", "POST", "/api/v1/activations", { release: 2, note: "now" })).status).toBe(201);
    const decide = () => desk.call("lead", "POST", "/api/v1/decisions/length", { facts: { words: 4 } });
    expect((await decide()).body.outcome).toBe("pass");
    const diff = await desk.call("lead", "GET", "/api/v1/releases/1/diff/2");
    expect(diff.body.definitions).toHaveLength(1);
    expect((await desk.call("publisher", "POST", "/api/v1/activations", { release: 1, note: "back" })).status).toBe(201);
    expect((await decide()).body.outcome).toBe("block");
    expect((await desk.call("lead", "GET", "/api/v1/definitions/ruleset/length?release=2")).body.content.params.least.default).toBe(2);
  });

  it("refuses a definition that is none, and a draft whose checks fail", async () => {
    const draft = await draftWith(3);
    expect((await desk.call("lead", "PUT", `/api/v1/drafts/${draft}${RULESET}`, { kind: "ruleset" })).body.code).toBe("definition_invalid");
    const { body } = await desk.call("lead", "GET", `/api/v1/drafts/${draft}${RULESET}`);
    const broken = { ...body.content, tests: [{ name: "impossible", facts: { words: 1 }, expect: { outcome: "pass" } }] };
    expect((await desk.call("lead", "PUT", `/api/v1/drafts/${draft}${RULESET}`, broken)).status).toBe(200);
    const release = await desk.call("lead", "POST", "/api/v1/releases", { draft, note: "broken" });
    expect(release).toMatchObject({ status: 422, body: { code: "checks_failed", checks: { ok: false } } });
    expect((await desk.call("lead", "DELETE", `/api/v1/drafts/${draft}`)).status).toBe(204);
  });

  it("creates one draft per Idempotency-Key", async () => {
    const key = { "idempotency-key": "draft-1" };
    const first = await desk.call("lead", "POST", "/api/v1/drafts", { name: "keyed" }, key);
    const again = await desk.call("lead", "POST", "/api/v1/drafts", { name: "keyed" }, key);
    expect(again).toMatchObject({ status: 201, body: { id: first.body.id } });
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect((await desk.call("lead", "POST", "/api/v1/drafts", { name: "other" }, key)).body.code).toBe("idempotency_key_reused");
  });
});

describe("replay", () => {
  it("finds what another release would have decided, and tells its progress", async () => {
    const note = await desk.call("writer", "POST", "/api/v1/instances", {
      machine: "note",
      event: { type: "note.create", payload: { title: "Replayed", words: 12 } },
    });
    await desk.call("writer", "POST", `/api/v1/instances/${note.body.id}/events`, { type: "note.submit" });
    const draft = await draftWith(50);
    const started = await desk.call("lead", "POST", "/api/v1/replays", { against: { draft }, missingFacts: "recorded" });
    expect(started.status).toBe(202);
    const url = `/api/v1/replays/${started.body.id}`;
    const events = await desk.app.inject({ method: "GET", url: `${url}/events`, headers: { authorization: `Bearer ${desk.keys.lead}` } });
    expect(events.headers["content-type"]).toMatch(/^text\/event-stream/u);
    expect(events.body).toMatch(/event: end\ndata: \{.*"status":"done"/u);
    expect((await desk.call("lead", "GET", url)).body).toMatchObject({ status: "done", changed: 1 });
    const diffs = await desk.call("lead", "GET", `${url}/diffs`);
    expect(diffs.body.items).toMatchObject([{ seq: 2 }]);
    expect((await desk.call("writer", "GET", url)).status).toBeGreaterThanOrEqual(403);
    const none = await desk.call("lead", "POST", "/api/v1/replays", { against: { draft }, filter: "record.title = null" });
    const end = await desk.app.inject({ method: "GET", url: `/api/v1/replays/${none.body.id}/events`, headers: { authorization: `Bearer ${desk.keys.lead}` } });
    expect(end.body).toMatch(/event: end\ndata: \{.*"status":"done"/u);
    expect((await desk.call("lead", "GET", `/api/v1/replays/${none.body.id}`)).body).toMatchObject({
      same: 0,
      changed: 0,
      request: { filter: "record.title = null" },
    });
    const wrong = await desk.call("lead", "POST", "/api/v1/replays", { against: { draft }, filter: "record.title =" });
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ path: "/filter" }] } });
  });
});
