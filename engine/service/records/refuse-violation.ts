/** What the sender of an event is told where an invariant of the machine refuses the step that it asked for. */
import { EngineError } from "../../core/errors.ts";
import type { StateValue, StepInput, Violation } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { auditAttempt, type Work } from "../work/work.ts";
import { concealFor } from "./conceal.ts";

/** `subject` names the instance or machine. */
export async function violationError(
  work: Work,
  event: string,
  subject: string,
  { violations, state }: { readonly violations: readonly Violation[]; readonly state: StateValue },
): Promise<EngineError> {
  const told = (await concealFor(work))(violations);
  return new EngineError("invariant_violated", `"${event}" would break ${told.map((each) => `"${each.name}"`).join(", ")} of ${subject}: ${why(told)}`, {
    violations: told,
    state,
  });
}

/** Each invariant with its values: "Message (record.paid is false, record.kind is unknown)". */
export function why(violations: readonly Violation[]): string {
  return violations.map(({ message, values, missing }) => `${message}${valuesText(values, missing)}`).join(" ");
}

function valuesText(values: JsonObject, missing: readonly string[]): string {
  const parts = [...Object.entries(values).map(([path, value]) => `${path} is ${brief(value)}`), ...missing.map((path) => `${path} is unknown`)];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}

function brief(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Leaves the attempt in the audit log, however it came: by a sender, a timer or a cascade. */
export function auditViolation(
  work: Work,
  attempt: { readonly machine: string; readonly event: string; readonly instance: StepInput["instance"] },
  violations: readonly Violation[],
): void {
  const { id, key, seq } = attempt.instance;
  const subject = seq === 0 ? { type: "machine", id: attempt.machine } : { type: "instance", id };
  auditAttempt(work, "event_blocked", subject, { event: attempt.event, key, seq, reasons: ["INVARIANT_VIOLATED"], violations: violations as unknown as Json });
}
