/** The names and functions that expressions of a machine, a decision's inputs and a mail see (plan: FEEL scope). Values are built when read. */
import type { Json } from "../../schema/json.ts";
import { fromFeel } from "../feel/convert.ts";
import { type FeelContext, type FeelValue, isContext, LazyContext, newContext, UNKNOWN, Unknown, WRONG_TYPE } from "../feel/values.ts";
import { feelName, idOf } from "../program.ts";
import type { EngineEvent } from "../step-types.ts";
import { decide, nestedDecision } from "./ask-decision.ts";
import type { ExpressionScope } from "./expression-scope.ts";
import { factBySubject, factValue } from "./fact-value.ts";
import { fieldReaders, PLAIN, readerOf } from "./schema-values.ts";
import { settingsContext } from "./settings-value.ts";
import { callShell } from "./shell-functions.ts";
import type { World } from "./world.ts";

/** Scope over a world; `local` names (item, index, mail) come first. */
export class StepScope implements ExpressionScope {
  readonly world: World;
  private readonly locals: Readonly<Record<string, FeelValue>> | null;
  private cache: Map<string, FeelValue> | null = null;
  private generation: number;
  readonly silent: boolean;

  constructor(world: World, locals: Readonly<Record<string, FeelValue>> | null = null, silent = false) {
    this.world = world;
    this.locals = locals;
    this.silent = silent;
    this.generation = world.generation;
  }
  with(locals: Readonly<Record<string, FeelValue>>): StepScope {
    return new StepScope(this.world, this.locals === null ? locals : { ...this.locals, ...locals }, this.silent);
  }
  within(locals: Readonly<Record<string, FeelValue>>): StepScope {
    return new StepScope(this.world, { ...NOT_IN_FACTS, ...locals }, true);
  }

  get(name: string): FeelValue | undefined {
    if (this.locals !== null && Object.hasOwn(this.locals, name)) return this.locals[name];
    if (this.generation !== this.world.generation) {
      this.cache = null;
      this.generation = this.world.generation;
    }
    const known = this.cache?.get(name);
    if (known !== undefined) return known;
    const value = this.build(name);
    if (value !== undefined) {
      this.cache ??= new Map();
      this.cache.set(name, value);
    }
    return value;
  }

  private build(name: string): FeelValue | undefined {
    const { world } = this;
    switch (name) {
      case "record":
        return world.read("record", recordContext);
      case "payload":
        return world.read("payload", payloadOf);
      case "context":
        return world.context as FeelContext;
      case "event":
        return world.read("event", ({ event, now }) => (event === null ? null : eventContext(event, now)));
      case "state":
        return world.configuration === null ? null : (world.configuration.value as FeelValue);
      case "states":
        return world.configuration === null ? [] : world.configuration.states;
      case "actor": {
        const { traits, ...actor } = world.actor;
        return { ...traits, email: null, ...actor };
      }
      case "org": {
        const { id, code, name: title, timeZone, branding } = world.org;
        return { ...(branding as FeelContext), id, code, name: title, time_zone: timeZone };
      }
      case "now":
        return world.now;
      case "today":
        return world.today;
      case "instance":
        return world.instance;
      case "settings":
        return new LazyContext(
          (id) => settingsContext(world, id),
          () => world.program.all("settings").map((each) => feelName(idOf(each.key))),
        );
      case "fact":
        return new LazyContext((id) => factBySubject(this, id));
      case "decision":
        return new LazyContext((id) => nestedDecision(this, id));
      case "created":
        return new LazyContext(
          (as) => world.created?.get(as),
          () => [...(world.created?.keys() ?? [])],
        );
      default:
        return Object.hasOwn(world.extra, name) ? (world.extra[name] as FeelValue) : undefined;
    }
  }

  call(name: string, args: readonly FeelValue[]): FeelValue {
    const [first, second] = args;
    if (name === "decide" || name === "fact") {
      if (first instanceof Unknown) return first;
      if (typeof first !== "string") return WRONG_TYPE;
      if (second instanceof Unknown) return second;
      const given = second === undefined || second === null ? newContext() : isContext(second) ? second : null;
      if (given === null) return WRONG_TYPE;
      return name === "decide" ? decide(this, first, given) : factValue(this, first, given);
    }
    return callShell(this.world, name, args);
  }
}

const NOT_IN_FACTS = { record: UNKNOWN, payload: UNKNOWN, context: UNKNOWN, event: UNKNOWN, state: UNKNOWN, states: UNKNOWN, instance: UNKNOWN };

const SYSTEM = ["id", "code", "type", "org", "version"] as const;

/** The instance's record, field by field. null before a start has created it. */
function recordContext(world: World): FeelValue {
  const { record } = world;
  if (record === null) return null;
  const type = world.program.type(record.type);
  const readers = type === null ? null : fieldReaders(type.schema);
  let values: Map<string, FeelValue> | null = null;
  const read = (name: string): FeelValue | undefined => {
    const reader = readers?.get(name);
    const own = Object.hasOwn(record.data, name);
    if (reader === PLAIN) return own ? record.data[name] : null;
    const known = values?.get(name);
    if (known !== undefined) return known;
    let value: FeelValue | undefined;
    if (reader !== undefined) value = reader(own ? record.data[name] : undefined);
    else if (own) value = record.data[name] as FeelValue;
    else if (SYSTEM.includes(name as (typeof SYSTEM)[number])) value = record[name as (typeof SYSTEM)[number]];
    if (value !== undefined) {
      values ??= new Map();
      values.set(name, value);
    }
    return value;
  };
  return new LazyContext(read, () => [...new Set([...Object.keys(record.data), ...(readers?.keys() ?? []), ...SYSTEM])]);
}

/** `fields` and `given` tell what was sent from what was left out, which in `payload` are both null: `is defined(event.given.x)`. */
function eventContext({ type, via, payload }: EngineEvent, at: FeelValue): FeelValue {
  return { type, via, at, fields: Object.keys(payload), given: payload as FeelValue };
}

function payloadOf(world: World): FeelValue {
  const { event, machine } = world;
  if (event === null) return null;
  const definition = machine?.definition;
  const spec =
    definition === undefined
      ? undefined
      : Object.hasOwn(definition.events, event.type)
        ? definition.events[event.type]
        : Object.hasOwn(definition.start, event.type)
          ? definition.start[event.type]
          : undefined;
  return readerOf(spec?.payload)(event.payload);
}

/** JSON of an evaluated expression; `undefined` is unknown. */
export const toJson = (value: FeelValue): Json | undefined => fromFeel(value);
