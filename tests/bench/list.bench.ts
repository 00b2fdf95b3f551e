/**
 * List pages over 1,000,000 records of one type in three orgs, row-level security on. Target: each under 100 ms.
 *
 *   node tests/bench/list.bench.ts [rows=1000000]
 */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import type { Query } from "#engine/schema/query.ts";
import type { TypeDefinition } from "#engine/schema/type.ts";
import { ensureIndexes, indexesOf } from "#engine/store/record-indexes.ts";
import { type QueryOptions, queryRecords } from "#engine/store/record-query.ts";
import { createStore } from "#engine/store/store.ts";
import { startTestCluster } from "#tests/support/test-cluster.ts";

const rows = Number(process.argv[2] ?? 1_000_000);
const dataDir = join(import.meta.dirname, "../../.test", `list-${process.pid}`);
const cluster = await startTestCluster(dataDir, { shared_buffers: "1GB", max_wal_size: "4GB", maintenance_work_mem: "512MB", work_mem: "16MB" });
const orgs = [randomUUID(), randomUUID(), randomUUID()];
const type: TypeDefinition = {
  kind: "type",
  key: "bench.things",
  title: "Things",
  scope: "org",
  permissions: {},
  searchable: ["name"],
  indexes: [["amount"], ["owner_id"]],
  schema: {
    type: "object",
    properties: { name: { type: "string" }, amount: { "x-decimal": 2 }, owner_id: { type: "string" }, colour: { type: "string" }, due: { type: "string" } },
  },
};
const catalogue = { type: (ref: string) => (ref === "things" ? type : null), types: () => [type], fact: () => null, settings: () => null, access: () => null };
const store = await createStore({ url: cluster.url, statementTimeoutMs: 60_000 });
const admin = new pg.Client({ connectionString: cluster.url });
await admin.connect();
await admin.query("insert into org (id, code, name, branding) select id, 'O' || n, 'o', '{}' from unnest($1::uuid[]) with ordinality o(id, n)", [orgs]);
await admin.query(
  `insert into record (org_id, id, type, code, data, version, created_at, created_by, updated_at, updated_by)
   select ($1::uuid[])[1 + n % 3], uuidv7(), 'things', 'T' || n, jsonb_build_object('name', 'thing ' || md5(n::text), 'amount', (n % 100000)::text || '.50', 'owner_id', md5((n % 5000)::text)::uuid,
     'colour', (array['red', 'green', 'blue'])[1 + (n / 3) % 3], 'due', date '2026-01-01' + (n % 365)), 1, timestamptz '2025-01-01' + n * interval '10 seconds', 'x', now(), 'x' from generate_series(1, $2::int) n`,
  [orgs, rows],
);
await admin.query(
  `insert into instance (org_id, id, machine, machine_version, key, record_type, record_id, state, states, status, seq, snapshot)
   select org_id, uuidv7(), 'bench.thing', 'v', 'thing:' || code, 'things', id, to_json(s), array[s], 'active', 1, '{}'
   from (select *, (array['new', 'open', 'open', 'open', 'closed', 'closed', 'closed', 'closed', 'closed', 'rare'])[1 + (case when version = 1 and code like '%000' then 9 else length(code) end) % 10] as s from record) r`,
);
const made = await ensureIndexes(store, indexesOf(type));
await admin.query("vacuum analyze record");
await admin.query("vacuum analyze instance");

const cases: readonly (readonly [string, Omit<Query, "from">, QueryOptions?])[] = [
  ["newest page", {}],
  ["newest page, colour", { where: { colour: "red" } }],
  ["by amount, descending", { orderBy: [{ field: "amount", direction: "desc" }] }],
  ["amount equal", { where: { amount: "777.50" } }],
  ["owner", { where: { owner_id: "a87ff679-a2f3-e71d-9181-a67b7542122c" } }],
  ["unindexed text", { where: { due: "2026-03-03" } }],
  ["state open", { where: { "@state": "open" } }],
  ["rare state", { where: { "@state": "rare" } }],
  ["search", {}, { search: "thing a87ff" }],
  ["search, a rare word", {}, { search: "a87ff" }],
  ["search, a word of 1 row in 160", {}, { search: "a8" }],
  ["search, a word of 1 row in 16", {}, { search: "a" }],
  ["search, a word of every row", {}, { search: "thing" }],
  ["search by amount, a word of 1 row in 160", { orderBy: [{ field: "amount", direction: "desc" }] }, { search: "a8" }],
  ["search by amount, a word of 1 row in 16", { orderBy: ["amount"] }, { search: "a" }],
  ["code", { where: { "@code": "T4711" } }],
];
for (const session of [
  { orgs: [orgs[0]!], actorId: "x" },
  { orgs, actorId: "x" },
]) {
  for (const [name, query, options] of cases) {
    const times: number[] = [];
    let found = 0;
    let cursor: string | null = null;
    for (let n = 0; n < 7; n++) {
      const start = performance.now();
      const page = await store.work(session, (tx) =>
        queryRecords(tx, catalogue, { from: "things", ...query }, { limit: 50, cursor: n < 3 ? null : cursor, ...options }),
      );
      times.push(performance.now() - start);
      found = page.items.length;
      cursor = page.next;
    }
    times.sort((a, b) => a - b);
    process.stdout.write(`${session.orgs.length} org(s), ${name}: median ${times[3]!.toFixed(1)} ms, max ${times[6]!.toFixed(1)} ms, ${found} rows\n`);
  }
}
process.stdout.write(`indexes made: ${made.length}\n`);
await admin.end();
await store.close();
await cluster.stop();
await rm(dataDir, { recursive: true, force: true });
await rm(`${dataDir}.password`, { force: true });
