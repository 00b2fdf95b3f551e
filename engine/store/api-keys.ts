/** API clients (services and people's own) and their keys, kept as SHA-256. System session. */
import type { Tx } from "./tx.ts";

export interface ApiClientRow {
  /** Name of the client, unique: "wms". */
  readonly id: string;
  readonly name: string;
  /** Set when the client acts as a person. */
  readonly personId: string | null;
  readonly orgIds: readonly string[];
  /** Permissions it may use at most. */
  readonly permissions: readonly string[];
  /** Encrypted by the service. */
  readonly hmacSecret: string | null;
  readonly ratePerMinute: number;
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
export declare function saveApiClient(tx: Tx, row: ApiClientRow): Promise<void>;
export declare function loadApiClient(tx: Tx, id: string): Promise<ApiClientRow | null>;
export declare function listApiClients(tx: Tx): Promise<readonly ApiClientRow[]>;
export declare function addApiKey(tx: Tx, row: Omit<ApiKeyRow, "revokedAt" | "lastUsedAt">): Promise<void>;
/** The client of a live key of an active client; null for unknown, expired and revoked ones alike. */
export declare function findByApiKey(tx: Tx, hash: string, now: string): Promise<{ readonly client: ApiClientRow; readonly key: ApiKeyRow } | null>;
export declare function touchApiKey(tx: Tx, hash: string, at: string): Promise<void>;
export declare function revokeApiKey(tx: Tx, hash: string, at: string): Promise<boolean>;
export declare function apiKeysOf(tx: Tx, clientId: string): Promise<readonly ApiKeyRow[]>;
