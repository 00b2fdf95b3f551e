/** An org's values of settings definitions; defaults come from the definition. */
import type { JsonObject } from "../schema/types.ts";
import type { Tx } from "./tx.ts";

export interface SettingRow {
  readonly orgId: string;
  /** Definition key. */
  readonly key: string;
  readonly values: JsonObject;
  readonly version: number;
  readonly updatedAt: string;
  readonly updatedBy: string;
}
export declare function loadSetting(tx: Tx, orgId: string, key: string, asOf?: string): Promise<SettingRow | null>;
export declare function loadSettings(tx: Tx, orgId: string, asOf?: string): Promise<readonly SettingRow[]>;
/** Replaces the org's values; keeps every version; moves the org's settings epoch. @throws record_changed */
export declare function saveSetting(
  tx: Tx,
  input: { readonly orgId: string; readonly key: string; readonly values: JsonObject; readonly ifVersion?: number; readonly by: string; readonly at: string },
): Promise<SettingRow>;
export declare function settingVersions(tx: Tx, orgId: string, key: string): Promise<readonly SettingRow[]>;
