/** What a bare name means within a filter. */
import { isTemporal } from "./compare.ts";
import type { Env } from "./scope.ts";
import { temporalProperty } from "./temporal.ts";
import { type FeelValue, isContext, LazyContext } from "./values.ts";

type Code = (env: Env) => FeelValue;

/** An entry of the element at `index`, or else what the name means outside. */
export function itemName(index: number, name: string, outside: Code): Code {
  return (env) => {
    const item = env.locals[index]!;
    if (item instanceof LazyContext) return item.lookup(name) ?? outside(env);
    if (isContext(item) && Object.hasOwn(item, name)) return item[name]!;
    return isTemporal(item) ? (temporalProperty(item, name) ?? outside(env)) : outside(env);
  };
}
