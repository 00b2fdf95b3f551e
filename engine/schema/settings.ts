/** Settings: a schema with defaults; the values are the org's. */
import type { DefinitionBase } from "./definition-base.ts";
import type { JsonObject, JsonSchema } from "./json.ts";

export interface SettingsDefinition extends DefinitionBase {
  readonly kind: "settings";
  readonly schema: JsonSchema;
  readonly defaults: JsonObject;
  /** Permission that may change the org's values. */
  readonly permission: string;
  readonly group?: string;
}
