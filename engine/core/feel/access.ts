/** Reaching into values: entries, elements, loops over lists, and the names of types. Own properties only. */
import { tick } from "../time-limit.ts";
import { property } from "./builtins/contexts.ts";
import { isTemporal } from "./compare.ts";
import { isNumeric } from "./decimals.ts";
import type { Env } from "./scope.ts";
import { temporalProperty } from "./temporal.ts";
import { FeelDate, FeelDateTime, FeelDuration, FeelFunction, FeelRange, FeelTime, type FeelValue, isList, LazyContext, Unknown, WRONG_TYPE } from "./values.ts";

/** `value.name`: an own entry, that of every element, or a part of a date, time, duration or range. */
export function member(value: FeelValue, name: string): FeelValue {
  if (value instanceof Unknown || value === null) return value;
  if (typeof value !== "object") return WRONG_TYPE;
  if (value instanceof LazyContext) return property(value, name);
  if (isList(value)) {
    tick(value.length);
    return value.map((entry) => member(entry, name));
  }
  if (isTemporal(value)) return temporalProperty(value, name) ?? (name === "time offset" ? null : WRONG_TYPE);
  if (value instanceof FeelRange) {
    if (name === "start") return value.low;
    if (name === "end") return value.high;
    return name === "start included" ? value.lowIncluded : name === "end included" ? value.highIncluded : WRONG_TYPE;
  }
  return property(value, name);
}

/** Runs `visit` for every combination; true from it ends the walk. Returns the Unknown of a list that is not known. */
export function iterate(env: Env, lists: readonly ((env: Env) => FeelValue)[], first: number, at: number, visit: () => boolean): Unknown | null {
  const state = { done: false, failure: null as Unknown | null };
  const walk = (i: number): void => {
    if (i === lists.length) {
      if (visit()) state.done = true;
      return;
    }
    const list = lists[i]!(env);
    if (list instanceof Unknown) state.failure = list;
    else
      for (const item of itemsOf(list, env)) {
        env.charge(1);
        env.locals[first + i] = item;
        walk(i + 1);
        if (state.done) return;
      }
  };
  walk(at);
  return state.failure;
}
/** Elements of a list; whole numbers of a range, downwards where its ends say so. */
function* itemsOf(value: FeelValue, env: Env): Iterable<FeelValue> {
  if (value === null) return;
  if (!(value instanceof FeelRange)) yield* isList(value) ? value : [value];
  else if (typeof value.low === "number" && typeof value.high === "number") {
    const step = value.low <= value.high ? 1 : -1;
    for (let i = value.low; step > 0 ? i <= value.high : i >= value.high; i += step) yield i;
  } else if (value.low instanceof FeelDate && value.high instanceof FeelDate) {
    for (let day = value.low.day; day <= value.high.day; day++) yield new FeelDate(day);
  } else env.charge(Number.POSITIVE_INFINITY);
}
export function elementAt(value: FeelValue, position: number): FeelValue {
  if (value instanceof Unknown) return value;
  const list = isList(value) ? value : value === null ? [] : [value];
  return (position > 0 ? list[position - 1] : list[list.length + position]) ?? null;
}

export function typeName(value: FeelValue): string {
  if (isNumeric(value)) return "number";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "boolean";
  if (value instanceof FeelDate) return "date";
  if (value instanceof FeelDateTime) return "date and time";
  if (value instanceof FeelTime) return "time";
  if (value instanceof FeelDuration) return value.kind === "months" ? "years and months duration" : "days and time duration";
  if (value instanceof FeelRange) return "range";
  if (value instanceof FeelFunction) return "function";
  return value === null ? "null" : isList(value) ? "list" : "context";
}
