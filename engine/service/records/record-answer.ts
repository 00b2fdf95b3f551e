/** A record as a reader gets it: masked, with its etag; references stay ids here and get titles in the screens' read models. */
import type { JsonObject } from "../../schema/json.ts";
import type { TypeDefinition } from "../../schema/type.ts";
import type { RecordRow } from "../../store/instance-row.ts";
import type { Reading } from "../work/reading.ts";
import type { Work } from "../work/work.ts";
import { nameOfType, titleOf } from "./record-type.ts";
import { maskedData } from "./visibility.ts";

export interface RecordAnswer {
  readonly id: string;
  readonly type: string;
  /** Code; absent for global types. */
  readonly org?: string;
  readonly code?: string;
  readonly etag: string;
  readonly title: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly data: JsonObject;
}

export const etagOf = (row: { readonly version: number }): string => String(row.version);

/** The version that an If-Match names, quoted or not; NaN for one that we never gave. */
export function versionOfEtag(etag: string): number {
  const text = etag.trim().replace(/^W\//, "").replace(/^"|"$/g, "");
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

export async function answerRecord(work: Work, type: TypeDefinition, row: RecordRow, orgCode: string | null): Promise<RecordAnswer> {
  const data = await maskedData(work, type, row);
  return {
    id: row.id,
    type: nameOfType(type),
    ...(orgCode === null ? {} : { org: orgCode }),
    ...(row.code === null ? {} : { code: row.code }),
    etag: etagOf(row),
    title: titleOf(type, { ...row, data }),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    data,
  };
}

/** Code of the org that a row belongs to, among those of the reading; null for global rows. */
export function orgCodeOf(reading: Reading, orgId: string | null): string | null {
  return orgId === null ? null : (reading.works.find((work) => work.org.id === orgId)?.org.code ?? null);
}
