/**
 * How one send's cost grows: with the number of instances, with the events that an instance already has, with published versions.
 *
 *   node tests/bench/growth.bench.ts [--rounds 5] [--seconds 2] [--full]
 *
 * Every send is the first of its process for the instance, which is read: what is remembered (send.bench.ts) does not touch what grows.
 * By default 10,000 against 100,000 instances and 100 versions; with --full a million and a thousand.
 */
import { randomUUID } from "node:crypto";
import { canonicalJson, hashDefinition } from "#engine/core/canonical.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { activate } from "#engine/store/activations.ts";
import { saveDefinitions } from "#engine/store/definitions.ts";
import { createRelease } from "#engine/store/releases.ts";
import { benchPack, movePayload } from "./bench-pack.ts";
import { type BenchWorld, benchWorld } from "./bench-world.ts";
import { benchOptions, type Measured, machine, median, note, rate, report, spread } from "./measure.ts";

const { rounds, seconds, full } = benchOptions({ rounds: 5, seconds: 2 });
const FEW = 10_000;
const MANY = full ? 1_000_000 : 100_000;
const VERSIONS = full ? 1_000 : 100;
const LONG = 10_000;
const SYSTEM = { orgs: "system", actorId: "system" } as const;
const LIMIT = 1.3;
const CALLERS = 4;
const WARM_SECONDS = 5;

const small = await benchWorld({ instances: FEW, name: "few" });
const large = await benchWorld({ instances: FEW, name: "many" });
note(machine(String((await large.admin.query("show server_version")).rows[0].server_version)));
const added = await large.addInstances(MANY - FEW);
const all = [...large.ids, ...added];
await large.admin.query("vacuum analyze");

const send = (world: BenchWorld, ids: readonly string[]) => () => {
  const instance = ids[Math.floor(Math.random() * ids.length)] as string;
  world.engine.memory.forget(instance);
  return sendEvent(world.engine, world.scope, { instance, type: "job.move", payload: movePayload(), answer: "lean" });
};

/** How many times dearer the second is than the first, a round at a time. By rate, and by processor time, which a busy machine disturbs less. */
async function compare(what: string, one: [BenchWorld, () => Promise<unknown>], other: [BenchWorld, () => Promise<unknown>]): Promise<void> {
  const runs = async ([world, once]: [BenchWorld, () => Promise<unknown>]) => await rate(CALLERS, seconds, world.dataDir, once);
  await rate(CALLERS, WARM_SECONDS, null, one[1]);
  await rate(CALLERS, WARM_SECONDS, null, other[1]);
  const slower: number[] = [];
  const dearer: number[] = [];
  const cost = (run: Measured): number => run.nodeMicros + run.serverMicros;
  for (let round = 0; round < rounds; round++) {
    const first = await runs(round % 2 === 0 ? one : other);
    const second = await runs(round % 2 === 0 ? other : one);
    const [base, grown] = round % 2 === 0 ? [first, second] : [second, first];
    slower.push(base.perSecond / grown.perSecond);
    dearer.push(cost(grown) / cost(base));
  }
  report({ what, figure: `${spread(slower)}, processor ${spread(dearer)}`, target: `<= ${LIMIT}`, met: median(slower) <= LIMIT });
}

await compare(`${FEW} -> ${MANY} instances, times slower`, [small, send(small, small.ids)], [large, send(large, all)]);

const young = small.ids.slice(1, 65);
const old = small.ids.slice(65, 129);
await small.admin.query(
  `insert into event_log (org_id, instance_id, seq, at, machine, machine_version, release, type, actor, event, facts, decisions, effects, from_state, to_state, seed, override, prev_hash, hash)
   select e.org_id, i.id, n, e.at, e.machine, e.machine_version, e.release, e.type, e.actor, e.event, e.facts, e.decisions, e.effects, e.from_state, e.to_state, e.seed, e.override, e.prev_hash, e.hash
   from unnest($1::uuid[]) i(id), generate_series(3, $2::int) n, lateral (select * from event_log where instance_id = $3 order by seq desc limit 1) e`,
  [old.slice(0, full ? 64 : 16), LONG, small.ids[0]],
);
await small.admin.query("update instance set seq = $2 where id = any ($1)", [old.slice(0, full ? 64 : 16), LONG]);
await small.admin.query("vacuum analyze");
const few = young.slice(0, full ? 64 : 16);
await compare(`1 -> ${LONG} events of an instance, times slower`, [small, send(small, few)], [small, send(small, old.slice(0, few.length))]);

await publishVersions(large);
await compare(`1 -> ${VERSIONS} published versions, times slower`, [small, send(small, small.ids.slice(200))], [large, send(large, large.ids)]);
await small.stop();
await large.stop();

/** Releases that differ in the gate's title, every one activated in turn; instances stay with the machine version that they started on. */
async function publishVersions(world: BenchWorld): Promise<void> {
  const start = Date.parse(world.engine.clock.now());
  await world.store.work(SYSTEM, async (tx) => {
    for (let n = 1; n < VERSIONS; n++) {
      const changed = benchPack.map((definition) =>
        definition.kind === "ruleset" || definition.kind === "machine" ? { ...definition, title: `Version ${n}` } : definition,
      );
      const versions = changed.map((definition) => ({
        kind: definition.kind,
        key: definition.key,
        hash: hashDefinition(definition),
        content: canonicalJson(definition),
      }));
      const at = new Date(start + n).toISOString();
      await saveDefinitions(tx, versions, "system", at);
      const manifest = Object.fromEntries(versions.map(({ kind, key, hash }) => [`${kind}/${key}`, hash]));
      const release = await createRelease(tx, {
        base: null,
        authors: [],
        createdBy: "system",
        createdAt: at,
        note: "v",
        manifest,
        checks: null,
        state: "approved",
      });
      const common = { orgId: world.org.id, id: randomUUID(), release: release.number, percent: 100, note: "v" };
      await activate(tx, { ...common, from: at, createdBy: "system", createdAt: at });
    }
  });
}
