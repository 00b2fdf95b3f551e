/** One key, one act: the answer is kept in the transaction of the act itself, so that no crash can part them. */
import { expect, it } from "vitest";
import { openDesk } from "./desk.ts";

const desk = await openDesk();
let count = 0;

/** Sends a request twice under one key: one row more, and the answer stands beside it in the same transaction. */
async function once(who: "lead" | "publisher", path: string, body: unknown, rows: string): Promise<any> {
  count += 1;
  const key = `once-${count}`;
  const isBytes = typeof body === "string";
  const send = (payload: unknown) =>
    desk.app.inject({
      method: "POST",
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${desk.keys[who]}`, "idempotency-key": key, "content-type": isBytes ? "text/plain" : "application/json" },
      payload: isBytes ? (payload as string) : JSON.stringify(payload),
    });
  const before = new Set((await written(rows)).map(({ transaction }) => transaction));
  const [first, beside] = await Promise.all([send(body), send(body)]);
  expect(first.statusCode, `${path} ${first.body.slice(0, 300)}`).toBeLessThan(300);
  expect([beside.statusCode, beside.body]).toEqual([first.statusCode, first.body]);
  const again = await send(body);
  expect([again.statusCode, again.headers["idempotency-replayed"], again.body]).toEqual([first.statusCode, "true", first.body]);
  const other = await send(isBytes ? `${body}.` : { ...(body as object), note: "other", name: "other", reason: "other" });
  expect([422, 400]).toContain(other.statusCode);
  const act = (await written(rows)).map(({ transaction }) => transaction).filter((transaction) => !before.has(transaction));
  expect(act, path).toHaveLength(1);
  const [kept] = await desk.database.sql<{ transaction: string; status: number }>("select xmin::text as transaction, status from inbox where key = $1", [key]);
  expect(kept).toEqual({ transaction: act[0], status: first.statusCode });
  return first.json();
}

const written = (rows: string) => desk.database.sql<{ transaction: string }>(`select xmin::text as transaction from ${rows}`);

it("holds for drafts, releases, their approval, activations, files, and replays", async () => {
  const draft = await once("lead", "/drafts", { name: "shorter" }, "draft");
  const at = `/api/v1/drafts/${draft.id}/definitions/ruleset/desk.length`;
  const { body } = await desk.call("lead", "GET", at);
  expect((await desk.call("lead", "PUT", at, { ...body.content, params: { least: { type: "integer", default: 2 } } })).status).toBe(200);
  const release = await once("lead", "/releases", { draft: draft.id, note: "shorter" }, "release");
  await once("publisher", `/releases/${release.number}/approve`, { note: "fine" }, "release_decision");
  await once("publisher", "/activations", { release: release.number, note: "now" }, "activation");
  await once("lead", "/files?name=a.txt", "bytes", "file");
  await once("lead", "/replays", { against: { release: 1 } }, "audit_log where action = 'replay_started'");
});

it("keeps no refusal: the act may be tried again under its key", async () => {
  const key = { "idempotency-key": "refused" };
  expect((await desk.call("lead", "POST", "/api/v1/drafts", { name: "x", base: 99 }, key)).status).toBe(404);
  expect((await desk.call("lead", "POST", "/api/v1/drafts", { name: "x" }, key)).status).toBe(201);
});

it("tells who waits too long that the first is still under way, and lets the same key be tried again", async () => {
  const [client] = await desk.database.sql<{ id: string }>("select person_id::text as id from api_client where id = 'key-lead'");
  const lock = `hashtextextended('inbox:${desk.orgIds.ONE}:person:${client?.id}:held', 0)`;
  await desk.database.sql(`select pg_advisory_lock(${lock})`);
  const send = () => desk.call("lead", "POST", "/api/v1/drafts", { name: "held" }, { "idempotency-key": "held" });
  const from = performance.now();
  const refused = await send();
  expect(performance.now() - from, "waits for the lock once").toBeLessThan(4_000);
  expect(refused).toMatchObject({ status: 409, body: { code: "idempotency_in_flight" } });
  expect(refused.headers["retry-after"]).toBe("1");
  await desk.database.sql(`select pg_advisory_unlock(${lock})`);
  expect((await send()).status).toBe(201);
});

it("tells the same of an event whose key and instance are asked for in one flight; an instance that another holds is only busy", async () => {
  const begun = await desk.call("writer", "POST", "/api/v1/instances", {
    machine: "note",
    event: { type: "note.create", payload: { title: "Held", words: 1 } },
  });
  const [client] = await desk.database.sql<{ id: string }>("select person_id::text as id from api_client where id = 'key-writer'");
  const lock = `hashtextextended('inbox:${desk.orgIds.ONE}:person:${client?.id}:held-event', 0)`;
  const at = `/api/v1/instances/${begun.body.id}/events`;
  const send = () => desk.call("writer", "POST", at, { type: "note.write", payload: { words: 2 } }, { "idempotency-key": "held-event" });
  await desk.database.sql(`select pg_advisory_lock(${lock})`);
  const from = performance.now();
  const refused = await send();
  expect(performance.now() - from, "waits for the lock once").toBeLessThan(4_000);
  expect(refused).toMatchObject({ status: 409, body: { code: "idempotency_in_flight" } });
  expect(refused.headers["retry-after"]).toBe("1");
  await desk.database.sql(`select pg_advisory_unlock(${lock})`);
  const sent = await send();
  expect([sent.status, sent.body.seq]).toEqual([200, 2]);
  const again = await send();
  expect([again.headers["idempotency-replayed"], again.body.seq]).toEqual(["true", 2]);
});
