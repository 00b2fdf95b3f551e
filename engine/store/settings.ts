/** An org's values of settings definitions; defaults come from the definition. */
import { EngineError } from "../core/errors.ts";
import type { JsonObject } from "../schema/json.ts";
import { statement, type Tx } from "./tx.ts";

export interface SettingRow {
  readonly orgId: string;
  /** Definition key. */
  readonly key: string;
  readonly values: JsonObject;
  readonly version: number;
  readonly updatedAt: string;
  readonly updatedBy: string;
}

const COLUMNS = `s.org_id as "orgId", s.key, s.vals as values, s.version, s.updated_at as "updatedAt", s.updated_by as "updatedBy"`;
const NOW = statement("settings_now", `select ${COLUMNS} from setting s where s.org_id = $1 and ($2::text is null or s.key = $2) order by s.key`);
const AS_OF = statement(
  "settings_as_of",
  `select distinct on (s.key) ${COLUMNS} from setting_version s where s.org_id = $1 and ($2::text is null or s.key = $2) and s.updated_at <= $3 order by s.key, s.version desc`,
);
const VERSIONS = statement("settings_versions", `select ${COLUMNS} from setting_version s where s.org_id = $1 and s.key = $2 order by s.version desc`);
const SAVE = statement(
  "settings_save",
  `insert into setting as s (org_id, key, vals, version, updated_at, updated_by) values ($1, $2, $3, 1, $4, $5)
   on conflict (org_id, key) do update set vals = excluded.vals, version = s.version + 1, updated_at = excluded.updated_at, updated_by = excluded.updated_by
   where $6::int is null or s.version = $6 returning ${COLUMNS}`,
);
const KEEP = statement("settings_keep", "insert into setting_version (org_id, key, version, vals, updated_at, updated_by) values ($1, $2, $3, $4, $5, $6)");
const EPOCH = statement("settings_epoch", "update org set settings_epoch = settings_epoch + 1 where id = $1");

export async function loadSetting(tx: Tx, orgId: string, key: string, asOf?: string): Promise<SettingRow | null> {
  return (await read(tx, orgId, key, asOf))[0] ?? null;
}

/** All of the org's, by key. */
export async function loadSettings(tx: Tx, orgId: string, asOf?: string): Promise<readonly SettingRow[]> {
  return read(tx, orgId, null, asOf);
}

function read(tx: Tx, orgId: string, key: string | null, asOf: string | undefined): Promise<SettingRow[]> {
  return asOf === undefined ? tx.query<SettingRow>(NOW, [orgId, key]) : tx.query<SettingRow>(AS_OF, [orgId, key, asOf]);
}

/** Replaces the org's values; keeps every version; moves the org's settings epoch. `ifVersion` 0: there must be none yet. @throws record_changed */
export async function saveSetting(
  tx: Tx,
  input: { readonly orgId: string; readonly key: string; readonly values: JsonObject; readonly ifVersion?: number; readonly by: string; readonly at: string },
): Promise<SettingRow> {
  const values = JSON.stringify(input.values);
  const [row] = await tx.query<SettingRow>(SAVE, [input.orgId, input.key, values, input.at, input.by, input.ifVersion ?? null]);
  if (row === undefined) throw new EngineError("record_changed", `Setting ${input.key} has changed.`, { key: input.key });
  tx.queue(KEEP, [input.orgId, input.key, row.version, values, input.at, input.by]);
  tx.queue(EPOCH, [input.orgId]);
  return row;
}

/** Newest first. */
export async function settingVersions(tx: Tx, orgId: string, key: string): Promise<readonly SettingRow[]> {
  return tx.query<SettingRow>(VERSIONS, [orgId, key]);
}
