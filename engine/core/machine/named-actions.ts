/** Actions that a machine names, and the lists of actions that use them: a name stands for all that it names, in their order. */
import type { MachineDefinition } from "../../schema/machine.ts";
import { pointer } from "../problem.ts";
import { documentKeys } from "./chart.ts";
import { chartFault } from "./chart-fault.ts";
import type { ActionCode } from "./code.ts";
import { compileAction } from "./compile-code.ts";

export type NamedActions = ReadonlyMap<string, readonly ActionCode[]>;

/** - throws EngineError `definition_invalid` with the JSON pointer as `path` */
export function compileNamedActions(actions: MachineDefinition["actions"]): NamedActions {
  return new Map(documentKeys(actions).map((name) => [name, compileList(actions![name], pointer("actions", name))]));
}

function compileList(actions: unknown, at: string): readonly ActionCode[] {
  if (!Array.isArray(actions)) return chartFault(at, "A name stands for a list of actions");
  return actions.map((action: unknown, i) =>
    typeof action === "string" ? chartFault(`${at}/${i}`, "A name stands for actions, not for other names") : compileAction(action, `${at}/${i}`),
  );
}

/**
 * The actions of one place in the config.
 *
 * - `at`: their place, from the config on; their code says it from the definition on
 * - throws EngineError `definition_invalid`, its `path` from the config on
 */
export function compileActions(config: unknown, at: string, named: NamedActions): readonly ActionCode[] {
  const list: readonly unknown[] = Array.isArray(config) ? config : config === undefined ? [] : [config];
  return list.flatMap((each, i) => {
    const place = `${at}/${i}`;
    if (typeof each !== "string") return { ...compileAction(each, place), pointer: `/config${place}` };
    return named.get(each) ?? chartFault(place, `There is no action "${each}" under \`actions\`; ${namesOf(named)}`);
  });
}

function namesOf(named: NamedActions): string {
  return named.size === 0 ? "the machine names none" : `it names ${[...named.keys()].join(", ")}`;
}
