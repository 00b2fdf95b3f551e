/** Compiles a machine definition once per version: its chart, and every FEEL text in it. */
import type { MachineDefinition } from "../../schema/machine.ts";
import { EngineError } from "../errors.ts";
import type { Expression } from "../feel/compile.ts";
import { pointer } from "../problem.ts";
import { type Chart, documentKeys, isAtomic, isReservedEvent } from "./chart.ts";
import type { ActionCode, ExpressionMap, GateCode, GuardCode, TextCode } from "./code.ts";
import { compileChart } from "./compile-chart.ts";
import { compileAt, compileGate, compileGuard, compileMap, compileText } from "./compile-code.ts";
import { compileActions, compileNamedActions, type NamedActions } from "./named-actions.ts";

export interface ChecklistCode {
  readonly id: string;
  readonly when: Expression | null;
  readonly expr: Expression | null;
  readonly gate: GateCode | null;
  readonly detail: TextCode | null;
}

export interface InvariantCode {
  readonly name: string;
  readonly never: Expression;
  readonly message: TextCode;
}

export interface CompiledMachine {
  readonly key: string;
  /** Key without its pack. */
  readonly id: string;
  /** Version hash. */
  readonly version: string;
  readonly definition: MachineDefinition;
  readonly chart: Chart<GuardCode, ActionCode>;
  readonly named: NamedActions;
  readonly delays: ReadonlyMap<string, Expression>;
  /** Start event -> initial fields of the record. */
  readonly create: ReadonlyMap<string, ExpressionMap>;
  readonly checklist: readonly ChecklistCode[];
  readonly invariants: readonly InvariantCode[];
}

/** Size of a definition's JSON that is compiled at all. */
export const MAX_DEFINITION_BYTES = 512 * 1024;

/**
 * Compiles a machine. Names of rule sets, mails and other definitions are not resolved here: the same machine version may run
 * under several releases (lint/unresolved-names does it at publish).
 *
 * - throws EngineError `definition_invalid` with the JSON pointer as `path`
 */
export function compileMachine(definition: MachineDefinition, version: string): CompiledMachine {
  if (JSON.stringify(definition).length > MAX_DEFINITION_BYTES) {
    throw new EngineError("definition_invalid", `A machine definition has at most ${MAX_DEFINITION_BYTES} bytes`, { path: "" });
  }
  const within = (base: string, action: () => Chart<GuardCode, ActionCode>): Chart<GuardCode, ActionCode> => {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof EngineError) || typeof error.data["path"] !== "string") throw error;
      throw new EngineError(error.code, error.message, { ...error.data, path: base + error.data["path"] }, { cause: error });
    }
  };
  const named = compileNamedActions(definition.actions);
  const actions = (config: unknown, at: string): readonly ActionCode[] => compileActions(config, at, named);
  const chart = within("/config", () => compileChart(definition.config, { guard: compileGuard, actions }));
  const delays = new Map(compileMap(definition.delays, "/delays"));
  for (const node of chart.nodes) {
    for (const { delay } of node.delays) {
      if (!/^\d+$/.test(delay) && !delays.has(delay)) {
        throw new EngineError("definition_invalid", `State "${node.path}" waits for the delay "${delay}", which \`delays\` does not define`, {
          path: `/config${node.pointer}/after`,
        });
      }
    }
  }
  for (const name of [...Object.keys(definition.start ?? {}), ...Object.keys(definition.events ?? {})]) {
    if (isReservedEvent(name)) throw new EngineError("definition_invalid", `"${name}" is an event name of the engine itself`, { path: "/events" });
  }
  return {
    ...{ key: definition.key, id: definition.key.slice(definition.key.indexOf(".") + 1), version, definition, chart, named, delays },
    create: new Map(documentKeys(definition.start).map((event) => [event, compileMap(definition.start[event]!.create, `${pointer("start", event)}/create`)])),
    checklist: (definition.checklist ?? []).map((item, i) => ({
      id: item.id,
      when: item.when === undefined ? null : compileAt(item.when, `/checklist/${i}/when`),
      expr: item.expr === undefined ? null : compileAt(item.expr, `/checklist/${i}/expr`),
      gate: item.gate === undefined ? null : compileGate(item.gate, `/checklist/${i}/gate`),
      detail: item.detail === undefined ? null : compileText(item.detail, `/checklist/${i}/detail`),
    })),
    invariants: (definition.invariants ?? []).map(({ name, never, message }, i) => ({
      name,
      never: compileAt(never, `/invariants/${i}/never`),
      message: compileText(message ?? name, `/invariants/${i}/message`),
    })),
  };
}

/** Event types that some active state has a transition for, sorted: what `not_available` offers instead. */
export function eventsAt(machine: CompiledMachine, active: Iterable<number>): string[] {
  const found = new Set<string>();
  for (const index of active) {
    for (const descriptor of machine.chart.nodes[index]!.on.keys()) {
      if (isReservedEvent(descriptor)) continue;
      if (!descriptor.endsWith("*")) found.add(descriptor);
      else for (const event of Object.keys(machine.definition.events)) if (descriptor === "*" || event.startsWith(descriptor.slice(0, -1))) found.add(event);
    }
  }
  return [...found].sort();
}

/** States without which nothing can be left: atomic and final ones, for lints and tests. */
export function leafPaths(machine: CompiledMachine): string[] {
  return machine.chart.nodes.filter(isAtomic).map((node) => node.path);
}
