/**
 * Replay of recorded events with their facts against pages + JSON.parse + json-rules-engine over the same rows.
 *
 *   node tests/bench/replay.bench.ts [--rounds 3] [--full]
 *
 * Ours: `replayPages`, whole: every row is read, stepped again through the statechart on its recorded facts, gates decided with explanation, and
 * compared with what was recorded. As in the product, pages are read in this thread and folded in threads beside it (one for each processor, at
 * most four), which the other side has no use for: its engine is asynchronous code of one thread. Other side: the same rows read by pages,
 * decisions' inputs parsed, the gate asked of json-rules-engine, one engine reused one run at a time (its fastest right use). It reads a
 * twentieth of the rows, since it is so much slower; both are rates a row.
 */
import { Engine as JsonRules } from "json-rules-engine";
import { planOf, replayPages } from "#engine/service/replay/replay-run.ts";
import { createTally } from "#engine/service/replay/replay-tally.ts";
import { createReplayThreads, replayThreadCount } from "#engine/service/replay/replay-threads.ts";
import { OPEN_FACTS } from "./bench-pack.ts";
import { type BenchWorld, benchWorld } from "./bench-world.ts";
import { benchOptions, machine, median, note, report, spread } from "./measure.ts";
import { gate } from "./rules-cases.ts";

const { rounds, full } = benchOptions({ rounds: 3, seconds: 0 });
const EVENTS_EACH = 40;
const EVENTS = full ? 200_000 : 40_000;
const OTHER_SHARE = 20;
const TARGET = 15;

const world = await benchWorld({ instances: EVENTS / EVENTS_EACH, name: "replay" });
const replayThreads = createReplayThreads(replayThreadCount());
const engine = { ...world.engine, replayThreads };
await recordHistory(world);
const ruling = await world.store.work({ orgs: [world.org.id], actorId: "bench" }, (tx) =>
  world.engine.programs.inForce(tx, world.org.id, world.engine.clock.now()),
);
note(machine(String((await world.admin.query("show server_version")).rows[0].server_version)));

const other = new JsonRules([], { allowUndefinedFacts: true });
for (const rule of gate.rules) other.addRule(rule as never);

async function ours(): Promise<number> {
  const book = createTally();
  const plan = planOf(world.scope, ruling, {}, "recorded");
  const start = performance.now();
  let findings = 0;
  for await (const page of replayPages(engine, plan, book)) findings += page.findings.length;
  const rate = (EVENTS / (performance.now() - start)) * 1000;
  if (findings > 0) throw new Error(`${findings} instances were not replayed as recorded`);
  return rate;
}

async function theirs(): Promise<number> {
  const rows = EVENTS / OTHER_SHARE;
  const start = performance.now();
  let done = 0;
  for (let after: readonly [string, number] = ["00000000-0000-0000-0000-000000000000", 0]; done < rows; ) {
    const page = await world.admin.query(
      "select instance_id, seq, facts::text, decisions::text, event::text, to_state::text from event_log where (instance_id, seq) > ($1::uuid, $2::int) order by instance_id, seq limit $3",
      [...after, Math.min(5_000, rows - done)],
    );
    for (const row of page.rows) {
      JSON.parse(row.facts);
      const decisions = JSON.parse(row.decisions);
      JSON.parse(row.event);
      JSON.parse(row.to_state);
      const { events } = await other.run(decisions[0]?.inputs ?? OPEN_FACTS);
      if (decisions.length > 0 && (events.length === 0) !== (decisions[0].outcome === "pass")) throw new Error("json-rules-engine decides otherwise");
      done += 1;
    }
    const last = page.rows.at(-1);
    after = [last.instance_id, last.seq];
  }
  return (rows / (performance.now() - start)) * 1000;
}

await ours();
const ratios: number[] = [];
const rates: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? (["ours", "theirs"] as const) : (["theirs", "ours"] as const);
  for (const arm of order) rates[arm].push(await (arm === "ours" ? ours() : theirs()));
  ratios.push((rates.ours.at(-1) as number) / (rates.theirs.at(-1) as number));
}
note(`${EVENTS} events: ours ${median(rates.ours).toFixed(0)} rows/s, pages + parse + json-rules-engine ${median(rates.theirs).toFixed(0)} rows/s`);
report({ what: "replay / pages + parse + json-rules-engine", figure: spread(ratios, 1), target: `>= ${TARGET}`, met: median(ratios) >= TARGET });
await replayThreads.close();
await world.stop();

/** Every instance gets the history of two real moves, over and over: each row follows from the one before it. */
async function recordHistory({ admin, ids, engine, scope, org }: BenchWorld): Promise<void> {
  const { sendEvent } = await import("#engine/service/instances/send-event.ts");
  const { movePayload } = await import("./bench-pack.ts");
  const [first] = ids;
  if (first === undefined) return;
  for (let n = 2; n < EVENTS_EACH; n++) await sendEvent(engine, scope, { instance: first, type: "job.move", payload: movePayload(), answer: "lean" });
  await admin.query(
    `insert into event_log (org_id, instance_id, seq, at, machine, machine_version, release, type, actor, event, facts, decisions, effects, from_state, to_state, seed, override, prev_hash, hash)
     select e.org_id, i.id, e.seq, e.at, e.machine, e.machine_version, e.release, e.type, e.actor, e.event, e.facts, e.decisions, replace(e.effects::text, $1::text, i.id::text)::json, e.from_state, e.to_state, e.seed, e.override, e.prev_hash, e.hash
     from instance i cross join event_log e where e.instance_id = $1::uuid and i.id <> $1::uuid and i.org_id = $2`,
    [first, org.id],
  );
  await admin.query("update instance set seq = $1", [EVENTS_EACH]);
  await admin.query("vacuum analyze");
}
