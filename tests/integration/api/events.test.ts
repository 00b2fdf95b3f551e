/** Instances over HTTP: start, refuse, explain, move, repeat, look back. */
import { describe, expect, it } from "vitest";
import { openDesk } from "./desk.ts";

const desk = await openDesk();

async function newNote(words: number, title = "A note") {
  const answer = await desk.call("writer", "POST", "/api/v1/instances", { machine: "note", event: { type: "note.create", payload: { title, words } } });
  expect(answer, answer.text).toMatchObject({ status: 201 });
  return answer.body as { id: string; key: string; record: { id: string; etag: string }; seq: number };
}
const send = (who: "writer" | "lead" | "far", id: string, body: unknown, headers: Record<string, string> = {}) =>
  desk.call(who, "POST", `/api/v1/instances/${id}/events`, body, headers);

describe("an instance", () => {
  it("starts with 201 and is found by id and by its key", async () => {
    const note = await newNote(3);
    expect(note).toMatchObject({ machine: { key: "desk.note" }, org: "ONE", state: "draft", status: "active", seq: 1 });
    expect(note.key).toMatch(/^note:ONENT[2-9A-HJKMNP-TV-Z]{8}$/u);
    const byKey = await desk.call("writer", "GET", `/api/v1/instances/${note.key}`);
    expect(byKey.body.id).toBe(note.id);
    expect(byKey.body.events.map((event: { type: string }) => event.type)).toContain("note.submit");
    const listed = await desk.call("writer", "GET", "/api/v1/instances?machine=note&state=draft&limit=1");
    expect(listed.body.items).toHaveLength(1);
  });

  it("is blocked by its gate with reasons and ways through, and stays as it was", async () => {
    const note = await newNote(3);
    const blocked = await send("writer", note.id, { type: "note.submit" });
    expect(blocked.status).toBe(409);
    expect(blocked.headers["content-type"]).toMatch(/^application\/problem\+json/u);
    expect(blocked.body).toMatchObject({ code: "gate_blocked", status: 409 });
    expect(blocked.body.decisions[0]).toMatchObject({ key: "desk.length", outcome: "block", reasons: [{ code: "TOO_SHORT" }] });
    expect(blocked.body.decisions[0].explanation.rules[0].conditions).toBeDefined();
    expect((await desk.call("writer", "GET", `/api/v1/instances/${note.id}`)).body).toMatchObject({ seq: 1, state: "draft" });
    const audit = await desk.call("lead", "GET", `/api/v1/audit?action=event_blocked&subject=${note.id}`);
    expect(audit.body.items).toHaveLength(1);
  });

  it("is refused by an invariant of its machine, with the values read, and nothing is written but the audit log", async () => {
    const note = await newNote(3);
    const before = await desk.stateHash();
    const book = { type: "note.write", payload: { words: 100_000 } };
    const told = { name: "A note is no book", message: "100000 words are a book.", outcome: "broken", values: { "record.words": 100_000 }, missing: [] };
    const refused = await send("writer", note.id, book);
    expect(refused).toMatchObject({ status: 409, body: { code: "invariant_violated", violations: [told], state: "draft" } });
    expect(refused.body.detail).toBe(`"note.write" would break "A note is no book" of ${note.key}: 100000 words are a book. (record.words is 100000)`);
    const explained = await desk.call("writer", "POST", `/api/v1/instances/${note.id}/explain`, book);
    expect(explained.body).toMatchObject({ outcome: "violated", from: "draft", to: "draft", effects: [], violations: [told] });
    const event = { type: "note.create", payload: { title: "Long", words: 100_000 } };
    const begun = await desk.call("writer", "POST", "/api/v1/instances", { machine: "note", event });
    expect(begun).toMatchObject({ status: 409, body: { code: "invariant_violated", violations: [told] } });
    expect(await desk.stateHash()).toBe(before);
    expect((await desk.call("writer", "GET", `/api/v1/instances/${note.id}/history`)).body.items).toHaveLength(1);
    const audit = await desk.call("lead", "GET", `/api/v1/audit?action=event_blocked&subject=${note.id}`);
    expect(audit.body.items).toMatchObject([{ detail: { event: "note.write", reasons: ["INVARIANT_VIOLATED"], violations: [told] } }]);
    expect((await send("writer", note.id, { type: "note.write", payload: { words: 99_999 } })).status).toBe(200);
  });

  it("holds an invariant against every write of the record that it stands on", async () => {
    const [note, other] = [await newNote(3), await newNote(4)];
    const at = `/api/v1/records/notes/${note.record.id}`;
    const before = await desk.stateHash();
    const told = { name: "A note is no book", message: "100000 words are a book.", outcome: "broken", values: { "record.words": 100_000 } };
    const edited = await desk.call("writer", "PATCH", at, { words: 100_000 }, { "idempotency-key": `book-${note.id}` });
    expect(edited).toMatchObject({ status: 409, body: { code: "invariant_violated", violations: [told], instanceKey: note.key, state: "draft" } });
    expect(edited.body.detail).toContain(`would break "A note is no book" of ${note.key}: 100000 words are a book. (record.words is 100000)`);
    const lengthen = { type: "note.lengthen", payload: { other: note.record.id, words: 100_000 } };
    expect(await send("writer", other.id, lengthen)).toMatchObject({ status: 409, body: { code: "invariant_violated", instanceKey: note.key } });
    expect(await desk.stateHash()).toBe(before);
    const audit = await desk.call("lead", "GET", `/api/v1/audit?action=record_change_refused&subject=${note.record.id}`);
    const line = { detail: { key: note.key, reasons: ["INVARIANT_VIOLATED"], violations: [told] } };
    expect(audit.body.items).toMatchObject([line, line]);
    expect((await desk.call("writer", "PATCH", at, { words: 99_999 })).body.data).toMatchObject({ words: 99_999 });
    expect((await send("writer", other.id, { ...lengthen, payload: { other: note.record.id, words: 9 } })).status).toBe(200);
  });

  it("is stopped when its step takes too long, and writes nothing", async () => {
    const note = await newNote(3);
    const before = await desk.stateHash();
    const stopped = await send("writer", note.id, { type: "note.ponder" });
    expect(stopped).toMatchObject({ status: 422, body: { code: "limit_exceeded", limit: "time" } });
    expect(stopped.body.detail).toBe('desk.note "note.ponder": The step took more than 250 ms');
    expect(await desk.stateHash()).toBe(before);
    expect((await send("writer", note.id, { type: "note.write", payload: { words: 4 } })).body).toMatchObject({ seq: 2 });
  });

  it("explains without changing anything", async () => {
    const note = await newNote(12);
    const before = await desk.stateHash();
    const explained = await desk.call("writer", "POST", `/api/v1/instances/${note.id}/explain`, { type: "note.submit" });
    expect(explained.status).toBe(200);
    expect(explained.body).toMatchObject({ outcome: "moved", from: "draft", to: "submitted" });
    expect(await desk.stateHash()).toBe(before);
  });

  it("moves once per Idempotency-Key, and refuses the key for another body", async () => {
    const note = await newNote(12);
    const key = { "idempotency-key": `submit-${note.id}` };
    const first = await send("writer", note.id, { type: "note.submit" }, key);
    expect(first.body).toMatchObject({ seq: 2, from: "draft", to: "submitted" });
    const again = await send("writer", note.id, { type: "note.submit" }, key);
    expect(again.status).toBe(200);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(again.text).toBe(first.text);
    const other = await send("writer", note.id, { type: "note.write", payload: { words: 1 } }, key);
    expect(other).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
    const history = await desk.call("writer", "GET", `/api/v1/instances/${note.id}/history`);
    expect(history.body.items.map((row: { seq: number }) => row.seq)).toEqual([1, 2]);
    expect(history.body.items[1]).toMatchObject({
      event: { type: "note.submit" },
      from: "draft",
      to: "submitted",
      machine: { key: "desk.note" },
      prevHash: history.body.items[0].hash,
    });
  });

  it("moves once when the same key comes five times at once", async () => {
    const note = await newNote(12);
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => send("writer", note.id, { type: "note.submit" }, { "idempotency-key": `race-${note.id}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it("takes a gate's override from those who may, with a reason", async () => {
    const note = await newNote(1);
    const override = { type: "note.submit", override: { gate: "length", reason: "URGENT", note: "asked for by phone" } };
    expect((await send("writer", note.id, override)).body.code).toBe("event_not_permitted");
    const forced = await send("lead", note.id, override);
    expect(forced.status).toBe(200);
    expect(forced.body.decisions[0].overridden).toMatchObject({ reason: "URGENT" });
  });

  it("answers each kind of refusal with its own code", async () => {
    const note = await newNote(3);
    expect((await send("writer", note.id, { type: "note.approve" })).body.code).toBe("event_not_permitted");
    expect((await send("lead", note.id, { type: "note.approve" })).body).toMatchObject({
      code: "event_not_available",
      events: expect.arrayContaining(["note.write"]),
    });
    expect((await send("writer", note.id, { type: "note.write", payload: { words: "x" } })).body).toMatchObject({
      code: "payload_invalid",
      errors: [{ path: "/words" }],
    });
    expect((await send("writer", note.id, { type: "note.write", payload: { words: 4 }, expectedSeq: 7 })).body.code).toBe("seq_conflict");
    expect((await send("writer", note.id, { type: "note.read" })).body.code).toMatch(/^event_not_(permitted|available)$/u);
    expect((await send("far", note.id, { type: "note.write", payload: { words: 4 } })).body.code).toBe("instance_not_found");
  });

  it("of another org answers byte for byte as one that does not exist", async () => {
    const note = await newNote(3);
    const bare = (text: string, id: string) => text.replaceAll(id, "ID").replace(/urn:request:[\w-]+/u, "R");
    const unknown = "0197f000-0000-7000-8000-000000000000";
    for (const path of ["", "/history"]) {
      const foreign = await desk.call("far", "GET", `/api/v1/instances/${note.id}${path}`);
      const none = await desk.call("far", "GET", `/api/v1/instances/${unknown}${path}`);
      expect(foreign.status).toBe(404);
      expect(bare(foreign.text, note.id)).toBe(bare(none.text, unknown));
    }
  });

  it("in bulk: one result each, refused ones beside those that moved", async () => {
    const [one, two] = [await newNote(1), await newNote(2)];
    const items = [
      { instance: one.id, type: "note.write", payload: { words: 20 } },
      { instance: two.id, type: "note.write", payload: { words: -1 } },
      { instance: two.id, type: "note.submit" },
      { instance: "nothing", type: "note.write", payload: { words: 1 } },
    ];
    const answer = await desk.call("writer", "POST", "/api/v1/bulk/events", { items });
    expect(answer.status).toBe(207);
    expect(answer.body.results.map(({ status }: { status: number }) => status)).toEqual([200, 422, 422, 404]);
    expect(answer.body.results[2]).toMatchObject({ index: 2, instance: two.id, body: { code: "override_single_only", status: 422 } });
    expect(answer.body.results[0].body.instance.seq).toBe(2);
  });

  it("the audit log and every chain verify", async () => {
    const answer = await desk.call("lead", "POST", "/api/v1/audit/verify");
    expect(answer.body).toMatchObject({ ok: true });
    expect(answer.body.events).toBeGreaterThan(5);
    expect((await desk.call("writer", "POST", "/api/v1/audit/verify")).body.code).toBe("permission_denied");
  });
});
