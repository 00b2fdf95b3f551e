/** Outbox rows of an emitted event: one for its contract, one for each webhook of the org that wants it. */
import type { Effect } from "../../core/step-types.ts";
import type { ContractDefinition } from "../../schema/contract.ts";
import type { JsonObject } from "../../schema/json.ts";
import type { OutboxWrite } from "../../store/outbox.ts";
import { webhooksWanting } from "../../store/webhooks.ts";
import type { Acting } from "../work/acting.ts";
import type { Work } from "../work/work.ts";

type EmitEffect = Extract<Effect, { kind: "emit" }>;

/**
 * Writes the envelope of a contract event as the receiver gets it, and keeps its order: rows of one subject are delivered
 * one after the other.
 */
export async function emitRows(work: Work, acting: Acting, effect: EmitEffect): Promise<readonly OutboxWrite[]> {
  const contract = effect.contract === null ? null : work.ruling.program.contract(effect.contract);
  const envelope = envelopeOf(work, contract, effect);
  const rows: OutboxWrite[] = [];
  if (effect.contract !== null) {
    rows.push({
      key: effect.idempotencyKey,
      kind: "emit",
      payload: { contract: contract?.key ?? effect.contract, envelope, n: effect.sequence },
      subject: subjectOf(effect, acting),
      instanceId: acting.instanceId,
    });
  }
  for (const webhook of await webhooksWanting(work.tx, work.org.id, effect.event)) {
    rows.push({
      key: `${effect.key}:${webhook}`,
      kind: "webhook",
      payload: { webhook, payload: envelope },
      subject: `${webhook}:${subjectOf(effect, acting)}`,
      instanceId: acting.instanceId,
    });
  }
  return rows;
}

function envelopeOf(work: Work, contract: ContractDefinition | null, effect: EmitEffect): JsonObject {
  const version = contract !== null && Object.hasOwn(contract.events, effect.event) ? contract.events[effect.event]?.version : undefined;
  return {
    event: effect.event,
    idempotency_key: effect.idempotencyKey,
    org_code: work.org.code,
    occurred_at: work.at,
    sequence: effect.sequence,
    ...(version === undefined ? {} : { schema_version: version }),
    ...(effect.subject === null ? {} : { subject: effect.subject }),
    data: effect.data,
  };
}

function subjectOf(effect: EmitEffect, acting: Acting): string {
  const ref = effect.subject?.["ref"];
  return typeof ref === "string" ? `${effect.contract ?? "webhook"}:${ref}` : acting.instanceId;
}
