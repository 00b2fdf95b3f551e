/** How instances and records come out of their rows: shared by the hot path and the readers. */
import type { RecordState, Snapshot, StateValue } from "../core/step-types.ts";
import type { JsonObject } from "../schema/json.ts";
import { GLOBAL_ORG } from "./tx.ts";

export interface InstanceRow {
  readonly orgId: string;
  readonly id: string;
  /** Definition key of the machine. */
  readonly machine: string;
  readonly machineVersion: string;
  /** `<machine id>:<record code>`. */
  readonly key: string;
  readonly recordType: string;
  readonly recordId: string;
  readonly state: StateValue;
  readonly status: "active" | "done" | "stopped";
  readonly seq: number;
  readonly snapshot: Snapshot;
  /** Release in force when it started. */
  readonly release: number | null;
  /** Hex hash of its last event row. */
  readonly lastHash: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface RecordRow extends RecordState {
  /** Org id; null for a global type. `org` is the org's code. */
  readonly orgId: string | null;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

export const INSTANCE_COLUMNS =
  "i.org_id, i.id, i.machine, i.machine_version, i.key, i.record_type, i.record_id, i.state, i.status, i.seq, i.snapshot, i.release, encode(i.last_hash, 'hex') as last_hash, i.created_at, i.updated_at";

export interface InstanceSqlRow {
  readonly org_id: string;
  readonly id: string;
  readonly machine: string;
  readonly machine_version: string;
  readonly key: string;
  readonly record_type: string;
  readonly record_id: string;
  readonly state: StateValue;
  readonly status: InstanceRow["status"];
  readonly seq: number;
  readonly snapshot: Snapshot;
  readonly release: number | null;
  /** Hex. */
  readonly last_hash: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

export function toInstance(row: InstanceSqlRow): InstanceRow {
  return {
    orgId: row.org_id,
    id: row.id,
    machine: row.machine,
    machineVersion: row.machine_version,
    key: row.key,
    recordType: row.record_type,
    recordId: row.record_id,
    state: row.state,
    status: row.status,
    seq: row.seq,
    snapshot: row.snapshot,
    release: row.release,
    lastHash: row.last_hash,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** `o` is the record's org, joined; absent for global rows. */
export const RECORD_COLUMNS =
  "r.org_id, r.id, r.type, r.code, r.data, r.version, r.created_at, r.created_by, r.updated_at, r.updated_by, (select o.code from org o where o.id = r.org_id) as org_code";

export interface RecordSqlRow {
  readonly org_id: string;
  readonly id: string;
  readonly type: string;
  readonly code: string | null;
  readonly data: JsonObject;
  readonly version: number;
  readonly created_at: string;
  readonly created_by: string;
  readonly updated_at: string;
  readonly updated_by: string;
  readonly org_code: string | null;
}

export function toRecord(row: RecordSqlRow): RecordRow {
  return {
    orgId: row.org_id === GLOBAL_ORG ? null : row.org_id,
    id: row.id,
    type: row.type,
    org: row.org_id === GLOBAL_ORG ? null : row.org_code,
    code: row.code,
    version: row.version,
    data: row.data,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  };
}

/** "a.b" for every active state of a state value, parents included: `statePaths({a: "b"})` gives ["a", "a.b"]. */
export function statePaths(value: StateValue): readonly string[] {
  const paths: string[] = [];
  addPaths(paths, value, "");
  return paths;
}

function addPaths(paths: string[], value: StateValue, prefix: string): void {
  if (typeof value === "string") {
    paths.push(prefix + value);
    return;
  }
  for (const [region, inner] of Object.entries(value)) {
    paths.push(prefix + region);
    addPaths(paths, inner, `${prefix}${region}.`);
  }
}
