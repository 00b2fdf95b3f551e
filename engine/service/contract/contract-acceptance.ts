/**
 * What the intake does with one inbound contract event, asked of the contract's acceptance table.
 *
 * The checks run in the contract's order and stop at the first that fails; the table only ever sees what was established
 * by then, so the same table decides live events, the studio's trials and replays.
 */
import type { ContractDefinition, ContractEvent } from "../../schema/contract.ts";
import { isJsonObject, type Json, type JsonObject } from "../../schema/json.ts";
import type { PayloadError } from "../records/payload.ts";
import { isKeyOfEvent, parseKey } from "./contract-key.ts";
import type { SignatureVerdict } from "./contract-signature.ts";

/** The inputs of an acceptance table, whatever the contract. */
export interface AcceptanceInputs {
  readonly signature_ok: boolean;
  readonly key_wellformed: boolean;
  readonly known_event: boolean;
  readonly key_matches_event: boolean;
  readonly org_granted: boolean;
  readonly schema_ok: boolean;
  readonly seen: "none" | "same" | "different";
  readonly sequence: number | null;
  readonly last_sequence: number | null;
}

/** What the checks before the database found. `event` is null where the event is not in the contract or the key fails. */
export interface Intake {
  readonly inputs: AcceptanceInputs;
  readonly event: ContractEvent | null;
  readonly name: string;
  readonly key: string | null;
  readonly orgCode: string | null;
  readonly errors: readonly PayloadError[];
}

export interface IntakeInput {
  readonly contract: ContractDefinition;
  readonly signature: SignatureVerdict;
  readonly envelope: unknown;
  /** Codes of the orgs that the client holds. */
  readonly grantedOrgs: readonly string[];
  /** Checks `data` against the event's schema. */
  readonly checkData: (event: ContractEvent, data: Json) => readonly PayloadError[];
}

const UNKNOWN_BODY: JsonObject = {};

/**
 * Runs the checks that need no database: signature, key grammar, event, key against event, org, schema.
 *
 * Values that were not reached are answered as harmless ones (`false`, "none", null): an earlier row of the table has
 * already refused the event.
 */
export function checkIntake(input: IntakeInput): Intake {
  const envelope = isJsonObject(input.envelope) ? input.envelope : UNKNOWN_BODY;
  const name = typeof envelope["event"] === "string" ? envelope["event"] : "";
  const orgCode = typeof envelope["org_code"] === "string" ? envelope["org_code"] : null;
  const base: AcceptanceInputs = {
    signature_ok: input.signature === "ok",
    key_wellformed: false,
    known_event: false,
    key_matches_event: false,
    org_granted: false,
    schema_ok: false,
    seen: "none",
    sequence: null,
    last_sequence: null,
  };
  const stopped = (inputs: AcceptanceInputs, errors: readonly PayloadError[] = [], key: string | null = null): Intake => ({
    inputs,
    event: null,
    name,
    key,
    orgCode,
    errors,
  });
  if (input.signature !== "ok") return stopped(base);
  const parts = parseKey(input.contract, envelope["idempotency_key"]);
  if (parts === null)
    return stopped(
      base,
      isJsonObject(input.envelope) ? fault("/idempotency_key", "must be a key of five segments as the contract says") : fault("", "must be an object"),
    );
  const key = envelope["idempotency_key"] as string;
  const known = { ...base, key_wellformed: true };
  const event = Object.hasOwn(input.contract.events, name) ? input.contract.events[name] : undefined;
  if (event === undefined || event.direction !== "in") return stopped(known, fault("/event", "must be an event that the contract takes"), key);
  const matching = { ...known, known_event: true };
  if (!isKeyOfEvent(input.contract, name, event, parts, envelope["schema_version"]))
    return stopped(matching, fault("/idempotency_key", `must name the sender, "${name}" and version ${event.version}`), key);
  const granted = { ...matching, key_matches_event: true };
  if (orgCode === null || !input.grantedOrgs.includes(orgCode)) return stopped(granted, [], key);
  const errors = [...checkEnvelope(envelope, event), ...withinData(input.checkData(event, envelope["data"] ?? null))];
  const given = envelope["sequence"];
  const sequence = typeof given === "number" && Number.isSafeInteger(given) ? given : null;
  const inputs = { ...granted, org_granted: true, schema_ok: errors.length === 0, sequence };
  return { inputs, event: errors.length === 0 ? event : null, name, key, orgCode, errors };
}

/** Paths into `data` as paths of the envelope: what the sender sent. */
export const withinData = <T extends { readonly path: string }>(errors: readonly T[]): readonly T[] =>
  errors.map((error) => ({ ...error, path: `/data${error.path}` }));

const fault = (path: string, message: string): PayloadError[] => [{ path, message }];

const ENVELOPE_MEMBERS = new Set(["event", "idempotency_key", "org_code", "occurred_at", "sequence", "schema_version", "subject", "actor", "data"]);

function checkEnvelope(envelope: JsonObject, event: ContractEvent): PayloadError[] {
  const errors: PayloadError[] = [];
  const refuse = (path: string, message: string) => errors.push({ path, message });
  for (const member of Object.keys(envelope)) if (!ENVELOPE_MEMBERS.has(member)) refuse(`/${member}`, "is not a member of the envelope");
  const occurredAt = envelope["occurred_at"];
  if (typeof occurredAt !== "string" || !isInstant(occurredAt)) refuse("/occurred_at", "must be an RFC 3339 date and time with an offset");
  const sequence = envelope["sequence"];
  if (sequence !== undefined && sequence !== null && !(Number.isSafeInteger(sequence) && (sequence as number) >= 1)) {
    refuse("/sequence", "must be an integer of at least 1");
  }
  if (envelope["schema_version"] !== undefined && typeof envelope["schema_version"] !== "string") refuse("/schema_version", "must be a string");
  const subject = envelope["subject"];
  if (!isJsonObject(subject)) refuse("/subject", "must be {type, ref}");
  else {
    if (subject["type"] !== event.subject) refuse("/subject/type", `must be "${event.subject}"`);
    if (typeof subject["ref"] !== "string" || subject["ref"] === "") refuse("/subject/ref", "must be a string that is not empty");
  }
  const actor = envelope["actor"];
  if (event.requiresActor === true && !isJsonObject(actor)) refuse("/actor", "is required for this event");
  else if (actor !== undefined && actor !== null && !isJsonObject(actor)) refuse("/actor", "must be an object");
  return errors;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

function isInstant(text: string): boolean {
  return INSTANT.test(text) && Number.isFinite(Date.parse(text));
}
