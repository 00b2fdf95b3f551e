/** What a gate refuses leaves a trace beside the log: for the timeline of the instance, and for the gate's rate in the studio. */
import { expect, it } from "vitest";
import { gateRates } from "#engine/service/releases/gate-rates.ts";
import { systemScope } from "#engine/service/work/scope.ts";
import { openDesk, START } from "./desk.ts";

const desk = await openDesk();
const newNote = async (words: number) =>
  (await desk.call("writer", "POST", "/api/v1/instances", { machine: "note", event: { type: "note.create", payload: { title: "Short", words } } })).body;
const submit = (who: "writer" | "lead", id: string, more: object = {}) =>
  desk.call(who, "POST", `/api/v1/instances/${id}/events`, { type: "note.submit", ...more });
const attempts = async (id: string, who: "writer" | "far" = "writer") => await desk.call(who, "GET", `/api/v1/instances/${id}/attempts`);
const org = () => ({ id: desk.orgIds.ONE, code: "ONE", name: "Org ONE", timeZone: "Europe/Istanbul", branding: {} });

it("tells who tried what, how often, and why it was refused the last time", async () => {
  const note = await newNote(3);
  const before = await desk.stateHash();
  expect((await submit("writer", note.id)).status).toBe(409);
  desk.clock.set("2026-02-02T07:00:00.000Z");
  expect((await submit("writer", note.id)).status).toBe(409);
  expect((await submit("lead", note.id)).body.code).toBe("gate_blocked");
  await desk.call("lead", "POST", `/api/v1/instances/${note.id}/explain`, { type: "note.submit" });
  expect(await desk.stateHash()).toBe(before);
  expect((await desk.call("writer", "POST", `/api/v1/instances/${note.id}/events`, { type: "note.write", payload: { words: 40 } })).status).toBe(200);
  const { body } = await attempts(note.id);
  expect(body.items).toHaveLength(2);
  expect(body.items.find(({ actor }: any) => actor.name === "writer")).toMatchObject({
    ...{ event: "note.submit", gate: "desk.length", tries: 2, firstAt: START, lastAt: "2026-02-02T07:00:00.000Z", seq: 1, release: 1 },
    decision: { outcome: "block", reasons: [{ code: "TOO_SHORT" }], explanation: { inputs: { words: 3 } } },
  });
  expect(body.items.find(({ actor }: any) => actor.name === "lead")).toMatchObject({ tries: 1 });
  const [theirs, nobodys] = [await attempts(note.id, "far"), await attempts("01890000-0000-7000-8000-000000000000", "far")];
  expect(theirs.status).toBe(404);
  expect({ ...theirs.body, instance: "", detail: "" }).toEqual({ ...nobodys.body, instance: "", detail: "" });
  for (const change of ["update blocked_attempt set tries = 1", "delete from blocked_attempt", "truncate blocked_attempt"])
    await expect(desk.database.sql(change)).rejects.toMatchObject({ code: "GH001" });
});

it("counts how each gate decided: open, blocked, overridden; a guard that is asked twice counts once", async () => {
  const rates = async () => (await gateRates(desk.engine, systemScope(org()), { machine: "note" }))["length"] ?? { open: 0, blocked: 0, overridden: 0 };
  const before = await rates();
  const [long, short] = [await newNote(40), await newNote(2)];
  expect((await submit("writer", long.id)).status).toBe(200);
  expect((await submit("writer", short.id)).status).toBe(409);
  expect((await submit("lead", short.id, { override: { gate: "length", reason: "URGENT" } })).status).toBe(200);
  expect(await rates()).toEqual({ open: before.open + 1, blocked: before.blocked + 1, overridden: before.overridden + 1 });
  expect(Object.keys(await gateRates(desk.engine, systemScope({ ...org(), id: desk.orgIds.TWO, code: "TWO" }), { machine: "note" }))).toEqual([]);
  desk.clock.set("2026-03-20T06:00:00.000Z");
  expect(await rates()).toEqual({ open: 0, blocked: 0, overridden: 0 });
});

it("stays a 409 where the trace cannot be written", async () => {
  const note = await newNote(3);
  await desk.database.sql("alter table blocked_attempt rename to gone");
  expect((await submit("writer", note.id)).body.code).toBe("gate_blocked");
  await desk.database.sql("alter table gone rename to blocked_attempt");
  expect((await attempts(note.id)).body.items).toEqual([]);
});
