/**
 * `sendEvent` through the service against one bare prepared CTE that writes the same rows into the same tables' copies.
 *
 *   node tests/bench/send.bench.ts [--rounds 5] [--seconds 2]
 *
 * Ours: row-level security on, access decision, payload check, gate with explanation, step, hash chain, 2.4 KB log row, one outbox row. Of
 * instances that this process moved before, as it did all of these, it remembers how it left them: one flight, which checks that. "first"
 * forgets them: they are read, in a flight of its own. Bare: superuser, no transaction block, ready-made JSON text of the same bytes, the same columns and indexes, one flight.
 */
import { randomUUID } from "node:crypto";
import pg from "pg";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { movePayload } from "./bench-pack.ts";
import { type BenchWorld, benchWorld } from "./bench-world.ts";
import { benchOptions, type Measured, machine, median, note, rate, report, spread } from "./measure.ts";

const INSTANCES = 10_000;
/**
 * The code has to be compiled before it is timed: a few thousand calls of each side, and one round that does not count at each number of
 * connections. Compiling goes on in threads beside it, for whose core the server's process waits up to 4 ms (its run queue's time in schedstat).
 */
const WARM_SECONDS = 4;
const TARGETS: Readonly<Record<number, number>> = { 1: 0.5, 8: 0.4, 32: 0.4 };
const { rounds, seconds } = benchOptions({ rounds: 5, seconds: 2 });

const world = await benchWorld({ instances: INSTANCES, name: "send" });
const pick = (): string => world.ids[Math.floor(Math.random() * INSTANCES)] as string;

async function ours(answer: "lean" | "full", key?: string, instance = pick()): Promise<void> {
  const idempotency = key === undefined ? {} : { idempotency: { key, fingerprint: "0".repeat(64) } };
  await sendEvent(world.engine, world.scope, { instance, type: "job.move", payload: movePayload(), answer, ...idempotency });
}

async function first(): Promise<void> {
  const instance = pick();
  world.engine.memory.forget(instance);
  await ours("lean", undefined, instance);
}

const bareOnce = await prepareBare(world);
const clients: pg.Client[] = [];
for (let n = 0; n < 32; n++) {
  const client = new pg.Client({ connectionString: world.url });
  await client.connect();
  clients.push(client);
}

type Arm = "bare" | "ours" | "first" | "keyed" | "full";
const arms: Readonly<Record<Arm, (caller: number) => Promise<unknown>>> = {
  bare: (caller) => bareOnce(clients[caller] as pg.Client, pick()),
  ours: () => ours("lean"),
  first,
  keyed: () => ours("lean", randomUUID()),
  full: () => ours("full"),
};

const { rows } = await world.admin.query("select version()");
note(machine(String(rows[0].version).split(" ")[1] ?? ""));
for (const arm of Object.keys(arms) as Arm[]) await rate(8, WARM_SECONDS, null, arms[arm]);
for (const instance of world.ids) await ours("lean", undefined, instance);
const { rows: sizes } = await world.admin.query(
  "select pg_column_size(e.*) stored, octet_length(e.actor::text||e.event::text||e.facts::text||e.decisions::text||e.effects::text||e.to_state::text) as json from event_log e order by e.at desc limit 1",
);
note(`log row: ${sizes[0].json} bytes of JSON, ${sizes[0].stored} stored`);

const names = Object.keys(arms) as Arm[];
for (const connections of [1, 8, 32]) {
  const rates: Record<Arm, Measured[]> = { bare: [], ours: [], first: [], keyed: [], full: [] };
  for (let round = -1; round < rounds; round++) {
    for (let n = 0; n < names.length; n++) {
      const arm = names[(n + round + names.length) % names.length] as Arm;
      const measured = await rate(connections, seconds, world.dataDir, arms[arm]);
      if (round >= 0) rates[arm].push(measured);
    }
  }
  const ratio = (arm: Arm, of: (one: Measured) => number) => rates[arm].map((one, round) => of(one) / of(rates.bare[round] as Measured));
  const target = TARGETS[connections] ?? 0;
  const shown = ratio("ours", (one) => one.perSecond);
  const tails = ratio("ours", (one) => one.p99);
  report({ what: `send / bare CTE, ${connections} conn`, figure: spread(shown), target: `>= ${target}`, met: median(shown) >= target });
  report({ what: `send p99 / bare p99, ${connections} conn`, figure: spread(tails), target: "<= 2", met: median(tails) <= 2 });
  for (const arm of ["first", "keyed", "full"] as const) {
    const label = { first: "first send of an instance", keyed: "send with idempotency key", full: "send answering the whole view" }[arm];
    report({ what: `${label} / bare CTE, ${connections} conn`, figure: spread(ratio(arm, (one) => one.perSecond)), target: "shown", met: null });
  }
  for (const arm of names) {
    const of = (pickOne: (one: Measured) => number) => median(rates[arm].map(pickOne));
    const [node, server] = [of((one) => one.nodeMicros), of((one) => one.serverMicros)];
    note(
      `${arm}: ${of((one) => one.perSecond).toFixed(0)}/s, p50 ${of((one) => one.p50).toFixed(2)} ms, p99 ${of((one) => one.p99).toFixed(2)} ms; processor ${node.toFixed(0)} us node + ${server.toFixed(0)} us server`,
    );
  }
}
await Promise.all(clients.map((client) => client.end()));
await world.stop();

/** Copies of the three tables with the same columns, indexes, triggers' absence and fill, and the rows of one real send to write into them. */
async function prepareBare({ admin, ids }: BenchWorld): Promise<(client: pg.Client, id: string) => Promise<unknown>> {
  for (const table of ["instance", "event_log", "outbox"]) await admin.query(`create table bare_${table} (like ${table} including all)`);
  const { rows: options } = await admin.query<{ relname: string; reloptions: string[] | null }>(
    "select relname, reloptions from pg_class where relname in ('instance', 'outbox')",
  );
  for (const { relname, reloptions } of options) if (reloptions !== null) await admin.query(`alter table bare_${relname} set (${reloptions.join(", ")})`);
  await admin.query("insert into bare_instance select * from instance");
  await admin.query("vacuum analyze bare_instance");
  const text = async (sql: string) => (await admin.query({ text: sql, values: [ids[0]], rowMode: "array" })).rows[0] as (string | null)[];
  const event = await text(
    "select machine, machine_version, release::text, type, actor::text, event::text, facts::text, decisions::text, effects::text, from_state::text, to_state::text, seed from event_log where instance_id = $1 order by seq desc limit 1",
  );
  const [state, snapshot, key] = await text("select state::text, snapshot::text, key from instance where id = $1");
  const { rows: outbox } = await admin.query("select kind, payload::text as payload from outbox where instance_id = $1 limit 1", [ids[0]]);
  const states = (await admin.query("select states from instance where id = $1", [ids[0]])).rows[0].states as string[];
  const other = states.map((each) => each.replace("running", "waiting"));
  const hash = Buffer.alloc(32, 7);
  const statement = {
    name: "bare_send",
    text: `with i as (update bare_instance set seq = seq + 1, updated_at = $2, state = $3::json, last_hash = $4, machine_version = $5, states = $6, status = 'active', snapshot = $7::json where id = $1 and org_id = $8 returning seq),
     e as (insert into bare_event_log (org_id, instance_id, seq, at, machine, machine_version, release, type, actor, event, facts, decisions, effects, from_state, to_state, seed, prev_hash, hash)
       select $8, $1, i.seq, $2, $9, $5, $10, $11, $12, $13, $14, $15, $16, $17, $3::json, $18, $4, $4 from i)
     insert into bare_outbox (org_id, instance_id, created_at, status, id, key, kind, subject, payload, next_attempt) values ($8, $1, $2, 'pending', $19, $20, $21, null, $22, $2)`,
  };
  const orgId = (await admin.query("select org_id from instance where id = $1", [ids[0]])).rows[0].org_id as string;
  const [m, v, release, type, actor, eventText, facts, decisions, effects, from, , seed] = event;
  let n = 0;
  /** Every event changes its instance's states, on both sides: a row whose indexed columns stay touches no index. */
  const moved = new Set<string>();
  return (client, id) => {
    n += 1;
    if (!moved.delete(id)) moved.add(id);
    const at = new Date().toISOString();
    const payload = JSON.stringify({ type, payload: movePayload(), via: "api" });
    const values = [id, at, state, hash, v, moved.has(id) ? other : states, snapshot, orgId, m, release, type, actor];
    values.push(
      payload.length > 0 ? payload : eventText,
      facts,
      decisions,
      effects,
      from,
      seed,
      randomUUID(),
      `${key}:${n}:${seed}`,
      outbox[0].kind,
      outbox[0].payload,
    );
    return client.query({ ...statement, values });
  };
}
