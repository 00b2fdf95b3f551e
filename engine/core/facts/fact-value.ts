/** Values of catalogue facts: rows from the shell, or an expression over other facts. Computed once per pass and arguments. */
import type { Json, JsonObject } from "../../schema/json.ts";
import { canonicalJson } from "../canonical.ts";
import { fromFeel, toFeel } from "../feel/convert.ts";
import { type FeelContext, type FeelValue, isContext, isList, newContext, PENDING, UNKNOWN, Unknown } from "../feel/values.ts";
import { type CompiledFact, rowReader, valueReader } from "./compile-fact.ts";
import type { ExpressionScope } from "./expression-scope.ts";
import { MISSING, requestFor, Unavailable } from "./requests.ts";
import type { Reader } from "./schema-values.ts";
import type { World } from "./world.ts";

const CYCLE = new Unknown("the fact reads itself");
const NO_SUBJECT = new Unknown("the fact has no subject here");
const MAX_NESTED = 32;

/** `fact.<id>`: the arguments come from the subject mapping of the instance's record type. undefined where there is no such fact. */
export function factBySubject(scope: ExpressionScope, ref: string): FeelValue | undefined {
  const { world } = scope;
  const fact = world.program.fact(ref);
  if (fact === null) return undefined;
  const mapping = fact.subjects.get(world.recordType) ?? fact.subjects.get("*");
  if (mapping === undefined) return fact.args.size === 0 ? compiledFactValue(scope, fact, newContext()) : NO_SUBJECT;
  const args = newContext();
  for (const [name, expression] of mapping) args[name] = expression.evaluate(scope);
  return compiledFactValue(scope, fact, args);
}

/** `fact(id, {args})`. */
export function factValue(scope: ExpressionScope, ref: string, args: FeelContext): FeelValue {
  const fact = scope.world.program.fact(ref);
  return fact === null ? UNKNOWN : compiledFactValue(scope, fact, args);
}

function compiledFactValue(scope: ExpressionScope, fact: CompiledFact, given: FeelContext): FeelValue {
  const { world } = scope;
  const args: Record<string, Json> = {};
  for (const [name, spec] of fact.args) {
    const value = Object.hasOwn(given, name) ? given[name]! : spec.nullable === true ? null : UNKNOWN;
    if (value instanceof Unknown) return value;
    const json = fromFeel(value, spec);
    if (json === undefined) return UNKNOWN;
    args[name] = json;
  }
  const name = `${fact.key}?${canonicalJson(args)}`;
  const known = world.facts.get(name);
  if (known !== undefined) return known;
  if (world.facts.size > 10_000 || nesting >= MAX_NESTED) return new Unknown("limit");
  world.facts.set(name, CYCLE);
  nesting++;
  try {
    const value = compute(scope, fact, args);
    world.facts.set(name, value);
    return value;
  } finally {
    nesting--;
  }
}
/** Depth of facts within facts; back at 0 after every evaluation. */
let nesting = 0;

function compute(asking: ExpressionScope, fact: CompiledFact, args: JsonObject): FeelValue {
  const { world } = asking;
  const { definition } = fact;
  const inScope = newContext();
  for (const [name, spec] of fact.args) inScope[name] = toFeel(args[name], spec);
  const scope = asking.within({ args: inScope });
  return world.requests.under(locksOf(fact, scope), () => {
    let rows: FeelValue = UNKNOWN;
    if (definition.query !== undefined) {
      const loaded = world.requests.want(requestFor.fact(fact.key, args, definition.scope ?? "org"));
      if (loaded === MISSING) rows = PENDING;
      else if (loaded instanceof Unavailable) rows = loaded.toUnknown(fact.key);
      else rows = readRows(world, fact, loaded);
    }
    if (fact.expr === null) return rows;
    // Evaluated even while rows are pending, so that other facts that it needs are asked for in the same round.
    const value = fact.expr.evaluate(scope.with({ rows }));
    return value instanceof Unknown || world.requests.pending ? value : retyped(fact, value);
  });
}

function locksOf(fact: CompiledFact, scope: ExpressionScope): readonly string[] {
  if (fact.lock === null) return [];
  const value = fact.lock.evaluate(scope);
  const names = isList(value) ? value : [value];
  return names.filter((name) => typeof name === "string");
}

function readRows(world: World, fact: CompiledFact, loaded: Json): FeelValue {
  const { query, value: spec } = fact.definition;
  const typed = fact.expr === null ? valueReader(spec) : null;
  if (typed !== null && spec.type !== "list" && spec.type !== "record") return typed(scalarOf(loaded));
  if (typed !== null) return typed(loaded);
  const read: Reader = rowReader(query!, (ref) => world.program.type(ref));
  return Array.isArray(loaded) ? (loaded as readonly Json[]).map(read) : read(loaded);
}

/** A fact of one number over a query with one selected aggregate is that aggregate. */
function scalarOf(loaded: Json): Json {
  const row = Array.isArray(loaded) ? ((loaded as readonly Json[])[0] ?? null) : loaded;
  if (typeof row !== "object" || row === null || Array.isArray(row)) return row;
  const values = Object.values(row as JsonObject);
  return values.length === 1 ? values[0]! : null;
}

/** Gives a computed value its declared type, where that is more than list or record: text becomes a date, a number keeps its scale. */
function retyped(fact: CompiledFact, value: FeelValue): FeelValue {
  const { value: spec } = fact.definition;
  if (isContext(value) || isList(value)) return value;
  const read = valueReader(spec);
  const json = fromFeel(value, spec);
  return read === null || json === undefined ? value : read(json);
}
