/** API clients (services and people's own) and their keys, kept as SHA-256. System session. */
import { statement, type Tx } from "./tx.ts";

export interface ApiClientRow {
  /** Name of the client, unique among all. */
  readonly id: string;
  readonly name: string;
  /** Set when the client acts as a person. */
  readonly personId: string | null;
  readonly orgIds: readonly string[];
  /** Permissions it may use at most. */
  readonly permissions: readonly string[];
  /** Encrypted by the service. */
  readonly hmacSecret: string | null;
  /** null: what the process grants everybody. */
  readonly ratePerMinute: number | null;
  readonly active: boolean;
  readonly createdAt: string;
}
export interface ApiKeyRow {
  readonly hash: string;
  readonly clientId: string;
  /** First characters, to tell keys apart. */
  readonly prefix: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  readonly lastUsedAt: string | null;
}

const CLIENT = `c.id, c.name, c.person_id as "personId", c.org_ids as "orgIds", c.permissions, c.hmac_secret as "hmacSecret", c.rate_per_minute as "ratePerMinute", c.active, c.created_at as "createdAt"`;
const KEY = `k.hash, k.client_id as "clientId", k.prefix, k.created_at as "createdAt", k.expires_at as "expiresAt", k.revoked_at as "revokedAt", k.last_used_at as "lastUsedAt"`;
const SAVE = statement(
  "api_client_save",
  `insert into api_client (id, name, person_id, org_ids, permissions, hmac_secret, rate_per_minute, active, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
   on conflict (id) do update set name = excluded.name, person_id = excluded.person_id, org_ids = excluded.org_ids, permissions = excluded.permissions,
     hmac_secret = excluded.hmac_secret, rate_per_minute = excluded.rate_per_minute, active = excluded.active`,
);
const LOAD = statement("api_client_load", `select ${CLIENT} from api_client c where c.id = $1`);
const LIST = statement("api_client_list", `select ${CLIENT} from api_client c order by c.id`);
const ADD = statement("api_key_add", "insert into api_key (hash, client_id, prefix, created_at, expires_at) values ($1, $2, $3, $4, $5)");
const FIND = statement(
  "api_key_find",
  `select ${KEY} from api_key k where k.hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > $2)`,
);
const FIND_CLIENT = statement("api_key_client", `select ${CLIENT} from api_client c where c.active and c.id = (select client_id from api_key where hash = $1)`);
const TOUCH = statement("api_key_touch", "update api_key set last_used_at = $2 where hash = $1");
const REVOKE = statement("api_key_revoke", "update api_key set revoked_at = $2 where hash = $1 and revoked_at is null returning 1");
const OF = statement("api_keys_of", `select ${KEY} from api_key k where k.client_id = $1 order by k.created_at desc`);

/** Creates or replaces by id. */
export async function saveApiClient(tx: Tx, row: ApiClientRow): Promise<void> {
  await tx.query(SAVE, [row.id, row.name, row.personId, row.orgIds, row.permissions, row.hmacSecret, row.ratePerMinute, row.active, row.createdAt]);
}

export async function loadApiClient(tx: Tx, id: string): Promise<ApiClientRow | null> {
  return (await tx.query<ApiClientRow>(LOAD, [id]))[0] ?? null;
}

export async function listApiClients(tx: Tx): Promise<readonly ApiClientRow[]> {
  return tx.query<ApiClientRow>(LIST);
}

export async function addApiKey(tx: Tx, row: Omit<ApiKeyRow, "revokedAt" | "lastUsedAt">): Promise<void> {
  await tx.query(ADD, [row.hash, row.clientId, row.prefix, row.createdAt, row.expiresAt]);
}

/** The client of a live key of an active client; null for unknown, expired and revoked ones alike. */
export async function findByApiKey(tx: Tx, hash: string, now: string): Promise<{ readonly client: ApiClientRow; readonly key: ApiKeyRow } | null> {
  const [[key], [client]] = await Promise.all([tx.query<ApiKeyRow>(FIND, [hash, now]), tx.query<ApiClientRow>(FIND_CLIENT, [hash])]);
  return key === undefined || client === undefined ? null : { client, key };
}

export async function touchApiKey(tx: Tx, hash: string, at: string): Promise<void> {
  await tx.query(TOUCH, [hash, at]);
}

/** False when it is unknown or already revoked. */
export async function revokeApiKey(tx: Tx, hash: string, at: string): Promise<boolean> {
  return (await tx.query(REVOKE, [hash, at])).length > 0;
}

/** Newest first, revoked ones included. */
export async function apiKeysOf(tx: Tx, clientId: string): Promise<readonly ApiKeyRow[]> {
  return tx.query<ApiKeyRow>(OF, [clientId]);
}
