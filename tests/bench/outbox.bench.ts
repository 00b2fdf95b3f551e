/**
 * From the commit of an event to the start of its effect's handler, idle: an event every now and then, the relay of the same process.
 *
 *   node tests/bench/outbox.bench.ts [--rounds 3]
 *
 * Beside it a bare pair in turn: commit by one statement, then one statement of another connection that claims the row.
 */
import { randomUUID } from "node:crypto";
import pg from "pg";
import type { EffectHandler } from "#engine/core/ports.ts";
import { startInProcessRelay } from "#engine/relay/in-process.ts";
import type { Relay } from "#engine/relay/relay-context.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { movePayload } from "./bench-pack.ts";
import { benchWorld } from "./bench-world.ts";
import { benchOptions, machine, median, note, quantile, report, spread } from "./measure.ts";

const { rounds } = benchOptions({ rounds: 3, seconds: 0 });
const SENDS = 120;
/** Long enough for the turn before to have ended. */
const IDLE_MS = 60;
const TARGET_MS = 1;

let committedAt = 0;
let waiting: ((ms: number) => void) | null = null;
let relay: Relay | undefined;
const world = await benchWorld({
  instances: 1_000,
  name: "outbox",
  wake: () => {
    committedAt = performance.now();
    relay?.wake();
  },
  committing: (tx) => relay?.committing(tx),
});
const handler: EffectHandler = {
  kind: "mail",
  async deliver() {
    waiting?.(performance.now() - committedAt);
    waiting = null;
    return { result: "delivered" };
  },
};
await world.admin.query("update outbox set status = 'delivered'");
relay = startInProcessRelay(
  {
    store: world.store,
    session: { orgs: "system", actorId: "relay" },
    owner: "bench",
    clock: world.engine.clock,
    handlers: new Map([[handler.kind, handler]]),
    fireTimer: async () => {},
    runSchedules: async () => 0,
    log: { effectTried: () => {}, turnFailed: (error) => console.error(error) },
  },
  { pollMs: 5_000 },
);
const rest = () => new Promise((done) => setTimeout(done, IDLE_MS));

async function ours(): Promise<number> {
  const started = new Promise<number>((resolve) => {
    waiting = resolve;
  });
  const instance = world.ids[Math.floor(Math.random() * world.ids.length)] as string;
  await sendEvent(world.engine, world.scope, { instance, type: "job.move", payload: movePayload(), answer: "lean" });
  return await started;
}

await world.admin.query("create table bare_queue (id uuid primary key, body json, status text not null, due timestamptz not null default now())");
await world.admin.query("create index on bare_queue (due, id) where status = 'pending'");
const claimer = new pg.Client({ connectionString: world.url });
await claimer.connect();
async function bare(): Promise<number> {
  await world.admin.query({ name: "put", text: "insert into bare_queue values ($1, $2, 'pending')", values: [randomUUID(), JSON.stringify(movePayload())] });
  const start = performance.now();
  const text =
    "update bare_queue set status = 'sending' where id in (select id from bare_queue where status = 'pending' and due <= now() order by due, id limit 20 for update skip locked) returning *";
  await claimer.query({ name: "claim", text });
  return performance.now() - start;
}

note(machine(String((await world.admin.query("show server_version")).rows[0].server_version)));
for (let n = 0; n < SENDS; n++) await ours();
const times: { ours: number[][]; bare: number[][] } = { ours: [], bare: [] };
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? (["ours", "bare"] as const) : (["bare", "ours"] as const);
  for (const arm of order) {
    const list: number[] = [];
    for (let n = 0; n < SENDS; n++) {
      await rest();
      list.push(await (arm === "ours" ? ours() : bare()));
    }
    times[arm].push(list);
  }
}
const p50 = times.ours.map((list) => quantile(list, 0.5));
report({ what: "outbox commit to handler start, idle, p50 ms", figure: spread(p50), target: `< ${TARGET_MS}`, met: median(p50) < TARGET_MS });
note(`p99 ${spread(times.ours.map((list) => quantile(list, 0.99)))} ms; a bare claim alone p50 ${spread(times.bare.map((list) => quantile(list, 0.5)))} ms`);
await relay.stop();
await claimer.end();
await world.stop();
