/** Starts an instance because another one asked for it: a machine it needs, or a mail. */
import { EngineError } from "../../core/errors.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import type { EngineEvent } from "../../core/step-types.ts";
import type { StartSpec } from "../../schema/machine.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { openStart } from "../../store/open-send.ts";
import type { CascadeItem } from "../work/cascade-item.ts";
import { evaluateOne } from "../work/expression.ts";
import type { Work } from "../work/work.ts";
import { acceptBrought } from "./brought-payload.ts";
import { beginInstance, type Transition } from "./transition.ts";

/** What became of one item, for answers and explanations. `later`: sent on, its transaction is still to come; `coalesced`: another one stands for it. */
export interface CascadeResult {
  readonly cause: string;
  readonly machine: string;
  readonly event: string;
  readonly instance: InstanceRow | null;
  readonly outcome: Transition | { readonly kind: "not_found" } | { readonly kind: "existing" } | { readonly kind: "later" | "coalesced" };
}

type Started = CascadeResult & { readonly outcome: Exclude<CascadeResult["outcome"], { readonly kind: "later" | "coalesced" }> };

/** An instance with the same `unique` value is taken in place of a second one. */
export async function startFromCascade(work: Work, item: Extract<CascadeItem, { kind: "start" }>): Promise<Started> {
  const machine = work.ruling.program.machine(item.machine);
  if (machine === null) throw new EngineError("internal", `There is no machine "${item.machine}" in release ${work.ruling.release}.`);
  const { name, spec } = startOf(machine, item.event);
  const payload = await acceptBrought(work, { machine: machine.key, event: name, schema: spec.payload, payload: item.payload, by: item.by });
  const event: EngineEvent = { type: name, payload, via: "cascade" };
  const unique = item.unique ?? (await uniqueOf(work, spec, event));
  const opened = await openStart(work.tx, { orgId: work.org.id, machine: machine.key, ...(unique === null ? {} : { unique }) });
  const base = { cause: item.cause, machine: machine.key, event: name };
  if (opened.instance !== null) return { ...base, instance: opened.instance, outcome: { kind: "existing" } };
  const outcome = await beginInstance(work, { machine, instanceId: item.instanceId, event, record: null, unique });
  return { ...base, instance: outcome.kind === "moved" ? outcome.instance : null, outcome };
}

/** The named start event, or the only one. */
export function startOf(machine: CompiledMachine, name: string | null): { readonly name: string; readonly spec: StartSpec } {
  const starts = machine.definition.start;
  const wanted = name ?? Object.keys(starts).sort()[0] ?? "";
  const spec = Object.hasOwn(starts, wanted) ? starts[wanted] : undefined;
  if (spec === undefined) throw new EngineError("event_not_available", `${machine.key} is not started by "${wanted}".`, { events: Object.keys(starts).sort() });
  return { name: wanted, spec };
}

/** Value of a start event's unique key; null where it has none. */
export async function uniqueOf(work: Work, spec: StartSpec, event: EngineEvent): Promise<string | null> {
  if (spec.unique === undefined) return null;
  const value = await evaluateOne(work, { event }, spec.unique);
  return value === undefined || value === null ? null : typeof value === "string" ? value : JSON.stringify(value);
}
