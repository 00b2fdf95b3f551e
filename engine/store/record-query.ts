/** The record query language (schema/types: Query, Filter) compiled to parameterised SQL. Decimals stay exact: they come out as strings. */
import type { Filter, JsonObject, Query } from "../schema/types.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Page, Tx } from "./tx.ts";

export interface QueryOptions {
  /** Org ids; default: those of the session. */
  readonly orgs?: readonly string[];
  /** Values of `{"$arg": name}`. */
  readonly args?: JsonObject;
  /** 1 to 1,000; default 200. The query's own `limit` also holds. */
  readonly limit?: number;
  /** Only without groupBy. */
  readonly cursor?: string | null;
  /** Full-text over the type's `searchable` fields. */
  readonly search?: string;
  /** Joined to `where` by "and": the reader's own filter. */
  readonly filter?: Filter;
  /** Data as it was then (record_version). States are as they are now. */
  readonly asOf?: string;
}
/**
 * Rows without `select`: data fields + id, code, type, org (id), version, created_at, updated_at, created_by, updated_by, state, states, instance (id or null).
 * With `select`: exactly its fields (+ id where not grouped).
 *
 * @throws query_invalid naming the path that is not known or not comparable
 */
export declare function queryRecords(tx: Tx, catalogue: Catalogue, query: Query, options?: QueryOptions): Promise<Page<JsonObject>>;
export declare function countRecords(tx: Tx, catalogue: Catalogue, query: Query, options?: QueryOptions): Promise<number>;
