/** What a sender of contract events is answered: statuses and codes of the contract, problem documents for refusals. */
import { ERRORS, type ErrorCode } from "../../core/errors.ts";
import type { CompactDecision, Decision } from "../../core/step-types.ts";
import type { ContractDefinition } from "../../schema/contract.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import type { PayloadError } from "../records/payload.ts";
import { shutOnes } from "../work/decision-answer.ts";
import { freshId } from "../work/fresh-id.ts";
import type { Work } from "../work/work.ts";
import type { ContractRefusal } from "./contract-effects.ts";
import { instanceSummary } from "./contract-receipt.ts";
import type { ContractNotice } from "./contract-subject.ts";

export interface ContractAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

export function acceptedAnswer(work: Work, instances: readonly InstanceRow[], notices: readonly ContractNotice[]): ContractAnswer {
  const eventId = freshId(work.at, work.engine.seed(), "receipt");
  const told = notices.length === 0 ? {} : { notices: notices as unknown as Json };
  return { status: 202, body: { result: "accepted", eventId, instances: instances.map(instanceSummary), ...told } };
}

/** The first answer again, under the result "duplicate". */
export function duplicateAnswer(first: Json): ContractAnswer {
  const body = typeof first === "object" && first !== null && !Array.isArray(first) ? (first as JsonObject) : {};
  return { status: 200, body: { ...body, result: "duplicate", code: "duplicate" } };
}

/** The acceptance table's own answer: a refusal as a problem document, anything else as its result. */
export function refusalAnswer(decision: CompactDecision, errors: readonly PayloadError[]): ContractAnswer {
  const status = Number(decision.output["http"] ?? 503);
  const result = String(decision.output["result"] ?? "rejected");
  const code = String(decision.output["code"] ?? "UNAVAILABLE");
  if (status < 400) return { status, body: { result, code: code.toLowerCase() } };
  const detail = errors.length > 0 ? `${errors[0]?.path} ${errors[0]?.message}`.trim() : detailOf(code);
  return { status, body: problem(status, code, detail, { result, ...(errors.length > 0 ? { errors: errors as unknown as Json } : {}) }) };
}

/** The same for an org that is not granted as for a subject that is not there. */
function detailOf(cause: string): string {
  if (cause === "NOT_FOUND") return "There is no such subject in the org that the event names.";
  return `The contract refuses the event: ${cause}.`;
}

/** A machine's refusal, under the code that the contract has for its reason. */
export function refusedAnswer(
  contract: ContractDefinition,
  refusal: ContractRefusal,
  decisions: readonly Decision[],
): ContractAnswer & { readonly cause: string } {
  const { status, cause } = causeOf(contract, refusal);
  if (refusal.kind === "not_found") return { status, cause, body: problem(status, cause, detailOf(cause), { result: "rejected" }) };
  const shut = shutOnes(refusal.decisions);
  const details: JsonObject = Object.assign({}, ...shut.map((decision) => decision.output));
  return {
    status,
    cause,
    body: problem(status, cause, [refusal.message, ...new Set(shut.flatMap((decision) => decision.reasons.map((reason) => reason.message)))].join(" "), {
      ...details,
      result: "rejected",
      ...(decisions.length > 0
        ? { decisions: decisions as unknown as Json, blockers: shut.flatMap((decision) => decision.reasons.map((reason) => reason.code)) }
        : {}),
      ...(refusal.kind === "invalid" ? { errors: refusal.errors } : {}),
    }),
  };
}

function causeOf(contract: ContractDefinition, refusal: ContractRefusal): { readonly status: number; readonly cause: string } {
  switch (refusal.kind) {
    case "not_found":
      return { status: 404, cause: "NOT_FOUND" };
    case "invalid":
      return { status: 422, cause: "PAYLOAD_INVALID" };
    case "not_allowed":
      return { status: 409, cause: "EVENT_NOT_ALLOWED" };
    case "blocked": {
      const codes = shutOnes(refusal.decisions).flatMap((decision) => decision.reasons.map((reason) => reason.code));
      const named = codes.find((code) => contract.refusals !== undefined && Object.hasOwn(contract.refusals, code));
      return named === undefined ? { status: 409, cause: "GATE_CLOSED" } : { status: contract.refusals?.[named]?.status ?? 409, cause: named };
    }
  }
}

/** RFC 9457; title and hint come from the table of errors where it has the code. */
function problem(status: number, cause: string, detail: string, extra: JsonObject): JsonObject {
  const code = cause.toLowerCase();
  const known = Object.hasOwn(ERRORS, code) ? ERRORS[code as ErrorCode] : null;
  return {
    ...extra,
    type: `/problems/${code}`,
    title: known?.title ?? "The event is refused",
    status,
    code,
    detail,
    hint: known?.hint ?? "See `decisions` for what is missing; the key was not consumed.",
  };
}
