/** What the settings pages show. */
import type { JsonObject, JsonSchema } from "#engine/schema/json.ts";
import type { Field } from "./guided.ts";

export interface SettingsLink {
  readonly key: string;
  readonly title: string;
  readonly group: string;
  /** How many of the org's own values stand in place of a default. */
  readonly own: number;
}

export interface SettingsVersion {
  readonly version: number;
  readonly at: string;
  readonly by: string;
  readonly changes: readonly { readonly title: string; readonly before: Field["cell"]; readonly after: Field["cell"] }[];
}

export interface SettingsPage {
  readonly org: string;
  readonly links: readonly SettingsLink[];
  readonly key: string;
  readonly title: string;
  readonly etag: string;
  readonly mayEdit: boolean;
  readonly schema: JsonSchema;
  readonly values: JsonObject;
  /** Values that differ from the default, with what the default is. */
  readonly changed: readonly { readonly name: string; readonly title: string; readonly fallback: Field["cell"] }[];
  readonly fields: readonly Field[];
  readonly versions: readonly SettingsVersion[];
}
