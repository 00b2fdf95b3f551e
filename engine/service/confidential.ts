/**
 * Keeps what a decision was made of from readers who hold no grant on the org whose data it tells: they are told its outcome and
 * the sentences of its reasons, not which condition brought it about (reliability P12).
 */
import type { CompactDecision, Decision } from "../core/step-types.ts";
import type { Json, JsonObject } from "../schema/json.ts";
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

/** Every stored decision within a value, however deep, as the reader may be told of it. */
export function detailAsTold(work: Reader, detail: JsonObject): JsonObject {
  const { decisions } = detail;
  if (!Array.isArray(decisions)) return detail;
  return { ...detail, decisions: (decisions as unknown as readonly CompactDecision[]).map((each) => storedAsTold(work, each)) as unknown as Json };
}

/** By the definition in force, so that what becomes confidential later is so for what was decided before. */
function isKept({ actor, scope, org, ruling }: Reader, key: string, inputs: JsonObject): boolean {
  const name = ruling.program.decision(key)?.definition.confidential;
  if (name === undefined || actor.kind === "system") return false;
  const owner = inputs[name];
  return owner !== org.code && !scope.principal.grants.some((grant) => grant.org.code === owner);
}

const bare = (reasons: CompactDecision["reasons"]): CompactDecision["reasons"] => reasons.map(({ code, message }) => ({ code, message, facts: {} }));
