/** The record query language: filters, joins, groups. */
import type { JsonObject } from "./json.ts";

/**
 * Record filter, the same language as `?filter=` of the API. A key is a field path of the record's data, or `@id`, `@code`,
 * `@org`, `@createdAt`, `@updatedAt`, or `@state` / `@state.<region path>` (state of the record's instance; matches the path or any of its descendants).
 * A value is a literal, `{"$arg": name}` (facts only), or operators: $eq $ne $gt $gte $lt $lte $in $nin $null $contains $has $search.
 */
export type Filter = JsonObject;

export interface Query {
  /** Record type. */
  readonly from: string;
  readonly where?: Filter;
  /** Joined by reference: alias -> {type, on: reference field of `from` or of an earlier alias ("alias.field")}; or `back`: a field of the joined type that refers to `from`. */
  readonly join?: Readonly<
    Record<string, { readonly type: string; readonly on?: string; readonly back?: string; readonly kind?: "left" | "inner"; readonly where?: Filter }>
  >;
  /** Paths; `a ?? b` is the first of them that has a value. */
  readonly groupBy?: readonly string[];
  /** Which groups are given: a filter over the names of outputs ($eq $ne $gt $gte $lt $lte $null, $and, $or); `{"$output": name}` is another output. */
  readonly having?: Filter;
  /** Output field -> path, or an aggregate. Without it: the whole record (data + id, code, state). */
  readonly select?: Readonly<Record<string, string | Aggregate>>;
  readonly orderBy?: readonly (string | { readonly field: string; readonly direction: "asc" | "desc" })[];
  readonly limit?: number;
}

/** `where`: only the rows of the group that meet it. */
export type Aggregate =
  | { readonly count: true | string; readonly where?: Filter }
  | { readonly sum: string; readonly where?: Filter }
  | { readonly min: string; readonly where?: Filter }
  | { readonly max: string; readonly where?: Filter }
  | { readonly list: string; readonly where?: Filter };
