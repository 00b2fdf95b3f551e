/**
 * Asks a rule set or table directly, outside any instance: authorisation, contract acceptance, `POST decisions`.
 * Pure: the caller supplies every input.
 */
import { EngineError } from "../../core/errors.ts";
import type { Program } from "../../core/program.ts";
import type { CompactDecision, Instant } from "../../core/step-types.ts";
import { within } from "../../core/time-limit.ts";
import type { JsonObject } from "../../schema/json.ts";
import { createTimeLimit, STEP_MS } from "./time-limit.ts";

/** The instant of a decision, and the calendar day in its org's zone. */
export interface DecisionMoment {
  readonly now: Instant;
  readonly today: string;
}

/**
 * Evaluates a decision by key or unique id. Params that are not given take their defaults.
 *
 * - throws EngineError `definition_not_found` where the release has no such rule set or table
 */
export function askDecision(program: Program, ref: string, inputs: JsonObject, moment: DecisionMoment, params: JsonObject = {}): CompactDecision {
  const decision = program.decision(ref);
  if (decision === null) throw new EngineError("definition_not_found", `The release has no rule set or table "${ref}".`);
  return { ...within(createTimeLimit(STEP_MS, "The decision"), () => decision.evaluate(inputs, params, moment)), at: "direct" };
}

/** Day of an instant in a time zone, `YYYY-MM-DD`. */
export function dayIn(timeZone: string, now: Instant): string {
  const minute = now.slice(0, UTC_MINUTE);
  const last = LAST.get(timeZone);
  if (last?.minute === minute && now.endsWith("Z")) return last.day;
  let format = DAYS.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
    DAYS.set(timeZone, format);
  }
  const day = format.format(new Date(now));
  if (now.endsWith("Z")) LAST.set(timeZone, { minute, day });
  return day;
}

/** Days begin on whole minutes of UTC, in every zone; formatting one costs more than a decision. */
const UTC_MINUTE = "2026-01-01T00:00".length;
const LAST = new Map<string, { readonly minute: string; readonly day: string }>();
const DAYS = new Map<string, Intl.DateTimeFormat>();
