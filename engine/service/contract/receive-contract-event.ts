/**
 * Takes in one event of an integration contract, in the contract's exact order of checks: signature, key grammar, known
 * event, key against event, org, schema; then, in one transaction, dedupe, sequence, effects. Every event leaves a receipt
 * with its cause; a refusal does not consume the key, so the sender may repeat it once the cause is gone.
 */
import { createHash } from "node:crypto";
import { canonicalJson } from "../../core/canonical.ts";
import { EngineError } from "../../core/errors.ts";
import type { CompactDecision } from "../../core/step-types.ts";
import type { ContractDefinition, ContractEvent } from "../../schema/contract.ts";
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import { lockInbox, saveInbox } from "../../store/inbox.ts";
import { checkPayload, payloadErrors } from "../records/payload.ts";
import { askDecision, dayIn } from "../work/ask-decision.ts";
import { answerDecisions, guardsFirst } from "../work/decision-answer.ts";
import type { Engine } from "../work/engine-context.ts";
import { inWork } from "../work/in-work.ts";
import type { Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { type AcceptanceInputs, checkIntake, type Intake } from "./contract-acceptance.ts";
import { acceptedAnswer, type ContractAnswer, duplicateAnswer, refusalAnswer, refusedAnswer } from "./contract-answer.ts";
import { type ContractMessage, ContractRefusal, runContractEffects } from "./contract-effects.ts";
import { advance, type Ordering, readOrdering } from "./contract-order.ts";
import { writeReceipt } from "./contract-receipt.ts";
import type { SignatureVerdict } from "./contract-signature.ts";
import { loadSubject, noticesOf, refuseContradictions, refuseUnknownNames } from "./contract-subject.ts";

export interface ReceiveInput {
  /** Key or id of the contract. */
  readonly contract: string;
  readonly envelope: unknown;
  /** Value of the Idempotency-Key header, when there is one: must be the envelope's. */
  readonly headerKey?: string;
  /** Default "ok": the API refuses what is not signed before it parses the body. */
  readonly signature?: SignatureVerdict;
}

/** Receives one event; refusals are answers, not exceptions. */
export async function receiveContractEvent(engine: Engine, scope: Scope, input: ReceiveInput): Promise<ContractAnswer> {
  const envelope = isJsonObject(input.envelope) ? input.envelope : {};
  const granted = scope.principal.grants.map((grant) => grant.org);
  const named = granted.find((org) => org.code === envelope["org_code"]);
  const home = named ?? granted[0];
  if (home === undefined) throw new EngineError("key_unknown", "The client holds no org.");
  const inHome = { ...scope, orgs: [home], mode: "one" as const };
  try {
    return await inWork(engine, inHome, home, (work) =>
      receiveIn(
        work,
        input,
        envelope,
        granted.map((org) => org.code),
      ),
    );
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return await inWork(engine, inHome, home, (work) => leaveRefusal(work, input, envelope, refusal));
  }
}

/** A payload that a machine's schema refuses is a refusal too, whatever effect met it. */
function refusalOf(error: unknown): ContractRefusal | null {
  if (error instanceof ContractRefusal) return error;
  if (!(error instanceof EngineError)) return null;
  if (error.code === "payload_invalid") return new ContractRefusal("invalid", error.message, [], (error.data["errors"] ?? []) as Json);
  if (error.code === "invariant_violated") return new ContractRefusal("not_allowed", error.message);
  if (error.code === "record_not_found") return new ContractRefusal("not_found", error.message);
  return null;
}

async function receiveIn(work: Work, input: ReceiveInput, envelope: JsonObject, grantedOrgs: readonly string[]): Promise<ContractAnswer> {
  const contract = contractOf(work, input.contract);
  const intake = checkIntake({
    contract,
    signature: input.signature ?? "ok",
    envelope: input.envelope,
    grantedOrgs,
    checkData: (event, data) => payloadErrors(event.data, data),
  });
  const headerDiffers = input.headerKey !== undefined && intake.key !== null && input.headerKey !== intake.key;
  const inputs: AcceptanceInputs = headerDiffers ? { ...intake.inputs, key_matches_event: false } : intake.inputs;
  if (intake.event === null || intake.key === null || headerDiffers) {
    const decision = ask(work, contract, inputs);
    const errors = headerDiffers ? [{ path: "/idempotency_key", message: "must be the key of the header" }] : intake.errors;
    return await refuse(work, { contract, intake: { ...intake, errors }, envelope, fingerprint: null, decision });
  }
  return await acceptOrNot(work, contract, intake, intake.event, intake.key, envelope);
}

function contractOf(work: Work, ref: string): ContractDefinition {
  const contract = work.ruling.program.contract(ref);
  if (contract === null) throw new EngineError("not_found", `There is no contract "${ref}".`);
  return contract;
}

function ask(work: Work, contract: ContractDefinition, inputs: AcceptanceInputs): CompactDecision {
  const moment = { now: work.at, today: dayIn(work.org.timeZone, work.at) };
  return askDecision(work.ruling.program, contract.acceptance, { ...inputs }, moment);
}

/** Steps 7 to 9 and the effects: one transaction. */
async function acceptOrNot(
  work: Work,
  contract: ContractDefinition,
  intake: Intake,
  event: ContractEvent,
  key: string,
  envelope: JsonObject,
): Promise<ContractAnswer> {
  const fingerprint = createHash("sha256").update(canonicalJson(envelope)).digest("hex");
  const source = `contract:${contract.key}`;
  const subject = envelope["subject"] as JsonObject;
  const data = checkPayload(event.data, envelope["data"]);
  const [known, order] = await Promise.all([
    lockInbox(work.tx, work.org.id, source, key),
    readOrdering(work, contract, event, { subject, data, sequence: intake.inputs.sequence }),
  ]);
  const seen = known === null ? "none" : known.fingerprint === fingerprint ? "same" : "different";
  const verdictOf = (ordering: Ordering) => ask(work, contract, { ...intake.inputs, seen, sequence: ordering.sequence, last_sequence: ordering.last });
  const verdicts = order.map((ordering) => ({ ordering, decision: verdictOf(ordering) }));
  const accepted = verdicts.filter(({ decision }) => decision.output["result"] === "accepted");
  const decision = (accepted[0] ?? verdicts[0])?.decision ?? verdictOf({ scope: null, sequence: null, last: null, item: null });
  const about = { contract, intake, envelope, fingerprint, decision };
  if (decision.output["result"] !== "accepted") {
    if (seen !== "same" || known === null) return await refuse(work, about);
    await writeReceipt(work, about, { result: "duplicate", cause: "DUPLICATE", status: 200, instances: [] });
    return duplicateAnswer(known.answer);
  }
  const newer = await advance(
    work,
    contract,
    accepted.map(({ ordering }) => ordering),
    fingerprint,
  );
  if (newer.length === 0 && accepted.length > 0)
    return await refuse(work, { ...about, decision: verdictOf({ ...(accepted[0] as { ordering: Ordering }).ordering, last: Number.MAX_SAFE_INTEGER }) });
  const record = await loadSubject(work, contract, subject);
  await refuseUnknownNames(work, event, data);
  const message: ContractMessage = {
    name: intake.name,
    key,
    subject,
    sequence: intake.inputs.sequence,
    occurredAt: String(envelope["occurred_at"]),
    sender: envelope["actor"] ?? null,
    data: onlyNewer(event, data, newer),
    recordId: record,
  };
  await refuseContradictions(work, event, { ...message, data });
  const instances = await runContractEffects(work, event.effects ?? [], message);
  const notices = await noticesOf(work, event, message);
  const answer = acceptedAnswer(work, instances, notices);
  await saveInbox(work.tx, work.org.id, { source, key, fingerprint, status: answer.status, answer: answer.body, at: work.at, expiresAt: null });
  await writeReceipt(work, about, { result: "accepted", cause: null, status: answer.status, instances, id: answer.body["eventId"] as string });
  return answer;
}

/** Of an event with items only those that are newer than their own mark. */
function onlyNewer(event: ContractEvent, data: JsonObject, newer: readonly Ordering[]): JsonObject {
  if (event.items === undefined) return data;
  return { ...data, [event.items.path]: newer.flatMap((ordering) => (ordering.item === null ? [] : [ordering.item])) };
}

interface About {
  readonly contract: ContractDefinition;
  readonly intake: Intake;
  readonly envelope: JsonObject;
  readonly fingerprint: string | null;
  readonly decision: CompactDecision;
}

/** The acceptance table refused it, or found it stale: a receipt, nothing else. */
async function refuse(work: Work, about: About): Promise<ContractAnswer> {
  const answer = refusalAnswer(about.decision, about.intake.errors);
  await writeReceipt(work, about, {
    result: String(about.decision.output["result"] ?? "rejected"),
    cause: String(about.decision.output["code"] ?? "REFUSED"),
    status: answer.status,
    instances: [],
  });
  return answer;
}

/** A machine refused it: the event's own transaction is undone; this one leaves the receipt and what the contract asks for. */
async function leaveRefusal(work: Work, input: ReceiveInput, envelope: JsonObject, refusal: ContractRefusal): Promise<ContractAnswer> {
  const contract = contractOf(work, input.contract);
  const name = String(envelope["event"]);
  const event = contract.events[name] as ContractEvent;
  const decisions = await answerDecisions(work, guardsFirst(refusal.decisions));
  const answer = refusedAnswer(contract, refusal, decisions);
  const sequence = typeof envelope["sequence"] === "number" ? envelope["sequence"] : null;
  const intake: Intake = {
    inputs: {
      signature_ok: true,
      key_wellformed: true,
      known_event: true,
      key_matches_event: true,
      org_granted: true,
      schema_ok: true,
      seen: "none",
      sequence,
      last_sequence: null,
    },
    event,
    name,
    key: String(envelope["idempotency_key"]),
    orgCode: work.org.code,
    errors: [],
  };
  const decision = ask(work, contract, intake.inputs);
  await writeReceipt(
    work,
    { contract, intake, envelope, fingerprint: null, decision },
    {
      result: "rejected",
      cause: answer.cause,
      status: answer.status,
      instances: [],
      decisions: refusal.decisions as unknown as Json,
    },
  );
  const subject = isJsonObject(envelope["subject"]) ? envelope["subject"] : {};
  const recordId = await loadSubject(work, contract, subject).catch(() => null);
  if (event.onRefused !== undefined && refusal.kind !== "not_found" && refusal.kind !== "invalid") {
    await runContractEffects(work, event.onRefused, {
      name,
      key: intake.key ?? "",
      subject,
      sequence,
      occurredAt: String(envelope["occurred_at"]),
      sender: envelope["actor"] ?? null,
      data: checkPayload(event.data, envelope["data"]),
      recordId,
    });
  }
  work.audit.push({
    orgId: work.org.id,
    at: work.at,
    actorId: work.actor.id,
    action: "contract_event_refused",
    subject: recordId === null ? null : { type: "record", id: recordId },
    detail: { contract: contract.key, event: name, key: intake.key, cause: answer.cause, detail: refusal.message },
  });
  return { status: answer.status, body: answer.body };
}
