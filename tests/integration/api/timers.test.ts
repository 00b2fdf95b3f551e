/** Timers over all instances: next due first, by pages, filtered, and for those who may see what comes and goes. */
import { expect, it } from "vitest";
import { openDesk, START } from "./desk.ts";

const desk = await openDesk();
const hour = (n: number): string => new Date(Date.parse(START) + n * 3_600_000).toISOString();
const list = async (query = "", who: "lead" | "both" | "far" = "lead", headers: Record<string, string> = {}) =>
  (await desk.call(who, "GET", `/api/v1/timers${query}`, undefined, headers)).body;

/** A note handed in at an hour; its reminder is due two days later. */
async function submitted(at: number, who: "writer" | "far" = "writer"): Promise<{ id: string; key: string }> {
  desk.clock.set(hour(at));
  const event = { type: "note.create", payload: { title: "A note", words: 20 } };
  const note = (await desk.call(who, "POST", "/api/v1/instances", { machine: "note", event })).body;
  expect((await desk.call(who, "POST", `/api/v1/instances/${note.id}/events`, { type: "note.submit" })).status).toBe(200);
  return note;
}
const late = await submitted(5);
const early = await submitted(1);
const middle = await submitted(3);
const foreign = await submitted(2, "far");

it("lists every timer of the org, next due first, with its instance", async () => {
  const { items, next } = await list();
  expect(next).toBeNull();
  expect(items.map((timer: { instance: { id: string } }) => timer.instance.id)).toEqual([early.id, middle.id, late.id]);
  expect(items[0]).toEqual({
    ...{ id: `${early.id}:submitted.reminder`, org: "ONE", name: "submitted.reminder", dueAt: hour(49), state: "waiting", lateMs: 0, seq: 2 },
    instance: { id: early.id, machine: "desk.note", key: early.key },
  });
});

it("goes on by cursor and misses none", async () => {
  const seen: string[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const page: { items: { instance: { id: string } }[]; next: string | null } = await list(`?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
    seen.push(...page.items.map(({ instance }) => instance.id));
    cursor = page.next;
  }
  expect(seen).toEqual([early.id, middle.id, late.id]);
});

it("tells what is overdue, and filters by state, machine, instant and text", async () => {
  desk.clock.set(hour(50));
  const ids = async (query: string) => (await list(query)).items.map((timer: { instance: { id: string } }) => timer.instance.id);
  expect((await list("?state=overdue")).items).toMatchObject([{ instance: { id: early.id }, state: "overdue", lateMs: 3_600_000 }]);
  expect(await ids("?state=waiting")).toEqual([middle.id, late.id]);
  expect(await ids(`?before=${encodeURIComponent(hour(52))}`)).toEqual([early.id, middle.id]);
  expect(await ids("?machine=note")).toHaveLength(3);
  expect(await ids("?machine=desk.other")).toEqual([]);
  expect(await ids(`?q=${late.key.slice(5).toLowerCase()}`)).toEqual([late.id]);
  expect((await desk.call("lead", "GET", "/api/v1/timers?state=soon")).body.code).toBe("query_invalid");
});

it("shows no other org's timers, and nothing to those who may not see them", async () => {
  expect((await list("", "far")).items.map((timer: { instance: { id: string } }) => timer.instance.id)).toEqual([foreign.id]);
  expect((await list("", "both", { "x-org": "all" })).items).toHaveLength(4);
  expect((await desk.call("writer", "GET", "/api/v1/timers")).body).toMatchObject({ code: "permission_denied", permission: "integration.admin" });
});
