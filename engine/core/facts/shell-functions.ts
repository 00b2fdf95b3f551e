/** FEEL functions whose answer only the shell has: get, find, find all, people, instance of record; and what needs the org's zone. */
import type { Json, JsonObject } from "../../schema/json.ts";
import { fromFeel } from "../feel/convert.ts";
import { formatInstant } from "../feel/temporal.ts";
import { FeelDateTime, type FeelValue, isContext, isList, LazyContext, PENDING, UNKNOWN, Unknown, WRONG_TYPE } from "../feel/values.ts";
import { idOf } from "../program.ts";
import type { FactRequest } from "../step-types.ts";
import { recordReader } from "./compile-fact.ts";
import { MISSING, requestFor, Unavailable } from "./requests.ts";
import type { World } from "./world.ts";
import { dayIn, zoneOffset } from "./zone.ts";

/** Unknown arguments give that unknown; a null id gives null. */
export function callShell(world: World, name: string, args: readonly FeelValue[]): FeelValue {
  for (const arg of args) if (arg instanceof Unknown) return arg;
  const [first = null, second = null] = args;
  switch (name) {
    case "get": {
      if (second === null) return null;
      const type = typeof first === "string" ? world.program.type(first) : null;
      if (type === null) return UNKNOWN;
      // A whole record in place of its id: references are often read through.
      const ref = isContext(second) || second instanceof LazyContext ? fieldOf(second, "id") : second;
      if (typeof ref !== "string") return WRONG_TYPE;
      return answer(world, requestFor.get(idOf(type.key), ref), recordReader(type));
    }
    case "find":
    case "find all": {
      const type = typeof first === "string" ? world.program.type(first) : null;
      if (type === null) return UNKNOWN;
      const filter = jsonOf(second ?? {});
      if (filter === undefined) return UNKNOWN;
      const read = recordReader(type);
      if (name === "find") return answer(world, requestFor.find(idOf(type.key), filter), read);
      return answer(world, requestFor.findAll(idOf(type.key), filter), (json) => (Array.isArray(json) ? (json as readonly Json[]).map(read) : []));
    }
    case "format moment": {
      if (first === null) return null;
      return first instanceof FeelDateTime ? momentText(world, first) : WRONG_TYPE;
    }
    case "day of": {
      if (first === null) return null;
      return first instanceof FeelDateTime ? dayIn(world.org.timeZone, first.ms) : WRONG_TYPE;
    }
    case "people": {
      const selector = jsonOf(first);
      return selector === undefined ? UNKNOWN : answer(world, requestFor.people(selector), (json) => json as FeelValue);
    }
    case "instance of record": {
      if (second === null) return null;
      const machine = typeof first === "string" ? world.program.resolve("machine", first) : null;
      if (machine === null) return UNKNOWN;
      return typeof second === "string" ? answer(world, requestFor.instance(machine, second), (json) => json as FeelValue) : WRONG_TYPE;
    }
    default:
      return UNKNOWN;
  }
}

/** "2026-02-02 09:30" by the org's clocks. */
function momentText(world: World, at: FeelDateTime): string {
  const local = new FeelDateTime(at.ms + zoneOffset(world.org.timeZone, at.ms), 0);
  return formatInstant(local).slice(0, 16).replace("T", " ");
}

function answer(world: World, request: Omit<FactRequest, "locks">, read: (json: Json) => FeelValue): FeelValue {
  const known = world.answers.get(request.key);
  if (known !== undefined) return known;
  const loaded = world.requests.want(request);
  // Not kept: asked for again under another lock, it is to be loaded under that one too.
  if (loaded === MISSING) return PENDING;
  const value = loaded instanceof Unavailable ? loaded.toUnknown(`records of ${request.name}`) : read(loaded);
  world.answers.set(request.key, value);
  return value;
}

function fieldOf(value: FeelValue, name: string): FeelValue | undefined {
  return value instanceof LazyContext ? value.lookup(name) : isContext(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A filter as JSON; undefined where some part of it is unknown, because a filter that lost a condition would find too much. */
function jsonOf(value: FeelValue): JsonObject | undefined {
  if (!isContext(value) || !isKnown(value, 0)) return undefined;
  return fromFeel(value) as JsonObject | undefined;
}

function isKnown(value: FeelValue, depth: number): boolean {
  if (value instanceof Unknown) return false;
  if (depth > 8) return true;
  if (isList(value)) return value.every((each) => isKnown(each, depth + 1));
  return isContext(value) ? Object.values(value).every((each) => isKnown(each, depth + 1)) : true;
}
