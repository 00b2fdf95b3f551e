/** Where an instance stands on the way that its machine names, also where it has left that way for a while. */
import type { MachineDefinition } from "#engine/schema/machine.ts";
import type { InstanceView } from "#engine/service/instances/instance-view.ts";
import type { GuidedView } from "../screens/guided.ts";
import { leavesOf, stateTitle } from "./state-words.ts";

type Standing = Pick<InstanceView, "state" | "path">;

/** The current step; beside the way only the region that the way goes through says where it is. */
export function standingOf(machine: MachineDefinition, { state, path }: Standing): string {
  const current = path.find((step) => step.current);
  if (current !== undefined) return stateTitle(machine, current.state);
  const regions = new Set((machine.path ?? []).map((step) => step.split(".")[0]));
  const leaves = leavesOf(state);
  const beside = typeof state === "string" ? leaves : leaves.filter((leaf) => regions.has(leaf.split(".")[0]));
  return (beside.length === 0 ? leaves : beside).map((leaf) => stateTitle(machine, leaf)).join(", ");
}

/**
 * The steps of the way. Beside it, those up to the last one that was entered are behind.
 *
 * - `entered`: when each state was last entered
 */
export function stepsOf(
  machine: MachineDefinition,
  view: Standing & Pick<InstanceView, "status" | "timers">,
  entered: ReadonlyMap<string, string>,
): GuidedView["steps"] {
  const timers = [...view.timers].sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
  const isBeside = !view.path.some((step) => step.current);
  const behind = isBeside ? view.path.findLastIndex((step) => entered.has(step.state)) : -1;
  return view.path.map((step, index) => ({
    id: step.state,
    title: stateTitle(machine, step.state),
    phase: step.current ? (view.status === "done" ? "done" : "now") : step.done || index <= behind ? "done" : "next",
    at: entered.get(step.state) ?? null,
    dueAt: step.current ? (timers.find((timer) => timer.name.startsWith(step.state))?.dueAt ?? null) : null,
  }));
}
