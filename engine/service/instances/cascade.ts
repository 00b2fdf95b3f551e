/**
 * Works off what one act means for other instances of the same org, inside its transaction: starts, sends, mails. First
 * asked, first done; at most 16 levels deep; what comes after the 200th instance goes on in transactions of its own
 * (`send-on.ts`); deadlocks run the whole act again (Store.work).
 */
import { EngineError } from "../../core/errors.ts";
import type { EngineEvent } from "../../core/step-types.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { findInstanceByKey, findInstanceByUnique, findInstanceOfRecord, loadInstance } from "../../store/instances.ts";
import type { CascadeItem } from "../work/cascade-item.ts";
import { isUuid } from "../work/fresh-id.ts";
import { openInstance } from "../work/in-work.ts";
import type { Work } from "../work/work.ts";
import { acceptBrought } from "./brought-payload.ts";
import { coalesce } from "./coalesce.ts";
import { sendOn } from "./send-on.ts";
import { type CascadeResult, startFromCascade } from "./start-from-cascade.ts";
import { MOVES_PER_TRANSACTION, type Moved, moveInstance, standingOf, type Transition } from "./transition.ts";

const MAX_DEPTH = 16;

/**
 * Works the items off, and those that they bring, until none is left.
 *
 * An instance that does not take the event stays as it is, as in every statechart; a gate that blocks a cascaded event
 * blocks only that one. What fails (a payload that does not fit, a limit) fails the whole act.
 *
 * - `behind`: levels that lie behind the items, where they were sent on
 */
export async function runCascade(work: Work, items: readonly CascadeItem[], behind = 0): Promise<readonly CascadeResult[]> {
  const results: CascadeResult[] = [];
  let level: readonly CascadeItem[] = items;
  for (let depth = behind + 1; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new EngineError("limit_exceeded", `One act went on through more than ${MAX_DEPTH} levels of instances.`, { limit: MAX_DEPTH });
    const next: CascadeItem[] = [];
    const later: CascadeItem[] = [];
    const { taken, repeats } = coalesce(level, (machine, event) => work.ruling.program.machine(machine)?.definition.events[event]?.coalesce === true);
    results.push(...repeats.map((item) => unplayed(item, "coalesced")));
    for (const item of taken) {
      if (work.moves >= MOVES_PER_TRANSACTION) {
        later.push(item);
        results.push(unplayed(item, "later"));
        continue;
      }
      const result = item.kind === "start" ? await startFromCascade(work, item) : await sendItem(work, item);
      results.push(result);
      if (result.outcome.kind === "moved") next.push(...(result.outcome as Moved).cascade);
    }
    await sendOn(work, later, depth);
    level = next;
  }
  return results;
}

function unplayed({ cause, machine, event }: CascadeItem, kind: "later" | "coalesced"): CascadeResult {
  return { cause, machine: machine ?? "", event: event ?? "", instance: null, outcome: { kind } };
}

async function sendItem(work: Work, item: Extract<CascadeItem, { kind: "send" }>): Promise<CascadeResult> {
  const target = await findTarget(work, item.machine, item.to);
  const base = { cause: item.cause, machine: target?.machine ?? item.machine ?? "", event: item.event };
  if (target === null) {
    work.engine.log.warn({ org: work.org.id, cause: item.cause, event: item.event }, "a cascaded event has no instance to go to");
    return { ...base, instance: null, outcome: { kind: "not_found" } };
  }
  const { instance, outcome } = await sendTo(work, target.id, { type: item.event, payload: item.payload, via: "cascade" }, item.by);
  return { ...base, instance, outcome };
}

/** Sends an event that the engine itself brings (cascade, contract, report) to an instance: checked, without asking who may. `by`: the definition that sends it. */
export async function sendTo(
  work: Work,
  instanceId: string,
  event: EngineEvent,
  by?: string,
): Promise<{ readonly instance: InstanceRow | null; readonly outcome: Transition | { readonly kind: "not_found" } }> {
  const opened = await openInstance(work, instanceId);
  if (opened.instance === null) return { instance: null, outcome: { kind: "not_found" } };
  const standing = await standingOf(work, opened.instance, opened.record);
  const { events } = standing.machine.definition;
  const spec = Object.hasOwn(events, event.type) ? events[event.type] : undefined;
  const brought = { machine: standing.machine.key, event: event.type, schema: spec?.payload, payload: event.payload, by };
  const payload = await acceptBrought(work, brought);
  const outcome = await moveInstance(work, standing, { ...event, payload });
  return { instance: outcome.kind === "moved" ? outcome.instance : opened.instance, outcome };
}

/** The instance that a record (id or code) has of a machine, the instance of this very id, or the one that was started under this unique key. */
export async function findTarget(work: Work, machineRef: string | null, to: string): Promise<InstanceRow | null> {
  if (machineRef === null) return isUuid(to) ? await loadInstance(work.tx, to) : await findInstanceByKey(work.tx, to);
  const machine = work.ruling.program.machine(machineRef);
  if (machine === null) throw new EngineError("internal", `There is no machine "${machineRef}" in release ${work.ruling.release}.`);
  const machineId = machine.key.slice(machine.key.indexOf(".") + 1);
  if (!isUuid(to)) {
    const named = await findInstanceByKey(work.tx, to.includes(":") ? to : `${machineId}:${to}`);
    return named ?? (await findInstanceByUnique(work.tx, work.org.id, machine.key, to));
  }
  const ofRecord = await findInstanceOfRecord(work.tx, to, machine.key);
  if (ofRecord !== null) return ofRecord;
  const itself = await loadInstance(work.tx, to);
  return itself !== null && itself.machine === machine.key ? itself : null;
}
