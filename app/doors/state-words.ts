/** Names of states, as a reader says them: the title that the machine gives, else the state's own name. */
import type { StateValue } from "#engine/core/step-types.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import type { StateNodeConfig } from "#engine/schema/statechart.ts";
import { words } from "#studio/ui/describe-value.ts";
import type { Meaning } from "#studio/ui/status-badge.tsx";

function nodeAt(machine: MachineDefinition, path: string): StateNodeConfig | null {
  let states = machine.config.states;
  let node: StateNodeConfig | null = null;
  for (const name of path.split(".")) {
    if (!Object.hasOwn(states, name)) return null;
    node = states[name] ?? null;
    states = node?.states ?? {};
  }
  return node;
}

export function stateTitle(machine: MachineDefinition, path: string): string {
  const title = nodeAt(machine, path)?.meta?.["title"];
  return typeof title === "string" ? title : words(path.slice(path.lastIndexOf(".") + 1));
}

export const isFinalState = (machine: MachineDefinition, path: string): boolean => nodeAt(machine, path)?.type === "final";

/** The leaves of a state value: "logistics.awaiting", "approval.pending". */
export function leavesOf(state: StateValue, prefix = ""): readonly string[] {
  if (typeof state === "string") return [prefix + state];
  return Object.entries(state).flatMap(([name, below]) => leavesOf(below, `${prefix}${name}.`));
}

export const stateWords = (machine: MachineDefinition, state: StateValue): string =>
  leavesOf(state)
    .map((path) => stateTitle(machine, path))
    .join(", ");

/** What a plain state word means as a badge; words that say nothing special are states. */
export function meaningOfState(word: string): Meaning {
  switch (word) {
    case "blocked":
    case "on_hold":
    case "On hold":
      return "blocked";
    case "overridden":
    case "Overridden":
      return "overridden";
    case "unknown":
      return "unknown";
    case "pending":
    case "awaiting":
    case "requested":
    case "Pending":
      return "waitsFor";
    case "clear":
    case "confirmed":
    case "approved":
    case "Confirmed":
    case "Free":
      return "open";
    default:
      return /^(awaiting|waiting)_/.test(word) ? "waitsFor" : "state";
  }
}
