/** The hash of an event row, over the texts as they are stored (json keeps them byte for byte). */
import { hash } from "node:crypto";

export interface HashedEvent {
  readonly prevHash: string | null;
  readonly orgId: string;
  readonly instanceId: string;
  readonly seq: number;
  readonly at: string;
  readonly machine: string;
  readonly machineVersion: string;
  readonly release: number | null;
  readonly type: string;
  readonly actor: string;
  readonly event: string;
  readonly facts: string;
  readonly decisions: string;
  readonly effects: string;
  readonly from: string | null;
  readonly to: string;
  readonly seed: string;
  readonly override: string | null;
}

/** SHA-256 (hex). NUL parts the fields: neither PostgreSQL's text nor JSON text can hold one. */
export function hashEvent(row: HashedEvent): string {
  return hash(
    "sha256",
    `${row.prevHash ?? ""}\0${row.orgId}\0${row.instanceId}\0${row.seq}\0${row.at}\0${row.machine}\0${row.machineVersion}\0${row.release ?? ""}\0${row.type}\0${row.actor}\0${row.event}\0${row.facts}\0${row.decisions}\0${row.effects}\0${row.from ?? ""}\0${row.to}\0${row.seed}\0${row.override ?? ""}`,
    "hex",
  );
}
