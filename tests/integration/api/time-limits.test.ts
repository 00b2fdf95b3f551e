/** What definitions ask outside of a step has a time too: decisions by API a step's, the rows of one answer theirs together. */
import { expect, it } from "vitest";
import { foldAlike, recordedInstances } from "#engine/service/replay/replay-fold.ts";
import { createTally } from "#engine/service/replay/replay-tally.ts";
import { evaluateOne } from "#engine/service/work/expression.ts";
import { inReading } from "#engine/service/work/reading.ts";
import { systemScope } from "#engine/service/work/scope.ts";
import { copyPlayedRows } from "#engine/store/played-rows.ts";
import { openDesk } from "./desk.ts";

const desk = await openDesk();
/** Within the operations that one expression may spend, tens of milliseconds long. */
const LONG = "sum(for a in 1..300, b in 1..300 return a * b)";

const org = { id: desk.orgIds.ONE, code: "ONE", name: "Org ONE", timeZone: "Europe/Istanbul", branding: {} };

it("a decision that takes too long is refused, and the next one is answered", async () => {
  const draft = (await desk.call("lead", "POST", "/api/v1/drafts", { name: "slow" })).body.id;
  const at = `/api/v1/drafts/${draft}/definitions/ruleset/desk.length`;
  const { content } = (await desk.call("lead", "GET", at)).body;
  const derive = Object.fromEntries(Array.from({ length: 60 }, (_one, n) => [`slow_${n}`, LONG]));
  expect((await desk.call("lead", "PUT", at, { ...content, derive: { ...content.derive, ...derive } })).status).toBe(200);
  const slow = await desk.call("lead", "POST", `/api/v1/decisions/length?draft=${draft}`, { facts: { words: 4 } });
  expect(slow).toMatchObject({ status: 422, body: { code: "limit_exceeded", limit: "time", detail: "The evaluation took more than 250 ms" } });
  expect((await desk.call("lead", "POST", "/api/v1/decisions/length", { facts: { words: 4 } })).body.outcome).toBe("block");
});

it("columns of a page have their time together, not each its own", async () => {
  const answered = await inReading(desk.engine, systemScope(org), async (reading) => {
    const work = reading.workOf(org.id);
    const longest = 4_000;
    for (let row = 0; row < longest; row++) {
      const value = await evaluateOne(work, {}, LONG).catch((error: unknown) => error);
      if (value instanceof Error) return { row, value };
    }
    return { row: longest, value: null };
  });
  expect(answered.value).toMatchObject({
    code: "limit_exceeded",
    message: "What the page asks of definitions took more than 2500 ms",
    data: { limit: "time" },
  });
  expect(answered.row).toBeGreaterThan(10);
});

it("an event that takes too long ends the folding of its instance, not of the others", async () => {
  const start = async () =>
    (await desk.call("writer", "POST", "/api/v1/instances", { machine: "note", event: { type: "note.create", payload: { title: "A", words: 3 } } })).body.id;
  const [musing, plain] = [await start(), await start()];
  expect((await desk.call("writer", "POST", `/api/v1/instances/${musing}/events`, { type: "note.muse" })).status).toBe(200);
  const { program, rows } = await desk.engine.store.work({ orgs: [org.id], actorId: "system" }, async (tx) => ({
    program: (await desk.engine.programs.inForce(tx, org.id, desk.clock.now())).program,
    rows: await copyPlayedRows(tx, [musing, plain]),
  }));
  const page = { instances: [musing, plain].map((id) => ({ id, org })), rows };
  expect(foldAlike(program, recordedInstances(page), createTally(), new Map())).toEqual([]);
  expect(foldAlike(program, recordedInstances(page), createTally(), new Map(), 0)).toEqual([musing]);
});
