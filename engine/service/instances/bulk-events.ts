/** Sends many events, each in its own transaction: one answer per item, in order. What one item does cannot undo another. */
import { EngineError } from "../../core/errors.ts";
import type { Json } from "../../schema/json.ts";
import { loadInstance } from "../../store/instances.ts";
import type { Engine } from "../work/engine-context.ts";
import type { Idempotency } from "../work/idempotency.ts";
import { locateInstance } from "../work/locate-instance.ts";
import type { Scope } from "../work/scope.ts";
import { type SendInput, sendEvent } from "./send-event.ts";

export interface BulkInput {
  readonly items: readonly Pick<SendInput, "instance" | "type" | "payload">[];
  /** Each item gets the key with its index behind it, so that a repeated call repeats every item's answer. */
  readonly idempotency?: Idempotency;
}

export interface BulkResult {
  readonly index: number;
  readonly instance: string;
  readonly status: number;
  /** The single call's body; where it failed, `error` for the API to write as a problem. */
  readonly body: Json;
  readonly error?: EngineError;
}

const MAX_ITEMS = 500;

/**
 * Sends up to 500 events.
 *
 * An event that its machine does not mark `bulk` is refused with `override_single_only` or as not for bulk, also when it is
 * the only item.
 *
 * - throws EngineError `payload_invalid` for no items or more than 500
 */
export async function bulkEvents(engine: Engine, scope: Scope, input: BulkInput): Promise<{ readonly results: readonly BulkResult[] }> {
  if (input.items.length === 0 || input.items.length > MAX_ITEMS) {
    throw new EngineError("payload_invalid", `A bulk call has 1 to ${MAX_ITEMS} items.`, {
      errors: [{ path: "/items", message: `must have 1 to ${MAX_ITEMS} items` }],
    });
  }
  const results: BulkResult[] = [];
  for (const [index, item] of input.items.entries()) results.push(await sendItem(engine, scope, input, index, item));
  return { results };
}

async function sendItem(engine: Engine, scope: Scope, input: BulkInput, index: number, item: BulkInput["items"][number]): Promise<BulkResult> {
  try {
    await refuseSingleOnly(engine, scope, item);
    const idempotency =
      input.idempotency === undefined ? {} : { idempotency: { key: `${input.idempotency.key}#${index}`, fingerprint: input.idempotency.fingerprint } };
    const answer = await sendEvent(engine, scope, { instance: item.instance, type: item.type, payload: item.payload, via: "bulk", ...idempotency });
    return { index, instance: item.instance, status: answer.status, body: answer.body as unknown as Json };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { index, instance: item.instance, status: 0, body: null, error };
  }
}

async function refuseSingleOnly(engine: Engine, scope: Scope, item: BulkInput["items"][number]): Promise<void> {
  const { org, id } = await locateInstance(engine, scope, item.instance);
  const spec = await engine.store.work({ orgs: [org.id], actorId: scope.principal.id }, async (tx) => {
    const instance = await loadInstance(tx, id);
    if (instance === null) return undefined;
    const ruling = await engine.programs.inForce(tx, org.id, engine.clock.now(), { instanceId: id });
    const machine = await engine.programs.machine(tx, ruling, instance.machine, instance.machineVersion);
    return Object.hasOwn(machine.definition.events, item.type) ? machine.definition.events[item.type] : undefined;
  });
  if (spec === undefined || spec.bulk === true) return;
  throw new EngineError("override_single_only", `"${item.type}" is sent one at a time.`, {
    reasons: [{ code: "OVERRIDE_SINGLE_ONLY", message: "this event is sent one at a time", facts: {} }],
  });
}
