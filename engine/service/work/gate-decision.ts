/** Asks a gate outside a step: checklists, columns and suggestions show what the gate would say now, without moving anything. */
import { sameJson } from "../../core/canonical.ts";
import { EngineError } from "../../core/errors.ts";
import type { CompiledDecision } from "../../core/rules/decision.ts";
import type { CompactDecision } from "../../core/step-types.ts";
import type { Feel, Json, JsonObject } from "../../schema/json.ts";
import type { GateParams } from "../../schema/statechart.ts";
import type { InputSpec } from "../../schema/values.ts";
import { dayIn } from "./ask-decision.ts";
import { evaluate, type Subject } from "./expression.ts";
import { inTime } from "./shared-reads.ts";
import type { Work } from "./work.ts";

export interface GateVerdict {
  readonly open: boolean;
  readonly decision: CompactDecision;
}

/**
 * What a gate says about a subject: inputs by `bind`, else by their own `from`; params by the org's settings.
 *
 * - throws EngineError `definition_not_found` where the release lacks the rule set or table
 */
export async function askGate(work: Work, gate: GateParams, subject: Subject, recordType: string): Promise<GateVerdict> {
  const ref = gate.ruleset ?? gate.table ?? "";
  const compiled = work.ruling.program.decision(ref);
  if (compiled === null) throw new EngineError("definition_not_found", `The release has no rule set or table "${ref}".`);
  const inputs = await readInputs(work, compiled, subject, recordType, gate.bind ?? {});
  const params = await paramsFromSettings(work, compiled);
  const compact = inTime(work, () => compiled.evaluate(inputs, params, { now: work.at, today: dayIn(work.org.timeZone, work.at) }));
  const decision = { ...compact, at: "asked" };
  return { open: isOpen(gate, decision), decision };
}

function isOpen(gate: GateParams, decision: CompactDecision): boolean {
  if (gate.expect === undefined) return decision.outcome === "pass";
  return Object.entries(gate.expect).every(([name, value]) => sameJson(decision.output[name], value));
}

/** Inputs that are known; what is unknown is left out, and the decision says so. */
export async function readInputs(
  work: Work,
  compiled: CompiledDecision,
  subject: Subject,
  recordType: string,
  bind: Readonly<Record<string, Feel>> = {},
): Promise<JsonObject> {
  const expressions: Record<string, Feel> = {};
  for (const [name, spec] of Object.entries(compiled.inputs)) {
    const from = Object.hasOwn(bind, name) ? (bind[name] ?? null) : sourceOf(spec, recordType);
    if (from !== null) expressions[name] = from;
  }
  if (Object.keys(expressions).length === 0) return {};
  return known(await evaluate(work, subject, expressions));
}

function sourceOf(spec: InputSpec, type: string): Feel | null {
  if (spec.from === undefined) return null;
  if (typeof spec.from === "string") return spec.from;
  return (Object.hasOwn(spec.from, type) ? spec.from[type] : spec.from["*"]) ?? null;
}

/** The org's values of the params that are settings. */
export async function paramsFromSettings(work: Work, compiled: CompiledDecision): Promise<JsonObject> {
  const expressions: Record<string, Feel> = {};
  for (const [name, param] of Object.entries(compiled.params)) if (param.setting !== undefined) expressions[name] = settingPath(param.setting);
  if (Object.keys(expressions).length === 0) return {};
  const values = known(await evaluate(work, {}, expressions));
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

function known(values: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** `pack.id/property` and `id/property` as FEEL: `settings.id.property`, dashes as underscores. */
function settingPath(setting: string): Feel {
  const slash = setting.lastIndexOf("/");
  const key = setting.slice(0, slash);
  return `settings.${key.slice(key.indexOf(".") + 1).replaceAll("-", "_")}.${setting.slice(slash + 1)}`;
}
