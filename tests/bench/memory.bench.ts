/**
 * Memory while a long history is replayed and a long batch is worked off: what is held after a warm-up and what is held at most.
 *
 *   node --expose-gc tests/bench/memory.bench.ts [--full]
 *
 * By default 50,000 events and 2,000 lines; with --full 1,000,000 and 100,000. The bound is the same for both.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { planOf, replayPages } from "#engine/service/replay/replay-run.ts";
import { createTally } from "#engine/service/replay/replay-tally.ts";
import { movePayload } from "./bench-pack.ts";
import { benchWorld } from "./bench-world.ts";
import { benchOptions, machine, note, report } from "./measure.ts";

const { full } = benchOptions({ rounds: 1, seconds: 0 });
const EVENTS_EACH = 25;
const EVENTS = full ? 1_000_000 : 50_000;
const LINES = full ? 100_000 : 2_000;
const BATCH = 200;
const BOUND_MB = 64;
const MEGA = 1024 * 1024;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const held = (): number => {
  collect();
  return process.memoryUsage().heapUsed / MEGA;
};

const world = await benchWorld({ instances: EVENTS / EVENTS_EACH, name: "memory" });
const { admin, ids, engine, scope } = world;
note(machine(String((await admin.query("show server_version")).rows[0].server_version)));
const [first] = ids as [string];
for (let n = 2; n < EVENTS_EACH; n++) await sendEvent(engine, scope, { instance: first, type: "job.move", payload: movePayload(), answer: "lean" });
await admin.query(
  `insert into event_log (org_id, instance_id, seq, at, machine, machine_version, release, type, actor, event, facts, decisions, effects, from_state, to_state, seed, override, prev_hash, hash)
   select e.org_id, i.id, e.seq, e.at, e.machine, e.machine_version, e.release, e.type, e.actor, e.event, e.facts, e.decisions, replace(e.effects::text, $1::text, i.id::text)::json, e.from_state, e.to_state, e.seed, e.override, e.prev_hash, e.hash
   from instance i cross join event_log e where e.instance_id = $1::uuid and i.id <> $1::uuid`,
  [first],
);
await admin.query("update instance set seq = $1", [EVENTS_EACH]);
await admin.query("vacuum analyze");

await replayAll();
await sendLines();
await world.stop();

async function replayAll(): Promise<void> {
  const ruling = await world.store.work({ orgs: [world.org.id], actorId: "bench" }, (tx) => engine.programs.inForce(tx, world.org.id, engine.clock.now()));
  const plan = planOf(scope, ruling, {}, "recorded");
  const book = createTally();
  let before = 0;
  let most = 0;
  let pages = 0;
  for await (const _page of replayPages(engine, plan, book)) {
    pages += 1;
    if (pages === 3) before = held();
    else if (pages > 3 && pages % 20 === 0) most = Math.max(most, held());
  }
  most = Math.max(most, held());
  const grown = most - before;
  report({
    what: `memory held over ${EVENTS} replayed events, MB`,
    figure: `+${grown.toFixed(1)} on ${before.toFixed(0)}`,
    target: `<= +${BOUND_MB}`,
    met: grown <= BOUND_MB,
  });
}

/** Lines come one by one from a generator, as from a request's body, and are worked off by batches. */
async function sendLines(): Promise<void> {
  function* lines(): Generator<string> {
    for (let n = 0; n < LINES; n++) yield ids[n % ids.length] as string;
  }
  let before = 0;
  let most = 0;
  let done = 0;
  let batch: string[] = [];
  for (const id of lines()) {
    batch.push(id);
    if (batch.length < BATCH) continue;
    await Promise.all(batch.map((instance) => sendEvent(engine, scope, { instance, type: "job.move", payload: movePayload(), answer: "lean" })));
    done += batch.length;
    batch = [];
    if (done === BATCH * 3) before = held();
    else if (done > BATCH * 3) most = Math.max(most, held());
  }
  const grown = most - before;
  report({
    what: `memory held over ${LINES} lines sent, MB`,
    figure: `+${grown.toFixed(1)} on ${before.toFixed(0)}`,
    target: `<= +${BOUND_MB}`,
    met: grown <= BOUND_MB,
  });
}
