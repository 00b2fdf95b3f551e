/** An engine on a throw-away cluster with the bench pack active and many instances: where benchmarks begin. */

import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { canonicalJson, hashDefinition } from "#engine/core/canonical.ts";
import type { OrgContext } from "#engine/core/step-types.ts";
import { renderPdf } from "#engine/effects/render-pdf.ts";
import { sendEvent } from "#engine/service/instances/send-event.ts";
import { startInstance } from "#engine/service/instances/start-instance.ts";
import { createEngine, type Engine } from "#engine/service/work/engine-context.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import { activate } from "#engine/store/activations.ts";
import { saveDefinitions } from "#engine/store/definitions.ts";
import { saveOrg } from "#engine/store/people.ts";
import { createRelease } from "#engine/store/releases.ts";
import { createStore, type Store } from "#engine/store/store.ts";
import type { Tx } from "#engine/store/tx.ts";
import { startTestCluster } from "#tests/support/test-cluster.ts";
import { benchPack, movePayload } from "./bench-pack.ts";

export interface BenchWorld {
  readonly url: string;
  readonly dataDir: string;
  readonly store: Store;
  readonly engine: Engine;
  readonly org: OrgContext;
  readonly scope: Scope;
  /** Superuser, past every policy. */
  readonly admin: pg.Client;
  /** Ids of all instances; the first one was really started and moved once, the others are its copies. */
  readonly ids: readonly string[];
  /** Makes that many more instances, and gives their ids. */
  addInstances(count: number): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const SYSTEM = { orgs: "system", actorId: "system" } as const;
const SETTINGS = { shared_buffers: "1GB", max_wal_size: "4GB", checkpoint_timeout: "30min", jit: "off", wal_sync_method: "fdatasync" };

export async function benchWorld(options: {
  readonly instances: number;
  readonly name: string;
  readonly wake?: () => void;
  readonly committing?: (tx: Tx) => void;
}): Promise<BenchWorld> {
  const cluster = await startTestCluster(join(import.meta.dirname, "../../.test", `bench-${options.name}-${process.pid}`), SETTINGS);
  const store = await createStore({ url: cluster.url, poolSize: 34, statementTimeoutMs: 600_000 });
  const admin = new pg.Client({ connectionString: cluster.url });
  await admin.connect();
  const org: OrgContext = { id: randomUUID(), code: "ONE", name: "Org one", timeZone: "Europe/Istanbul", branding: { name: "Org one" } };
  const engine = createEngine({
    renderPdf,
    store,
    clock: { now: () => new Date().toISOString() },
    log: { info: () => {}, warn: () => {}, error: (fields, message) => console.error(message, fields) },
    ...(options.wake === undefined ? {} : { wake: options.wake }),
    ...(options.committing === undefined ? {} : { committing: options.committing }),
  });
  await publish(engine, org);
  const scope = scopeOf(org);
  const { body } = await startInstance(engine, scope, {
    machine: "job",
    event: { type: "job.open", payload: { title: `A thing to do ${randomUUID()} ${randomUUID()} ${randomUUID()}` } },
  });
  await sendEvent(engine, scope, { instance: body.id, type: "job.move", payload: movePayload(), answer: "lean" });
  const addInstances = async (count: number): Promise<readonly string[]> => copyInstances(admin, body.id, count);
  const ids = [body.id, ...(options.instances > 1 ? await addInstances(options.instances - 1) : [])];
  await admin.query("vacuum analyze");
  return {
    ...{ url: cluster.url, dataDir: cluster.dataDir, store, engine, org, scope, admin, ids, addInstances },
    async stop() {
      await admin.end();
      await store.close();
      await cluster.stop();
      await rm(cluster.dataDir, { recursive: true, force: true });
      await rm(`${cluster.dataDir}.password`, { force: true });
    },
  };
}

async function publish(engine: Engine, org: OrgContext): Promise<void> {
  const at = engine.clock.now();
  const versions = benchPack.map((definition) => ({
    kind: definition.kind,
    key: definition.key,
    hash: hashDefinition(definition),
    content: canonicalJson(definition),
  }));
  await engine.store.work(SYSTEM, async (tx) => {
    await saveOrg(tx, { ...org, fourEyes: true, active: true });
    await saveDefinitions(tx, versions, "system", at);
    const manifest = Object.fromEntries(versions.map(({ kind, key, hash }) => [`${kind}/${key}`, hash]));
    const base = { base: null, authors: [], createdBy: "system", createdAt: at, note: "first", checks: null, state: "approved" } as const;
    const release = await createRelease(tx, { ...base, manifest });
    const activation = { orgId: org.id, id: randomUUID(), release: release.number, from: at, percent: 100, note: "first", createdBy: "system", createdAt: at };
    await activate(tx, activation);
  });
}

function scopeOf(org: OrgContext): Scope {
  const grants = [{ org, roles: ["clerk"] }];
  const principal = {
    id: randomUUID(),
    kind: "person",
    name: "Some Clerk",
    email: "clerk@bench.example",
    level: null,
    defaultOrgId: null,
    narrowedTo: null,
  } as const;
  return { principal: { ...principal, grants, direct: [] }, orgs: [org], mode: "one", channel: "api" };
}

/** Copies an instance and its record row by row in the server; their logs begin with what comes next. */
async function copyInstances(admin: pg.Client, id: string, count: number): Promise<readonly string[]> {
  const { rows } = await admin.query<{ id: string }>(
    `with fresh as materialized (select n, uuidv7() as id, uuidv7() as record_id, 'ONEJ' || lpad((n + (select count(*) from instance))::text, 8, '0') as code from generate_series(1, $2::int) n),
     r as (insert into record (org_id, id, type, code, data, version, restricted, created_at, created_by, updated_at, updated_by)
       select r.org_id, f.record_id, r.type, f.code, r.data, r.version, r.restricted, r.created_at, r.created_by, r.updated_at, r.updated_by
       from fresh f, record r where r.id = (select record_id from instance where id = $1)),
     i as (insert into instance (org_id, id, machine, machine_version, key, record_type, record_id, state, states, status, seq, snapshot, release, last_hash, created_at, updated_at)
       select i.org_id, f.id, i.machine, i.machine_version, 'job:' || f.code, i.record_type, f.record_id, i.state, i.states, i.status, i.seq, i.snapshot, i.release, i.last_hash, i.created_at, i.updated_at
       from fresh f, instance i where i.id = $1)
     select id from fresh`,
    [id, count],
  );
  return rows.map((row) => row.id);
}
