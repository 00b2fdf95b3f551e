/** Asks rule sets and tables from inside a step: finds their inputs, evaluates them, writes the decision down. */
import type { Json, JsonObject } from "../../schema/json.ts";
import type { InputSpec } from "../../schema/values.ts";
import { sameJson } from "../canonical.ts";
import { EngineError } from "../errors.ts";
import { compileFeel, type Expression } from "../feel/compile.ts";
import { fromFeel, toFeel } from "../feel/convert.ts";
import { type FeelContext, type FeelValue, newContext, PENDING, Unknown } from "../feel/values.ts";
import type { Program } from "../program.ts";
import type { CompiledDecision } from "../rules/decision.ts";
import type { CompactDecision } from "../step-types.ts";
import { tick } from "../time-limit.ts";
import type { ExpressionScope } from "./expression-scope.ts";
import { settingParams } from "./settings-value.ts";
import { Moment } from "./world.ts";

/** What a decision counts for in a time limit, beside its expressions, in operations. */
const DECISION = 200;

export interface Asking {
  readonly at: string;
  readonly program: Program;
  /** Wins over the input's own `from`. */
  readonly bind?: ReadonlyMap<string, Expression>;
  /** Values given by name; win over `bind`. */
  readonly given?: FeelContext;
  readonly expect?: JsonObject;
}

/**
 * The decision of a rule set or table; null while facts are missing.
 *
 * - throws EngineError `internal` for a reference that goes nowhere: publishing refuses those
 */
export function askDecision(scope: ExpressionScope, ref: string, asking: Asking): CompactDecision | null {
  const { world } = scope;
  const compiled = asking.program.decision(ref);
  if (compiled === null) throw new EngineError("internal", `There is no rule set or table "${ref}" in this release`, { reference: ref });
  const { given, bind } = asking;
  const inputs: Record<string, Json> = {};
  for (const { name, spec, source } of sourcesOf(compiled, world.recordType)) {
    let value: FeelValue | undefined;
    if (given !== undefined && Object.hasOwn(given, name)) value = given[name];
    else value = (bind?.get(name) ?? source)?.evaluate(scope);
    const json = value === undefined ? undefined : fromFeel(value, spec);
    if (json !== undefined) inputs[name] = json;
  }
  const params = settingParams(world, asking.program, compiled.params);
  if (world.requests.pending) return null;
  tick(DECISION);
  const evaluated = compiled.evaluate(inputs, params, new Moment(world));
  const { at, expect } = asking;
  return expect === undefined ? { ...evaluated, at } : { ...evaluated, at, expect };
}

/** Writes a decision down, once for the same inputs at the same place. */
export function noteDecision(decisions: CompactDecision[], decision: CompactDecision): void {
  const isKnown = decisions.some(
    (each) =>
      each.key === decision.key &&
      each.at === decision.at &&
      sameJson(each.inputs, decision.inputs) &&
      (each.overridden === undefined) === (decision.overridden === undefined),
  );
  if (!isKnown) decisions.push(decision);
}

/** `decision.<id>`: outputs, and `outcome`, `reasons` and their sentences as `messages` where no output has that name. undefined where there is no such decision. */
export function nestedDecision(scope: ExpressionScope, ref: string): FeelValue | undefined {
  if (scope.world.program.decision(ref) === null) return undefined;
  return outputsOf(scope, ref, {});
}

/** `decide(id, {inputs})`; inputs that are not given come from where the decision says. */
export function decide(scope: ExpressionScope, ref: string, given: FeelContext): FeelValue {
  return outputsOf(scope, ref, { given });
}

/** Decisions that are being asked: one that needs itself is unknown. */
const asked = new Set<string>();
const CYCLE = new Unknown("the decision needs itself");

function outputsOf(scope: ExpressionScope, ref: string, more: { readonly given?: FeelContext }): FeelValue {
  const compiled = scope.world.program.decision(ref);
  const name = compiled?.key ?? ref;
  if (asked.size > 32 || (asked.has(name) && more.given === undefined)) return CYCLE;
  const entered = !asked.has(name);
  asked.add(name);
  try {
    const decision = askDecision(scope, ref, { at: "nested", program: scope.world.program, ...more });
    if (decision === null) return PENDING;
    if (!scope.silent) noteDecision(scope.world.decisions, decision);
    return contextOf(compiled!, decision);
  } finally {
    if (entered) asked.delete(name);
  }
}

/** Outputs of a decision as expressions read them. */
export function contextOf(compiled: CompiledDecision, decision: CompactDecision): FeelContext {
  const out = newContext();
  out["outcome"] = decision.outcome;
  out["reasons"] = decision.reasons.map((reason) => reason.code);
  out["messages"] = decision.reasons.map((reason) => reason.message);
  const specs = "outputs" in compiled.definition && Array.isArray(compiled.definition.outputs) ? compiled.definition.outputs : [];
  for (const [name, json] of Object.entries(decision.output))
    out[name] = toFeel(
      json,
      specs.find((spec) => spec.name === name && (spec.nullable === true || json !== null)),
    );
  return out;
}

export interface InputSource {
  readonly name: string;
  readonly spec: InputSpec;
  /** Where the decision itself says that it comes from. */
  readonly source: Expression | undefined;
}

const SOURCES = new WeakMap<CompiledDecision, Map<string, readonly InputSource[]>>();

/** All inputs in their order, for a record type. */
export function sourcesOf(compiled: CompiledDecision, recordType: string): readonly InputSource[] {
  let byType = SOURCES.get(compiled);
  if (byType === undefined) {
    byType = new Map();
    SOURCES.set(compiled, byType);
  }
  let sources = byType.get(recordType);
  if (sources === undefined) {
    sources = Object.entries(compiled.inputs).map(([name, spec]) => {
      const { from } = spec;
      const text = from === undefined || typeof from === "string" ? from : Object.hasOwn(from, recordType) ? from[recordType] : from["*"];
      return { name, spec, source: text === undefined ? undefined : compileFeel(text) };
    });
    byType.set(recordType, sources);
  }
  return sources;
}
