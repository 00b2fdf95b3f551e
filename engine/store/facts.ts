/**
 * Loads what `step` asks for, in one flight: locks first, then one statement per fact and per type looked up by id.
 *
 * Facts of scope "org" see the asking instance's org and global rows, whatever else the session may see: the same event gives the same facts
 * for whoever sends it.
 */
import { EngineError } from "../core/errors.ts";
import type { FactBag, FactRequest, Instant } from "../core/step-types.ts";
import type { Json, JsonObject } from "../schema/json.ts";
import type { Filter, Query } from "../schema/query.ts";
import type { Catalogue } from "./catalogue.ts";
import { statePaths } from "./instance-row.ts";
import { instancesOfRecords } from "./instances.ts";
import { peopleWithRoles } from "./people.ts";
import { type AskedQuery, queryBatch } from "./record-batch.ts";
import { asObject } from "./record-fields.ts";
import { UUID } from "./record-references.ts";
import { loadSettings } from "./settings.ts";
import { statement, type Tx } from "./tx.ts";

export interface FactContext {
  /** Org of the asking instance. */
  readonly orgId: string;
  readonly now: Instant;
  /** For replay: records, settings and grants as they were; states are as they are now. */
  readonly asOf?: Instant;
}

interface Loading extends FactContext {
  readonly tx: Tx;
  readonly catalogue: Catalogue;
  /** null: all orgs (scope "system"). */
  readonly orgs: readonly string[] | null;
}

type Answers = readonly (readonly [key: string, value: Json])[];

/** A fact of more rows is unknown: decided on a part of them, a gate could open that the rest would keep shut. */
const MAX_ROWS = 10_000;
/** In one order everywhere, so that two transactions cannot wait for each other. */
const LOCK = statement("facts_lock", "select pg_advisory_xact_lock(hashtextextended(name, 0)) from unnest($1::text[]) name");

/**
 * Every request gets an entry; what cannot be loaded is `{"$unknown": reason}`. Records are {data fields, id, code, type, org, org_id, version,
 * created_at, updated_at, created_by, updated_by, state, states, instance}.
 */
export async function loadFacts(tx: Tx, requests: readonly FactRequest[], catalogue: Catalogue, context: FactContext): Promise<FactBag> {
  const locks = [...new Set(requests.flatMap((request) => request.locks))].sort();
  if (locks.length > 0) tx.queue(LOCK, [locks]);
  const own = requests.filter((request) => request.scope === "org");
  const across = requests.filter((request) => request.scope === "system");
  const answers = [...(await loadAll(own, { ...context, tx, catalogue, orgs: [context.orgId] }))];
  if (across.length > 0) answers.push(...(await tx.asSystem(() => loadAll(across, { ...context, tx, catalogue, orgs: null }))));
  const found = new Map(answers);
  return Object.fromEntries(requests.map(({ key }) => [key, found.has(key) ? (found.get(key) ?? null) : { $unknown: "not loaded" }]));
}

/** All statements leave at once; PostgreSQL answers them in one round trip. */
async function loadAll(requests: readonly FactRequest[], loading: Loading): Promise<Answers> {
  const of = (kind: FactRequest["kind"]): readonly FactRequest[] => requests.filter((request) => request.kind === kind);
  const byType = Map.groupBy(of("get"), (request) => request.name);
  const answers = await Promise.all([
    ...[...byType].map(([type, list]) => orUnknown(list, () => loadGets(type, list, loading))),
    loadQueries([...of("find"), ...of("findAll"), ...of("fact")], loading),
    ...of("people").map((request) => orUnknown([request], () => loadPeople(request, loading))),
    loadInstances(of("instance"), loading),
    loadSettingValues(of("settings"), loading),
  ]);
  return answers.flat();
}

/** A definition that asks for what is not there makes its fact unknown; a fault of the database fails the transaction. */
async function orUnknown(requests: readonly FactRequest[], load: () => Promise<Answers>): Promise<Answers> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof EngineError && error.code === "query_invalid")) throw error;
    return requests.map((request) => [request.key, { $unknown: error.message }]);
  }
}

async function loadGets(name: string, requests: readonly FactRequest[], loading: Loading): Promise<Answers> {
  const refs = [...new Set(requests.map((request) => String(request.args["ref"] ?? "")))];
  const ids = refs.filter((ref) => UUID.test(ref));
  const codes = refs.filter((ref) => !UUID.test(ref) && ref !== "");
  const where = { $or: [{ "@id": { $in: ids } }, { "@code": { $in: codes } }] };
  const rows = (await queryBatch(loading.tx, loading.catalogue, [asked({ from: name, where }, loading, {})]))[0]?.items ?? [];
  const byRef = new Map(rows.flatMap((row) => [[row["id"], row] as const, [row["code"], row] as const]));
  return requests.map((request) => {
    const ref = request.args["ref"];
    return [request.key, byRef.get(typeof ref === "string" && UUID.test(ref) ? ref.toLowerCase() : (ref ?? null)) ?? null];
  });
}

/** Queries of one fact travel together; what one of them cannot be asked makes that one unknown. */
async function loadQueries(requests: readonly FactRequest[], loading: Loading): Promise<Answers> {
  const byName = Map.groupBy(requests, (request) => `${request.kind} ${request.name}`);
  const answers = await Promise.all([...byName.values()].map((list) => loadAlike(list, loading)));
  return answers.flat();
}

async function loadAlike(requests: readonly FactRequest[], loading: Loading): Promise<Answers> {
  const known = requests.filter((request) => queryOf(request, loading) !== null);
  const unknown = requests.filter((request) => !known.includes(request));
  const missing = unknown.map((request) => [request.key, { $unknown: `There is no fact "${request.name}" with a query.` }] as const);
  try {
    const pages = await queryBatch(
      loading.tx,
      loading.catalogue,
      known.map((request) => asked(queryOf(request, loading) as OneQuery, loading, request.kind === "fact" ? request.args : {})),
    );
    return [...missing, ...known.map((request, index) => [request.key, answerOf(queryOf(request, loading) as OneQuery, pages[index]?.items ?? [])] as const)];
  } catch (error) {
    if (!(error instanceof EngineError && error.code === "query_invalid")) throw error;
    if (known.length === 1) return [...missing, ...known.map((request) => [request.key, { $unknown: error.message }] as const)];
    const apart = await Promise.all(known.map((request) => loadAlike([request], loading)));
    return [...missing, ...apart.flat()];
  }
}

type OneQuery = Query & { readonly one?: boolean };

/** What a request asks the store; null for a fact that has no query. */
function queryOf(request: FactRequest, loading: Loading): OneQuery | null {
  if (request.kind === "fact") return loading.catalogue.fact(request.name)?.query ?? null;
  const one = request.kind === "find";
  return { from: request.name, where: (asObject(request.args["filter"]) ?? {}) as Filter, ...(one ? { limit: 1 } : {}), one };
}

function answerOf(query: OneQuery, rows: readonly JsonObject[]): Json {
  if (query.one === true) return rows[0] ?? null;
  return rows.length > MAX_ROWS ? { $unknown: `more than ${MAX_ROWS} rows`, $most: MAX_ROWS } : rows;
}

/** Oldest first where the query names no order. */
function asked({ one, ...query }: OneQuery, loading: Loading, args: JsonObject): AskedQuery {
  const ordered = query.orderBy !== undefined || query.groupBy !== undefined || Object.values(query.select ?? {}).some((each) => typeof each !== "string");
  const { limit, ...endless } = query;
  // A limit below the engine's own says which rows are meant; one above means all of them.
  const limited = one === true ? { ...query, limit: 1 } : limit !== undefined && limit < MAX_ROWS ? query : endless;
  return {
    query: ordered ? limited : { ...limited, orderBy: ["@createdAt"] },
    options: {
      args,
      limit: MAX_ROWS + 1,
      most: MAX_ROWS + 1,
      ...(loading.orgs === null ? {} : { orgs: loading.orgs }),
      ...(loading.asOf === undefined ? {} : { asOf: loading.asOf }),
    },
  };
}

const BY_ID = statement(
  "facts_person",
  "select p.id, p.name, p.email from person p where p.id = $1 and p.status = 'active' and exists (select from org_grant g where g.person_id = p.id and g.org_id = $2 and coalesce(g.valid_from, '-infinity') <= $3 and coalesce(g.valid_to, 'infinity') > $3)",
);

async function loadPeople(request: FactRequest, loading: Loading): Promise<Answers> {
  const { permission, role, id } = request.args;
  const orgId = typeof request.args["org"] === "string" && loading.orgs === null ? request.args["org"] : loading.orgId;
  if (typeof id === "string") return [[request.key, UUID.test(id) ? await loading.tx.query(BY_ID, [id, orgId, loading.asOf ?? loading.now]) : []]];
  const roles = typeof role === "string" ? [role] : typeof permission === "string" ? rolesWith(loading.catalogue, permission) : [];
  const people = roles.length === 0 ? [] : await peopleWithRoles(loading.tx, orgId, roles, loading.asOf ?? loading.now);
  return [[request.key, people as unknown as Json]];
}

function rolesWith(catalogue: Catalogue, permission: string): readonly string[] {
  return Object.entries(catalogue.access()?.roles ?? {}).flatMap(([name, role]) => (role.permissions.includes(permission) ? [name] : []));
}

async function loadInstances(requests: readonly FactRequest[], loading: Loading): Promise<Answers> {
  if (requests.length === 0) return [];
  const records = [...new Set(requests.map((request) => String(request.args["record"] ?? "")))].filter((record) => UUID.test(record));
  const instances = await instancesOfRecords(loading.tx, records);
  return requests.map((request) => {
    const found = instances.find(
      (row) =>
        row.recordId === request.args["record"] &&
        (loading.orgs === null || loading.orgs.includes(row.orgId)) &&
        (request.name === "" || row.machine === request.name || row.machine.endsWith(`.${request.name}`)),
    );
    if (found === undefined) return [request.key, null];
    return [request.key, { id: found.id, state: found.state, states: [...statePaths(found.state)], seq: found.seq, context: found.snapshot.context } as Json];
  });
}

async function loadSettingValues(requests: readonly FactRequest[], loading: Loading): Promise<Answers> {
  if (requests.length === 0) return [];
  const rows = await loadSettings(loading.tx, loading.orgId, loading.asOf);
  return requests.map((request) => {
    const definition = loading.catalogue.settings(request.name);
    if (definition === null) return [request.key, { $unknown: `There are no settings "${request.name}".` }];
    return [request.key, { ...definition.defaults, ...rows.find((row) => row.key === definition.key)?.values }];
  });
}
