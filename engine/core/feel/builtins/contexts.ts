/** Contexts and tests of presence: DMN 1.3, 10.3.4.8. Own entries only. */
import { equals } from "../compare.ts";
import { fromFeel } from "../convert.ts";
import { type FeelContext, type FeelValue, isContext, isList, LazyContext, newContext, UNKNOWN, Unknown, WRONG_TYPE } from "../values.ts";
import { type Builtin, define } from "./define.ts";

export function property(context: FeelValue, key: string): FeelValue {
  if (context === null) return null;
  if (context instanceof LazyContext) {
    const value = context.lookup(key);
    return value === undefined ? UNKNOWN : value;
  }
  if (!isContext(context)) return WRONG_TYPE;
  return Object.hasOwn(context, key) ? context[key]! : UNKNOWN;
}
function copy(context: FeelContext): Record<string, FeelValue> {
  return Object.assign(newContext(), context);
}
function put(context: FeelContext, keys: readonly FeelValue[], value: FeelValue): FeelValue {
  const [key, ...rest] = keys;
  if (typeof key !== "string") return WRONG_TYPE;
  const out = copy(context);
  const inner = Object.hasOwn(context, key) ? context[key]! : null;
  out[key] = rest.length === 0 ? value : put(isContext(inner) ? inner : newContext(), rest, value);
  return out;
}
/** "", [], {} and null. */
function isEmpty(value: FeelValue): boolean {
  if (value === null || value === "") return true;
  if (isList(value)) return value.length === 0;
  return isContext(value) && Object.keys(value).length === 0;
}

export const contextBuiltins: readonly Builtin[] = [
  define("get value(m: a, key: a)", ([context, key]) => {
    if (context === null || key === null) return null;
    if (isList(key)) return key.reduce<FeelValue>((at, name) => (typeof name === "string" ? property(at, name) : WRONG_TYPE), context);
    if (typeof key !== "string") return WRONG_TYPE;
    // A member that is not there is null; one that is not known stays unknown.
    if (isContext(context) && Object.hasOwn(context, key)) return context[key] ?? null;
    const value = property(context, key);
    return value === UNKNOWN ? null : value;
  }),
  define("get entries(m: c)", ([context], charge) => {
    const entries = Object.entries(context as FeelContext);
    charge(entries.length);
    return entries.map(([key, value]) => ({ key, value }));
  }),
  define("context(entries: l)", ([entries], charge) => {
    charge(entries.length);
    const out = newContext();
    for (const entry of entries) {
      const key = property(entry, "key");
      if (typeof key !== "string" || Object.hasOwn(out, key)) return null;
      out[key] = property(entry, "value");
    }
    return out;
  }),
  define("context put(context: c, key: a, value: a)", ([context, key, value]) => put(context, isList(key) ? key : [key], value)),
  define("context merge(contexts: l)", ([contexts]) => {
    const out = newContext();
    for (const context of contexts) {
      if (!isContext(context)) return WRONG_TYPE;
      Object.assign(out, context);
    }
    return out;
  }),
  define("empty(x: a)", ([value]) => isEmpty(value)),
  define("nonempty(x: a)", ([value]) => !isEmpty(value)),
  define("is defined(x: a)", ([value]) => !(value instanceof Unknown), { total: true }),
  define(
    "coalesce(...values: a)",
    (values: FeelValue[]) => {
      // A value that is not known yet, or that is broken, is no reason to take the next one: only null is.
      for (const value of values) if (value !== null) return value;
      return null;
    },
    { total: true },
  ),
  define("not(negand: a)", ([value]) => (typeof value === "boolean" ? !value : value === null ? null : WRONG_TYPE)),
  define("is(value1: a, value2: a)", ([a, b]) => {
    if (a === null || b === null) return a === b;
    if (typeof a !== typeof b || (typeof a === "object" && a.constructor !== b.constructor)) return false;
    return equals(a, b);
  }),
  define("to json text(x: a)", ([value], charge) => {
    const json = fromFeel(value);
    const text = json === undefined ? null : JSON.stringify(json);
    charge((text?.length ?? 0) >> 4);
    return text;
  }),
];
