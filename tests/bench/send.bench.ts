/**
 * The store's part of one event against one bare prepared CTE that writes the same rows, interleaved on one real cluster.
 *
 *   node tests/bench/send.bench.ts [rounds=5] [seconds=2]
 *
 * Bare: superuser, no row-level security, no transaction block, tables without secondary indexes but the outbox's. Ours: two flights, RLS on,
 * read + lock + idempotency look-up, hash chain, partitions, all indexes. Read the ratios, not the rates.
 */
import { createHash, randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { commitSend, openSend } from "#engine/store/send-path.ts";
import { createStore } from "#engine/store/store.ts";
import { startTestCluster } from "#tests/support/test-cluster.ts";

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 2);
const INSTANCES = 10_000;
const ORG = randomUUID();
const dataDir = join(import.meta.dirname, "../../.test", `bench-${process.pid}`);
const cluster = await startTestCluster(dataDir, { shared_buffers: "512MB", max_wal_size: "4GB", jit: "off", wal_sync_method: "fdatasync" });

const filler = (bytes: number): string =>
  createHash("sha512")
    .update(String(Math.random()))
    .digest("hex")
    .repeat(Math.ceil(bytes / 128))
    .slice(0, bytes);
const snapshot = { value: { open: { a: "waiting", b: "waiting" } }, status: "active" as const, context: { text: filler(330) }, history: {}, counters: {} };
const facts = {
  record: { id: randomUUID(), type: "things", org: "AAA", code: "AAA1", version: 3, data: { text: filler(300), amount: "12.50" } },
  bag: { "fact:p.one": filler(60), "fact:p.two": "12.00" },
};
const decisions = [
  {
    key: "p.gate",
    kind: "ruleset" as const,
    version: filler(64),
    outcome: "pass",
    output: {},
    fired: [],
    leaves: "AAAA",
    inputs: { a: 1, b: filler(40) },
    params: {},
    reasons: [],
    at: "guard",
  },
];
const effects = [{ key: "k", kind: "note" as const, text: filler(300) }];
const actor = { id: randomUUID(), kind: "person" as const, name: "Someone", permissions: ["a.b", "c.d"], roles: ["r"], rank: 1, orgs: ["AAA"], traits: {} };
const event = { type: "thing.move", payload: { text: filler(700) }, via: "api" };
const outboxPayload = { text: filler(300) };

const store = await createStore({ url: cluster.url, poolSize: 34 });
const admin = new pg.Client({ connectionString: cluster.url });
await admin.connect();
const ids = Array.from({ length: INSTANCES }, () => randomUUID());
await admin.query("insert into org (id, code, name, branding) values ($1, 'AAA', 'A', '{}')", [ORG]);
await admin.query(
  `insert into instance (org_id, id, machine, machine_version, key, record_type, record_id, state, states, status, seq, snapshot, release)
   select $1, id, 'p.thing', 'v', 'thing:' || id, 'things', id, '{"open":{"a":"waiting","b":"waiting"}}', '{open,open.a,open.a.waiting}', 'active', 1, $3, 1 from unnest($2::uuid[]) id`,
  [ORG, ids, JSON.stringify(snapshot)],
);
await admin.query(
  `insert into record (org_id, id, type, code, data, version, created_by, updated_by) select $1, id, 'things', left(id::text, 13), $3, 1, 'x', 'x' from unnest($2::uuid[]) id`,
  [ORG, ids, JSON.stringify(facts.record.data)],
);
await admin.query(`
  create table bare_instance (id uuid primary key, state json, states text[], seq int, snapshot json, hash bytea, updated_at timestamptz);
  create table bare_log (instance_id uuid, seq int, at timestamptz, machine text, version text, release int, type text, actor json, event json, facts json, decisions json, effects json,
    from_state json, to_state json, seed text, prev_hash bytea, hash bytea, primary key (instance_id, seq));
  create table bare_outbox (id uuid primary key, key text, kind text, payload json, status text, next_attempt timestamptz, created_at timestamptz);
  create index on bare_outbox (next_attempt, id) where status = 'pending'`);
await admin.query("insert into bare_instance select id, null, null, 1, $2, null, now() from unnest($1::uuid[]) id", [ids, JSON.stringify(snapshot)]);
await admin.query("vacuum analyze");

const BARE = {
  name: "bare",
  text: `with i as (update bare_instance set state = $2::json, states = $3, seq = seq + 1, snapshot = $4, hash = $5, updated_at = $6 where id = $1 returning seq),
   e as (insert into bare_log select $1, i.seq, $6, 'p.thing', 'v', 1, $7, $8, $9, $10, $11, $12, $2::json, $2::json, $13, $5, $5 from i)
   insert into bare_outbox values ($14::uuid, $14::uuid::text, 'webhook', $15, 'pending', $6, $6)`,
};
const seed = filler(32);
async function bare(client: pg.Client): Promise<void> {
  const id = ids[Math.floor(Math.random() * INSTANCES)]!;
  const values = [
    id,
    JSON.stringify(snapshot.value),
    ["open", "open.a", "open.a.waiting", "open.b", "open.b.waiting"],
    JSON.stringify(snapshot),
    Buffer.alloc(32),
    new Date().toISOString(),
    event.type,
    JSON.stringify(actor),
    JSON.stringify(event),
    JSON.stringify(facts),
    JSON.stringify(decisions),
    JSON.stringify(effects),
    seed,
    randomUUID(),
    JSON.stringify(outboxPayload),
  ];
  await client.query({ ...BARE, values });
}

const session = { orgs: [ORG], actorId: actor.id };
async function ours(): Promise<void> {
  const id = ids[Math.floor(Math.random() * INSTANCES)]!;
  await store.work(session, async (tx) => {
    const { instance } = await openSend(tx, { orgId: ORG, instanceId: id, idempotency: { source: "api", key: id } });
    const seq = instance!.seq + 1;
    commitSend(tx, {
      orgId: ORG,
      instance: { ...instance!, seq, snapshot },
      event: { at: new Date().toISOString(), actor, type: event.type, event, facts, decisions, effects, from: instance!.state, to: snapshot.value, seed },
      outbox: [{ key: `${id}:${seq}:0`, kind: "webhook", payload: outboxPayload, subject: null }],
    });
  });
}

const clients: pg.Client[] = [];
for (let n = 0; n < 32; n++) {
  const client = new pg.Client({ connectionString: cluster.url });
  await client.connect();
  clients.push(client);
}

async function rate(connections: number, once: (n: number) => Promise<void>): Promise<{ perSecond: number; p50: number; p99: number }> {
  const end = performance.now() + seconds * 1000;
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: connections }, async (_, n) => {
      while (performance.now() < end) {
        const start = performance.now();
        await once(n);
        times.push(performance.now() - start);
      }
    }),
  );
  times.sort((a, b) => a - b);
  return { perSecond: times.length / seconds, p50: times[times.length >> 1]!, p99: times[Math.floor(times.length * 0.99)]! };
}

const median = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1]!;
for (const connections of [1, 8, 32]) {
  const ratios: number[] = [];
  const p99s: number[] = [];
  let shown = "";
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? ["bare", "ours"] : ["ours", "bare"];
    const result: Record<string, Awaited<ReturnType<typeof rate>>> = {};
    for (const arm of order) result[arm] = await rate(connections, arm === "bare" ? (n) => bare(clients[n]!) : ours);
    const [b, o] = [result["bare"]!, result["ours"]!];
    ratios.push(o.perSecond / b.perSecond);
    p99s.push(o.p99 / b.p99);
    shown = `bare ${b.perSecond.toFixed(0)}/s p50 ${b.p50.toFixed(2)} p99 ${b.p99.toFixed(2)} ms, ours ${o.perSecond.toFixed(0)}/s p50 ${o.p50.toFixed(2)} p99 ${o.p99.toFixed(2)} ms`;
  }
  process.stdout.write(
    `${connections} connections: ours / bare ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}), p99 ${median(p99s).toFixed(2)}x; last round ${shown}\n`,
  );
}
await Promise.all(clients.map((client) => client.end()));
await admin.end();
await store.close();
await cluster.stop();
await rm(dataDir, { recursive: true, force: true });
await rm(`${dataDir}.password`, { force: true });
