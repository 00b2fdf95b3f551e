/** The receipt of a contract event: what came, what became of it, and why. */
import type { CompactDecision } from "../../core/step-types.ts";
import type { ContractDefinition } from "../../schema/contract.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { addReceipt } from "../../store/receipts.ts";
import { freshId } from "../work/fresh-id.ts";
import type { Work } from "../work/work.ts";
import type { Intake } from "./contract-acceptance.ts";

export interface Received {
  readonly contract: ContractDefinition;
  readonly intake: Intake;
  readonly envelope: JsonObject;
  readonly fingerprint: string | null;
  readonly decision: CompactDecision;
}

export interface Result {
  readonly result: string;
  /** null: accepted. */
  readonly cause: string | null;
  readonly status: number;
  readonly instances: readonly InstanceRow[];
  readonly id?: string;
  /** Of the gates that refused it, where the acceptance table did not. */
  readonly decisions?: Json;
}

export async function writeReceipt(work: Work, received: Received, result: Result): Promise<void> {
  const { intake, contract } = received;
  await addReceipt(work.tx, {
    orgId: work.org.id,
    id: result.id ?? freshId(work.at, work.engine.seed(), "receipt"),
    contract: contract.key,
    event: intake.name === "" ? null : intake.name,
    source: work.actor.id,
    key: intake.key,
    fingerprint: received.fingerprint,
    sequence: intake.inputs.sequence,
    result: result.result,
    cause: result.cause,
    status: result.status,
    envelope: received.envelope,
    decision: result.decisions ?? (received.decision as unknown as Json),
    instances: result.instances.map(instanceSummary),
    at: work.at,
  });
}

/** `{id, machine, key, record, state}` of an instance that an event moved. */
export function instanceSummary(instance: InstanceRow): JsonObject {
  const colon = instance.key.indexOf(":");
  return { id: instance.id, machine: instance.key.slice(0, colon), key: instance.key, record: instance.key.slice(colon + 1), state: instance.state };
}
