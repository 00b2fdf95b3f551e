/**
 * Tells exactly what an event would do, and changes nothing: the very path of send-event, rolled back. What is blocked comes
 * with its decisions and the ways through.
 */

import type { EngineError } from "../../core/errors.ts";
import type { Decision, OverrideRequest, StateValue, TimerArm, Violation } from "../../core/step-types.ts";
import { concealFor } from "../records/conceal.ts";
import { answerDecisions, guardsFirst } from "../work/decision-answer.ts";
import type { Engine } from "../work/engine-context.ts";
import { inWork } from "../work/in-work.ts";
import { locateInstance } from "../work/locate-instance.ts";
import type { Scope } from "../work/scope.ts";
import { Refused, type Work } from "../work/work.ts";
import { runCascade } from "./cascade.ts";
import { type PublicEffect, publicEffects } from "./effect-answer.ts";
import { issueLink } from "./issue-link.ts";
import { attemptEvent, openStanding, type SendInput } from "./send-event.ts";
import type { CascadeResult } from "./start-from-cascade.ts";
import type { Moved } from "./transition.ts";

export interface ExplainInput {
  readonly instance: string;
  readonly type: string;
  readonly payload?: unknown;
  readonly override?: OverrideRequest;
}

export interface Explanation {
  readonly outcome: "moved" | "blocked" | "violated" | "not_available" | "not_permitted";
  readonly seq: number;
  readonly from: StateValue;
  readonly to: StateValue;
  readonly decisions: readonly Decision[];
  /** Of this instance, then of those that the cascade would move, each with the instance that it belongs to. */
  readonly effects: readonly PublicEffect[];
  readonly timers: { readonly arm: readonly TimerArm[]; readonly cancel: readonly string[] };
  readonly cascade: readonly {
    readonly machine: string;
    readonly event: string;
    readonly key: string | null;
    readonly outcome: string;
    readonly from: StateValue | null;
    readonly to: StateValue | null;
  }[];
  /** Events that are available in place of one that is not. */
  readonly events?: readonly string[];
  /** Invariants that refuse it. */
  readonly violations?: readonly Violation[];
  /** Why it is not permitted. */
  readonly refusal?: { readonly code: string; readonly detail: string; readonly reasons: unknown };
}

/**
 * Explains an event.
 *
 * - throws EngineError `instance_not_found`, `payload_invalid`; what would be refused otherwise is an outcome here
 */
export async function explainEvent(engine: Engine, scope: Scope, input: ExplainInput): Promise<Explanation> {
  const location = await locateInstance(engine, scope, input.instance);
  return await inWork(
    engine,
    scope,
    location.org,
    async (work): Promise<Explanation> => {
      const standing = await openStanding(work, location, input.instance);
      const { state, seq } = standing.instance;
      const still = { seq, from: state, to: state, effects: [], timers: { arm: [], cancel: [] }, cascade: [] };
      const payload = issueLink(work.engine, standing.machine, input.type, input.payload)?.payload ?? input.payload;
      const send: SendInput = { ...input, payload };
      const attempt = await attemptEvent(work, standing, send);
      if (attempt instanceof Refused) return { ...still, outcome: "not_permitted", decisions: [], refusal: refusalOf(attempt.error) };
      if (attempt.kind === "not_available") return { ...still, outcome: "not_available", decisions: [], events: attempt.available };
      if (attempt.kind === "blocked")
        return { ...still, outcome: "blocked", decisions: await answerDecisions(work, guardsFirst(attempt.decisions), standing.instance.machine) };
      if (attempt.kind === "violated") {
        const decisions = await answerDecisions(work, guardsFirst(attempt.decisions), standing.instance.machine);
        return { ...still, outcome: "violated", decisions, violations: (await concealFor(work))(attempt.violations) };
      }
      return await explainMove(work, state, attempt);
    },
    { instanceId: location.id, lock: "late", dryRun: true },
  );
}

async function explainMove(work: Work, from: StateValue, moved: Moved): Promise<Explanation> {
  const cascade = await runCascade(work, moved.cascade);
  const conceal = await concealFor(work);
  return conceal({
    outcome: "moved" as const,
    seq: moved.seq,
    from,
    to: moved.to,
    decisions: await answerDecisions(work, moved.decisions),
    effects: [...publicEffects(moved.effects, cascade), ...cascade.flatMap((result) => furtherEffects(result, cascade))],
    timers: moved.timers,
    cascade: cascade.filter(({ outcome }) => outcome.kind !== "coalesced").map(cascadeLine),
  });
}

function furtherEffects(result: CascadeResult, cascade: readonly CascadeResult[]): readonly PublicEffect[] {
  if (result.outcome.kind !== "moved") return [];
  return publicEffects(result.outcome.effects, cascade).map((effect) => ({ ...effect, of: result.instance?.key ?? result.machine }));
}

function cascadeLine(result: CascadeResult): Explanation["cascade"][number] {
  const moved = result.outcome.kind === "moved" ? result.outcome : null;
  return {
    machine: result.machine,
    event: result.event,
    key: result.instance?.key ?? null,
    outcome: result.outcome.kind,
    from: moved?.from ?? null,
    to: moved?.to ?? null,
  };
}

function refusalOf(error: EngineError): Explanation["refusal"] & object {
  return { code: error.code, detail: error.message, reasons: error.data["reasons"] ?? [] };
}
