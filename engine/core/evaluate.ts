/** Evaluates FEEL in the scope of an instance outside of a transition: permissions, masks, columns, hooks, previews. */
import type { Feel, Json, JsonObject } from "../schema/json.ts";
import { StepScope } from "./facts/step-scope.ts";
import { World } from "./facts/world.ts";
import { compileFeel, type Expression } from "./feel/compile.ts";
import { fromFeel } from "./feel/convert.ts";
import { TooManyRows } from "./feel/values.ts";
import type { CompiledMachine } from "./machine/compile.ts";
import { configurationAt } from "./machine/configuration.ts";
import type { Program } from "./program.ts";
import type { Actor, EngineEvent, FactBag, FactRequest, Instant, OrgContext, RecordState, Snapshot } from "./step-types.ts";

export interface EvaluationInput {
  readonly record?: RecordState | null;
  readonly event?: EngineEvent | null;
  readonly snapshot?: Snapshot | null;
  readonly instance?: { readonly id: string; readonly key: string; readonly seq: number } | null;
  readonly machine?: CompiledMachine | null;
  readonly facts: FactBag;
  readonly actor: Actor;
  readonly org: OrgContext;
  readonly now: Instant;
  /** Further names, as JSON: value, before, args, row... */
  readonly extra?: JsonObject;
}

/** `undefined` is FEEL's unknown. */
export type Evaluation<K extends string> =
  | { readonly kind: "needs"; readonly requests: readonly FactRequest[] }
  | {
      readonly kind: "values";
      readonly values: Readonly<Record<K, Json | undefined>>;
      /** Which of the unknown ones are rows of a fact that has too many. */
      readonly tooMany: ReadonlyMap<K, TooManyRows>;
    };

/** The world of an evaluation, for callers that ask more than single expressions. */
export function worldOf(program: Program, input: EvaluationInput): World {
  const { machine = null, snapshot = null } = input;
  return new World(program, {
    ...{ machine, record: input.record ?? null, event: input.event ?? null, instance: input.instance ?? null },
    context: snapshot?.context ?? {},
    configuration: machine === null || snapshot === null ? null : configurationAt(machine.chart, snapshot.value),
    ...{ facts: input.facts, actor: input.actor, org: input.org, now: input.now },
    ...(input.extra === undefined ? {} : { extra: input.extra }),
  });
}

/**
 * Evaluates all expressions in one pass, so that they ask for what they need together.
 *
 * - throws EngineError `definition_invalid` where a text is no FEEL
 */
export function evaluateAll<K extends string>(program: Program, input: EvaluationInput, expressions: Readonly<Record<K, Feel>>): Evaluation<K> {
  const world = worldOf(program, input);
  const scope = new StepScope(world);
  const values = {} as Record<K, Json | undefined>;
  const tooMany = new Map<K, TooManyRows>();
  for (const name of Object.keys(expressions) as K[]) {
    const value = compiled(expressions[name]).evaluate(scope);
    if (value instanceof TooManyRows) tooMany.set(name, value);
    values[name] = fromFeel(value);
  }
  return world.requests.pending ? { kind: "needs", requests: world.requests.list() } : { kind: "values", values, tooMany };
}

const MAX_KEPT = 2_000;
const texts = new Map<string, Expression>();

/** Compiled once per text; texts come from definitions, so there are not many. */
function compiled(text: Feel): Expression {
  let expression = texts.get(text);
  if (expression === undefined) {
    expression = compileFeel(text);
    if (texts.size >= MAX_KEPT) texts.clear();
    texts.set(text, expression);
  }
  return expression;
}
