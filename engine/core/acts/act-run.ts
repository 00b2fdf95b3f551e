/** What the actions of one step share: the scope, the effects so far, ids from the seed, counters, raised events and timers. */
import type { Json, JsonObject } from "../../schema/json.ts";
import { EngineError } from "../errors.ts";
import type { ExpressionScope } from "../facts/expression-scope.ts";
import type { World } from "../facts/world.ts";
import { startOfDay } from "../facts/zone.ts";
import type { Expression } from "../feel/compile.ts";
import { fromFeel, text } from "../feel/convert.ts";
import { addToDateTime, formatInstant } from "../feel/temporal.ts";
import { FeelDate, FeelDateTime, FeelDuration, type FeelValue, isContext, isList, LazyContext, truthOf, Unknown } from "../feel/values.ts";
import type { ExpressionMap, TextCode } from "../machine/code.ts";
import type { Effect, EngineEvent, Instant } from "../step-types.ts";
import { SeedIds } from "./seed-ids.ts";

export const MAX_EFFECTS = 20_000;
/** As many rows as a fact holds. */
export const MAX_EACH = 10_000;

type WithoutKey<T> = T extends unknown ? Omit<T, "key"> : never;
export type EffectBody = WithoutKey<Effect>;

export class ActRun {
  readonly world: World;
  readonly effects: Effect[] = [];
  readonly raised: EngineEvent[] = [];
  counters: Readonly<Record<string, number>>;
  /** Timer name -> due instant, or null where it is to be cancelled. */
  timers: Map<string, Instant | null> | null = null;
  recordChanged = false;
  private readonly prefix: string;
  private readonly seed: string;
  private seeded: SeedIds | null = null;

  constructor(world: World, seed: string, counters: Readonly<Record<string, number>>) {
    this.world = world;
    this.seed = seed;
    this.counters = counters;
    this.prefix = `${world.instance?.id ?? ""}:${(world.instance?.seq ?? 0) + 1}`;
  }
  get ids(): SeedIds {
    this.seeded ??= new SeedIds(this.seed, this.world.now.ms);
    return this.seeded;
  }
  /** Adds an effect under the next key, `<instance>:<seq>:<n>` with n from 1; gives the key. */
  add(effect: EffectBody): string {
    if (this.effects.length >= MAX_EFFECTS) throw new EngineError("limit_exceeded", `A step has at most ${MAX_EFFECTS} effects`, { limit: "effects" });
    const key = this.nextKey();
    this.effects.push({ key, ...effect } as Effect);
    return key;
  }
  setTimer(name: string, due: Instant | null): void {
    this.timers ??= new Map();
    this.timers.set(name, due);
  }
  count(counter: string, value: number): void {
    this.counters = { ...this.counters, [counter]: value };
  }
  nextKey(): string {
    return `${this.prefix}:${this.effects.length + 1}`;
  }
}

export function isTrue(expression: Expression, scope: ExpressionScope): boolean {
  return truthOf(expression.evaluate(scope)) === true;
}

export function evaluateOr(expression: Expression | null, scope: ExpressionScope, otherwise: FeelValue): FeelValue {
  return expression === null ? otherwise : expression.evaluate(scope);
}

/** Text of a value; null for null, unknown and what is no text, number or date. */
export function textOf(value: FeelValue): string | null {
  if (value === null || value instanceof Unknown || isList(value)) return null;
  if (isContext(value) || value instanceof LazyContext) return null;
  return text(value);
}

/** A text, or the id of a record or person. */
export function idText(value: FeelValue): string | null {
  if (isContext(value)) return Object.hasOwn(value, "id") ? textOf(value["id"]!) : null;
  if (value instanceof LazyContext) return textOf(value.lookup("id") ?? null);
  return textOf(value);
}

/** Values by name as JSON; unknown ones are left out. */
export function jsonMap(map: ExpressionMap, scope: ExpressionScope): Record<string, Json> {
  const out: Record<string, Json> = {};
  for (const [name, expression] of map) {
    const json = fromFeel(expression.evaluate(scope));
    if (json !== undefined) out[name] = json;
  }
  return out;
}

/** Title and note texts; a part that is unknown or null leaves nothing. */
export function fillText(code: TextCode, scope: ExpressionScope): string {
  let out = "";
  for (const part of code) out += typeof part === "string" ? part : (textOf(part.evaluate(scope)) ?? "");
  return out;
}

/**
 * The instant that a duration from now, a date-time, or a date (its start in the org's zone) means.
 * null for everything else: there is nothing to wait for.
 */
export function dueInstant(value: FeelValue, world: World): Instant | null {
  let due: FeelDateTime | null = null;
  if (value instanceof FeelDateTime) due = value;
  else if (value instanceof FeelDate) due = startOfDay(world.org.timeZone, value);
  else if (value instanceof FeelDuration) due = addToDateTime(world.now, value, 1);
  return due === null ? null : formatInstant(due);
}

export const asObject = (json: Json | undefined): JsonObject | null =>
  typeof json === "object" && json !== null && !Array.isArray(json) ? (json as JsonObject) : null;
