/** The JSON Schema of a kind in one piece, with what it shares with others inlined: editors complete and check with it while typing. */
import type { Kind } from "../../schema/definition-base.ts";
import type { JsonObject, JsonSchema } from "../../schema/json.ts";
import { readSchema } from "./definition-schema.ts";

const SHARED = '"common.schema.json#/$defs/';
const OWN = '"#/$defs/';
const known = new Map<Kind, JsonSchema>();

export function editorSchema(kind: Kind): JsonSchema {
  const cached = known.get(kind);
  if (cached !== undefined) return cached;
  const inline = (value: JsonObject): JsonObject => JSON.parse(JSON.stringify(value).replaceAll(SHARED, OWN)) as JsonObject;
  const { $id: _id, ...own } = inline(readSchema(kind));
  const shared = inline(readSchema("common"));
  const whole = { ...own, $defs: { ...(shared["$defs"] as JsonObject | undefined), ...(own["$defs"] as JsonObject | undefined) } };
  known.set(kind, whole);
  return whole;
}
