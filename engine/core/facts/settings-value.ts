/** Settings of the org in force: the values that it set, over the defaults of the definition. */
import type { Json, JsonObject } from "../../schema/json.ts";
import type { ParamSpec } from "../../schema/values.ts";
import { type FeelValue, LazyContext, PENDING } from "../feel/values.ts";
import type { Program } from "../program.ts";
import { MISSING, requestFor, Unavailable } from "./requests.ts";
import { fieldReaders } from "./schema-values.ts";
import type { World } from "./world.ts";

type Values = JsonObject | Unavailable | typeof MISSING;

function valuesOf(world: World, key: string): Values {
  return world.requests.want(requestFor.settings(key)) as Values;
}

/** `settings.<id>`; undefined where the release has no such settings. */
export function settingsContext(world: World, id: string): FeelValue | undefined {
  const definition = world.program.settings(id);
  if (definition === null) return undefined;
  const readers = fieldReaders(definition.schema);
  return new LazyContext(
    (name) => {
      const values = valuesOf(world, definition.key);
      if (values === MISSING) return PENDING;
      if (values instanceof Unavailable) return values.toUnknown("settings");
      const json = own(values, name) ?? own(definition.defaults, name);
      const reader = readers.get(name);
      return reader === undefined ? (json as FeelValue | undefined) : reader(json);
    },
    () => [...readers.keys()],
  );
}

const own = (object: JsonObject, name: string): Json | undefined => (Object.hasOwn(object, name) ? object[name] : undefined);

/**
 * Params of a decision that the org's settings set differently from their default.
 * A reference that goes nowhere leaves the default in force.
 */
export function settingParams(world: World, program: Program, params: Readonly<Record<string, ParamSpec>>): JsonObject {
  let out: Record<string, Json> | undefined;
  for (const [name, spec] of Object.entries(params)) {
    if (spec.setting === undefined) continue;
    const slash = spec.setting.indexOf("/");
    const definition = program.settings(spec.setting.slice(0, slash));
    if (definition === null) continue;
    const values = valuesOf(world, definition.key);
    if (values === MISSING || values instanceof Unavailable) continue;
    const property = spec.setting.slice(slash + 1);
    const value = own(values, property) ?? own(definition.defaults, property);
    if (value === undefined || value === spec.default) continue;
    out ??= {};
    out[name] = value;
  }
  return out ?? NONE;
}
const NONE: JsonObject = {};
