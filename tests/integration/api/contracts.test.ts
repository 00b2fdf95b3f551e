/** Contract events over HTTP: the signature before all else, then the contract's own order of checks. */
import { describe, expect, it } from "vitest";
import { openDesk } from "./desk.ts";

const desk = await openDesk();
const EVENTS = "/api/v1/contracts/feed/events";

async function newNote(): Promise<string> {
  const started = await desk.call("writer", "POST", "/api/v1/instances", {
    machine: "note",
    event: { type: "note.create", payload: { title: "Sent", words: 20 } },
  });
  await desk.call("writer", "POST", `/api/v1/instances/${started.body.id}/events`, { type: "note.submit" });
  return (started.body.key as string).slice("note:".length);
}

const envelope = (code: string, sequence: number, more: object = {}) => ({
  event: "note.read",
  idempotency_key: `ext:note:${code}.${sequence}:read:v1`,
  org_code: "ONE",
  occurred_at: "2026-02-02T09:00:00+03:00",
  sequence,
  schema_version: "v1",
  subject: { type: "note", ref: code },
  data: { reader: "somebody" },
  ...more,
});
const post = (body: unknown, options: Parameters<typeof desk.signed>[2] = {}) => desk.signed(EVENTS, JSON.stringify(body), options);

describe("signatures", () => {
  it("are judged before the body is read, and a call that fails them writes nothing", async () => {
    const before = await desk.stateHash();
    expect((await post({}, { secret: "wrong" })).body.code).toBe("signature_invalid");
    expect((await desk.signed(EVENTS, "not json", { secret: "wrong" })).body.code).toBe("signature_invalid");
    expect((await post({}, { key: "nobody" })).body.code).toBe("key_unknown");
    expect((await desk.call(null, "POST", EVENTS, {})).body.code).toBe("key_unknown");
    expect((await desk.call("ext", "POST", EVENTS, {})).body.code).toBe("key_unknown");
    const now = Date.parse(desk.clock.now()) / 1000;
    expect((await post({}, { at: now - 301 })).body.code).toBe("timestamp_skew");
    expect((await post({}, { at: now + 301 })).body.code).toBe("timestamp_skew");
    expect(await desk.stateHash()).toBe(before);
  });

  it("fit by either of two secrets, up to 300 seconds off", async () => {
    const now = Date.parse(desk.clock.now()) / 1000;
    for (const options of [{ secret: "old-secret" }, { secret: "new-secret" }, { at: now - 300 }, { at: now + 300 }]) {
      expect((await desk.signed(EVENTS, "not json", options)).body.code).toBe("body_not_json");
    }
  });
});

describe("events", () => {
  it("are accepted once, then duplicates with the first answer", async () => {
    const code = await newNote();
    const first = await post(envelope(code, 1));
    expect(first).toMatchObject({ status: 202, body: { result: "accepted", instances: [{ machine: expect.stringContaining("note"), state: "submitted" }] } });
    const again = await post(envelope(code, 1));
    expect(again).toMatchObject({ status: 200, body: { result: "duplicate", eventId: first.body.eventId } });
  });

  it("accepted once when the same comes five times at once", async () => {
    const code = await newNote();
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(envelope(code, 1))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 202]);
    const receipts = await desk.call("lead", "GET", `/api/v1/contracts/feed/receipts?key=${encodeURIComponent(envelope(code, 1).idempotency_key)}`);
    expect(receipts.body.items.filter((row: { result: string }) => row.result === "accepted")).toHaveLength(1);
  });

  it("are refused with the contract's codes, and a refusal does not consume the key", async () => {
    const code = await newNote();
    const refused = async (body: object) => {
      const answer = await post(body);
      expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/u);
      return [answer.status, answer.body.code];
    };
    expect(await refused(envelope(code, 1, { idempotency_key: "ext:note:1:read" }))).toEqual([400, "idempotency_key_malformed"]);
    expect(await refused(envelope(code, 1, { idempotency_key: `ext:other:${code}.1:read:v1` }))).toEqual([400, "idempotency_key_mismatch"]);
    expect(await refused(envelope(code, 1, { event: "note.unknown" }))).toEqual([400, "event_unknown"]);
    expect(await refused(envelope(code, 1, { data: { reader: 7 } }))).toEqual([422, "payload_invalid"]);
    expect(await refused(envelope(code, 1, { org_code: "TWO" }))).toEqual([404, "not_found"]);
    expect(await refused(envelope("ONENTZZZZZZZZ", 1))).toEqual([404, "not_found"]);
    expect((await post(envelope(code, 1))).status).toBe(202);
    expect(await refused(envelope(code, 1, { data: { reader: "another" } }))).toEqual([409, "idempotency_key_reused"]);
  });

  it("older than what was seen change nothing", async () => {
    const code = await newNote();
    expect((await post(envelope(code, 7))).status).toBe(202);
    expect(await post(envelope(code, 5))).toMatchObject({ status: 200, body: { result: "stale_ignored" } });
    expect((await post(envelope(code, 8))).status).toBe(202);
  });

  it("in an array: 207, one result each, in order; more than 100 are too many", async () => {
    const code = await newNote();
    const answer = await post([envelope(code, 1), envelope(code, 1), { nonsense: true }, envelope(code, 2)]);
    expect(answer.status).toBe(207);
    expect(answer.body.results.map((item: { status: number }) => item.status)).toEqual([202, 200, 400, 202]);
    expect(answer.body.results.map((item: { result?: string; code?: string }) => item.result ?? item.code)).toEqual([
      "accepted",
      "duplicate",
      expect.any(String),
      "accepted",
    ]);
    expect((await post(Array.from({ length: 101 }, (_each, n) => envelope(code, n + 10)))).body.code).toBe("too_large");
  });

  it("in a batch: a line each, in order, signed as one body", async () => {
    const code = await newNote();
    const lines = [JSON.stringify(envelope(code, 1)), "{broken", JSON.stringify(envelope(code, 1)), "", JSON.stringify(envelope(code, 2))];
    const answer = await desk.signed("/api/v1/contracts/feed/batch", lines.join("\n"), { type: "application/x-ndjson" });
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toMatch(/^application\/x-ndjson/u);
    const answers = answer.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers.map((each) => each.status)).toEqual([202, 400, 200, 202]);
    expect(answers.map((each) => each.result ?? each.code)).toEqual(["accepted", "body_not_json", "duplicate", "accepted"]);
    // A line that cannot be read is answered in the same shape as one that is refused.
    expect(answers.map((each) => each.index)).toEqual([0, 1, 2, 3]);
    expect(answers[1].body).toMatchObject({ status: 400, code: "body_not_json", hint: expect.any(String) });
    const tampered = await desk.signed("/api/v1/contracts/feed/batch", lines.join("\n"), { type: "application/x-ndjson", secret: "wrong" });
    expect(tampered.body.code).toBe("signature_invalid");
  });

  it("leave a receipt with their cause", async () => {
    const code = await newNote();
    await post(envelope(code, 3));
    await post(envelope(code, 2));
    const stale = await desk.call(
      "lead",
      "GET",
      `/api/v1/contracts/feed/receipts?result=stale_ignored&key=${encodeURIComponent(envelope(code, 2).idempotency_key)}`,
    );
    expect(stale.body.items[0]).toMatchObject({ key: envelope(code, 2).idempotency_key, cause: "OUT_OF_ORDER", sequence: 2 });
    expect((await desk.call("writer", "GET", "/api/v1/contracts/feed/receipts")).status).toBe(404);
  });
});
