/** A server on a database of its own: two orgs, people, keys, a signing client, the desk pack active. */

import { createHmac, randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { Registry } from "prom-client";
import { createLog } from "#engine/api/logging.ts";
import { createServer } from "#engine/api/server.ts";
import { createWebHost } from "#engine/api/web-host.ts";
import { openCheckpoints } from "#engine/checkpoint-files.ts";
import { createSettableClock, type SettableClock } from "#engine/clock.ts";
import { canonicalJson, hashDefinition } from "#engine/core/canonical.ts";
import { renderPdf } from "#engine/effects/render-pdf.ts";
import type { Definition } from "#engine/schema/definition.ts";
import { issueApiKey } from "#engine/service/auth/api-keys.ts";
import { hashPassword } from "#engine/service/auth/password.ts";
import { sealingKey, sealSecrets } from "#engine/service/auth/sealed.ts";
import { createEngine, type Engine } from "#engine/service/work/engine-context.ts";
import { activate } from "#engine/store/activations.ts";
import { saveApiClient } from "#engine/store/api-keys.ts";
import { saveDefinitions } from "#engine/store/definitions.ts";
import { saveGrant, saveOrg, savePerson } from "#engine/store/people.ts";
import { createRelease } from "#engine/store/releases.ts";
import { afterFile } from "#tests/support/after-file.ts";
import { type TestDatabase, testDatabase } from "#tests/support/database.ts";
import deskPack from "./desk-pack.json" with { type: "json" };

export const START = "2026-02-02T06:00:00.000Z";
export const ORIGIN = "http://localhost:3000";
export const PASSWORD = "Gatehouse-Demo-1";
const SECRETS = ["old-secret", "new-secret"];
const SYSTEM = { orgs: "system", actorId: "system" } as const;

export type Person = "writer" | "lead" | "publisher" | "both" | "far";

export interface Desk {
  readonly app: FastifyInstance;
  readonly engine: Engine;
  readonly clock: SettableClock;
  readonly database: TestDatabase;
  /** What stands outside of the database. */
  readonly checkpointCopies: string[];
  /** API key of a person, or of the client `ext`. */
  readonly keys: Readonly<Record<Person | "ext", string>>;
  readonly orgIds: Readonly<Record<"ONE" | "TWO", string>>;
  /** A request with a person's key; JSON in, parsed JSON out. */
  call(who: Person | "ext" | null, method: string, url: string, body?: unknown, headers?: Record<string, string>): Promise<CallAnswer>;
  /** A signed contract call; `at` in unix seconds, now by default. */
  signed(
    url: string,
    body: string,
    options?: { readonly secret?: string; readonly at?: number; readonly type?: string; readonly key?: string },
  ): Promise<CallAnswer>;
  /** Hashes over every row of every table but the logs of who came and what was refused: what a refused request must not change. */
  stateHash(): Promise<string>;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: any;
  readonly text: string;
}

/** Role by org of each person. */
const GRANTS: Readonly<Record<Person, Readonly<Record<string, string>>>> = {
  writer: { ONE: "writer" },
  lead: { ONE: "lead" },
  publisher: { ONE: "publisher" },
  both: { ONE: "lead", TWO: "lead" },
  far: { TWO: "lead" },
};

export async function openDesk(
  options: { readonly requestsPerMinute?: number; readonly failedTriesPerMinute?: number; readonly webBuild?: string } = {},
): Promise<Desk> {
  const database = await testDatabase();
  const clock = createSettableClock(START);
  const log = createLog(process.env["LOG_LEVEL"] ?? "silent");
  const checkpointCopies: string[] = [];
  const checkpoints = await openCheckpoints({ key: Buffer.alloc(32, 5), keyFile: "", copies: checkpointCopies });
  const engine = createEngine({ renderPdf, store: database.store, clock, log, checkpoints });
  const sealing = sealingKey(Buffer.alloc(32, 3));
  const orgIds = { ONE: randomUUID(), TWO: randomUUID() };
  const keys = await seed(engine, orgIds, sealSecrets(sealing, SECRETS));
  const app = await createServer({
    engine,
    log,
    sealing,
    metrics: new Registry(),
    ...(options.webBuild === undefined ? {} : { web: await createWebHost({ engine, publicOrigin: ORIGIN, demo: null, buildFolder: options.webBuild }) }),
    config: {
      publicOrigin: ORIGIN,
      requestsPerMinute: options.requestsPerMinute ?? 1_000_000,
      failedTriesPerMinute: options.failedTriesPerMinute ?? 1_000_000,
      trustedProxies: [],
      version: "0.0.0",
    },
  });
  afterFile(() => app.close());
  const send = async (method: string, url: string, headers: Record<string, string>, payload?: string | Buffer): Promise<CallAnswer> => {
    const answer = await app.inject({ method: method as "GET", url, headers, ...(payload === undefined ? {} : { payload }) });
    const isJson = /json/u.test(String(answer.headers["content-type"] ?? "")) && !/ndjson/u.test(String(answer.headers["content-type"]));
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      body: isJson && answer.body !== "" ? JSON.parse(answer.body) : answer.body,
    };
  };
  return {
    app,
    engine,
    clock,
    database,
    checkpointCopies,
    keys,
    orgIds,
    call: (who, method, url, body, headers = {}) =>
      send(
        method,
        url,
        {
          ...(who === null ? {} : { authorization: `Bearer ${keys[who]}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body === undefined ? undefined : JSON.stringify(body),
      ),
    signed(url, body, { secret = "new-secret", at = Date.parse(clock.now()) / 1000, type = "application/json", key = "ext" } = {}) {
      const timestamp = String(Math.floor(at));
      const signature = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
      return send(
        "POST",
        url,
        { "content-type": type, "x-gatehouse-key": key, "x-gatehouse-timestamp": timestamp, "x-gatehouse-signature": `v1=${signature}` },
        body,
      );
    },
    stateHash: () => hashOf(database),
  };
}

async function seed(engine: Engine, orgIds: Desk["orgIds"], sealed: string): Promise<Desk["keys"]> {
  const at = engine.clock.now();
  const passwordHash = await hashPassword(PASSWORD);
  return await engine.store.work(SYSTEM, async (tx) => {
    for (const [code, id] of Object.entries(orgIds)) {
      await saveOrg(tx, { id, code, name: `Org ${code}`, timeZone: "Europe/Istanbul", branding: {}, fourEyes: true, active: true });
    }
    const versions = (deskPack as unknown as readonly Definition[]).map((definition) => ({
      kind: definition.kind,
      key: definition.key,
      hash: hashDefinition(definition),
      content: canonicalJson(definition),
    }));
    await saveDefinitions(tx, versions, "system", at);
    const manifest = Object.fromEntries(versions.map(({ kind, key, hash }) => [`${kind}/${key}`, hash]));
    const release = await createRelease(tx, {
      base: null,
      authors: [],
      createdBy: "system",
      createdAt: at,
      note: "first",
      manifest,
      checks: null,
      state: "approved",
    });
    for (const orgId of Object.values(orgIds)) {
      await activate(tx, { orgId, id: randomUUID(), release: release.number, from: at, percent: 100, note: "first", createdBy: "system", createdAt: at });
    }
    const keys: Record<string, string> = {};
    const client = { hmacSecret: null, ratePerMinute: 1_000_000, active: true, createdAt: at };
    for (const [name, grants] of Object.entries(GRANTS)) {
      const id = randomUUID();
      await savePerson(
        tx,
        {
          id,
          email: `${name}@desk.example`,
          name,
          status: "active",
          passwordHash,
          totpSecret: null,
          level: null,
          defaultOrgId: orgIds[Object.keys(grants)[0] as "ONE"],
          preferences: {},
          lastLoginAt: null,
        },
        at,
      );
      for (const [code, role] of Object.entries(grants))
        await saveGrant(tx, { orgId: orgIds[code as "ONE"], personId: id, role, validFrom: null, validTo: null });
      await saveApiClient(tx, { ...client, id: `key-${name}`, name, personId: id, orgIds: [], permissions: ["*"] });
      keys[name] = await issueApiKey(tx, `key-${name}`, at);
    }
    await saveApiClient(tx, {
      ...client,
      id: "ext",
      name: "Feed",
      personId: null,
      orgIds: [orgIds.ONE],
      permissions: ["integration.admin"],
      hmacSecret: sealed,
    });
    keys["ext"] = await issueApiKey(tx, "ext", at);
    return keys as unknown as Desk["keys"];
  });
}

/** Tables that record who came, and what was refused; everything else is state. */
const NOT_STATE = /^(session|api_key|person|audit_log|contract_receipt|blocked_attempt|gate_tally|migration.*|mikro_orm_migrations)$/u;

async function hashOf(database: TestDatabase): Promise<string> {
  const tables = await database.sql<{ name: string; plain: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name, c.relname as plain from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const parts: string[] = [];
  for (const { name, plain } of tables) {
    if (NOT_STATE.test(plain)) continue;
    const [row] = await database.sql<{ hash: string }>(`select md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) as hash from ${name} t`);
    parts.push(`${name} ${row?.hash}`);
  }
  return parts.join("\n");
}
