/**
 * Keeps what a decision was made of from readers who hold no grant on the org whose data it tells: they are told its outcome and
 * the sentences of its reasons, not which condition brought it about (reliability P12).
 */
import type { DecisionDifference } from "../../core/replay-compare.ts";
import type { CompactDecision, Decision } from "../../core/step-types.ts";
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import type { Work } from "./work.ts";

type Reader = Pick<Work, "actor" | "scope" | "org" | "ruling">;

/** The decision as it is stored, as the reader may be told of it. */
export function storedAsTold(work: Reader, decision: CompactDecision): CompactDecision {
  if (!isKept(work, decision.key, decision.inputs)) return decision;
  return { ...decision, fired: [], leaves: "", inputs: {}, reasons: bare(decision.reasons) };
}

/** The decision with its tree, as the reader may be told of it; the ways through it would tell what shut it. */
export function asTold(work: Reader, decision: Decision): Decision {
  if (!isKept(work, decision.key, decision.explanation.inputs)) return decision;
  const { unlock: _, ...rest } = decision;
  return { ...rest, reasons: bare(rest.reasons), events: [], explanation: { inputs: {}, params: rest.explanation.params, rules: [] } };
}

/** The same of what the audit log keeps of a refusal. */
export function detailAsTold(work: Reader, detail: JsonObject): JsonObject {
  return detail["decisions"] === undefined ? detail : { ...detail, decisions: decidedAsTold(work, detail["decisions"]) };
}

/** The same of decisions as they were written into a log: one or several, with their trees or as they are stored. */
export function decidedAsTold(work: Reader, decided: Json): Json {
  if (Array.isArray(decided)) return (decided as readonly Json[]).map((each) => decidedAsTold(work, each));
  if (typeof decided !== "object" || decided === null || typeof (decided as JsonObject)["key"] !== "string") return decided;
  return ("explanation" in decided
    ? asTold(work, decided as unknown as Decision)
    : storedAsTold(work, decided as unknown as CompactDecision)) as unknown as Json;
}

/** The same of what a replay found: the facts of the row, and each decision that came out otherwise. */
export function differenceAsTold(work: Reader, diff: JsonObject): JsonObject {
  const facts = isJsonObject(diff["facts"]) ? diff["facts"] : {};
  const isKeptOf = (key: string): boolean => isKept(work, key, isJsonObject(facts[key]) ? facts[key] : {});
  const decisions = (Array.isArray(diff["decisions"]) ? diff["decisions"] : []) as unknown as readonly DecisionDifference[];
  const unfired = (side: DecisionDifference["recorded"]): DecisionDifference["recorded"] => (side === null ? null : { ...side, fired: [] });
  const told = decisions.map((one) => (isKeptOf(one.key) ? { ...one, recorded: unfired(one.recorded), replayed: unfired(one.replayed), conditions: [] } : one));
  return {
    ...diff,
    decisions: told as unknown as Json,
    facts: Object.fromEntries(Object.entries(facts).map(([key, inputs]) => [key, isKeptOf(key) ? {} : inputs])),
  };
}

/** By the definition in force, so that what becomes confidential later is so for what was decided before. */
function isKept({ actor, scope, org, ruling }: Reader, key: string, inputs: JsonObject): boolean {
  const name = ruling.program.decision(key)?.definition.confidential;
  if (name === undefined || actor.kind === "system") return false;
  const owner = inputs[name] ?? null;
  return owner !== org.code && !scope.principal.grants.some((grant) => grant.org.code === owner);
}

const bare = (reasons: CompactDecision["reasons"]): CompactDecision["reasons"] => reasons.map(({ code, message }) => ({ code, message, facts: {} }));
