/** Records: typed JSON rows with versions, unique keys, references and codes. */
import type { Instant, RecordState } from "../core/step-types.ts";
import type { JsonObject, TypeDefinition } from "../schema/types.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Tx } from "./tx.ts";

export interface RecordRow extends RecordState {
  /** Org id; null for a global type. (`org` is the same value: the caller maps ids to codes.) */
  readonly orgId: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}
export interface RecordInput {
  /** Ignored for global types. */
  readonly orgId: string | null;
  readonly id: string;
  /** Exact code; or a generator, called again (at most 5 times) while the code is taken; or null. */
  readonly code: string | null | ((attempt: number) => string);
  readonly data: JsonObject;
  readonly actorId: string;
  readonly at: Instant;
}
/** @throws unique_taken (data.fields), payload_invalid for a reference that does not resolve */
export declare function createRecord(tx: Tx, catalogue: Catalogue, type: TypeDefinition, input: RecordInput): Promise<RecordRow>;
/** `data` replaces the whole. @throws record_not_found, record_changed (data.etag), unique_taken, payload_invalid */
export declare function updateRecord(
  tx: Tx,
  catalogue: Catalogue,
  type: TypeDefinition,
  input: {
    readonly orgId: string | null;
    readonly id: string;
    readonly data: JsonObject;
    readonly ifVersion?: number;
    readonly actorId: string;
    readonly at: Instant;
  },
): Promise<RecordRow>;
/** @throws record_not_found, record_changed, record_referenced */
export declare function deleteRecord(
  tx: Tx,
  catalogue: Catalogue,
  type: TypeDefinition,
  input: { readonly orgId: string | null; readonly id: string; readonly ifVersion?: number; readonly actorId: string; readonly at: Instant },
): Promise<void>;
/** By uuid or code, among the session's orgs (and global rows they may see). */
export declare function loadRecord(
  tx: Tx,
  type: TypeDefinition,
  idOrCode: string,
  options?: { readonly orgId?: string; readonly lock?: "update"; readonly asOf?: Instant },
): Promise<RecordRow | null>;
export declare function loadRecords(tx: Tx, type: TypeDefinition, ids: readonly string[]): Promise<readonly RecordRow[]>;
export interface RecordVersion {
  readonly version: number;
  readonly op: "create" | "update" | "delete";
  readonly data: JsonObject;
  readonly code: string | null;
  readonly at: string;
  readonly by: string;
}
/** Newest first. */
export declare function recordVersions(
  tx: Tx,
  type: TypeDefinition,
  id: string,
  page: { readonly limit: number; readonly before?: number },
): Promise<readonly RecordVersion[]>;
/** Data with every `x-ref` value (code or uuid) as uuid. @throws payload_invalid (errors by path) where one is not visible. */
export declare function resolveReferences(tx: Tx, catalogue: Catalogue, type: TypeDefinition, orgId: string | null, data: JsonObject): Promise<JsonObject>;
